package google

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	idTokenIssuer = "https://securetoken.google.com/" + Project
	cookieIssuer  = "https://session.firebase.google.com/" + Project
)

// Keys are made once: making one takes longer than everything that is done with it.
// Foreign has the id of IDToken's key, but is not Google's.
var Keys = sync.OnceValue(func() (k struct{ IDToken, Cookie, Foreign, Account Signer }) {
	k.IDToken, k.Cookie, k.Foreign, k.Account = newSigner("id-key"), newSigner("cookie-key"), newSigner("id-key"), newSigner("")
	return k
})

// Signer signs tokens with one key.
type Signer struct {
	ID   string // the kid of its tokens
	Key  *rsa.PrivateKey
	Cert string // PEM
}

func newSigner(id string) Signer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	return Signer{id, key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

// Token returns a signed token.
func (s Signer) Token(t testing.TB, claims map[string]any) string {
	t.Helper()
	return s.TokenWith(t, map[string]any{"alg": "RS256", "kid": s.ID, "typ": "JWT"}, claims)
}

// TokenWith returns a signed token with another header.
func (s Signer) TokenWith(t testing.TB, header, claims map[string]any) string {
	t.Helper()
	segments := Segment(t, header) + "." + Segment(t, claims)
	sum := sha256.Sum256([]byte(segments))
	signature, err := rsa.SignPKCS1v15(rand.Reader, s.Key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return segments + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func (s Signer) privatePEM(t testing.TB) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(s.Key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// ServeKeys serves public keys that a client may keep for so many seconds.
func ServeKeys(maxAge int, signers ...Signer) http.HandlerFunc {
	certs := map[string]string{}
	for _, s := range signers {
		certs[s.ID] = s.Cert
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age="+strconv.Itoa(maxAge))
		writeJSON(w, certs)
	}
}

// IDClaims are the claims of an ID token: the user signed in a minute ago.
func IDClaims(uid string) map[string]any {
	now := time.Now().Unix()
	return map[string]any{
		"iss": idTokenIssuer, "aud": Project, "sub": uid, "user_id": uid,
		"iat": now - 5, "auth_time": now - 60, "exp": now + 3600,
	}
}

// CookieClaims are the claims of a session cookie of the same sign-in.
func CookieClaims(uid string) map[string]any {
	c := IDClaims(uid)
	c["iss"] = cookieIssuer
	return c
}

// Claims reads a token's claims, whoever signed it.
func Claims(t testing.TB, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("a token of %d parts", len(parts))
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

// Unsigned returns a token as the Auth emulators make them.
func Unsigned(t testing.TB, claims map[string]any) string {
	t.Helper()
	return Segment(t, map[string]any{"alg": "none", "typ": "JWT"}) + "." + Segment(t, claims) + "."
}

// Segment encodes one part of a token.
func Segment(t testing.TB, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}
