package session_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
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
			h, err := session.FromRequest(request(row.headers...))
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
		if _, err := session.FromRequest(r); !errors.Is(err, session.ErrNoSession) {
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

// TestGuessing: an address that guesses is refused, and nobody else is locked out.
func TestGuessing(t *testing.T) {
	w := newWorld(t, connect(t, miniredis.RunT(t).Addr()))
	h := w.signIn(user(w))
	mine := request("Authorization", "Bearer "+h.Reveal())
	guess := request("Authorization", "Bearer "+h.Reveal()[:strings.IndexByte(h.Reveal(), '.')]+"."+strings.Repeat("A", 43))
	const attacker, neighbour = "203.0.113.7", "203.0.113.8"
	for name, try := range map[string]func(addr string) error{
		"Request":      func(addr string) error { _, err := w.Request(guess, addr); return err },
		"Peek":         func(addr string) error { _, err := w.Peek(guess, addr); return err },
		"CloseRequest": func(addr string) error { return w.CloseRequest(guess, addr) },
	} {
		t.Run(name, func(t *testing.T) {
			w.pass(time.Hour)
			w.wantOpen(h)
			for i := range 60 {
				if err := try(attacker); !errors.Is(err, session.ErrNoSession) {
					t.Fatalf("guess %d: got %v, want ErrNoSession", i, err)
				}
			}
			if err := try(attacker); !errors.Is(err, session.ErrTooManyGuesses) {
				t.Errorf("guess 61: got %v, want ErrTooManyGuesses", err)
			}
			if err := try(neighbour); !errors.Is(err, session.ErrNoSession) {
				t.Errorf("another address: got %v, want ErrNoSession", err)
			}
			// Also on an instance that has not seen the session before.
			if _, err := w.cache().Request(mine, attacker); err != nil {
				t.Errorf("the user behind the same address: %v", err)
			}
			if _, err := w.Request(mine, attacker); err != nil {
				t.Errorf("the user behind the same address: %v", err)
			}
			w.pass(time.Second)
			if err := try(attacker); !errors.Is(err, session.ErrNoSession) {
				t.Errorf("a second later: got %v, want ErrNoSession", err)
			}
		})
	}
	for name, count := range map[string]func() error{
		"FailedSignIn": func() error { return w.FailedSignIn(attacker) },
		"SignsIn":      func() error { return w.SignsIn("somebody") },
	} {
		for i := range 60 {
			if err := count(); err != nil {
				t.Fatalf("%s %d: %v", name, i, err)
			}
		}
		if err := count(); !errors.Is(err, session.ErrTooManyGuesses) {
			t.Errorf("%s 61: got %v, want ErrTooManyGuesses", name, err)
		}
	}
}

func TestProblem(t *testing.T) {
	for err, want := range map[error]int{
		session.ErrNoSession: 401, session.ErrAmbiguous: 400, session.ErrStaleSignIn: 401,
		session.ErrTooManyGuesses: 429, session.ErrUnavailable: 503, errors.New("other"): 0,
	} {
		if got, _, _ := session.Problem(err); got != want {
			t.Errorf("Problem(%v) = %d, want %d", err, got, want)
		}
	}
}
