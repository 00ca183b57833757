package config_test

import (
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pantry.example/shared/config"
)

// canary is a password that no text may show any part of.
const canary = "Zq7XvK2pWm4TsB9cJf6R"

// FuzzParseRedis parses any text. No text that ParseRedis returns may repeat six characters
// of what is before the last @, except words of this package and parts of the host.
func FuzzParseRedis(f *testing.F) {
	for _, seed := range []string{
		"rediss://default:" + pw + "@" + upstash + ":6379/0?skip_verify=false#x", "redis:6379", "[::1]:6379",
		"redis-cli --tls -u redis://default:" + pw + "@" + upstash + ":6379", `export REDIS_URL="rediss://default:a/b?c#d@` + upstash + `"`,
		"REDISCLI_AUTH=" + pw + " redis-cli -h a -p 1 --user b", "a\nREDIS_URL=redis://b@c\n#d", "rediss%3A%2F%2Fa%3Ab%40c",
		`{"a": "redis://b:c@d"}`, "redis://a@b?timeout=1&password=c@d", "<rediss://****@x>;", "unix:///a", "a:1,b:2", "redis://%zz@a", "— –",
	} {
		f.Add(seed)
	}
	vocabulary := sources(f)
	f.Fuzz(func(t *testing.T, s string) {
		r, err := config.ParseRedis(s)
		said := tells(r, err)
		at := strings.LastIndexByte(s, '@')
		for i := 0; i+6 <= at; i++ {
			part := s[i : i+6]
			if strings.Contains(said, part) && !strings.Contains(vocabulary, part) && !strings.Contains(strings.ToLower(s[at:]), strings.ToLower(part)) {
				t.Errorf("ParseRedis(%q) says %q, which repeats %q", s, said, part)
			}
		}
		checkError(t, err)
		if err == nil {
			checkRedis(t, r)
		}
	})
}

// checkRedis checks what is true of every Redis that ParseRedis returns.
func checkRedis(t *testing.T, r config.Redis) {
	t.Helper()
	_, notIP := netip.ParseAddr(r.Host)
	if r.Host == "" || strings.ContainsAny(r.Host, "@/?#%[] \r\n\x00") || strings.Contains(r.Host, ":") && notIP != nil {
		t.Errorf("the host is %q", r.Host)
	}
	if r.Port < 1 || r.Port > 65535 {
		t.Errorf("the port is %d", r.Port)
	}
	upstash := strings.HasSuffix(strings.ToLower(r.Host), "upstash.io")
	if upstash && strings.HasSuffix(r.Host, ".upstash.io") && (!r.TLS || r.SkipVerify || r.Password.Reveal() == "") {
		t.Errorf("Upstash without TLS, its verification or a password: %+v", r)
	}
	loopback := r.Host == "localhost" || strings.HasSuffix(r.Host, ".localhost")
	if addr, err := netip.ParseAddr(r.Host); err == nil {
		loopback = addr.Unmap().IsLoopback() || addr.Unmap().IsUnspecified()
	}
	if r.SkipVerify && (!r.TLS || !loopback) {
		t.Errorf("verification is off: %+v", r)
	}
	if r.Embedded || r.Variable != "" {
		t.Errorf("ParseRedis sets what only Load knows: %+v", r)
	}
	if u := (&url.URL{Scheme: "rediss", Host: r.Addr()}); u.Port() != fmt.Sprint(r.Port) || u.Hostname() != r.Host {
		t.Errorf("Addr() = %q for host %q and port %d", r.Addr(), r.Host, r.Port)
	}
}

