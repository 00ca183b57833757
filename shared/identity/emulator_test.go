package identity_test

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pantry.example/shared/emulator"
	"pantry.example/shared/emulator/authemulator"
)

// project is the one that the official emulator takes for calls with an API key.
const project = "demo-pantry"

// onEach runs a test on the embedded auth emulator and on the official one.
func onEach(t *testing.T, run func(t *testing.T, e firebaseAuth)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		srv := httptest.NewServer(authemulator.New(project))
		t.Cleanup(srv.Close)
		run(t, firebaseAuth{t, strings.TrimPrefix(srv.URL, "http://")})
	})
	t.Run("official", func(t *testing.T) { run(t, firebaseAuth{t, emulator.Auth(t)}) })
}

type firebaseAuth struct {
	t    *testing.T
	host string
}

// signUp makes an account and returns its uid.
func (e firebaseAuth) signUp() string {
	e.t.Helper()
	uid, _ := e.call("accounts:signUp?key=fake", "", map[string]any{
		"email": strings.ToLower(rand.Text()) + "@example.com", "password": "correct horse", "returnSecureToken": true,
	})["localId"].(string)
	if uid == "" {
		e.t.Fatal("signUp answered no localId")
	}
	return uid
}

// admin calls as the project's owner.
func (e firebaseAuth) admin(method string, body map[string]any) {
	e.t.Helper()
	e.call("projects/"+project+"/"+method, "Bearer owner", body)
}

func (e firebaseAuth) call(path, authorization string, body map[string]any) map[string]any {
	e.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		e.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(e.t.Context(), http.MethodPost,
		"http://"+e.host+"/identitytoolkit.googleapis.com/v1/"+path, bytes.NewReader(text))
	if err != nil {
		e.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		req.Header.Set("Authorization", authorization)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		e.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	answer, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		e.t.Fatalf("%s: status %d, %v: %s", path, res.StatusCode, err, answer)
	}
	var out map[string]any
	if err := json.Unmarshal(answer, &out); err != nil {
		e.t.Fatal(err)
	}
	return out
}
