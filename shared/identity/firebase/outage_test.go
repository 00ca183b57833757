package firebase_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"pantry.example/shared/emulator/google"
)

// The SDK drops its old keys before it fetches new ones, and holds a lock meanwhile. So
// without Google's keys no new token can be verified. No call may hang.

func TestKeyServerThatFails(t *testing.T) {
	for name, broken := range map[string]http.HandlerFunc{
		"500":              google.Answer(http.StatusInternalServerError, "secret detail"),
		"404":              google.Answer(http.StatusNotFound, "secret detail"),
		"a page":           google.Answer(http.StatusOK, "<html>secret detail"),
		"no certificate":   google.Answer(http.StatusOK, `{"id-key":"secret detail","cookie-key":"secret detail"}`),
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
			g := google.New(t)
			f := openGoogle(t)
			for _, k := range kinds() {
				at := google.IDTokenKeys
				if k.name == "session cookie" {
					at = google.CookieKeys
				}
				well := g.Set(at, broken)
				token := k.key.Token(t, k.claims())
				_, err := k.verify(f, t.Context(), token)
				wantUnavailable(t, err, token)
				wantNoPartOf(t, err, "secret detail.secret.detail")

				// A token with bad claims is refused without a key.
				expired := k.claims()
				expired["exp"] = int64(1)
				token = k.key.Token(t, expired)
				_, err = k.verify(f, t.Context(), token)
				wantInvalid(t, err, token)

				g.Set(at, well)
				if _, err := k.verify(f, t.Context(), k.key.Token(t, k.claims())); err != nil {
					t.Errorf("%s: with the keys back: %v", k.name, err)
				}
			}
		})
	}
}

func TestKeyServerThatHangs(t *testing.T) {
	g := google.New(t)
	f := openGoogle(t)
	fetching, recovered := g.Hang(google.IDTokenKeys)
	token := google.Keys().IDToken.Token(t, google.IDClaims("ann"))

	// The key server never answers. Each caller returns because of its deadline: the first
	// one, which holds the SDK's lock, and the ones that wait for the lock.
	f.SetLimit(time.Second)
	var wait sync.WaitGroup
	verify := func(ctx context.Context) {
		_, err := f.VerifyIDToken(ctx, token)
		wantUnavailable(t, err, token)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("VerifyIDToken() = %v, want DeadlineExceeded", err)
		}
	}
	wait.Go(func() { verify(t.Context()) })
	<-fetching
	for range 20 {
		wait.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer cancel()
			verify(ctx)
		})
	}
	wait.Wait()
	f.SetLimit(10 * time.Second)

	// Session cookies have other keys.
	if _, err := f.VerifySessionCookie(t.Context(), google.Keys().Cookie.Token(t, google.CookieClaims("ann"))); err != nil {
		t.Errorf("VerifySessionCookie() = %v, want no error", err)
	}
	recovered()
	if _, err := f.VerifyIDToken(t.Context(), token); err != nil {
		t.Errorf("VerifyIDToken() with the key server back = %v", err)
	}
}

func TestRememberedCookieNeedsNoKeys(t *testing.T) {
	g := google.New(t)
	g.Set(google.CookieKeys, google.ServeKeys(0, google.Keys().Cookie)) // so that each verification fetches
	f := openGoogle(t)
	known, fresh := google.Keys().Cookie.Token(t, google.CookieClaims("ann")), google.CookieClaims("ann")
	fresh["sub"] = "bob"
	unknown := google.Keys().Cookie.Token(t, fresh)
	if _, err := f.VerifySessionCookie(t.Context(), known); err != nil {
		t.Fatal(err)
	}
	g.Set(google.CookieKeys, google.Answer(http.StatusServiceUnavailable, ""))
	for range 2 {
		got, err := f.VerifySessionCookie(t.Context(), known)
		if err != nil || got.UID != "ann" {
			t.Errorf("VerifySessionCookie(remembered) = %+v, %v, want ann", got, err)
		}
		_, err = f.VerifySessionCookie(t.Context(), unknown)
		wantUnavailable(t, err, unknown)
	}
	// Neither a refusal nor an outage is remembered.
	g.Set(google.CookieKeys, google.ServeKeys(0, google.Keys().Cookie))
	if got, err := f.VerifySessionCookie(t.Context(), unknown); err != nil || got.UID != "bob" {
		t.Errorf("VerifySessionCookie() = %+v, %v, want bob", got, err)
	}
}

// Access tokens are also fetched under a lock, and without the request's context.
func TestTokenServerThatHangs(t *testing.T) {
	g := google.New(t)
	f := openGoogle(t)
	idToken := google.Keys().IDToken.Token(t, google.IDClaims("ann"))
	_, recovered := g.Hang(google.TokenServer)

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

	// The hanging fetches time out, and then a token can be fetched. Each try below waits
	// until its own deadline.
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
