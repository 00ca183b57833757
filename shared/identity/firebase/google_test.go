package firebase_test

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pantry.example/shared/identity/firebase"
)

// google is Google on loopback: the public keys of Firebase's tokens, Identity Toolkit
// and the token server. The Admin SDK checks signatures against it as in production.
type google struct {
	t    *testing.T
	name string // in the token server's address, so that leftovers of other tests are known
	mu   sync.Mutex
	has  map[string]http.HandlerFunc
	n    map[string]int
}

// What google serves; a test puts another handler there to make it fail.
const (
	idTokenKeys = "www.googleapis.com/robot/v1/metadata/x509/securetoken@system.gserviceaccount.com"
	cookieKeys  = "www.googleapis.com/identitytoolkit/v3/relyingparty/publicKeys"
	mintCookie  = "identitytoolkit.googleapis.com/v1/projects/" + project + ":createSessionCookie"
	update      = "identitytoolkit.googleapis.com/v1/projects/" + project + "/accounts:update"
	lookup      = "identitytoolkit.googleapis.com/v1/projects/" + project + "/accounts:lookup"
	tokenServer = "oauth2.googleapis.com/token"
)

const accessToken = "ya29.made-up-access-token"

// keys are made once: a key takes longer than all that is done with it.
var keys = sync.OnceValue(func() (k struct{ idToken, cookie, foreign, account signer }) {
	k.idToken, k.cookie, k.foreign, k.account = newSigner("id-key"), newSigner("cookie-key"), newSigner("id-key"), newSigner("")
	return k
})

// signer signs as the key kid does.
type signer struct {
	kid  string
	key  *rsa.PrivateKey
	cert string // PEM
}

func newSigner(kid string) signer {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		panic(err)
	}
	return signer{kid, key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

// sign returns the signature of two segments.
func (s signer) sign(t *testing.T, segments string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(segments))
	sig, err := rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(sig)
}

// token returns a signed token.
func (s signer) token(t *testing.T, claims map[string]any) string {
	t.Helper()
	return s.tokenWith(t, map[string]any{"alg": "RS256", "kid": s.kid, "typ": "JWT"}, claims)
}

func (s signer) tokenWith(t *testing.T, header, claims map[string]any) string {
	t.Helper()
	segments := segment(t, header) + "." + segment(t, claims)
	return segments + "." + s.sign(t, segments)
}

var googles atomic.Int64

// googleAddr is where all HTTPS of this process goes.
var googleAddr atomic.Pointer[string]

// The dialer is set once, before anything dials: a call that a test gave up on may go on
// in the background.
func init() {
	transport, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		panic("http.DefaultTransport is no *http.Transport")
	}
	transport.DialTLSContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		addr := googleAddr.Load()
		if addr == nil {
			return nil, errors.New("no google runs in this test")
		}
		return new(net.Dialer).DialContext(ctx, "tcp", *addr)
	}
}

// newGoogle starts a google in which all is well. All HTTPS of this process goes to it
// until the test ends: the SDK takes its transport from http.DefaultTransport.
func newGoogle(t *testing.T) *google {
	t.Helper()
	t.Setenv("FIREBASE_AUTH_EMULATOR_HOST", "")
	name := fmt.Sprint(googles.Add(1))
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", serviceAccount(t, name))
	k := keys()
	g := &google{t: t, name: name, n: map[string]int{}}
	g.has = map[string]http.HandlerFunc{
		idTokenKeys: serveKeys(3600, k.idToken),
		cookieKeys:  serveKeys(3600, k.cookie),
		mintCookie:  g.mint,
		update:      answer(http.StatusOK, `{"localId":"ann"}`),
		lookup:      answer(http.StatusOK, `{"users":[{"localId":"ann"}]}`),
		tokenServer: answer(http.StatusOK, `{"access_token":"`+accessToken+`","token_type":"Bearer","expires_in":3600}`),
	}
	srv := httptest.NewServer(g)
	t.Cleanup(srv.Close)

	addr := srv.Listener.Addr().String()
	googleAddr.Store(&addr)
	t.Cleanup(func() {
		googleAddr.Store(nil)
		if transport, ok := http.DefaultTransport.(*http.Transport); ok {
			transport.CloseIdleConnections()
		}
	})
	return g
}

