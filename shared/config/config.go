// Package config reads the environment into one typed value, and reports all its problems
// together. No text that it makes holds a secret. .env.example lists the variables.
//
// It imports only the standard library and does no work at init, because every function
// links it and a cold start waits for it.
package config

import (
	"log/slog"
	"time"
)

// Config is the whole configuration of a function or of the local runner. It may be copied
// and printed: its secrets are of type Secret. Load returns a valid one.
type Config struct {
	Redis Redis // REDIS_SERVER and its aliases

	SessionTTL       time.Duration // SESSION_TTL: a session ends this long after its sign-in
	SessionIdle      time.Duration // SESSION_IDLE: or this long after its last use; at most SessionTTL
	RevocationMaxAge time.Duration // REVOCATION_MAX_AGE: how old Firebase's answer about a user may be

	SessionKeys []Secret // SESSION_KEYS: the keys that sign handles, newest first; without them Redis.Password signs

	AllowedOrigins []string // ALLOWED_ORIGINS: exact origins as a browser sends them, without duplicates
	ImportFromURL  bool     // IMPORT_FROM_URL: the server may fetch a page to import recipes from it
	ProjectID      string   // GOOGLE_CLOUD_PROJECT
	Port           int      // PORT; 0 means any free port, only locally
	LogLevel       slog.Level

	Deployed       bool   // K_SERVICE is set: this runs on Cloud Run
	Service        string // K_SERVICE
	FunctionTarget string // FUNCTION_TARGET; the Functions Framework checks it

	AuthEmulator      string // FIREBASE_AUTH_EMULATOR_HOST as host:port; always empty when deployed
	FirestoreEmulator string // FIRESTORE_EMULATOR_HOST as host:port; always empty when deployed
	DataDir           string // DATA_DIR: where the local runner stores accounts and recipes; empty stores nothing
	AuthPort          int    // AUTH_PORT: the port of the local runner's auth emulator; 0 means any free port
}

// Load reads the configuration with getenv, which is os.Getenv in a program. The error is a
// Problems with everything that is wrong.
func Load(getenv func(string) string) (Config, error) {
	l := loader{getenv: getenv}
	service := getenv("K_SERVICE")
	c := Config{Service: service, Deployed: service != "", FunctionTarget: l.get("FUNCTION_TARGET"), DataDir: l.get("DATA_DIR")}

	c.Redis = l.redis(c.Deployed)

	const day = 24 * time.Hour
	var ok bool
	c.SessionTTL, ok = l.duration("SESSION_TTL", 7*day, 5*time.Minute, 14*day, "a Firebase session cookie lives from 5 minutes to 14 days")
	longest := c.SessionTTL
	if !ok {
		longest = 14 * day // a wrong SESSION_TTL must not make SESSION_IDLE look wrong
	}
	c.SessionIdle, _ = l.duration("SESSION_IDLE", min(day, longest), time.Minute, longest, "a session cannot be idle for longer than SESSION_TTL lets it live")
	c.RevocationMaxAge, _ = l.duration("REVOCATION_MAX_AGE", time.Minute, time.Second, 5*time.Minute, "a revoked user must be out within 5 minutes")

	c.SessionKeys = l.keys("SESSION_KEYS")
	l.requireKey(c)

	c.AllowedOrigins = l.origins(c.Deployed)
	c.ImportFromURL = l.flag("IMPORT_FROM_URL", true)
	c.ProjectID = l.project(c.Deployed)
	c.AuthEmulator = l.emulator("FIREBASE_AUTH_EMULATOR_HOST", "9099", c.Deployed)
	c.FirestoreEmulator = l.emulator("FIRESTORE_EMULATOR_HOST", "8085", c.Deployed)
	l.refuseEmulators(c.Deployed)
	l.ports(&c)
	c.LogLevel = l.level()

	if len(l.problems) > 0 {
		return Config{}, l.problems
	}
	return c, nil
}
