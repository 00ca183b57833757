package config_test

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/config"
)

const day = 24 * time.Hour

func TestLoadLocalDefaults(t *testing.T) {
	got, err := config.Load(env())
	if err != nil {
		t.Fatal(err)
	}
	want := config.Config{
		Redis:      config.Redis{Embedded: true},
		SessionTTL: 7 * day, SessionIdle: day, RevocationMaxAge: time.Minute,
		ImportFromURL:  true,
		AllowedOrigins: []string{"http://localhost:3000", "http://localhost:5173", "http://127.0.0.1:3000", "http://127.0.0.1:5173"},
		ProjectID:      "demo-pantry", Port: 8080, AuthPort: 9099,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Load of nothing (-want +got):\n%s", diff)
	}
}

// deployed returns the variables that a deployed function must have. more replaces them.
func deployed(more ...string) func(string) string {
	return env(append([]string{
		"K_SERVICE", "recipes", "PORT", "8080", "GOOGLE_CLOUD_PROJECT", "pantry-prod", "FUNCTION_TARGET", "Recipes",
		"REDIS_SERVER", "rediss://default:" + pw + "@" + upstash,
	}, more...)...)
}

func TestLoadDeployed(t *testing.T) {
	got, err := config.Load(deployed("ALLOWED_ORIGINS", "https://app.example.com", "LOG_LEVEL", "warn"))
	if err != nil {
		t.Fatal(err)
	}
	redis := server(upstash, 6379, "default", pw, true)
	redis.Variable = "REDIS_SERVER"
	want := config.Config{
		Redis: redis, SessionTTL: 7 * day, SessionIdle: day, RevocationMaxAge: time.Minute,
		ImportFromURL:  true,
		AllowedOrigins: []string{"https://app.example.com"}, ProjectID: "pantry-prod", Port: 8080, AuthPort: 9099,
		LogLevel: slog.LevelWarn, Deployed: true, Service: "recipes", FunctionTarget: "Recipes",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
	if got, err := config.Load(deployed()); err != nil || len(got.AllowedOrigins) != 0 {
		t.Errorf("a deployed function without ALLOWED_ORIGINS trusts %q, %v; want none", got.AllowedOrigins, err)
	}
}

func TestLoadDurations(t *testing.T) {
	type lengths struct{ TTL, Idle, Revocation time.Duration }
	for _, row := range []struct {
		name, ttl, idle, revocation string
		want                        lengths
	}{
		{"hours", "48h", "12h", "90s", lengths{2 * day, 12 * time.Hour, 90 * time.Second}},
		{"days", "7d", "1d", "", lengths{7 * day, day, time.Minute}},
		{"days and hours", "1d12h", "1D", "", lengths{36 * time.Hour, day, time.Minute}},
		{"longest", "336h", "336h", "5m", lengths{14 * day, 14 * day, 5 * time.Minute}},
		{"shortest", "5m", "1m", "1s", lengths{5 * time.Minute, time.Minute, time.Second}},
		{"idle follows a short session", "1h", "", "", lengths{time.Hour, time.Hour, time.Minute}},
		{"quotes and spaces", ` "2h" `, "'30m'\n", "", lengths{2 * time.Hour, 30 * time.Minute, time.Minute}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := config.Load(env("SESSION_TTL", row.ttl, "SESSION_IDLE", row.idle, "REVOCATION_MAX_AGE", row.revocation))
			if err != nil {
				t.Fatal(err)
			}
			if got := (lengths{c.SessionTTL, c.SessionIdle, c.RevocationMaxAge}); got != row.want {
				t.Errorf("got %v, want %v", got, row.want)
			}
		})
	}
}