func (g *google) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if of := r.URL.Query().Get("google"); of != "" && of != g.name {
		http.NotFound(w, r) // from a call that an earlier test gave up on
		return
	}
	at := r.Host + r.URL.Path
	g.mu.Lock()
	h, ok := g.has[at]
	g.n[at]++
	g.mu.Unlock()
	if !ok {
		g.t.Errorf("a request to %s, where nothing should be asked", at)
		http.NotFound(w, r)
		return
	}
	h(w, r)
}

// set replaces what answers at a place and returns what did.
func (g *google) set(at string, h http.HandlerFunc) (old http.HandlerFunc) {
	g.mu.Lock()
	defer g.mu.Unlock()
	old = g.has[at]
	g.has[at] = h
	return old
}

func (g *google) asked(at string) int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.n[at]
}

// hang makes a place take requests and answer none, until the returned function is
// called, at the end of the test at the latest. Each request is told on the channel.
func (g *google) hang(at string) (asked <-chan struct{}, recovered func()) {
	told, release := make(chan struct{}, 64), make(chan struct{})
	old := g.set(at, func(_ http.ResponseWriter, r *http.Request) {
		told <- struct{}{}
		select {
		case <-release:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	})
	// What hangs goes on hanging: only new requests are answered again.
	g.t.Cleanup(func() { close(release) })
	return told, func() { g.set(at, old) }
}

// firebase opens the project with this google.
func (g *google) firebase() *firebase.Firebase {
	g.t.Helper()
	f, err := firebase.Open(g.t.Context(), project, "")
	if err != nil {
		g.t.Fatal(err)
	}
	return f
}

// mint exchanges an ID token for a session cookie, as Identity Toolkit does.
func (g *google) mint(w http.ResponseWriter, r *http.Request) {
	var in struct {
		IDToken       string `json:"idToken"`
		ValidDuration int64  `json:"validDuration"`
	}
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil || r.Header.Get("Authorization") != "Bearer "+accessToken {
		g.t.Errorf("createSessionCookie: %v, or without the access token", err)
	}
	claims := claimsOf(g.t, in.IDToken)
	claims["iss"] = "https://session.firebase.google.com/" + project
	claims["iat"] = time.Now().Unix()
	claims["exp"] = time.Now().Unix() + in.ValidDuration
	out, _ := json.Marshal(map[string]string{"sessionCookie": keys().cookie.token(g.t, claims)})
	_, _ = w.Write(out)
}

// idClaims are those of an ID token of the user ann, who signed in a minute ago.
func idClaims() map[string]any {
	now := time.Now().Unix()
	return map[string]any{
		"iss": "https://securetoken.google.com/" + project, "aud": project, "sub": "ann", "user_id": "ann",
		"iat": now - 5, "auth_time": now - 60, "exp": now + 3600,
	}
}

// cookieClaims are those of a session cookie of the same user.
func cookieClaims() map[string]any {
	c := idClaims()
	c["iss"] = "https://session.firebase.google.com/" + project
	return c
}

// serveKeys serves public keys that may be kept for so many seconds.
func serveKeys(maxAge int, signers ...signer) http.HandlerFunc {
	certs := map[string]string{}
	for _, s := range signers {
		certs[s.kid] = s.cert
	}
	body, _ := json.Marshal(certs)
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "public, max-age="+big.NewInt(int64(maxAge)).String())
		_, _ = w.Write(body)
	}
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// serviceAccount writes made-up credentials and returns their file.
func serviceAccount(t *testing.T, google string) string {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(keys().account.key)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(map[string]string{
		"type": "service_account", "project_id": project, "private_key_id": "1",
		"client_email": "pantry@" + project + ".iam.gserviceaccount.com", "client_id": "1",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"token_uri":   "https://" + tokenServer + "?google=" + google,
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "account.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
