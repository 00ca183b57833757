package firebase_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/emulator/google"
	"pantry.example/shared/identity"
	"pantry.example/shared/identity/firebase"
)

// anybody is an admit that refuses nobody.
func anybody(identity.Token) error { return nil }

func exchange(f *firebase.Firebase, idToken string) (identity.SignIn, error) {
	return f.Exchange(context.Background(), idToken, time.Hour, anybody)
}

func TestExchange(t *testing.T) {
	g := google.New(t)
	f := openGoogle(t)
	claims := google.IDClaims("ann")
	got, err := f.Exchange(t.Context(), google.Keys().IDToken.Token(t, claims), 7*24*time.Hour, anybody)
	if err != nil {
		t.Fatal(err)
	}
	cookie, issued := got.Cookie, unix(google.Claims(t, got.Cookie)["iat"])
	want := identity.Token{UID: "ann", AuthTime: unix(claims["auth_time"]), Expires: issued.Add(7 * 24 * time.Hour)}
	if diff := cmp.Diff(want, got.Token); diff != "" {
		t.Errorf("Exchange() (-want +got):\n%s", diff)
	}
	fetched := g.Asked(google.CookieKeys)
	g.Set(google.CookieKeys, google.Answer(http.StatusServiceUnavailable, ""))
	again, err := f.VerifySessionCookie(t.Context(), cookie)
	if diff := cmp.Diff(want, again); err != nil || diff != "" || g.Asked(google.CookieKeys) != fetched {
		t.Errorf("VerifySessionCookie() = %v, after %d more fetches (-want +got):\n%s", err, g.Asked(google.CookieKeys)-fetched, diff)
	}
	if n := g.Asked(google.MintCookie); n != 1 {
		t.Errorf("createSessionCookie was called %d times, want once", n)
	}
}

// The error tells an operator the reason, without the text of Google's answer.
func TestExchangeThatFails(t *testing.T) {
	const secret = "secret.detail.of-an-answer"
	status := func(code int, message string) http.HandlerFunc {
		body, _ := json.Marshal(map[string]any{"error": map[string]any{"code": code, "message": message, "status": secret}})
		return google.Answer(code, string(body))
	}
	cookie := func(s google.Signer, change func(map[string]any)) http.HandlerFunc {
		claims := google.CookieClaims("ann")
		change(claims)
		body, _ := json.Marshal(map[string]string{"sessionCookie": s.Token(t, claims)})
		return google.Answer(http.StatusOK, string(body))
	}
	keep := func(map[string]any) {}
	for _, row := range []struct {
		name   string
		answer http.HandlerFunc
		is     error
		want   string
	}{
		{
			"no role", status(403, "PERMISSION_DENIED : "+secret), identity.ErrUnavailable,
			"create session cookie: firebase unavailable: permission denied: the service account lacks a firebaseauth role",
		},
		{
			"no role, in Firebase's words", status(403, "INSUFFICIENT_PERMISSION"), identity.ErrUnavailable,
			"create session cookie: firebase unavailable: permission denied: the service account lacks a firebaseauth role",
		},
		{
			"credentials", status(401, secret), identity.ErrUnavailable,
			"create session cookie: firebase unavailable: the credentials were refused",
		},
		{
			"quota", status(429, secret), identity.ErrUnavailable,
			"create session cookie: firebase unavailable: quota exceeded",
		},
		{
			"a fault of Google's", status(500, secret), identity.ErrUnavailable,
			"create session cookie: firebase unavailable: failed (*internal.FirebaseError)",
		},
		{
			"Authentication is not set up", status(404, "CONFIGURATION_NOT_FOUND : "+secret), identity.ErrUnavailable,
			"create session cookie: firebase unavailable: failed (*internal.FirebaseError)",
		},
		{
			"broken JSON", google.Answer(200, `{"sessionCookie":"`+secret), identity.ErrUnavailable,
			"create session cookie: firebase unavailable: failed (*errors.errorString)",
		},
		{
			"the token is not valid", status(400, "INVALID_ID_TOKEN"), identity.ErrInvalidToken,
			"create session cookie: invalid firebase token",
		},
		{
			"the token is revoked", status(400, "TOKEN_EXPIRED"), identity.ErrInvalidToken,
			"create session cookie: invalid firebase token",
		},
		{
			"the user is disabled", status(400, "USER_DISABLED"), identity.ErrInvalidToken,
			"create session cookie: invalid firebase token",
		},
		{
			"the user is deleted", status(400, "USER_NOT_FOUND"), identity.ErrInvalidToken,
			"create session cookie: invalid firebase token",
		},
		{
			"no cookie", google.Answer(200, `{}`), identity.ErrInvalidToken,
			"verify session cookie: invalid firebase token",
		},
		{
			"a forged cookie", cookie(google.Keys().Foreign, keep), identity.ErrInvalidToken,
			"verify session cookie: invalid firebase token",
		},
		{
			"a cookie of another project", cookie(google.Keys().Cookie, func(c map[string]any) { c["aud"] = "other" }), identity.ErrInvalidToken,
			"verify session cookie: invalid firebase token",
		},
		{
			"a cookie that has expired", cookie(google.Keys().Cookie, func(c map[string]any) { c["exp"] = int64(1) }), identity.ErrInvalidToken,
			"verify session cookie: invalid firebase token",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			g := google.New(t)
			g.Set(google.MintCookie, row.answer)
			idToken := google.Keys().IDToken.Token(t, google.IDClaims("ann"))
			got, err := exchange(openGoogle(t), idToken)
			if got != (identity.SignIn{}) {
				t.Error("Exchange() returned a cookie or claims, want neither")
			}
			if !errors.Is(err, row.is) || err.Error() != row.want {
				t.Errorf("Exchange() = %v, want %s", err, row.want)
			}
			wantNoPartOf(t, err, idToken)
		})
	}
}