func TestLoadOrigins(t *testing.T) {
	for _, row := range []struct {
		name, in string
		want     []string
	}{
		{"commas", "https://a.example,https://b.example", []string{"https://a.example", "https://b.example"}},
		{"commas and spaces", " https://a.example , https://b.example,\n", []string{"https://a.example", "https://b.example"}},
		{"spaces", "https://a.example https://b.example", []string{"https://a.example", "https://b.example"}},
		{"JSON", `["https://a.example", "https://b.example"]`, []string{"https://a.example", "https://b.example"}},
		{"twice", "https://a.example,HTTPS://A.example:443/", []string{"https://a.example"}},
		{"default ports", "https://a.example:443,http://localhost:80", []string{"https://a.example", "http://localhost"}},
		{"the other's port", "https://a.example:80,http://localhost:443", []string{"https://a.example:80", "http://localhost:443"}},
		{"IPv6", "http://[0:0::1]:5173,http://[::1]", []string{"http://[::1]:5173", "http://[::1]"}},
		{"loopback", "http://127.0.0.1:3000,http://app.localhost", []string{"http://127.0.0.1:3000", "http://app.localhost"}},
		{"punycode", "https://xn--rezept-xya.example", []string{"https://xn--rezept-xya.example"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, getenv := range []func(string) string{env("ALLOWED_ORIGINS", row.in), deployed("ALLOWED_ORIGINS", row.in)} {
				c, err := config.Load(getenv)
				if diff := cmp.Diff(row.want, c.AllowedOrigins); err != nil || diff != "" {
					t.Errorf("got %v (-want +got):\n%s", err, diff)
				}
			}
		})
	}
	if c, err := config.Load(env("ALLOWED_ORIGINS", "http://192.168.1.20:5173")); err != nil || len(c.AllowedOrigins) != 1 {
		t.Errorf("a page in the local network: got %q, %v; want it allowed locally", c.AllowedOrigins, err)
	}
}

