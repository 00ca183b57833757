package firebase_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"
)

// The SDK throws its keys away before it fetches new ones, and holds a lock while it
// does. So without Google's keys nothing new can be verified; nothing may hang either.

func TestKeyServerThatFails(t *testing.T) {
	for name, broken := range map[string]http.HandlerFunc{
		"500":              answer(http.StatusInternalServerError, "secret detail"),
		"404":              answer(http.StatusNotFound, "secret detail"),
		"a page":           answer(http.StatusOK, "<html>secret detail"),
		"no certificate":   answer(http.StatusOK, `{"id-key":"secret detail","cookie-key":"secret detail"}`),
		"a cut connection": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"a redirect to http": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		},
		"an answer cut short": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "99")
			_, _ = w.Write([]byte("{"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			g := newGoogle(t)
			f := g.firebase()
			for _, k := range kinds() {
				at := idTokenKeys
				if k.name == "session cookie" {
					at = cookieKeys
				}
				well := g.set(at, broken)
				token := k.key.token(t, k.claims())
				_, err := k.verify(f, t.Context(), token)
				wantUnavailable(t, err, token)
				wantNoPartOf(t, err, "secret detail.secret.detail")

				// What is wrong with a token in itself needs no key.
				expired := k.claims()
				expired["exp"] = int64(1)
				token = k.key.token(t, expired)
				_, err = k.verify(f, t.Context(), token)
				wantInvalid(t, err, token)

				g.set(at, well)
				if _, err := k.verify(f, t.Context(), k.key.token(t, k.claims())); err != nil {
					t.Errorf("%s: with the keys back: %v", k.name, err)
				}
			}
		})
	}
}

func TestKeyServerThatHangs(t *testing.T) {
	g := newGoogle(t)
	f := g.firebase()
	fetching, recovered := g.hang(idTokenKeys)
	token := keys().idToken.token(t, idClaims())

	var wait sync.WaitGroup
	wait.Go(func() { // holds the SDK's lock until its five seconds are over
		start := time.Now()
		_, err := f.VerifyIDToken(t.Context(), token)
		wantUnavailable(t, err, token)
		if took := time.Since(start); took < 4900*time.Millisecond || took > 8*time.Second {
			t.Errorf("the first caller waited %v, want 5s", took)
		}
	})
	<-fetching
	for range 20 {
		wait.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			start := time.Now()
			_, err := f.VerifyIDToken(ctx, token)
			wantUnavailable(t, err, token)
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a caller behind it got %v, want DeadlineExceeded", err)
			}
			if took := time.Since(start); took > 3*time.Second {
				t.Errorf("a caller behind it waited %v, want 100ms", took)
			}
		})
	}
	wait.Wait()

	// Session cookies have keys of their own.
	if _, err := f.VerifySessionCookie(t.Context(), keys().cookie.token(t, cookieClaims())); err != nil {
		t.Errorf("VerifySessionCookie() = %v, want no error", err)
	}
	recovered()
	if _, err := f.VerifyIDToken(t.Context(), token); err != nil {
		t.Errorf("VerifyIDToken() with the key server back = %v", err)
	}
}

func TestRememberedCookieNeedsNoKeys(t *testing.T) {
	g := newGoogle(t)
	g.set(cookieKeys, serveKeys(0, keys().cookie)) // so that each verification fetches
	f := g.firebase()
	known, fresh := keys().cookie.token(t, cookieClaims()), cookieClaims()
	fresh["sub"] = "bob"
	unknown := keys().cookie.token(t, fresh)
	if _, err := f.VerifySessionCookie(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	g.set(cookieKeys, answer(http.StatusServiceUnavailable, ""))
	for range 2 {
		got, err := f.VerifySessionCookie(t.Context(), known)
		if err != nil || got.UID != "ann" {
			t.Errorf("VerifySessionCookie(remembered) = %+v, %v, want ann", got, err)
		}
		_, err = f.VerifySessionCookie(t.Context(), unknown)
		wantUnavailable(t, err, unknown)
	}
	// A refusal is not remembered, nor is an outage.
	g.set(cookieKeys, serveKeys(0, keys().cookie))
	if got, err := f.VerifySessionCookie(t.Context(), unknown); err != nil || got.UID != "bob" {
		t.Errorf("VerifySessionCookie() = %+v, %v, want bob", got, err)
	}
}

// Access tokens are fetched under a lock too, and without the request's context.
func TestTokenServerThatHangs(t *testing.T) {
	g := newGoogle(t)
	f := g.firebase()
	idToken := keys().idToken.token(t, idClaims())
	_, recovered := g.hang(tokenServer)

	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			_, err := f.SessionCookie(ctx, idToken, time.Hour)
			wantUnavailable(t, err, idToken)
			_, err = f.Lookup(ctx, "ann")
			wantUnavailable(t, err, "")
		})
	}
	wait.Wait()
	recovered()

	// The fetches that hang are given up in time; then there is a token again. Each try
	// waits its own deadline for that.
	var mintErr, lookupErr error
	for range 3 {
		_, mintErr = f.SessionCookie(t.Context(), idToken, time.Hour)
		_, lookupErr = f.Lookup(t.Context(), "ann")
		if mintErr == nil && lookupErr == nil {
			return
		}
	}
	t.Errorf("with the token server back: SessionCookie() = %v, Lookup() = %v", mintErr, lookupErr)
}
