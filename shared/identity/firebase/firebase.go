// Package firebase is Pantry's use of the Firebase Admin SDK: it verifies ID tokens,
// exchanges them for session cookies, verifies those, and revokes sign-ins. It adds a
// deadline to each call, errors for errors.Is, and a bounded memory of verified cookies.
package firebase

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	admin "firebase.google.com/go/v4"
	"firebase.google.com/go/v4/auth"
	"firebase.google.com/go/v4/errorutils"
	lru "github.com/hashicorp/golang-lru/v2"
	"google.golang.org/api/option"

	"pantry.example/shared/identity"
	"pantry.example/shared/identity/deadline"
)

const (
	// callTimeout bounds each call of the SDK. Otherwise the SDK retries for minutes, and
	// waits without limit while another request fetches certificates.
	callTimeout = 5 * time.Second
	// memorySize is how many verified session cookies are remembered, of about 200 bytes each.
	memorySize = 8192
	// authTimeSkew is how far in the future auth_time may be.
	authTimeSkew = 5 * time.Minute
)

// Firebase is a project's Firebase Authentication. It is safe for concurrent use.
type Firebase struct {
	*identity.Directory // looks accounts up
	client              *auth.Client
	verified            *lru.Cache[[sha256.Size]byte, identity.Token]
	project             string
	emulated            bool
	limit               time.Duration // of one call
	now                 func() time.Time
}

// Open returns the project's Firebase Authentication. It uses Google's application default
// credentials. When emulator (host:port) is not empty, it looks accounts up there. The SDK
// itself reads FIREBASE_AUTH_EMULATOR_HOST, and then checks no signatures. So shared/config
// refuses that variable in a deployed function.
func Open(ctx context.Context, project, emulator string) (*Firebase, error) {
	accounts, err := identity.NewDirectory(ctx, project, emulator)
	if err != nil {
		return nil, err
	}
	app, err := admin.NewApp(ctx, &admin.Config{ProjectID: project}, option.WithHTTPClient(accounts.Client))
	if err != nil {
		return nil, fmt.Errorf("open firebase: %w", reason(err))
	}
	client, err := app.Auth(ctx)
	if err != nil {
		return nil, fmt.Errorf("open firebase: %w", reason(err))
	}
	verified, err := lru.New[[sha256.Size]byte, identity.Token](memorySize)
	if err != nil {
		return nil, err
	}
	return &Firebase{
		Directory: accounts, client: client, verified: verified,
		project: project, emulated: emulator != "", limit: callTimeout, now: time.Now,
	}, nil
}

// VerifyIDToken returns the claims of a valid ID token. It does not look the account up.
// Errors: identity.ErrInvalidToken,
// identity.ErrUnavailable.
func (f *Firebase) VerifyIDToken(ctx context.Context, idToken string) (identity.Token, error) {
	return f.verify(ctx, "verify id token", idToken, f.client.VerifyIDToken)
}

// VerifySessionCookie returns the claims of a valid session cookie. It remembers the hash
// of a valid cookie until the cookie expires, so that an instance checks its signature
// once. Errors: identity.ErrInvalidToken, identity.ErrUnavailable.
func (f *Firebase) VerifySessionCookie(ctx context.Context, cookie string) (identity.Token, error) {
	key := sha256.Sum256([]byte(cookie))
	if t, ok := f.verified.Get(key); ok && f.now().Before(t.Expires) {
		return t, nil
	}
	t, err := f.verify(ctx, "verify session cookie", cookie, f.client.VerifySessionCookie)
	if err != nil {
		return identity.Token{}, err
	}
	f.verified.Add(key, t)
	return t, nil
}

func (f *Firebase) verify(ctx context.Context, what, raw string,
	call func(context.Context, string) (*auth.Token, error),
) (identity.Token, error) {
	t, err := deadline.Do(ctx, f.limit, func(ctx context.Context) (*auth.Token, error) { return call(ctx, raw) })
	if err != nil {
		return identity.Token{}, fmt.Errorf("%s: %w", what, classify(err))
	}
	token := identity.Token{
		UID:      t.UID,
		AuthTime: time.Unix(t.AuthTime, 0),
		Expires:  time.Unix(t.Expires, 0),
	}
	// The SDK accepts a token for five minutes after it has expired. This does not.
	now := f.now()
	if !now.Before(token.Expires) || token.AuthTime.After(now.Add(authTimeSkew)) {
		return identity.Token{}, fmt.Errorf("%s: %w", what, identity.ErrInvalidToken)
	}
	return token, nil
}

// Revoke ends the user's refresh tokens, so that every device must sign in again. It is no
// error when the user does not exist. The credentials need firebaseauth.users.update.
// The error is identity.ErrUnavailable.
func (f *Firebase) Revoke(ctx context.Context, uid string) error {
	_, err := deadline.Do(ctx, f.limit, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, f.client.RevokeRefreshTokens(ctx, uid)
	})
	if err != nil && !auth.IsUserNotFound(err) {
		return fmt.Errorf("revoke refresh tokens: %w: %w", identity.ErrUnavailable, reason(err))
	}
	return nil
}

// classify returns ErrInvalidToken for a bad token, and ErrUnavailable for any other error.
// err must be the SDK's own, not wrapped: the SDK's predicates use a type assertion.
func classify(err error) error {
	if auth.IsIDTokenInvalid(err) || auth.IsSessionCookieInvalid(err) || auth.IsUserNotFound(err) ||
		errorutils.IsInvalidArgument(err) {
		return identity.ErrInvalidToken
	}
	return fmt.Errorf("%w: %w", identity.ErrUnavailable, reason(err))
}

// reason returns what an operator needs to know of an SDK error, without its text, which
// may quote a response.
func reason(err error) error {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case auth.IsCertificateFetchFailed(err):
		return errors.New("google's public keys cannot be fetched")
	case errorutils.IsPermissionDenied(err):
		return errors.New("permission denied: the service account lacks a firebaseauth role")
	case errorutils.IsUnauthenticated(err):
		return errors.New("the credentials were refused")
	case errorutils.IsResourceExhausted(err):
		return errors.New("quota exceeded")
	case errorutils.IsUnavailable(err), errorutils.IsDeadlineExceeded(err):
		return errors.New("no answer")
	}
	return fmt.Errorf("failed (%T)", err)
}