func TestLoadOthers(t *testing.T) {
	c, err := config.Load(env(
		"PORT", "0", "AUTH_PORT", "0", "LOG_LEVEL", "DEBUG", "GOOGLE_CLOUD_PROJECT", "pantry-dev", "FUNCTION_TARGET", "SetCache",
		"FIREBASE_AUTH_EMULATOR_HOST", "localhost:9099", "FIRESTORE_EMULATOR_HOST", "[::1]:8085/",
		"UPSTASH_REDIS_URL", "rediss://default:"+pw+"@"+upstash, "REDIS_URL", `"rediss://default:`+pw+"@"+upstash+`:6379/0"`,
		"STORAGE_EMULATOR_HOST", "localhost:9199",
	))
	if err != nil {
		t.Fatal(err)
	}
	redis := server(upstash, 6379, "default", pw, true)
	redis.Variable, redis.Repairs = "REDIS_URL", []string{"Removed quotes or punctuation around it."}
	want := config.Config{
		Redis: redis, SessionTTL: 7 * day, SessionIdle: day, RevocationMaxAge: time.Minute, AllowedOrigins: c.AllowedOrigins, ImportFromURL: true,
		ProjectID: "pantry-dev", LogLevel: slog.LevelDebug, FunctionTarget: "SetCache",
		AuthEmulator: "localhost:9099", FirestoreEmulator: "[::1]:8085",
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
}

// TestLoadProblems has one mistake in each row. want is the variable that the error names,
// and told is a part of the error.
func TestLoadProblems(t *testing.T) {
	local := func(pairs ...string) func(string) string { return env(pairs...) }
	const redis = "rediss://default:" + pw + "@" + upstash
	for _, row := range []struct {
		name       string
		getenv     func(string) string
		want, told string
	}{
		{"TTL of words", local("SESSION_TTL", "a week"), "SESSION_TTL", "7d"},
		{"TTL without a unit", local("SESSION_TTL", "604800"), "SESSION_TTL", "7d"},
		{"TTL below Firebase's", local("SESSION_TTL", "4m59s"), "SESSION_TTL", "from 5m to 14d"},
		{"TTL above Firebase's", local("SESSION_TTL", "15d"), "SESSION_TTL", "14 days"},
		{"TTL of centuries", local("SESSION_TTL", "65535d2562047h"), "SESSION_TTL", "length of time"},
		{"TTL of too many days", local("SESSION_TTL", "99999999999d"), "SESSION_TTL", "length of time"},
		{"TTL below zero", local("SESSION_TTL", "-7d"), "SESSION_TTL", "length of time"},
		{"TTL below zero with a day", local("SESSION_TTL", "1d-1h"), "SESSION_TTL", "length of time"},
		{"TTL with a fraction", local("SESSION_TTL", "300.5s"), "SESSION_TTL", "whole seconds"},
		{"idle longer than the session", local("SESSION_TTL", "1h", "SESSION_IDLE", "61m"), "SESSION_IDLE", "from 1m to 1h"},
		{"idle longer than a day", local("SESSION_TTL", "24h", "SESSION_IDLE", "25h"), "SESSION_IDLE", "from 1m to 24h"},
		{"idle longer than an odd session", local("SESSION_TTL", "5m30s", "SESSION_IDLE", "6m"), "SESSION_IDLE", "from 1m to 5m30s"},
		{"import from URL", local("IMPORT_FROM_URL", "maybe"), "IMPORT_FROM_URL", "true or false"},
		{"idle too short", local("SESSION_IDLE", "59s"), "SESSION_IDLE", "1m"},
		{"revocation too rare", local("REVOCATION_MAX_AGE", "301s"), "REVOCATION_MAX_AGE", "5m"},
		{"revocation zero", local("REVOCATION_MAX_AGE", "0"), "REVOCATION_MAX_AGE", "1s"},

		{"any origin", local("ALLOWED_ORIGINS", "*"), "ALLOWED_ORIGINS", "has a *"},
		{"origin null", local("ALLOWED_ORIGINS", "https://a.example,null"), "ALLOWED_ORIGINS", "entry 2 is null"},
		{"origin with a wildcard", local("ALLOWED_ORIGINS", "https://*.example.com"), "ALLOWED_ORIGINS", "has a *"},
		{"origin with a path", local("ALLOWED_ORIGINS", "https://a.example/app"), "ALLOWED_ORIGINS", "path"},
		{"origin with two slashes", local("ALLOWED_ORIGINS", "https://a.example//"), "ALLOWED_ORIGINS", "path"},
		{"origin with a query", local("ALLOWED_ORIGINS", "https://a.example?x"), "ALLOWED_ORIGINS", "path"},
		{"origin without scheme", local("ALLOWED_ORIGINS", "a.example"), "ALLOWED_ORIGINS", "scheme"},
		{"origin of a file", local("ALLOWED_ORIGINS", "file://a"), "ALLOWED_ORIGINS", "https://"},
		{"origin with a user", local("ALLOWED_ORIGINS", "https://me:"+pw+"@a.example"), "ALLOWED_ORIGINS", "user name"},
		{"origin without host", local("ALLOWED_ORIGINS", "https://"), "ALLOWED_ORIGINS", "host"},
		{"origin with only a port", local("ALLOWED_ORIGINS", "https://:443"), "ALLOWED_ORIGINS", "host"},
		{"origin with a bad port", local("ALLOWED_ORIGINS", "https://a.example:70000"), "ALLOWED_ORIGINS", "port"},
		{"origin in other letters", local("ALLOWED_ORIGINS", "https://rezépt.example"), "ALLOWED_ORIGINS", "xn--"},
		{"origin over plain http", deployed("ALLOWED_ORIGINS", "http://app.example.com"), "ALLOWED_ORIGINS", "http://"},

		{"project's number", local("GOOGLE_CLOUD_PROJECT", "123456789012"), "GOOGLE_CLOUD_PROJECT", "number"},
		{"project's name", local("GOOGLE_CLOUD_PROJECT", "My Pantry"), "GOOGLE_CLOUD_PROJECT", "lower case"},
		{"project too short", local("GOOGLE_CLOUD_PROJECT", "short"), "GOOGLE_CLOUD_PROJECT", "6 to 30"},
		{"project ends in a hyphen", local("GOOGLE_CLOUD_PROJECT", "pantry-"), "GOOGLE_CLOUD_PROJECT", "hyphens"},
		{"project begins with a digit", local("GOOGLE_CLOUD_PROJECT", "1pantry"), "GOOGLE_CLOUD_PROJECT", "letters"},
		{"no project when deployed", deployed("GOOGLE_CLOUD_PROJECT", ""), "GOOGLE_CLOUD_PROJECT", "empty"},
		{"local project when deployed", deployed("GOOGLE_CLOUD_PROJECT", "demo-pantry"), "GOOGLE_CLOUD_PROJECT", "made-up"},

		{"port of words", local("PORT", "http"), "PORT", "65535"},
		{"port with a colon", local("PORT", ":8080"), "PORT", "65535"},
		{"port too high", local("PORT", "65536"), "PORT", "65535"},
		{"port 0 when deployed", deployed("PORT", "0"), "PORT", "Cloud Run"},
		{"auth port", local("AUTH_PORT", "-1"), "AUTH_PORT", "65535"},
		{"one port for both", local("PORT", "9099"), "PORT and AUTH_PORT", "same"},
		{"level", local("LOG_LEVEL", "loud"), "LOG_LEVEL", "debug, info, warn or error"},

		{"emulator with a scheme", local("FIREBASE_AUTH_EMULATOR_HOST", "http://127.0.0.1:9099"), "FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099"},
		{"emulator without a port", local("FIRESTORE_EMULATOR_HOST", "localhost"), "FIRESTORE_EMULATOR_HOST", "127.0.0.1:8085"},
		{"emulator without a host", local("FIRESTORE_EMULATOR_HOST", ":8085"), "FIRESTORE_EMULATOR_HOST", "127.0.0.1:8085"},
		{"emulator with a path", local("FIRESTORE_EMULATOR_HOST", "localhost:8085/x"), "FIRESTORE_EMULATOR_HOST", "host:port"},
		{"auth emulator when deployed", deployed("FIREBASE_AUTH_EMULATOR_HOST", "localhost:9099"), "FIREBASE_AUTH_EMULATOR_HOST", "unsigned"},
		{"auth emulator of a space when deployed", deployed("FIREBASE_AUTH_EMULATOR_HOST", " "), "FIREBASE_AUTH_EMULATOR_HOST", "deployed"},
		{"firestore emulator of quotes when deployed", deployed("FIRESTORE_EMULATOR_HOST", `""`), "FIRESTORE_EMULATOR_HOST", "deployed"},
		{"storage emulator when deployed", deployed("STORAGE_EMULATOR_HOST", "x"), "STORAGE_EMULATOR_HOST", "deployed"},
		{"firebase storage emulator when deployed", deployed("FIREBASE_STORAGE_EMULATOR_HOST", "x"), "FIREBASE_STORAGE_EMULATOR_HOST", "deployed"},

		{"no redis when deployed", deployed("REDIS_SERVER", ""), "REDIS_SERVER", "Secret Manager"},
		{"redis of quotes when deployed", deployed("REDIS_SERVER", `""`), "REDIS_SERVER", "empty"},
		{"redis on this machine when deployed", deployed("REDIS_SERVER", "redis://localhost:6379"), "REDIS_SERVER", "localhost"},
		{"redis on any address when deployed", deployed("REDIS_SERVER", "redis://0.0.0.0:6379"), "REDIS_SERVER", "0.0.0.0"},
		{"alias on this machine when deployed", deployed("REDIS_SERVER", "", "REDIS_URL", "127.0.0.1"), "REDIS_URL", "127.0.0.1"},
		{"redis of an alias", local("UPSTASH_REDIS_URL", "https://"+upstash), "UPSTASH_REDIS_URL", "TCP tab"},
		{"two servers", local("REDIS_SERVER", redis, "UPSTASH_REDIS_URL", "redis://localhost"), "REDIS_SERVER and UPSTASH_REDIS_URL", "remove UPSTASH_REDIS_URL"},
		{"two passwords", local("REDIS_SERVER", redis, "REDIS_URL", "rediss://default:x"+pw+"@"+upstash), "REDIS_SERVER and REDIS_URL", "different"},
		{"second one wrong", local("REDIS_SERVER", redis, "REDIS_URL", "https://"+upstash), "REDIS_URL", "REST"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := config.Load(row.getenv)
			var ps config.Problems
			if !errors.As(err, &ps) || len(ps) != 1 {
				t.Fatalf("got error %v, want one problem", err)
			}
			if ps[0].Variable != row.want || !strings.Contains(err.Error(), row.told) || !strings.HasPrefix(err.Error(), row.want+" ") {
				t.Errorf("got %q, want it to name %q and to say %q", err, row.want, row.told)
			}
			if strings.Contains(err.Error(), pw) {
				t.Error("the error has the password in it")
			}
			if diff := cmp.Diff(config.Config{}, got); diff != "" {
				t.Errorf("got a configuration beside the error:\n%s", diff)
			}
			checkError(t, err)
		})
	}
}

