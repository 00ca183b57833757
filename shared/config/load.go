package config

import (
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// localProject is the default project of a local run. Firebase and Firestore tools do not
// connect to Google for a project whose ID begins with demo-.
const localProject = "demo-pantry"

// loader reads variables and collects their problems.
type loader struct {
	getenv   func(string) string
	problems Problems
}

func (l *loader) refuse(variable, reason, fix string) {
	l.problems = append(l.problems, Problem{Variable: variable, Reason: reason, Fix: fix})
}

// get returns a variable without what env files and consoles add around a value: spaces,
// line ends, a byte order mark, one pair of quotes.
func (l *loader) get(name string) string {
	v := trim(l.getenv(name))
	if len(v) >= 2 && (v[0] == '"' || v[0] == '\'') && v[len(v)-1] == v[0] {
		v = trim(v[1 : len(v)-1])
	}
	return v
}

// duration reads a length of time between least and most. It returns the default and false
// when the value is not valid.
func (l *loader) duration(name string, def, least, most time.Duration, why string) (time.Duration, bool) {
	v := strings.ToLower(l.get(name))
	if v == "" {
		return def, true
	}
	choose := "Choose from " + plain(least) + " to " + plain(most) + ": " + why
	d, ok := parseDuration(v)
	switch {
	case !ok:
		l.refuse(name, "is not a length of time", "Write a number with its unit, as in 90s, 30m, 24h or 7d")
	case d < least:
		l.refuse(name, "is too short", choose)
	case d > most:
		l.refuse(name, "is too long", choose)
	case d%time.Second != 0:
		l.refuse(name, "has a fraction of a second", "Write whole seconds")
	default:
		return d, true
	}
	return def, false
}

// flag reads true or false.
func (l *loader) flag(name string, def bool) bool {
	v := strings.ToLower(l.get(name))
	if v == "" {
		return def
	}
	if v != "true" && v != "false" {
		l.refuse(name, "is neither true nor false", "Write true or false")
	}
	return v == "true"
}

// parseDuration reads what time.ParseDuration reads, optionally with days before it: 7d, 1d12h.
func parseDuration(v string) (time.Duration, bool) {
	var days time.Duration
	if n, rest, found := strings.Cut(v, "d"); found {
		count, err := strconv.ParseUint(n, 10, 16) // 65535 days fit into a Duration
		if err != nil {
			return 0, false
		}
		days = time.Duration(count) * 24 * time.Hour
		if rest == "" {
			return days, true
		}
		v = rest
	}
	d, err := time.ParseDuration(v)
	if err != nil || days > 0 && d < 0 || d > math.MaxInt64-days {
		return 0, false
	}
	return days + d, true
}

// plain writes a duration as a person does: 14d and 5m, not 336h0m0s and 5m0s.
func plain(d time.Duration) string {
	if day := 24 * time.Hour; d > day && d%day == 0 {
		return strconv.FormatInt(int64(d/day), 10) + "d"
	}
	s := strings.TrimSuffix(d.String(), "0s")
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	if s == "" || s[len(s)-1] >= '0' && s[len(s)-1] <= '9' {
		return d.String()
	}
	return s
}

const (
	// minKey is the least number of characters of a key. A key may be a former Redis password.
	minKey  = 16
	makeKey = "Make one with: openssl rand -base64 32"
)

// keys reads secret keys with commas or spaces between them.
func (l *loader) keys(name string) []Secret {
	var keys []Secret
	for i, key := range strings.FieldsFunc(l.get(name), func(r rune) bool { return r == ',' || unicode.IsSpace(r) }) {
		if len(key) < minKey {
			l.refuse(name, "has less than "+strconv.Itoa(minKey)+" characters in key number "+strconv.Itoa(i+1), makeKey)
		}
		keys = append(keys, NewSecret(key))
	}
	return keys
}

// requireKey refuses a deployed function that has no secret to sign handles with.
func (l *loader) requireKey(c Config) {
	if c.Deployed && len(c.SessionKeys) == 0 && c.Redis.Host != "" && !isLoopback(c.Redis.Host) && c.Redis.Password.Reveal() == "" {
		l.refuse("SESSION_KEYS", "is empty and the Redis server has no password, so nothing secret would sign the handles", makeKey)
	}
}

// port reads a TCP port. 0 means any free one.
func (l *loader) port(name string, def int) int {
	v := l.get(name)
	if v == "" {
		return def
	}
	n, ok := parsePort(v)
	if !ok && v != "0" {
		l.refuse(name, "is not a port", "Write a number from 1 to 65535, or 0 for any free port, or leave it out for "+strconv.Itoa(def))
	}
	return n
}

func (l *loader) ports(c *Config) {
	before := len(l.problems)
	c.Port = l.port("PORT", 8080)
	c.AuthPort = l.port("AUTH_PORT", 9099)
	if len(l.problems) > before {
		return
	}
	if c.Deployed && c.Port == 0 {
		l.refuse("PORT", "is 0 in a deployed function", "Leave it to Cloud Run, which sets it")
	}
	if !c.Deployed && c.AuthEmulator == "" && c.Port == c.AuthPort && c.Port != 0 {
		l.refuse("PORT and AUTH_PORT", "are the same port", "Give the functions and the auth emulator a port each, as in 8080 and 9099")
	}
}

func (l *loader) level() slog.Level {
	switch strings.ToLower(l.get("LOG_LEVEL")) {
	case "debug":
		return slog.LevelDebug
	case "", "info":
		return slog.LevelInfo
	case "warn", "warning":
		return slog.LevelWarn
	case "error":
		return slog.LevelError
	}
	l.refuse("LOG_LEVEL", "is not a level", "Write debug, info, warn or error")
	return slog.LevelInfo
}

// project reads the project's ID. An ID has 6 to 30 lower case letters, digits and hyphens;
// it begins with a letter and does not end with a hyphen
// (cloud.google.com/resource-manager/docs/creating-managing-projects).
func (l *loader) project(deployed bool) string {
	const name, where = "GOOGLE_CLOUD_PROJECT", "Write the project's ID, as gcloud projects list shows it in its first column"
	id := l.get(name)
	switch {
	case id == "" && !deployed:
		return localProject
	case id == "":
		l.refuse(name, "is empty in a deployed function", where)
	case id == localProject && deployed:
		l.refuse(name, "is the made-up project of local runs", where)
	case strings.Trim(id, "0123456789") == "":
		l.refuse(name, "is a project's number", where)
	case !isProjectID(id):
		l.refuse(name, "is not a project's ID (6 to 30 lower case letters, digits and hyphens)", where)
	}
	return id
}

func isProjectID(id string) bool {
	for _, c := range []byte(id) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return len(id) >= 6 && len(id) <= 30 && id[0] >= 'a' && id[len(id)-1] != '-'
}