// The error has no text of the token server's answer.
func TestNoAccessToken(t *testing.T) {
	const secret = "secret detail"
	g := google.New(t)
	g.Set(google.TokenServer, google.Answer(http.StatusBadRequest, `{"error":"invalid_grant","error_description":"`+secret+`"}`))
	f := openGoogle(t)
	_, err := f.Lookup(t.Context(), "ann")
	if want := "look up account: firebase unavailable: no access token: status 400"; !errors.Is(err, identity.ErrUnavailable) || err.Error() != want {
		t.Errorf("Lookup() = %v, want %s", err, want)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	idToken := google.Keys().IDToken.Token(t, google.IDClaims("ann"))
	_, err = f.SessionCookie(ctx, idToken, time.Hour)
	wantUnavailable(t, err, idToken)
	err = f.Revoke(ctx, "ann")
	wantUnavailable(t, err, idToken)
	if strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), "ann") {
		t.Errorf("Revoke() = %q, want neither the answer nor the uid", err)
	}
	if n := g.Asked(google.MintCookie) + g.Asked(google.Update) + g.Asked(google.Lookup); n != 0 {
		t.Errorf("%d calls were sent without an access token", n)
	}
}

// A look-up with credentials is one request to Google.
func TestLookupWithCredentials(t *testing.T) {
	g := google.New(t)
	accounts, err := identity.NewDirectory(t.Context(), project, "")
	if err != nil {
		t.Fatal(err)
	}
	authorization := make(chan string, 10)
	well := g.Set(google.Lookup, nil)
	g.Set(google.Lookup, func(w http.ResponseWriter, r *http.Request) {
		authorization <- r.Header.Get("Authorization")
		well(w, r)
	})
	for range 3 {
		if _, err := accounts.Lookup(t.Context(), "ann"); err != nil {
			t.Fatal(err)
		}
		if got := <-authorization; got != "Bearer "+google.AccessToken {
			t.Errorf("Authorization = %q, want the access token", got)
		}
	}
	if lookups, tokens := g.Asked(google.Lookup), g.Asked(google.TokenServer); lookups != 3 || tokens != 1 {
		t.Errorf("3 look-ups were %d requests and %d access tokens, want 3 and 1", lookups, tokens)
	}
}

func TestRevokeAtGoogle(t *testing.T) {
	g := google.New(t)
	f := openGoogle(t)
	if err := f.Revoke(t.Context(), "ann"); err != nil || g.Asked(google.Update) != 1 {
		t.Errorf("Revoke() = %v after %d calls, want nil after one", err, g.Asked(google.Update))
	}
	g.Set(google.Update, google.Answer(http.StatusForbidden, `{"error":{"message":"PERMISSION_DENIED : secret detail"}}`))
	err := f.Revoke(t.Context(), "ann")
	want := "revoke refresh tokens: firebase unavailable: permission denied: the service account lacks a firebaseauth role"
	if !errors.Is(err, identity.ErrUnavailable) || err.Error() != want {
		t.Errorf("Revoke() = %v, want %s", err, want)
	}
}