func TestLoadLevels(t *testing.T) {
	for in, want := range map[string]slog.Level{
		"debug": slog.LevelDebug, "": slog.LevelInfo, "Info": slog.LevelInfo, "warn": slog.LevelWarn, "WARNING": slog.LevelWarn, "error": slog.LevelError,
	} {
		if c, err := config.Load(env("LOG_LEVEL", in)); err != nil || c.LogLevel != want {
			t.Errorf("LOG_LEVEL=%q gives %v, %v; want %v", in, c.LogLevel, err, want)
		}
	}
}

// TestLoadReportsEverything: one error has all six problems.
func TestLoadReportsEverything(t *testing.T) {
	_, err := config.Load(env(
		"K_SERVICE", "recipes", "REDIS_SERVER", "https://"+upstash, "SESSION_TTL", "soon", "ALLOWED_ORIGINS", "*,null",
		"PORT", "x", "FIREBASE_AUTH_EMULATOR_HOST", "localhost:9099", "LOG_LEVEL", "loud",
	))
	var ps config.Problems
	if !errors.As(err, &ps) {
		t.Fatalf("got %v, want Problems", err)
	}
	var got []string
	for _, p := range ps {
		got = append(got, p.Variable)
	}
	want := []string{
		"REDIS_SERVER", "SESSION_TTL", "ALLOWED_ORIGINS", "ALLOWED_ORIGINS", "GOOGLE_CLOUD_PROJECT",
		"FIREBASE_AUTH_EMULATOR_HOST", "PORT", "LOG_LEVEL",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("variables (-want +got):\n%s", diff)
	}
	if lines := strings.Count(err.Error(), "\n") + 1; lines != len(want) {
		t.Errorf("got %d lines, want one a problem, %d:\n%v", lines, len(want), err)
	}
	var p config.Problem
	if !errors.As(err, &p) || p != ps[0] {
		t.Errorf("errors.As finds %v, want %v", p, ps[0])
	}
}

