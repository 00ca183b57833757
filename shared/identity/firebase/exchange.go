package firebase

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pantry.example/shared/identity"
	"pantry.example/shared/identity/deadline"
)

// Exchange verifies a recent ID token and exchanges it for a session cookie that lives for
// ttl, from 5 minutes to 14 days
// (https://firebase.google.com/docs/auth/admin/manage-cookies).
//
// admit gets the claims of the verified ID token. When it returns an error, Exchange asks
// Firebase for nothing and returns that error.
//
// Exchange looks the account up while Firebase makes the cookie. When the account may not
// sign in, it drops the cookie. The credentials need firebaseauth.users.get and
// firebaseauth.users.createSession. Errors: admit's, identity.ErrInvalidToken,
// identity.ErrUnavailable.
func (f *Firebase) Exchange(ctx context.Context, idToken string, ttl time.Duration, admit func(identity.Token) error) (identity.SignIn, error) {
	claimed, err := f.VerifyIDToken(ctx, idToken)
	if err != nil {
		return identity.SignIn{}, err
	}
	if err := admit(claimed); err != nil {
		return identity.SignIn{}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	minted := f.startMinting(ctx, idToken, ttl)
	checked := f.now()
	state, err := f.Lookup(ctx, claimed.UID)
	if err != nil {
		return identity.SignIn{}, err
	}
	if !state.Admits(claimed.AuthTime) {
		return identity.SignIn{}, fmt.Errorf("look up account: %w: it is disabled or its sign-ins were revoked", identity.ErrInvalidToken)
	}
	cookie, err := minted()
	if err != nil {
		return identity.SignIn{}, err
	}
	token, err := f.VerifySessionCookie(ctx, cookie)
	if err != nil {
		return identity.SignIn{}, err
	}
	if token.UID != claimed.UID {
		return identity.SignIn{}, errors.New("create session cookie: it is another user's")
	}
	return identity.SignIn{Cookie: cookie, Token: token, State: state, Checked: checked}, nil
}

// SessionCookie exchanges an ID token that only Firebase verifies. The doctor uses it to
// test the permission. For a sign-in, use Exchange. Errors: identity.ErrInvalidToken,
// identity.ErrUnavailable.
func (f *Firebase) SessionCookie(ctx context.Context, idToken string, ttl time.Duration) (string, error) {
	return f.startMinting(ctx, idToken, ttl)()
}

// startMinting asks Firebase for a session cookie. wait returns it.
func (f *Firebase) startMinting(ctx context.Context, idToken string, ttl time.Duration) (wait func() (string, error)) {
	minted := deadline.Start(ctx, f.limit, func(ctx context.Context) (string, error) {
		return f.client.SessionCookie(ctx, idToken, ttl)
	})
	return func() (string, error) {
		cookie, err := minted()
		if err != nil {
			return "", fmt.Errorf("create session cookie: %w", classify(err))
		}
		return cookie, nil
	}
}