// FuzzParseRedisPassword puts any password into every form that has one. A correct form
// must give the same password. No form may show it.
func FuzzParseRedisPassword(f *testing.F) {
	for i, seed := range [][2]string{
		{"", ""},
		{"a/b?c#d", "%2F"},
		{"100%", "@evil.example:1/0?x=1"},
		{"\"", "' "},
		{" redis-cli -h ", " "},
		{"\nA=redis://", "\n"},
		{`"redis://`, `"`},
		{"default:", ":"},
		{"****", "$x"},
		{"\u200b", "\ufeff"},
		{"\\", "`;"},
	} {
		f.Add(seed[0], seed[1], uint8(i))
	}
	f.Fuzz(func(t *testing.T, before, after string, form uint8) {
		password := before + canary + after
		encoded := strings.ReplaceAll(url.QueryEscape(password), "+", "%20")
		quoted := "'" + strings.ReplaceAll(password, "'", `'\''`) + "'"
		forms := []struct {
			in    string
			exact bool
		}{
			{"rediss://default:" + encoded + "@" + upstash + ":6379", true},
			{"redis://:" + encoded + "@localhost", true},
			{`export REDIS_URL="rediss://` + encoded + "@" + upstash + `"`, true},
			{"redis-cli --tls -h " + upstash + " -a " + quoted, clean(password) && !strings.ContainsAny(password, `'\`)},
			{"REDISCLI_AUTH=" + quoted + " redis-cli --tls -h " + upstash, false},
			{"rediss://default:" + password + "@" + upstash + ":6379", false},
			{strings.ReplaceAll(password, ":", "") + "@" + upstash, false}, // the text before a colon is a user name
			{"default:" + password + "@localhost:6379", false},
			{"REDIS_SERVER='rediss://default:" + password + "@" + upstash + ":6379/0'", false},
			{"redis-cli -u redis://default:" + password + "@" + upstash, false},
			{"rediss://default:" + strings.ReplaceAll(password, "@", ""), false}, // the text after an @ is a host
			{"https://default:" + password + "@" + upstash, false},
			{"redis://localhost:6379?password=" + encoded, false},
			{"redis://localhost:6379/" + encoded, false},
		}
		chosen := forms[int(form)%len(forms)]
		r, err := config.ParseRedis(chosen.in)
		if said := tells(r, err) + fmt.Sprintf("%+v", r); strings.Contains(strings.ToLower(said), strings.ToLower(canary)) {
			t.Errorf("ParseRedis(%q) tells the password: %s", chosen.in, said)
		}
		if err != nil {
			checkError(t, err)
			if chosen.exact && ordinary(password) {
				t.Errorf("ParseRedis(%q): %v", chosen.in, err)
			}
			return
		}
		checkRedis(t, r)
		if got := r.Password.Reveal(); chosen.exact && got != password {
			t.Errorf("ParseRedis(%q) finds the password %q, want %q", chosen.in, got, password)
		}
	})
}

// clean reports whether ParseRedis keeps a password that is not percent-encoded: it removes
// invisible characters and line ends.
func clean(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Cc) })
}

// ordinary reports whether ParseRedis must accept the password in a correct form.
func ordinary(s string) bool {
	return clean(s) && !strings.ContainsAny(s, "*•●∙·…<>[]{}$")
}

// FuzzLoad reads any values. Load returns a Config within its limits, or an error that
// repeats no value.
func FuzzLoad(f *testing.F) {
	f.Add("redis://localhost", "168h", "24h", "60s", "https://a.example", "pantry-prod", "8080", "info", "localhost:9099", true)
	f.Add("", "7d", "1d", "1s", "http://localhost:3000 http://[::1]", "", "0", "WARN", "", false)
	f.Add("redis", "", "", "", `["https://a.example:443/"]`, "demo-x", "", "", "[::1]:1", false)
	vocabulary := sources(f)
	f.Fuzz(func(t *testing.T, redis, ttl, idle, age, origins, project, port, level, emulator string, deployed bool) {
		service := ""
		if deployed {
			service = "recipes"
		}
		c, err := config.Load(env(
			"REDIS_SERVER", redis, "SESSION_TTL", ttl, "SESSION_IDLE", idle, "REVOCATION_MAX_AGE", age, "ALLOWED_ORIGINS", origins,
			"GOOGLE_CLOUD_PROJECT", project, "PORT", port, "LOG_LEVEL", level, "FIREBASE_AUTH_EMULATOR_HOST", emulator, "K_SERVICE", service,
		))
		if err != nil {
			said := strings.ToLower(err.Error())
			for _, value := range []string{ttl, idle, age, origins, project, port, level, emulator} {
				value = strings.ToLower(value)
				if len(value) >= 6 && strings.Contains(said, value) && !strings.Contains(strings.ToLower(vocabulary), value) {
					t.Errorf("Load says %q, which repeats the value %q", said, value)
				}
			}
			return
		}
		if c.SessionTTL < 5*60e9 || c.SessionTTL > 14*day || c.SessionIdle < 60e9 || c.SessionIdle > c.SessionTTL ||
			c.RevocationMaxAge < 1e9 || c.RevocationMaxAge > 5*60e9 {
			t.Errorf("durations out of bounds: %+v", c)
		}
		if c.ProjectID == "" || deployed && (c.AuthEmulator != "" || c.Redis.Embedded || c.Port == 0) {
			t.Errorf("not fit to be deployed: %+v", c)
		}
		for _, origin := range c.AllowedOrigins {
			u, err := url.Parse(origin)
			if err != nil || u.Scheme+"://"+u.Host != origin || u.Hostname() == "" || u.User != nil || strings.ToLower(origin) != origin {
				t.Errorf("%q is no origin (%v)", origin, err)
			}
		}
	})
}

// sources returns the text of this package's source files. Every word that an error of this
// package can contain is in it.
func sources(tb testing.TB) string {
	dir := os.DirFS(".")
	files, err := fs.Glob(dir, "*.go")
	if err != nil || len(files) == 0 {
		tb.Fatalf("no source files: %v", err)
	}
	var text strings.Builder
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		b, err := fs.ReadFile(dir, file)
		if err != nil {
			tb.Fatal(err)
		}
		text.Write(b)
	}
	// A sentence that is put together at run time: its seams, and numbers.
	return text.String() + "REDIS_SERVER has REDIS_SERVER is REDIS_SERVER names redis-cli"
}
