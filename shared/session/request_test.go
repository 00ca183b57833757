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
	server := miniredis.RunT(t)
	w := newWorld(t, connect(t, server.Addr()))
	uid := user(w)
	h := w.signIn(uid)
	mine := request("Authorization", "Bearer "+h.Reveal())
	const attacker, neighbour = "203.0.113.7", "203.0.113.8"
	if _, err := w.Request(mine, attacker); err != nil { // the user is behind the same address
		t.Fatal(err)
	}
	refused := 0
	for range 70 {
		guess := h.Reveal()[:strings.IndexByte(h.Reveal(), '.')] + "." + strings.Repeat("A", 43)
		_, err := w.Request(request("Authorization", "Bearer "+guess), attacker)
		if errors.Is(err, session.ErrTooManyGuesses) {
			refused++
		} else if !errors.Is(err, session.ErrNoSession) {
			t.Fatalf("guess: %v", err)
		}
	}
	if refused != 10 {
		t.Errorf("%d of 70 guesses were refused, want those after the 60th", refused)
	}
	before := server.CommandCount()
	guess := request("Cookie", "__session="+b64(uid)+"."+strings.Repeat("B", 42)+"A")
	if _, err := w.Request(guess, attacker); !errors.Is(err, session.ErrTooManyGuesses) {
		t.Errorf("got %v, want ErrTooManyGuesses", err)
	}
	if n := server.CommandCount() - before; n != 0 {
		t.Errorf("a refused guess cost %d commands, want none", n)
	}
	for what, addr := range map[string]string{"the attacker's": attacker, "another": neighbour} {
		if _, err := w.Request(mine, addr); err != nil {
			t.Errorf("the user from %s address: %v", what, err)
		}
	}
	if err := w.Guess(attacker); err != nil {
		t.Errorf("a sign-in from the address of a guesser of handles: %v", err)
	}
	for range 60 {
		w.Failed(attacker)
	}
	if err := w.Guess(attacker); !errors.Is(err, session.ErrTooManyGuesses) {
		t.Errorf("a sign-in after 60 that failed: got %v, want ErrTooManyGuesses", err)
	}
	w.pass(time.Second)
	if err := w.Guess(attacker); err != nil {
		t.Errorf("a second later: %v", err)
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
