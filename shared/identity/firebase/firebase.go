// Package firebase asks Firebase who somebody is: it verifies ID tokens, exchanges them
// for session cookies, verifies those, and revokes. It is the Firebase Admin SDK with a
// deadline on every call, errors that can be told apart, and a bounded memory of what
// was verified.
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
	// callTimeout bounds each call of the SDK, which would retry for minutes and waits
	// for another request's certificates without a limit.
	callTimeout = 5 * time.Second
	// remembered is how many verified session cookies are kept, at about 200 bytes each.
	remembered = 8192
	// authTimeSkew is how far ahead of this clock a sign-in may lie.
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

// Open returns the project's Firebase Authentication with Google's application default
// credentials. A non-empty emulator (host:port) is asked for accounts instead. The SDK
// reads FIREBASE_AUTH_EMULATOR_HOST by itself; with it set, signatures are not checked, so
// shared/config refuses it in a deployed function.
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
	verified, err := lru.New[[sha256.Size]byte, identity.Token](remembered)
	if err != nil {
		return nil, err
	}
	return &Firebase{
		Directory: accounts, client: client, verified: verified,
		project: project, emulated: emulator != "", limit: callTimeout, now: time.Now,
	}, nil
}

// VerifyIDToken returns the claims of a valid ID token. Whether the account behind it
// still stands is [identity.Directory]'s to say. Errors: identity.ErrInvalidToken,
// identity.ErrUnavailable.
func (f *Firebase) VerifyIDToken(ctx context.Context, idToken string) (identity.Token, error) {
	return f.verify(ctx, "verify id token", idToken, f.client.VerifyIDToken)
}

// VerifySessionCookie returns the claims of a valid session cookie. A cookie that was
// found valid is remembered by its hash until it expires, so that its signature is
// checked once an instance. Errors: identity.ErrInvalidToken, identity.ErrUnavailable.
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
	// The SDK grants five minutes past the expiry; this service's clock is Google's own.
	now := f.now()
	if !now.Before(token.Expires) || token.AuthTime.After(now.Add(authTimeSkew)) {
		return identity.Token{}, fmt.Errorf("%s: %w", what, identity.ErrInvalidToken)
	}
	return token, nil
}

// Revoke ends the user's refresh tokens: every device must sign in again. A user who
// does not exist any longer has none. The credentials need firebaseauth.users.update.
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

// classify tells a bad token from a Firebase that did not answer. It must see the SDK's
// own error: its predicates use a bare type assertion.
func classify(err error) error {
	if auth.IsIDTokenInvalid(err) || auth.IsSessionCookieInvalid(err) || auth.IsUserNotFound(err) ||
		errorutils.IsInvalidArgument(err) {
		return identity.ErrInvalidToken
	}
	return fmt.Errorf("%w: %w", identity.ErrUnavailable, reason(err))
}

// reason keeps what an operator needs of an SDK error and drops its text, which may
// quote a response.
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