func TestOpenWithoutCredentials(t *testing.T) {
	g := google.New(t)
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", t.TempDir()+"/none.json")
	want := "open account directory: no application default credentials; set up a service account, or run gcloud auth application-default login"
	if _, err := firebase.Open(t.Context(), project, ""); err == nil || err.Error() != want {
		t.Errorf("Open() = %v, want %s", err, want)
	}
	if n := g.Asked(google.TokenServer); n != 0 {
		t.Errorf("opening asked the token server %d times, want never", n)
	}
}

// Exchange makes its two calls at the same time. Here Google answers only after both came.
func TestExchangeAsksAtTheSameTime(t *testing.T) {
	g := google.New(t)
	f := openGoogle(t)
	if _, err := exchange(f, google.Keys().IDToken.Token(t, google.IDClaims("ann"))); err != nil {
		t.Fatal(err)
	}
	both := make(chan struct{})
	var asked atomic.Int32
	for _, at := range []string{google.Lookup, google.MintCookie} {
		well := g.Set(at, nil)
		g.Set(at, func(w http.ResponseWriter, r *http.Request) {
			if asked.Add(1) == 2 {
				close(both)
			}
			select {
			case <-both:
				well(w, r)
			case <-r.Context().Done():
			}
		})
	}
	if _, err := exchange(f, google.Keys().IDToken.Token(t, google.IDClaims("ann"))); err != nil {
		t.Errorf("Exchange() = %v, want no error", err)
	}
}

// When admit refuses, nothing is asked of Google.
func TestExchangeAsksForNobodyWhoIsNotAdmitted(t *testing.T) {
	g := google.New(t)
	f := openGoogle(t)
	claims := google.IDClaims("ann")
	refusal := errors.New("refused")
	var seen identity.Token
	got, err := f.Exchange(t.Context(), google.Keys().IDToken.Token(t, claims), time.Hour, func(token identity.Token) error {
		seen = token
		return refusal
	})
	if !errors.Is(err, refusal) || got != (identity.SignIn{}) {
		t.Errorf("Exchange() = %v, want the refusal and nothing else", err)
	}
	want := identity.Token{UID: "ann", AuthTime: unix(claims["auth_time"]), Expires: unix(claims["exp"])}
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Errorf("admit saw (-want +got):\n%s", diff)
	}
	if n := g.Asked(google.Lookup) + g.Asked(google.MintCookie) + g.Asked(google.TokenServer); n != 0 {
		t.Errorf("Google was asked %d times, want never", n)
	}
}

// The cookie of an account that may not sign in is not returned.
func TestExchangeDropsTheCookieOfARefusedAccount(t *testing.T) {
	for name, users := range map[string]string{
		"disabled": `{"users":[{"localId":"ann","disabled":true}]}`,
		"deleted":  `{}`,
		"revoked":  `{"users":[{"localId":"ann","validSince":"99999999999"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			g := google.New(t)
			minted := make(chan struct{})
			g.Set(google.MintCookie, func(w http.ResponseWriter, r *http.Request) {
				defer close(minted)
				g.Mint(w, r)
			})
			g.Set(google.Lookup, func(w http.ResponseWriter, r *http.Request) {
				select {
				case <-minted:
				case <-r.Context().Done():
				}
				google.Answer(http.StatusOK, users)(w, r)
			})
			idToken := google.Keys().IDToken.Token(t, google.IDClaims("ann"))
			got, err := exchange(openGoogle(t), idToken)
			if got != (identity.SignIn{}) {
				t.Error("Exchange() returned a cookie, want none")
			}
			wantInvalid(t, err, idToken)
		})
	}
}

// A cookie of another user than the token's is refused.
func TestExchangeRefusesAnotherUsersCookie(t *testing.T) {
	g := google.New(t)
	claims := google.CookieClaims("ann")
	claims["sub"] = "bob"
	body, _ := json.Marshal(map[string]string{"sessionCookie": google.Keys().Cookie.Token(t, claims)})
	g.Set(google.MintCookie, google.Answer(http.StatusOK, string(body)))
	if got, err := exchange(openGoogle(t), google.Keys().IDToken.Token(t, google.IDClaims("ann"))); err == nil || got != (identity.SignIn{}) {
		t.Errorf("Exchange() = %v, want an error and no cookie", err)
	}
}
