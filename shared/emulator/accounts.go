package emulator

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pantry.example/shared/emulator/firebaseauth"
)

// Project is the project that the official Auth emulator uses for calls with an API key.
const Project = "demo-pantry"

// Accounts are the accounts of a Firebase Auth emulator.
type Accounts struct {
	t    testing.TB
	Host string // host:port of the emulator

	project string
}

// NewAccounts returns the project's accounts of the emulator at host:port.
func NewAccounts(t testing.TB, host, project string) Accounts { return Accounts{t, host, project} }

// OnEachAuth runs a test on the embedded Firebase Auth emulator and on the official one.
func OnEachAuth(t *testing.T, run func(t *testing.T, a Accounts)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		srv := httptest.NewServer(firebaseauth.New(Project))
		t.Cleanup(srv.Close)
		run(t, NewAccounts(t, strings.TrimPrefix(srv.URL, "http://"), Project))
	})
	t.Run("official", func(t *testing.T) { run(t, NewAccounts(t, Auth(t), Project)) })
}

// SignUp makes an account and returns its uid and an ID token.
func (a Accounts) SignUp() (uid, idToken string) {
	a.t.Helper()
	answer := a.call("accounts:signUp?key=fake", "", map[string]any{
		"email": strings.ToLower(rand.Text()) + "@example.com", "password": "correct horse", "returnSecureToken": true,
	})
	uid, _ = answer["localId"].(string)
	idToken, _ = answer["idToken"].(string)
	if uid == "" || idToken == "" {
		a.t.Fatal("signUp answered no localId or no idToken")
	}
	return uid, idToken
}

// Admin calls a method, such as accounts:update, as the project's owner.
func (a Accounts) Admin(method string, body map[string]any) {
	a.t.Helper()
	a.call("projects/"+a.project+"/"+method, "Bearer owner", body)
}

func (a Accounts) call(path, authorization string, body map[string]any) map[string]any {
	a.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		a.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost,
		"http://"+a.Host+"/identitytoolkit.googleapis.com/v1/"+path, bytes.NewReader(text))
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		a.t.Fatalf("%s: status %d, %v: %s", path, res.StatusCode, err, answer)
	}
	var out map[string]any
	if err := json.Unmarshal(answer, &out); err != nil {
		a.t.Fatal(err)
	}
	return out
}
