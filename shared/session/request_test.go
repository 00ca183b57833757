package session_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"pantry.example/shared/session"
)

func request(headers ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "http://pantry.test/?session=ignored", nil)
	for ; len(headers) > 1; headers = headers[2:] {
		r.Header.Add(headers[0], headers[1])
	}
	return r
}

func TestFromRequest(t *testing.T) {
	w := newWorld(t, connect(t, miniredis.RunT(t).Addr()))
	one, two := w.signIn(user(w)).Reveal(), w.signIn(user(w)).Reveal()
	for name, row := range map[string]struct {
		headers []string
		want    string
		err     error
	}{
		"nothing":              {nil, "", session.ErrNoSession},
		"cookie":               {[]string{"Cookie", "a=b; __session=" + one}, one, nil},
		"bearer":               {[]string{"Authorization", "Bearer " + one}, one, nil},
		"bearer, lower case":   {[]string{"Authorization", "bearer " + one}, one, nil},
		"both, the same":       {[]string{"Authorization", "Bearer " + one, "Cookie", "__session=" + one}, one, nil},
		"both, different":      {[]string{"Authorization", "Bearer " + one, "Cookie", "__session=" + two}, "", session.ErrAmbiguous},
		"two cookies":          {[]string{"Cookie", "__session=" + one + "; __session=" + two}, "", session.ErrAmbiguous},
		"two cookies the same": {[]string{"Cookie", "__session=" + one + "; __session=" + one}, "", session.ErrAmbiguous},
		"two cookie headers":   {[]string{"Cookie", "__session=" + one, "Cookie", "__session=" + two}, "", session.ErrAmbiguous},
		"two bearers":          {[]string{"Authorization", "Bearer " + one, "Authorization", "Bearer " + one}, "", session.ErrAmbiguous},
		"basic":                {[]string{"Authorization", "Basic " + one}, "", session.ErrNoSession},
		"empty cookie":         {[]string{"Cookie", "__session="}, "", session.ErrNoSession},
		"empty bearer":         {[]string{"Authorization", "Bearer "}, "", session.ErrNoSession},
		"garbage bearer":       {[]string{"Authorization", "Bearer x"}, "", session.ErrNoSession},
	} {
		t.Run(name, func(t *testing.T) {
			h, err := w.FromRequest(request(row.headers...))
			if !errors.Is(err, row.err) {
				t.Fatalf("got %v, want %v", err, row.err)
			}
			if err == nil && h.Reveal() != row.want {
				t.Error("it is another handle")
			}
		})
	}
	t.Run("never from the URL", func(t *testing.T) {
		r := httptest.NewRequest(http.MethodGet, "/?__session="+one+"&session="+one+"&access_token="+one, nil)
		if _, err := w.FromRequest(r); !errors.Is(err, session.ErrNoSession) {
			t.Errorf("got %v, want ErrNoSession", err)
		}
	})
}

func TestCookie(t *testing.T) {
	w := newWorld(t, connect(t, miniredis.RunT(t).Addr()))
	h := w.signIn(user(w))
	for name, row := range map[string]struct {
		url, proto string
		secure     bool
	}{
		"plain loopback":     {"http://127.0.0.1:8080/", "", false},
		"plain localhost":    {"http://localhost:8080/", "", false},
		"plain IPv6":         {"http://[::1]:8080/", "", false},
		"behind a TLS proxy": {"http://localhost/", "https", true},
		"TLS":                {"https://localhost/", "", true},
		"another host":       {"http://pantry.test/", "", true},
		"look-alike":         {"http://localhost.evil.test/", "", true},
	} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest(http.MethodPost, row.url, nil)
			r.Header.Set("X-Forwarded-Proto", row.proto)
			for _, c := range []*http.Cookie{session.SetCookie(r, h, time.Now().Add(time.Hour)), session.ClearCookie(r)} {
				if c.Name != "__session" || c.Path != "/" || c.Domain != "" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
					t.Errorf("cookie = %+v", c)
				}
				if c.Secure != row.secure {
					t.Errorf("Secure = %v, want %v", c.Secure, row.secure)
				}
			}
		})
	}
	r := request()
	if got := session.SetCookie(r, h, time.Now().Add(time.Hour)).MaxAge; got < 3590 || got > 3600 {
		t.Errorf("Max-Age = %d, want 3600", got)
	}
	if c := session.ClearCookie(r); c.MaxAge >= 0 || c.Value != "" {
		t.Errorf("ClearCookie = %+v, want one that removes", c)
	}
}

// TestGuessing: only the guesses of an address are refused, not its valid sessions.
func TestGuessing(t *testing.T) {
	w := newWorld(t, connect(t, miniredis.RunT(t).Addr()))
	uid := user(w)
	h, ended := w.signIn(uid), w.signIn(uid)
	if err := w.Close(t.Context(), uid, ended.SessionID()); err != nil {
		t.Fatal(err)
	}
	const attacker, neighbor = "203.0.113.7", "203.0.113.8"
	mine, over := request("Authorization", "Bearer "+h.Reveal()), request("Authorization", "Bearer "+ended.Reveal())
	text := h.Reveal()
	guess := request("Authorization", "Bearer "+text[:len(text)-16]+"AAAAAAAAAAAAAAAA")
	try := func(addr string) error { _, err := w.Request(guess, addr); return err }
	for i := range 60 {
		if err := try(attacker); !errors.Is(err, session.ErrNoSession) {
			t.Fatalf("guess %d: got %v, want ErrNoSession", i, err)
		}
	}
	if err := try(attacker); !errors.Is(err, session.ErrTooManyAttempts) {
		t.Errorf("guess 61: got %v, want ErrTooManyAttempts", err)
	}
	if err := try(neighbor); !errors.Is(err, session.ErrNoSession) {
		t.Errorf("another address: got %v, want ErrNoSession", err)
	}

	// From the same address, also on an instance that has not seen the session before.
	if _, err := w.cache().Request(mine, attacker); err != nil {
		t.Errorf("a session that is open: %v", err)
	}
	if _, err := w.Request(over, attacker); !errors.Is(err, session.ErrNoSession) {
		t.Errorf("a session that ended: got %v, want ErrNoSession", err)
	}
	for name, r := range map[string]*http.Request{"guess": guess, "ended": over} {
		if _, err := w.Peek(r); !errors.Is(err, session.ErrNoSession) {
			t.Errorf("Peek, %s: got %v, want ErrNoSession", name, err)
		}
		if err := w.SignOut(r); err != nil {
			t.Errorf("SignOut, %s: %v", name, err)
		}
	}
	w.pass(time.Second)
	if err := try(attacker); !errors.Is(err, session.ErrNoSession) {
		t.Errorf("guess after a second: got %v, want ErrNoSession", err)
	}
}

func TestCounts(t *testing.T) {
	w := newWorld(t, connect(t, miniredis.RunT(t).Addr()))
	for name, count := range map[string]func() error{
		"FailedSignIn": func() error { return w.FailedSignIn("203.0.113.7") },
		"SignsIn":      func() error { return w.SignsIn("somebody") },
	} {
		for i := range 60 {
			if err := count(); err != nil {
				t.Fatalf("%s %d: %v", name, i, err)
			}
		}
		if err := count(); !errors.Is(err, session.ErrTooManyAttempts) {
			t.Errorf("%s 61: got %v, want ErrTooManyAttempts", name, err)
		}
	}
}
