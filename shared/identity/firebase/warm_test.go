package firebase_test

import (
	"net/http"
	"testing"
	"time"

	"pantry.example/shared/emulator/google"
)

// seen returns a function that waits until each place has answered.
func seen(g *google.Google, places ...string) (wait func(t *testing.T)) {
	answered := make(chan string, 64)
	for _, place := range places {
		well := g.Set(place, nil)
		g.Set(place, func(w http.ResponseWriter, r *http.Request) {
			well(w, r)
			answered <- place
		})
	}
	return func(t *testing.T) {
		t.Helper()
		for range places {
			select {
			case <-answered:
			case <-time.After(10 * time.Second):
				t.Fatalf("not all of %v were asked", places)
			}
		}
	}
}

// After WarmSignIn, a sign-in sends Google only the look-up and the exchange.
func TestWarmSignIn(t *testing.T) {
	g := google.New(t)
	f := openGoogle(t)
	wait := seen(g, google.IDTokenKeys, google.CookieKeys, google.TokenServer, google.Front)
	f.WarmSignIn()
	wait(t)
	if _, err := exchange(f, google.Keys().IDToken.Token(t, google.IDClaims("ann"))); err != nil {
		t.Fatal(err)
	}
	for place, want := range map[string]int{
		google.IDTokenKeys: 1, google.CookieKeys: 1, google.TokenServer: 1, google.Front: 1,
		google.Lookup: 1, google.MintCookie: 1,
	} {
		if got := g.Asked(place); got != want {
			t.Errorf("%s was asked %d times, want %d", place, got, want)
		}
	}
}

// A function that opens no session does not fetch the keys of ID tokens.
func TestWarm(t *testing.T) {
	g := google.New(t)
	f := openGoogle(t)
	wait := seen(g, google.CookieKeys, google.TokenServer, google.Front)
	f.Warm()
	wait(t)
	if _, err := f.VerifySessionCookie(t.Context(), google.Keys().Cookie.Token(t, google.CookieClaims("ann"))); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Lookup(t.Context(), "ann"); err != nil {
		t.Fatal(err)
	}
	if token, err := f.Credentials.TokenSource.Token(); err != nil || token.AccessToken != google.AccessToken { // as the Firestore client does
		t.Errorf("the credentials give the token %v (%v), want the one of the look-up", token, err)
	}
	for place, want := range map[string]int{
		google.IDTokenKeys: 0, google.CookieKeys: 1, google.TokenServer: 1, google.Lookup: 1,
	} {
		if got := g.Asked(place); got != want {
			t.Errorf("%s was asked %d times, want %d", place, got, want)
		}
	}
}

// A look-up does not wait for the keys that Warm fetches.
func TestWarmHoldsNothingUp(t *testing.T) {
	g := google.New(t)
	f := openGoogle(t)
	asked, recovered := g.Hang(google.CookieKeys)
	f.SetLimit(time.Second)
	f.Warm()
	<-asked
	if _, err := f.Lookup(t.Context(), "ann"); err != nil {
		t.Errorf("Lookup() = %v, want no error", err)
	}
	// After that fetch has timed out, the next verification fetches again.
	recovered()
	f.SetLimit(10 * time.Second)
	if _, err := f.VerifySessionCookie(t.Context(), google.Keys().Cookie.Token(t, google.CookieClaims("ann"))); err != nil {
		t.Errorf("VerifySessionCookie() = %v, want no error", err)
	}
}