func TestImportFromURL(t *testing.T) {
	for value, want := range map[string]bool{"": true, "true": true, " False ": false, "'false'": false} {
		c, err := config.Load(env("IMPORT_FROM_URL", value))
		if err != nil || c.ImportFromURL != want {
			t.Errorf("IMPORT_FROM_URL=%q: %t, %v, want %t", value, c.ImportFromURL, err, want)
		}
	}
}

func TestLoadSessionKeys(t *testing.T) {
	const newer, older = "0123456789abcdef", "fedcba9876543210"
	for _, row := range []struct {
		name, in string
		want     []string
	}{
		{"none", "", nil},
		{"one", newer, []string{newer}},
		{"the newest first", newer + "," + older, []string{newer, older}},
		{"commas, spaces and line ends", " " + newer + " ,\n" + older + ",", []string{newer, older}},
	} {
		t.Run(row.name, func(t *testing.T) {
			c, err := config.Load(env("SESSION_KEYS", row.in))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, key := range c.SessionKeys {
				got = append(got, key.Reveal())
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("keys (-want +got):\n%s", diff)
			}
		})
	}
	for name, getenv := range map[string]func(string) string{
		"too short":                   env("SESSION_KEYS", newer+","+older[1:]),
		"no secret to make them from": deployed("REDIS_SERVER", "redis://10.0.0.3:6379"),
	} {
		_, err := config.Load(getenv)
		var p config.Problem
		if !errors.As(err, &p) || p.Variable != "SESSION_KEYS" {
			t.Errorf("%s: got %v, want a problem of SESSION_KEYS", name, err)
		}
		if err != nil && strings.Contains(err.Error(), older[1:]) {
			t.Errorf("%s: the error shows the key: %v", name, err)
		}
	}
	if _, err := config.Load(deployed("REDIS_SERVER", "redis://10.0.0.3:6379", "SESSION_KEYS", newer)); err != nil {
		t.Errorf("a Redis without a password and a key: %v", err)
	}
}
