package firebaseauth

import "time"

// signedIn is the answer to a sign-up and to a sign-in with a password.
type signedIn struct {
	Kind        string `json:"kind"`
	LocalID     string `json:"localId,omitempty"`
	Email       string `json:"email,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
	Registered  bool   `json:"registered,omitempty"`
	tokens
}

type signUpRequest struct {
	IDToken       string `json:"idToken"`
	LocalID       string `json:"localId"`
	Email         string `json:"email"`
	Password      string `json:"password"`
	DisplayName   string `json:"displayName"`
	PhotoURL      string `json:"photoUrl"`
	EmailVerified bool   `json:"emailVerified"`
	Disabled      bool   `json:"disabled"`
}

// signUp creates an account. A client's account has a password and is signed in at once. An
// owner's account has the fields of the request and is not signed in.
func (s *Server) signUp(c *call) (any, error) {
	var in signUpRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if err := checkSignUp(in, c.owner); err != nil {
		return nil, err
	}
	a, err := s.newAccount(in.LocalID)
	if err != nil {
		return nil, err
	}
	if in.Email != "" {
		if err := s.setEmail(a, in.Email); err != nil {
			return nil, err
		}
	}
	if in.Password != "" {
		if err := a.setPassword(in.Password); err != nil {
			return nil, err
		}
	}
	a.DisplayName, a.LastLoginAt = in.DisplayName, time.Now().UnixMilli()
	if c.owner {
		a.PhotoURL, a.EmailVerified, a.Disabled = in.PhotoURL, in.EmailVerified, in.Disabled
	}
	if err := s.put(a); err != nil {
		return nil, err
	}
	out := signedIn{Kind: "identitytoolkit#SignupNewUserResponse", LocalID: a.LocalID, Email: a.Email, DisplayName: a.DisplayName}
	if !c.owner {
		out.tokens = s.start(a, "password")
	}
	return out, nil
}

func checkSignUp(in signUpRequest, owner bool) error {
	switch {
	case in.LocalID != "" && !owner:
		return bad("UNEXPECTED_PARAMETER : User ID")
	case owner:
		return nil
	case in.IDToken != "" || in.Password == "" && in.Email == "":
		return notImplemented("An account without a password, and linking one to it,")
	case in.Email == "":
		return bad("MISSING_EMAIL")
	case in.Password == "":
		return bad("MISSING_PASSWORD")
	}
	return nil
}

// signInWithPassword answers an unknown address and a wrong password with different errors, as
// the official emulator does. Production does so only when its protection against email
// enumeration is off.
func (s *Server) signInWithPassword(c *call) (any, error) {
	var in struct {
		Email    *string `json:"email"`
		Password string  `json:"password"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	switch {
	case in.Email == nil:
		return nil, bad("MISSING_EMAIL")
	case !emailPattern.MatchString(*in.Email):
		return nil, bad("INVALID_EMAIL")
	case in.Password == "":
		return nil, bad("MISSING_PASSWORD")
	}
	found := s.byEmail(*in.Email)
	switch {
	case found == nil:
		return nil, bad("EMAIL_NOT_FOUND")
	case found.Disabled:
		return nil, bad("USER_DISABLED")
	case !found.hasPassword(in.Password):
		return nil, bad("INVALID_PASSWORD")
	}
	a := copyOf(found)
	a.LastLoginAt = time.Now().UnixMilli()
	return signedIn{
		Kind: "identitytoolkit#VerifyPasswordResponse", Registered: true, LocalID: a.LocalID, Email: a.Email,
		tokens: s.start(a, "password"),
	}, nil
}
