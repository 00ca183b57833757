package firebase_test

import (
	"context"
	"errors"
	"maps"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/emulator"
	"pantry.example/shared/emulator/google"
	"pantry.example/shared/identity"
	"pantry.example/shared/identity/firebase"
)

func TestVerifyIDToken(t *testing.T) {
	emulator.OnEachAuth(t, func(t *testing.T, a emulator.Accounts) {
		f := open(t, a.Host)
		start := time.Now().Truncate(time.Second)
		uid, idToken := a.SignUp()
		got, err := f.VerifyIDToken(t.Context(), idToken)
		if err != nil {
			t.Fatal(err)
		}
		if got.UID != uid || got.AuthTime.Before(start) || got.AuthTime.After(time.Now()) || got.Expires.Before(start.Add(time.Hour)) {
			t.Errorf("VerifyIDToken() = %+v, want %s, who signed in just now, for an hour", got, uid)
		}
	})
}

// The emulators sign nothing, but the claims of a token are checked. The SDK accepts times
// that are five minutes off. This package accepts them only for times in the future.
func TestVerifyIDTokenRefuses(t *testing.T) {
	emulator.OnEachAuth(t, func(t *testing.T, a emulator.Accounts) {
		f := open(t, a.Host)
		_, idToken := a.SignUp()
		claims := google.Claims(t, idToken)
		with := func(changed map[string]any) string {
			c := maps.Clone(claims)
			maps.Copy(c, changed)
			return google.Unsigned(t, c)
		}
		ago := func(d time.Duration) int64 { return time.Now().Add(-d).Unix() }
		cookie, err := f.SessionCookie(t.Context(), idToken, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.VerifyIDToken(t.Context(), with(nil)); err != nil {
			t.Fatalf("VerifyIDToken(what the emulator signed) = %v", err)
		}
		for name, token := range map[string]string{
			"of another project":             with(map[string]any{"aud": "other", "iss": "https://securetoken.google.com/other"}),
			"for another project":            with(map[string]any{"aud": "other"}),
			"from another project":           with(map[string]any{"iss": "https://securetoken.google.com/other"}),
			"a session cookie":               cookie,
			"without a subject":              with(map[string]any{"sub": ""}),
			"with a subject over 128 bytes":  with(map[string]any{"sub": strings.Repeat("x", 129)}),
			"with a subject that is no text": with(map[string]any{"sub": 7}),
			"long expired":                   with(map[string]any{"exp": ago(time.Hour)}),
			"expired a second ago":           with(map[string]any{"exp": ago(time.Second)}),
			"that never expires":             with(map[string]any{"exp": int64(1<<63 - 1)}),
			"issued in the future":           with(map[string]any{"iat": ago(-10 * time.Minute)}),
			"signed in in the future":        with(map[string]any{"auth_time": ago(-10 * time.Minute)}),
			"of nobody":                      with(map[string]any{"sub": "nobody"}),
			"empty":                          "",
			"two parts":                      strings.TrimSuffix(idToken, "."),
			"four parts":                     idToken + ".",
			"not base64":                     "eyJ!.eyJ!.",
			"not JSON":                       "YWJj.YWJj.",
			"null":                           "bnVsbA.bnVsbA.",
			"spaces":                         "  .  . ",
			"a NUL":                          "\x00.\x00.\x00",
			"long":                           strings.Repeat("a.", 1<<16),
		} {
			t.Run(name, func(t *testing.T) {
				got, err := f.VerifyIDToken(t.Context(), token)
				if diff := cmp.Diff(identity.Token{}, got); diff != "" {
					t.Errorf("VerifyIDToken() returned claims (-want +got):\n%s", diff)
				}
				wantInvalid(t, err, token)
			})
		}
	})
}

// With an emulator, the SDK looks the account up for each token.
func TestVerifyIDTokenOfAnAccountThatIsGone(t *testing.T) {
	emulator.OnEachAuth(t, func(t *testing.T, a emulator.Accounts) {
		f := open(t, a.Host)
		for name, end := range map[string]func(uid string){
			"deleted":  func(uid string) { a.Admin("accounts:delete", map[string]any{"localId": uid}) },
			"disabled": func(uid string) { a.Admin("accounts:update", map[string]any{"localId": uid, "disableUser": true}) },
		} {
			uid, idToken := a.SignUp()
			end(uid)
			t.Run(name, func(t *testing.T) {
				_, err := f.VerifyIDToken(t.Context(), idToken)
				wantInvalid(t, err, idToken)
				_, err = exchange(f, idToken)
				wantInvalid(t, err, idToken)
				_, err = f.SessionCookie(t.Context(), idToken, time.Hour)
				wantInvalid(t, err, idToken)
			})
		}
	})
}

func TestExchangeAtTheEmulators(t *testing.T) {
	emulator.OnEachAuth(t, func(t *testing.T, a emulator.Accounts) {
		f := open(t, a.Host)
		uid, idToken := a.SignUp()
		signIn, err := f.VerifyIDToken(t.Context(), idToken)
		if err != nil {
			t.Fatal(err)
		}
		for _, ttl := range []time.Duration{5 * time.Minute, 7 * 24 * time.Hour, 14 * 24 * time.Hour} {
			got, err := f.Exchange(t.Context(), idToken, ttl, anybody)
			if err != nil {
				t.Fatalf("Exchange(%v) = %v", ttl, err)
			}
			issued := unix(google.Claims(t, got.Cookie)["iat"])
			want := identity.Token{UID: uid, AuthTime: signIn.AuthTime, Expires: issued.Add(ttl)}
			if diff := cmp.Diff(want, got.Token); diff != "" || got.State.Disabled {
				t.Errorf("Exchange(%v): state %+v, token (-want +got):\n%s", ttl, got.State, diff)
			}
			again, err := f.VerifySessionCookie(t.Context(), got.Cookie)
			if diff := cmp.Diff(want, again); err != nil || diff != "" {
				t.Errorf("VerifySessionCookie() = %v (-want +got):\n%s", err, diff)
			}
		}
	})
}

func TestSessionCookieRefuses(t *testing.T) {
	emulator.OnEachAuth(t, func(t *testing.T, a emulator.Accounts) {
		f := open(t, a.Host)
		_, idToken := a.SignUp()
		claims := google.Claims(t, idToken)
		claims["sub"], claims["user_id"] = "nobody", "nobody"
		for name, token := range map[string]string{"garbage": "garbage", "of nobody": google.Unsigned(t, claims)} {
			cookie, err := f.SessionCookie(t.Context(), token, time.Hour)
			if cookie != "" {
				t.Errorf("%s: SessionCookie() returned a cookie", name)
			}
			wantInvalid(t, err, token)
		}
		// A time to live that Firebase does not allow does not make the token invalid.
		for _, ttl := range []time.Duration{5*time.Minute - time.Second, 14*24*time.Hour + time.Second} {
			if _, err := f.SessionCookie(t.Context(), idToken, ttl); !errors.Is(err, identity.ErrUnavailable) {
				t.Errorf("SessionCookie(%v) = %v, want ErrUnavailable", ttl, err)
			}
		}
	})
}

// A verified cookie is remembered until it expires, and Firebase is not asked again.
func TestSessionCookieIsRemembered(t *testing.T) {
	emulator.OnEachAuth(t, func(t *testing.T, a emulator.Accounts) {
		host, requests := counted(t, a)
		f := open(t, host)
		uid, idToken := a.SignUp()
		in, err := exchange(f, idToken)
		if err != nil {
			t.Fatal(err)
		}
		cookie, token := in.Cookie, in.Token
		asked := requests.Load()
		for range 3 {
			got, err := f.VerifySessionCookie(t.Context(), cookie)
			if diff := cmp.Diff(token, got); err != nil || diff != "" {
				t.Fatalf("VerifySessionCookie() = %v (-want +got):\n%s", err, diff)
			}
		}
		if n := requests.Load() - asked; n != 0 {
			t.Errorf("a remembered cookie asked Firebase %d times, want never", n)
		}

		// A new instance asks Firebase. This shows that the count above works.
		if _, err := open(t, host).VerifySessionCookie(t.Context(), cookie); err != nil {
			t.Fatal(err)
		}
		if n := requests.Load() - asked; n == 0 {
			t.Error("a new instance asked nobody")
		}

		// One other character makes it another cookie.
		claims := google.Claims(t, cookie)
		claims["sub"] = "victim-of-" + uid
		_, err = f.VerifySessionCookie(t.Context(), google.Unsigned(t, claims))
		wantInvalid(t, err, cookie)

		f.SetClock(func() time.Time { return token.Expires.Add(-time.Second) })
		if _, err := f.VerifySessionCookie(t.Context(), cookie); err != nil {
			t.Errorf("VerifySessionCookie(a second before its end) = %v", err)
		}
		f.SetClock(func() time.Time { return token.Expires })
		_, err = f.VerifySessionCookie(t.Context(), cookie)
		wantInvalid(t, err, cookie)
	})
}

func TestRevoke(t *testing.T) {
	emulator.OnEachAuth(t, func(t *testing.T, a emulator.Accounts) {
		f := open(t, a.Host)
		uid, _ := a.SignUp()
		a.Admin("accounts:update", map[string]any{"localId": uid, "validSince": "1"})
		start := time.Now().Truncate(time.Second)
		if err := f.Revoke(t.Context(), uid); err != nil {
			t.Fatal(err)
		}
		state, err := f.Lookup(t.Context(), uid)
		if err != nil || state.Disabled || state.ValidAfter.Before(start) || state.ValidAfter.After(time.Now()) {
			t.Errorf("Lookup() after Revoke() = %+v, %v, want a live account that is valid after now", state, err)
		}

		// A deleted account can be signed out everywhere.
		a.Admin("accounts:delete", map[string]any{"localId": uid})
		if err := f.Revoke(t.Context(), uid); err != nil {
			t.Errorf("Revoke(a deleted user) = %v, want nil: there is nothing left to revoke", err)
		}
	})
}

func TestFirebaseWithNobodyThere(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("FIREBASE_AUTH_EMULATOR_HOST", l.Addr().String())
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := firebase.Open(t.Context(), project, l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now().Unix()
	token := google.Unsigned(t, map[string]any{
		"iss": "https://securetoken.google.com/" + project, "aud": project, "sub": "ann",
		"iat": now, "auth_time": now, "exp": now + 3600,
	})
	f.SetLimit(200 * time.Millisecond) // the SDK would retry for 7.5 s
	_, err = f.VerifyIDToken(t.Context(), token)
	wantUnavailable(t, err, token)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("VerifyIDToken() = %v, want the deadline to have ended it", err)
	}
}

func wantInvalid(t *testing.T, err error, token string) {
	t.Helper()
	if !errors.Is(err, identity.ErrInvalidToken) || errors.Is(err, identity.ErrUnavailable) {
		t.Errorf("got error %v, want ErrInvalidToken", err)
	}
	wantNoPartOf(t, err, token)
}

func wantUnavailable(t *testing.T, err error, token string) {
	t.Helper()
	if !errors.Is(err, identity.ErrUnavailable) || errors.Is(err, identity.ErrInvalidToken) {
		t.Errorf("got error %v, want ErrUnavailable", err)
	}
	wantNoPartOf(t, err, token)
}

// wantNoPartOf checks that an error shows no part of a token.
func wantNoPartOf(t *testing.T, err error, token string) {
	t.Helper()
	if err == nil {
		return
	}
	for _, part := range strings.Split(token, ".") {
		for len(part) >= 8 {
			if strings.Contains(err.Error(), part[:8]) {
				t.Errorf("the error %q shows a part of the token", err)
				return
			}
			part = part[8:]
		}
	}
}
