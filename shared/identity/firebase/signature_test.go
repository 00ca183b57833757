package firebase_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/emulator/google"
	"pantry.example/shared/identity"
	"pantry.example/shared/identity/firebase"
)

// The tests of this file check RS256 signatures with fetched keys, as in production.

func TestSignedTokensAreAccepted(t *testing.T) {
	g := google.New(t)
	f := openGoogle(t)
	for range 3 {
		for _, k := range kinds() {
			claims := k.claims()
			got, err := k.verify(f, t.Context(), k.key.Token(t, claims))
			want := identity.Token{UID: "ann", AuthTime: unix(claims["auth_time"]), Expires: unix(claims["exp"])}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got):\n%s", k.name, err, diff)
			}
		}
	}
	if ids, cookies := g.Asked(google.IDTokenKeys), g.Asked(google.CookieKeys); ids != 1 || cookies != 1 {
		t.Errorf("keys were fetched %d and %d times, want once each", ids, cookies)
	}
}

func TestSignedTokensAreRefused(t *testing.T) {
	g := google.New(t)
	f := openGoogle(t)
	in := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	for _, k := range kinds() {
		t.Run(k.name, func(t *testing.T) {
			with := func(name string, value any) string {
				c := k.claims()
				c[name] = value
				return k.key.Token(t, c)
			}
			header := func(changed map[string]any) map[string]any {
				h := map[string]any{"alg": "RS256", "kid": k.key.ID, "typ": "JWT"}
				maps.Copy(h, changed)
				return h
			}
			good := k.key.Token(t, k.claims())
			segments := good[:strings.LastIndexByte(good, '.')]
			signature := good[len(segments)+1:]
			victim := k.claims()
			victim["sub"] = "victim"
			forger := google.Signer{ID: k.key.ID, Key: google.Keys().Foreign.Key}
			other := k.other()

			for name, token := range map[string]string{
				"another key under the same kid":   forger.Token(t, k.claims()),
				"the key of the other kind":        other.key.Token(t, k.claims()),
				"the other kind":                   other.key.Token(t, other.claims()),
				"the other kind under this kid":    other.key.TokenWith(t, header(nil), other.claims()),
				"an unknown kid":                   k.key.TokenWith(t, header(map[string]any{"kid": "nobody's"}), k.claims()),
				"no kid":                           k.key.TokenWith(t, header(map[string]any{"kid": ""}), k.claims()),
				"alg none, unsigned":               google.Segment(t, header(map[string]any{"alg": "none"})) + "." + google.Segment(t, k.claims()) + ".",
				"alg none, signed":                 k.key.TokenWith(t, header(map[string]any{"alg": "none"}), k.claims()),
				"no alg":                           k.key.TokenWith(t, header(map[string]any{"alg": ""}), k.claims()),
				"alg in lower case":                k.key.TokenWith(t, header(map[string]any{"alg": "rs256"}), k.claims()),
				"alg RS512":                        k.key.TokenWith(t, header(map[string]any{"alg": "RS512"}), k.claims()),
				"HS256 with the certificate":       hs256(t, header(map[string]any{"alg": "HS256"}), k.claims(), []byte(k.key.Cert)),
				"HS256 with the public key":        hs256(t, header(map[string]any{"alg": "HS256"}), k.claims(), publicKey(t, k.key)),
				"HS256 that says RS256":            hs256(t, header(nil), k.claims(), []byte(k.key.Cert)),
				"another's claims, this signature": google.Segment(t, header(nil)) + "." + google.Segment(t, victim) + "." + signature,
				"no signature":                     segments + ".",
				"half a signature":                 segments + "." + signature[:len(signature)/2],
				"a longer signature":               segments + "." + signature + "AAAA",
				"a signature of zeros":             segments + "." + base64.RawURLEncoding.EncodeToString(make([]byte, 256)),
				"a signature that is not base64":   segments + ".!" + signature[1:],
				"another audience":                 with("aud", "other"),
				"a list of audiences":              with("aud", []string{project, "other"}),
				"another issuer":                   with("iss", "https://securetoken.google.com/other"),
				"an issuer that begins like it":    with("iss", k.claims()["iss"].(string)+".evil.example"),
				"no subject":                       with("sub", ""),
				"a subject over 128 bytes":         with("sub", strings.Repeat("x", 129)),
				"expired":                          with("exp", in(-time.Hour)),
				"expired within the SDK's leeway":  with("exp", in(-time.Minute)),
				"issued in the future":             with("iat", in(time.Hour)),
				"signed in in the future":          with("auth_time", in(time.Hour)),
				"a custom token":                   google.Keys().Account.TokenWith(t, map[string]any{"alg": "RS256", "typ": "JWT"}, customClaims()),
				"a custom token under this kid":    k.key.Token(t, customClaims()),
				"two tokens":                       good + "." + good,
				"a token after Bearer":             "Bearer " + good,
			} {
				t.Run(name, func(t *testing.T) {
					got, err := k.verify(f, t.Context(), token)
					if diff := cmp.Diff(identity.Token{}, got); diff != "" {
						t.Errorf("claims were returned (-want +got):\n%s", diff)
					}
					wantInvalid(t, err, token)
				})
			}
			if _, err := k.verify(f, t.Context(), with("sub", strings.Repeat("x", 128))); err != nil {
				t.Errorf("a subject of 128 bytes: %v, want no error", err)
			}
			if _, err := k.verify(f, t.Context(), good); err != nil {
				t.Errorf("the good one: %v, want no error", err)
			}
		})
	}
	if ids, cookies := g.Asked(google.IDTokenKeys), g.Asked(google.CookieKeys); ids > 1 || cookies > 1 {
		t.Errorf("keys were fetched %d and %d times: forged tokens must not make this ask Google", ids, cookies)
	}
}

// kind is one of the two tokens that Firebase signs.
type kind struct {
	name   string
	key    google.Signer
	named  func(uid string) map[string]any
	verify func(*firebase.Firebase, context.Context, string) (identity.Token, error)
	other  func() kind
}

func (k kind) claims() map[string]any { return k.named("ann") }

func kinds() [2]kind {
	var both [2]kind
	both[0] = kind{"id token", google.Keys().IDToken, google.IDClaims, (*firebase.Firebase).VerifyIDToken, func() kind { return both[1] }}
	both[1] = kind{"session cookie", google.Keys().Cookie, google.CookieClaims, (*firebase.Firebase).VerifySessionCookie, func() kind { return both[0] }}
	return both
}

func customClaims() map[string]any {
	email := "pantry@" + project + ".iam.gserviceaccount.com"
	now := time.Now().Unix()
	return map[string]any{
		"iss": email, "sub": email, "uid": "ann", "iat": now, "exp": now + 3600,
		"aud": "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit",
	}
}

// hs256 signs a token with a public key as if it were a shared secret (algorithm confusion).
func hs256(t *testing.T, header, claims map[string]any, secret []byte) string {
	t.Helper()
	segments := google.Segment(t, header) + "." + google.Segment(t, claims)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(segments))
	return segments + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func publicKey(t *testing.T, s google.Signer) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&s.Key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func unix(seconds any) time.Time {
	switch s := seconds.(type) {
	case int64:
		return time.Unix(s, 0)
	case float64: // as encoding/json reads it
		return time.Unix(int64(s), 0)
	}
	return time.Time{}
}
