package authemulator

import (
	"strings"
	"time"
)

// signInWithEmailLink signs in with a code that was sent to the address.
func (s *Server) signInWithEmailLink(c *call) (any, error) {
	var in struct {
		Email   string `json:"email"`
		OobCode string `json:"oobCode"`
		IDToken string `json:"idToken"` // of the account to link with
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	var linkTo *account
	if in.IDToken != "" {
		ses, err := s.checkIDToken(in.IDToken)
		if err != nil {
			return nil, err
		}
		linkTo = ses.account
	}
	email := strings.ToLower(in.Email)
	o, ok := s.findOobCode(in.OobCode, "EMAIL_SIGNIN")
	switch {
	case email == "":
		return nil, bad("MISSING_EMAIL")
	case in.OobCode == "":
		return nil, bad("MISSING_OOB_CODE")
	case !ok:
		return nil, bad("INVALID_OOB_CODE")
	case o.Email != email:
		return nil, bad("INVALID_EMAIL : The email provided does not match the sign-in email address.")
	}
	s.spendOobCode(in.OobCode)
	a, isNew, err := s.emailLinkAccount(email, linkTo)
	if err != nil {
		return nil, err
	}
	a.Email, a.EmailVerified, a.EmailLinkSignin = email, true, true
	a.signedInAt(time.Now())
	if err := s.put(a); err != nil {
		return nil, err
	}
	return signedIn{
		Kind: "identitytoolkit#EmailLinkSigninResponse", Email: email, LocalID: a.LocalID, IsNewUser: isNew,
		tokens: s.start(a, "password", nil),
	}, nil
}

func (s *Server) emailLinkAccount(email string, linkTo *account) (a *account, isNew bool, err error) {
	byEmail := s.byEmail(email)
	switch {
	case linkTo != nil && byEmail != nil && linkTo.LocalID != byEmail.LocalID:
		return nil, false, bad("EMAIL_EXISTS")
	case linkTo != nil:
		return copyOf(linkTo), false, nil
	case byEmail != nil && byEmail.Disabled:
		return nil, false, bad("USER_DISABLED")
	case byEmail != nil:
		return copyOf(byEmail), false, nil
	}
	a, err = s.newAccount("")
	return a, true, err
}
