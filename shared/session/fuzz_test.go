package session_test

import (
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"pantry.example/shared/config"
	"pantry.example/shared/session"
)

// offline is a cache that asks nobody.
func offline(f *testing.F) *session.Cache {
	f.Helper()
	c, err := session.New(redis.NewClient(&redis.Options{}), session.Options{
		Project: project, Keys: []config.Secret{config.NewSecret(key)}, TTL: ttl, Idle: idle, MaxAge: maxAge, Lookup: new(world).lookup,
	})
	if err != nil {
		f.Fatal(err)
	}
	return c
}

// FuzzParseHandle: what counts as issued is the text of a handle, to the byte.
func FuzzParseHandle(f *testing.F) {
	c := offline(f)
	f.Add("YQ." + strings.Repeat("A", 43) + "." + strings.Repeat("A", 16))
	f.Add(session.Handle{}.For(c, "ann").Reveal())
	f.Add(session.Handle{}.For(c, "ann").Reveal() + "\n")
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, text string) {
		if h, issued := c.ParseHandle(text); issued && h.Reveal() != text {
			t.Errorf("it took %q, whose text is %q", text, h.Reveal())
		}
	})
}

// FuzzRecord: a record that opens says what was sealed.
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

// FuzzStanding: no text of v counts as checked later than a minute from now, and only
// one that says so lets a user in.
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
