// Package identity has what Pantry knows of a Firebase user: the claims of a verified
// token, and the state of the account.
//
// It looks accounts up over Identity Toolkit's REST API. The Admin SDK would link
// Firestore, Storage and gRPC. check-expiration needs only the look-up, and starts in about
// half the time without them.
package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"

	"pantry.example/shared/identity/deadline"
)

var (
	// ErrUnavailable means that Firebase gave no answer in time, or an answer that cannot
	// be used. The call may be repeated.
	ErrUnavailable = errors.New("firebase unavailable")
	// ErrInvalidToken means that a token is forged, expired, revoked, of another project or
	// of another kind. It does not say which.
	ErrInvalidToken = errors.New("invalid firebase token")
)

// Token holds the claims of a verified Firebase token.
type Token struct {
	UID      string
	AuthTime time.Time // when the user signed in
	Expires  time.Time
}

// SignIn is a sign-in that Firebase confirmed, with the session cookie that Firebase made
// for it.
type SignIn struct {
	Cookie  string
	Token   Token     // the cookie's claims
	State   State     // of the account
	Checked time.Time // when Firebase was asked for State
}

// State is what Firebase says of an account.
type State struct {
	// ValidAfter is in whole seconds. A sign-in with an earlier auth_time is not valid.
	ValidAfter time.Time
	// Disabled is set for a disabled account and for a deleted one.
	Disabled bool
}

// Admits reports whether a sign-in at authTime is still valid.
func (s State) Admits(authTime time.Time) bool {
	return !s.Disabled && !authTime.Before(s.ValidAfter)
}

// Directory looks accounts up. It is safe for concurrent use.
type Directory struct {
	// Client adds the access token to requests. Other code that calls Identity Toolkit uses
	// it too, and so shares the connection and the token.
	Client *http.Client
	// Credentials give Client its access token. A client of another Google service that uses
	// them needs no token of its own. They are nil with an emulator.
	Credentials *google.Credentials
	url         string
}

const (
	// lookupTimeout bounds one look-up, including the fetch of an access token.
	lookupTimeout = 3 * time.Second
	// answerLimit is the largest answer in bytes. One account is below 10 KiB.
	answerLimit = 1 << 20
	host        = "identitytoolkit.googleapis.com"
)

// NewDirectory returns a Directory of the project. It uses Google's application default
// credentials, whose account needs firebaseauth.users.get. When emulator (host:port) is not
// empty, it asks that emulator without credentials. It sends nothing yet.
func NewDirectory(ctx context.Context, project, emulator string) (*Directory, error) {
	if project == "" {
		return nil, errors.New("open account directory: no project id")
	}
	path := "/v1/projects/" + url.PathEscape(project) + "/accounts:lookup"
	if emulator != "" {
		owner := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "owner"})
		return &Directory{Client: signedIn(ctx, owner), url: "http://" + emulator + "/" + host + path}, nil
	}
	// oauth2 fetches access tokens under a lock and without the request's context. A fetch
	// that hangs would block all look-ups, so its client has a timeout.
	bounded := context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Timeout: lookupTimeout})
	creds, err := google.FindDefaultCredentials(bounded,
		"https://www.googleapis.com/auth/identitytoolkit", "https://www.googleapis.com/auth/cloud-platform")
	if err != nil {
		return nil, errors.New("open account directory: no application default credentials; " +
			"set up a service account, or run gcloud auth application-default login")
	}
	client := signedIn(ctx, creds.TokenSource)
	client.Transport = quotaProject(client.Transport, creds.JSON, project)
	return &Directory{Client: client, Credentials: creds, url: "https://" + host + path}, nil
}

// signedIn returns a client that sends an access token. It follows no redirect, because it
// would send the token there too.
func signedIn(ctx context.Context, tokens oauth2.TokenSource) *http.Client {
	client := oauth2.NewClient(ctx, tokens)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

// Lookup returns the state of the account. An account that does not exist counts as
// disabled. It takes at most three seconds. The only error is ErrUnavailable.
func (d *Directory) Lookup(ctx context.Context, uid string) (State, error) {
	s, err := deadline.Do(ctx, lookupTimeout, func(ctx context.Context) (State, error) { return d.lookup(ctx, uid) })
	if err != nil {
		return State{}, fmt.Errorf("look up account: %w: %w", ErrUnavailable, err)
	}
	return s, nil
}

func (d *Directory) lookup(ctx context.Context, uid string) (State, error) {
	body, err := json.Marshal(map[string][]string{"localId": {uid}})
	if err != nil {
		return State{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, d.url, bytes.NewReader(body))
	if err != nil {
		return State{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := d.Client.Do(req)
	if err != nil {
		return State{}, transportReason(err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	if err != nil {
		return State{}, errors.New("the answer is incomplete")
	}
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusForbidden:
		return State{}, errors.New("status 403: the service account lacks firebaseauth.users.get")
	default:
		return State{}, fmt.Errorf("status %d", resp.StatusCode)
	}
	return parse(answer, uid)
}

// parse reads the answer of accounts:lookup.
func parse(answer []byte, uid string) (State, error) {
	var found *struct {
		Users []struct {
			LocalID    string `json:"localId"`
			ValidSince string `json:"validSince"`
			Disabled   bool   `json:"disabled"`
		} `json:"users"`
	}
	if err := json.Unmarshal(answer, &found); err != nil || found == nil {
		return State{}, errors.New("the answer is not a JSON object")
	}
	if len(found.Users) == 0 {
		return State{Disabled: true}, nil
	}
	u := found.Users[0]
	if u.LocalID != uid || len(found.Users) > 1 {
		return State{}, errors.New("the answer is about another account")
	}
	seconds := int64(0)
	if u.ValidSince != "" {
		var err error
		if seconds, err = strconv.ParseInt(u.ValidSince, 10, 64); err != nil {
			return State{}, errors.New("the answer has no readable validSince")
		}
	}
	return State{ValidAfter: time.Unix(seconds, 0), Disabled: u.Disabled}, nil
}

// transportReason returns a failure without the text of net/http and oauth2: an oauth2
// error quotes the answer of the token endpoint.
func transportReason(err error) error {
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused):
		return fmt.Errorf("no access token: status %d", refused.Response.StatusCode)
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		return context.Canceled
	}
	return errors.New("no connection")
}
