// Package identity is what Pantry knows of a Firebase user: the claims of a verified
// token, and the state of the account behind it.
//
// It looks accounts up over Identity Toolkit's REST API and not through the Admin SDK,
// which links Firestore, Storage and gRPC: check-expiration needs the look-up and
// nothing else of Firebase, and starts in about half the time without them.
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
	// ErrUnavailable means that Firebase gave no answer in time, or none that can be
	// used. The call may be repeated.
	ErrUnavailable = errors.New("firebase unavailable")
	// ErrInvalidToken means that a token is forged, expired, revoked, from another
	// project or of another kind. Which of them is not said.
	ErrInvalidToken = errors.New("invalid firebase token")
)

// Token holds the claims of a verified Firebase token.
type Token struct {
	UID      string
	AuthTime time.Time // when the user last proved who they are
	Expires  time.Time
}

// SignIn is a sign-in that Firebase confirmed, and the session cookie that it was
// exchanged for.
type SignIn struct {
	Cookie  string
	Token   Token     // the cookie's claims
	State   State     // what Firebase says of the account
	Checked time.Time // when it said so
}

// State is what Firebase says of an account.
type State struct {
	// ValidAfter ends every sign-in from before it; whole seconds, as in auth_time.
	ValidAfter time.Time
	// Disabled is set for a disabled account and for a deleted one.
	Disabled bool
}

// Admits reports whether a sign-in at authTime still stands.
func (s State) Admits(authTime time.Time) bool {
	return !s.Disabled && !authTime.Before(s.ValidAfter)
}

// Directory looks accounts up. It is safe for concurrent use.
type Directory struct {
	// Client signs its requests in. Whoever else asks Identity Toolkit uses it too, and
	// shares its connection and its access token.
	Client *http.Client
	url    string
	tokens oauth2.TokenSource // nil with an emulator
}

const (
	// lookupTimeout bounds one look-up, the fetching of an access token included.
	lookupTimeout = 3 * time.Second
	// answerLimit bounds the answer's size in bytes; one account is below 10 KiB.
	answerLimit = 1 << 20
	host        = "identitytoolkit.googleapis.com"
)

// NewDirectory returns a Directory for the project, with Google's application default
// credentials, whose account needs firebaseauth.users.get. A non-empty emulator
// (host:port) is asked instead, without credentials. Nothing is sent yet.
func NewDirectory(ctx context.Context, project, emulator string) (*Directory, error) {
	if project == "" {
		return nil, errors.New("open account directory: no project id")
	}
	path := "/v1/projects/" + url.PathEscape(project) + "/accounts:lookup"
	if emulator != "" {
		owner := oauth2.StaticTokenSource(&oauth2.Token{AccessToken: "owner"})
		return &Directory{Client: signedIn(ctx, owner), url: "http://" + emulator + "/" + host + path}, nil
	}
	// Access tokens are fetched under a lock and without a request's context: without a
	// limit of its own one fetch that hangs would stop all look-ups for good.
	bounded := context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Timeout: lookupTimeout})
	creds, err := google.FindDefaultCredentials(bounded,
		"https://www.googleapis.com/auth/identitytoolkit", "https://www.googleapis.com/auth/cloud-platform")
	if err != nil {
		return nil, errors.New("open account directory: no application default credentials; " +
			"set up a service account, or run gcloud auth application-default login")
	}
	client := signedIn(ctx, creds.TokenSource)
	client.Transport = quotaProject(client.Transport, creds.JSON, project)
	return &Directory{Client: client, url: "https://" + host + path, tokens: creds.TokenSource}, nil
}

// signedIn returns a client that sends an access token. It follows no redirect, which
// would take the token along.
func signedIn(ctx context.Context, tokens oauth2.TokenSource) *http.Client {
	client := oauth2.NewClient(ctx, tokens)
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return client
}

// Lookup returns the state of the account. An account that does not exist is disabled.
// It answers within three seconds; the only error is ErrUnavailable.
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
		return State{}, errors.New("the answer broke off")
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

// transportReason drops what net/http and oauth2 put around a failure: an oauth2 error
// quotes the token endpoint's answer.
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
