package authemulator

import (
	"strings"
	"time"
)

type signUpRequest struct {
	IDToken       string `json:"idToken"`
	LocalID       string `json:"localId"`
	Email         string `json:"email"`
	Password      string `json:"password"`
	DisplayName   string `json:"displayName"`
	PhotoURL      string `json:"photoUrl"`
	PhoneNumber   string `json:"phoneNumber"`
	EmailVerified bool   `json:"emailVerified"`
	Disabled      bool   `json:"disabled"`
}

// signUp creates an account with a password, an anonymous one, or whatever an owner asks for. With an
// ID token it gives the anonymous account of that token an address and a password.
func (s *Server) signUp(c *call) (any, error) {
	var in signUpRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	provider, err := signUpProvider(in, c.owner)
	if err != nil {
		return nil, err
	}
	a, err := s.signUpAccount(in)
	if err != nil {
		return nil, err
	}
	if err := s.fillSignUp(a, in, c.owner); err != nil {
		return nil, err
	}
	a.signedInAt(time.Now())
	if err := s.put(a); err != nil {
		return nil, err
	}
	out := signedIn{Kind: "identitytoolkit#SignupNewUserResponse", LocalID: a.LocalID, Email: a.Email, DisplayName: a.DisplayName}
	if provider != "" {
		out.tokens = s.start(a, provider, nil)
	}
	return out, nil
}

// signUpProvider says how a client signs up; an owner's new account is not signed in at all.
func signUpProvider(in signUpRequest, owner bool) (string, error) {
	switch {
	case in.LocalID != "" && (!owner || in.IDToken != ""):
		return "", bad("UNEXPECTED_PARAMETER : User ID")
	case owner:
		return "", nil
	case in.IDToken == "" && in.Password == "" && in.Email == "":
		return "anonymous", nil
	case in.Email == "":
		return "", bad("MISSING_EMAIL")
	case in.Password == "":
		return "", bad("MISSING_PASSWORD")
	}
	return "password", nil
}

func (s *Server) signUpAccount(in signUpRequest) (*account, error) {
	if in.IDToken == "" {
		return s.newAccount(in.LocalID)
	}
	ses, err := s.checkIDToken(in.IDToken)
	if err != nil {
		return nil, err
	}
	return copyOf(ses.account), nil
}

func (s *Server) fillSignUp(a *account, in signUpRequest, owner bool) error {
	a.DisplayName = in.DisplayName
	if in.Email != "" {
		if s.byEmail(in.Email) != nil {
			return bad("EMAIL_EXISTS")
		}
		if err := s.setEmail(a, in.Email); err != nil {
			return err
		}
	}
	if in.Password != "" {
		if err := a.setPassword(in.Password); err != nil {
			return err
		}
	}
	if !owner {
		return nil
	}
	a.PhotoURL, a.EmailVerified, a.Disabled = in.PhotoURL, in.EmailVerified, in.Disabled
	if in.PhoneNumber != "" {
		return s.setPhone(a, in.PhoneNumber)
	}
	return nil
}

func (s *Server) setPhone(a *account, number string) error {
	if !strings.HasPrefix(number, "+") {
		return bad("INVALID_PHONE_NUMBER : Invalid format.")
	}
	if other := s.byPhone(number); other != nil && other.LocalID != a.LocalID {
		return bad("PHONE_NUMBER_EXISTS")
	}
	a.PhoneNumber = number
	return nil
}
