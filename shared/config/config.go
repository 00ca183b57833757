// Package config turns the environment into one typed value, once, and reports everything that is wrong with it
// together. No text that it makes holds a secret. The variables are listed in .env.example.
//
// It imports nothing but the standard library and does no work at init, because every function links it and pays for it
// at each cold start.
package config

import (
	"log/slog"
	"time"
)

// Config is the whole configuration of a function or of the local runner. It is a plain value: copy it, compare its
// fields, print it (its secrets are of type Secret). Load is the only thing that makes a valid one.
type Config struct {
	Redis Redis // REDIS_SERVER and its aliases

	SessionTTL       time.Duration // SESSION_TTL: a session ends this long after sign-in, whatever happens
	SessionIdle      time.Duration // SESSION_IDLE: and this long after it was last used; at most SessionTTL
	RevocationMaxAge time.Duration // REVOCATION_MAX_AGE: how old Firebase's last word on a user may be

	SessionKeys []Secret // SESSION_KEYS: what session handles are signed with, newest first; none means by Redis.Password alone

	AllowedOrigins []string // ALLOWED_ORIGINS: exact origins as a browser sends them, no duplicates, never "*" or "null"
	ImportFromURL  bool     // IMPORT_FROM_URL: recipes may be imported from an address that the server fetches
	ProjectID      string   // GOOGLE_CLOUD_PROJECT
	Port           int      // PORT; 0 means any free port and is possible only locally
	LogLevel       slog.Level

	Deployed       bool   // K_SERVICE is set: this runs on Cloud Run, as every deployed function does
	Service        string // K_SERVICE
	FunctionTarget string // FUNCTION_TARGET, as it is; the Functions Framework checks it

	AuthEmulator      string // FIREBASE_AUTH_EMULATOR_HOST as host:port; always empty when deployed
	FirestoreEmulator string // FIRESTORE_EMULATOR_HOST as host:port; always empty when deployed
	DataDir           string // DATA_DIR: the folder where the local runner keeps accounts and recipes; empty keeps nothing
	AuthPort          int    // AUTH_PORT: where the local runner's own auth emulator listens; 0 means any free port
}

// Load reads the configuration with getenv, which is os.Getenv in a program and a map's look-up in a test. When
// anything is wrong the error is a Problems that lists all of it, and the Config must not be used.
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
		longest = 14 * day // one wrong variable must not make a second one look wrong
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
