package firebase

import (
	"context"
	"encoding/base64"
	"fmt"

	"firebase.google.com/go/v4/auth"
)

// Warm starts to fetch what a request with a session needs from Google: the keys of session
// cookies, an access token, and a connection for look-ups. It returns at once.
func (f *Firebase) Warm() {
	f.Directory.Warm()
	f.fetchKeys("https://session.firebase.google.com/", f.client.VerifySessionCookie)
}

// WarmSignIn is Warm for a function that opens sessions. It fetches the keys of ID tokens too.
func (f *Firebase) WarmSignIn() {
	f.Warm()
	f.fetchKeys("https://securetoken.google.com/", f.client.VerifyIDToken)
}

// fetchKeys makes the SDK fetch public keys. The SDK does that only to verify a token, so
// it gets a well-formed one without a signature.
func (f *Firebase) fetchKeys(issuer string, verify func(context.Context, string) (*auth.Token, error)) {
	if f.emulated {
		return // there are no keys
	}
	header := `{"alg":"RS256","kid":"none","typ":"JWT"}`
	claims := fmt.Sprintf(`{"iss":%q,"aud":%q,"sub":"nobody","iat":1,"exp":%d}`, issuer+f.project, f.project, f.now().Unix()+60)
	segment := func(s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), f.limit)
		defer cancel()
		_, _ = verify(ctx, segment(header)+"."+segment(claims)+".")
	}()
}
