package store_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"pantry.example/shared/emulator"
)

// TestRulesDenyClients loads firestore.rules into the emulator and tries what a
// browser could: to read, list, query and write a user's recipes without a token
// and with that very user's.
func TestRulesDenyClients(t *testing.T) {
	host := emulator.Firestore(t)
	project := fmt.Sprintf("demo-rules-%d", time.Now().UnixNano())
	db := rest{t, "http://" + host + "/v1/projects/" + project + "/databases/(default)/documents"}
	load := func(rules string) {
		t.Helper()
		body, _ := json.Marshal(map[string]any{"rules": map[string]any{"files": []any{map[string]string{"name": "firestore.rules", "content": rules}}}})
		url := "http://" + host + "/emulator/v1/projects/" + project + ":securityRules"
		if code := (rest{t, url}).call(http.MethodPut, "", "", body); code != http.StatusOK {
			t.Fatalf("load the rules: %d", code)
		}
	}
	const doc = "/users/ada/recipes/one"
	body := []byte(`{"fields":{"title":{"stringValue":"x"}}}`)
	query := []byte(`{"structuredQuery":{"from":[{"collectionId":"recipes","allDescendants":true}]}}`)
	calls := []struct{ method, path string }{
		{http.MethodGet, doc},
		{http.MethodGet, "/users/ada/recipes"},
		{http.MethodGet, "/users/ada"},
		{http.MethodGet, "/anything/else"},
		{http.MethodPost, ":runQuery"},
		{http.MethodPatch, doc},
		{http.MethodPost, "/users/ada/recipes?documentId=two"},
		{http.MethodPatch, "/users/ada"},
		{http.MethodDelete, doc},
	}
	try := func(token string, want int) {
		t.Helper()
		for _, c := range calls {
			send := body
			if c.path == ":runQuery" {
				send = query
			}
			if got := db.call(c.method, c.path, token, send); got != want {
				t.Errorf("%s %s with the token %.9q: got %d, want %d", c.method, c.path, token, got, want)
			}
		}
	}
	if code := db.call(http.MethodPatch, doc, "owner", body); code != http.StatusOK {
		t.Fatalf("the owner's write: %d", code)
	}

	rules, err := os.ReadFile("firestore.rules")
	if err != nil {
		t.Fatal(err)
	}
	load(string(rules))
	for _, token := range []string{"", userToken(project, "ada")} {
		try(token, http.StatusForbidden)
	}
	if code := db.call(http.MethodGet, doc, "owner", nil); code != http.StatusOK {
		t.Errorf("the owner can not read any more: %d", code)
	}

	// The same calls pass when the rules let the user in: it is the rules that deny,
	// and the token is one that they understand.
	load(strings.Replace(string(rules), "if false", "if request.auth.uid == 'ada'", 1))
	calls = calls[:1]
	try(userToken(project, "ada"), http.StatusOK)
	try("", http.StatusForbidden)
}

// userToken is an ID token as the Auth emulator signs them: not at all.
func userToken(project, uid string) string {
	now := time.Now().Unix()
	claims, _ := json.Marshal(map[string]any{
		"iss": "https://securetoken.google.com/" + project, "aud": project, "sub": uid, "user_id": uid,
		"iat": now, "exp": now + 3600, "auth_time": now, "firebase": map[string]any{"sign_in_provider": "password"},
	})
	enc := base64.RawURLEncoding
	return enc.EncodeToString([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + enc.EncodeToString(claims) + "."
}

type rest struct {
	t    *testing.T
	base string
}

func (r rest) call(method, path, token string, body []byte) int {
	r.t.Helper()
	if method == http.MethodGet {
		body = nil
	}
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.base+path, bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}
