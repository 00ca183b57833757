package session_test

import (
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"pantry.example/shared/session"
)

// offline is a cache that connects to nothing.
func offline(f *testing.F) *session.Cache {
	f.Helper()
	c, err := session.New(redis.NewClient(&redis.Options{}), session.Options{
		Project: project, Keys: keysOf(key), TTL: ttl, Idle: idle, MaxAge: maxAge, Lookup: new(world).lookup,
	})
	if err != nil {
		f.Fatal(err)
	}
	return c
}

// FuzzParseHandle: a text that is accepted is exactly what Reveal returns.
func FuzzParseHandle(f *testing.F) {
	c := offline(f)
	f.Add("YQ." + strings.Repeat("A", 43) + "." + strings.Repeat("A", 16))
	f.Add(session.Handle{}.For(c, "ann").Reveal())
	f.Add(session.Handle{}.For(c, "ann").Reveal() + "\n")
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, text string) {
		if h, issued := c.ParseHandle(text); issued && h.Reveal() != text {
			t.Errorf("ParseHandle accepted %q, but Reveal returns %q", text, h.Reveal())
		}
	})
}

// FuzzRecord: a record that opens has the values that were sealed.
func FuzzRecord(f *testing.F) {
	h := session.Handle{}.For(offline(f), "ann")
	now := time.UnixMilli(1_800_000_000_000)
	want := session.Session{Created: now, Expires: now.Add(ttl), AuthTime: now, Device: "Firefox"}
	sealed, err := h.Seal(want, "a token")
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{sealed, sealed[:len(sealed)-1], "1" + sealed[1:] + ".", strings.Replace(sealed, "1.", "2.", 1), "1.0.0.0..", "1.9223372036854775808.0.0..", "", "...."} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := h.OpenRecord(text)
		if err == nil && (got.Device != want.Device || !got.Expires.Equal(want.Expires) || !got.AuthTime.Equal(want.AuthTime)) {
			t.Errorf("OpenRecord(%q) = %+v, want what was sealed", text, got)
		}
	})
}

// FuzzStanding: no v counts as checked more than a minute from now. Only a v that ends in :0
// is of a user who is not disabled.
func FuzzStanding(f *testing.F) {
	now := time.UnixMilli(1_800_000_000_000)
	for _, v := range []string{"1800000000000:0:0", "1800000060001:5:1", "-1:-1:0", "99999999999999999999:0:0", "9223372036854775807:9223372036854775807:0", "::", ""} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v string) {
		checked, state := session.ParseStanding(v, now)
		if checked.After(now.Add(time.Minute)) {
			t.Errorf("ParseStanding(%q) was checked at %v", v, checked)
		}
		if enabled := strings.HasSuffix(v, ":0"); !checked.IsZero() && state.Disabled == enabled {
			t.Errorf("ParseStanding(%q): disabled is %v", v, state.Disabled)
		}
	})
}
