package load

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// pantry is a running Pantry and its auth emulator.
type pantry struct {
	url, auth string
	client    *http.Client
}

// newPantry asks the Pantry at url for the address of its auth emulator.
func newPantry(ctx context.Context, url string) (*pantry, error) {
	p := &pantry{url: url, client: &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: workers}}}
	var shown struct{ AuthURL string }
	if _, err := p.send(ctx, http.MethodGet, url+"/page/config.json", "", nil, &shown); err != nil {
		return nil, err
	}
	p.auth = shown.AuthURL
	return p, nil
}

// person is an account of a Pantry, with a session after signIn.
type person struct {
	*pantry
	uid, email string
	handle     string
}

const password = "correct horse"

// signUp makes a new account.
func (p *pantry) signUp(ctx context.Context) (*person, error) {
	u := &person{pantry: p, email: strings.ToLower(rand.Text()) + "@example.com"}
	var err error
	u.uid, _, err = u.firebase(ctx, "signUp")
	return u, err
}

// signIn signs in at the auth emulator and opens a session.
func (u *person) signIn(ctx context.Context) (status int, err error) {
	uid, token, err := u.firebase(ctx, "signInWithPassword")
	if err != nil {
		return 0, err
	}
	var out struct{ Session string }
	status, err = u.call(ctx, http.MethodPost, "/set-cache", map[string]any{"UserID": uid, "AuthToken": token, "Transport": "bearer"}, &out)
	u.handle = out.Session
	return status, err
}

func (u *person) firebase(ctx context.Context, method string) (uid, token string, err error) {
	var out struct{ LocalID, IDToken string }
	body := map[string]any{"email": u.email, "password": password, "returnSecureToken": true}
	_, err = u.send(ctx, http.MethodPost, u.auth+"/identitytoolkit.googleapis.com/v1/accounts:"+method+"?key=any", "", body, &out)
	return out.LocalID, out.IDToken, err
}

// call sends a request with the person's session, if there is one. It reads the answer into
// out when out is not nil. An answer that is no success is an error, and its status is
// returned too.
func (u *person) call(ctx context.Context, method, path string, body, out any) (status int, err error) {
	return u.send(ctx, method, u.url+path, u.handle, body, out)
}

func (p *pantry) send(ctx context.Context, method, url, handle string, body, out any) (status int, err error) {
	var content io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			return 0, err
		}
		content = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, url, content)
	if err != nil {
		return 0, err
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if handle != "" {
		r.Header.Set("Authorization", "Bearer "+handle)
	}
	resp, err := p.client.Do(r)
	if err != nil {
		return 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("%s %s answered %d: %s", method, r.URL.Path, resp.StatusCode, bytes.TrimSpace(answer))
	}
	if err == nil && out != nil {
		err = json.Unmarshal(answer, out)
	}
	return resp.StatusCode, err
}
