package authemulator

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// signedIn is the answer to most sign-ins.
type signedIn struct {
	Kind        string `json:"kind"`
	LocalID     string `json:"localId,omitempty"`
	Email       string `json:"email,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
	Registered  bool   `json:"registered,omitempty"`
	IsNewUser   bool   `json:"isNewUser,omitempty"`
	tokens
}

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

// signInWithPassword tells an unknown address from a wrong password unless e-mail enumeration
// protection is on; as in the official emulator it is off until PATCH …/config turns it on.
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
	unknown, wrong := "EMAIL_NOT_FOUND", "INVALID_PASSWORD"
	if s.config.EmailPrivacyConfig.EnableImprovedEmailPrivacy {
		unknown, wrong = "INVALID_LOGIN_CREDENTIALS", "INVALID_LOGIN_CREDENTIALS"
	}
	found := s.byEmail(*in.Email)
	switch {
	case found == nil:
		return nil, bad(unknown)
	case found.Disabled:
		return nil, bad("USER_DISABLED")
	case !found.hasPassword(in.Password):
		return nil, bad(wrong)
	}
	a := copyOf(found)
	a.signedInAt(time.Now())
	return signedIn{
		Kind: "identitytoolkit#VerifyPasswordResponse", Registered: true, LocalID: a.LocalID, Email: a.Email,
		DisplayName: a.DisplayName, tokens: s.start(a, "password", nil),
	}, nil
}

const customTokenAudience = "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit"

// signInWithCustomToken takes a custom token of the Admin SDK, or its claims as plain JSON.
func (s *Server) signInWithCustomToken(c *call) (any, error) {
	var in struct {
		Token string `json:"token"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	payload, err := customToken(in.Token)
	if err != nil {
		return nil, err
	}
	uid := scalar(payload["uid"])
	if uid == "" {
		uid = scalar(payload["user_id"])
	}
	if uid == "" {
		return nil, bad("MISSING_IDENTIFIER")
	}
	claims, isMap := payload["claims"].(map[string]any)
	if !isMap && payload["claims"] != nil {
		return nil, bad("INVALID_CLAIMS")
	}
	if err := checkClaims(claims); err != nil {
		return nil, err
	}
	a, known := s.accounts[uid]
	if !known {
		if a, err = s.newAccount(uid); err != nil {
			return nil, err
		}
	}
	if a.Disabled {
		return nil, bad("USER_DISABLED")
	}
	a = copyOf(a)
	a.CustomAuth = true
	a.signedInAt(time.Now())
	if err := s.put(a); err != nil {
		return nil, err
	}
	return signedIn{Kind: "identitytoolkit#VerifyCustomTokenResponse", IsNewUser: !known, tokens: s.start(a, "custom", claims)}, nil
}

func customToken(token string) (map[string]any, error) {
	if token == "" {
		return nil, bad("MISSING_CUSTOM_TOKEN")
	}
	if strings.HasPrefix(token, "{") {
		payload, ok := decodeClaims([]byte(token))
		if !ok {
			return nil, bad("INVALID_CUSTOM_TOKEN : ((Auth Emulator only accepts strict JSON or JWTs as fake custom tokens.))")
		}
		return payload, nil
	}
	payload, ok := decodeToken(token)
	if !ok {
		return nil, bad("INVALID_CUSTOM_TOKEN : Invalid assertion format")
	}
	if text(payload, "aud") != customTokenAudience {
		return nil, bad("INVALID_CUSTOM_TOKEN : ((Invalid aud (audience). Firebase ID Tokens / third-party tokens cannot be used with signInWithCustomToken.))")
	}
	return payload, nil
}

// scalar is a string, number or boolean of JSON as text.
func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number, bool:
		return fmt.Sprint(v)
	}
	return ""
}

// createAuthURI says how an address can sign in; with enumeration protection it says nothing.
func (s *Server) createAuthURI(c *call) (any, error) {
	var in struct {
		Identifier  string `json:"identifier"`
		ContinueURI string `json:"continueUri"`
		ProviderID  string `json:"providerId"`
		SessionID   string `json:"sessionId"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	switch {
	case in.ProviderID != "":
		return nil, notImplemented("Sign-in with IDP")
	case in.Identifier == "":
		return nil, bad("MISSING_IDENTIFIER")
	case in.ContinueURI == "":
		return nil, bad("MISSING_CONTINUE_URI")
	case !emailPattern.MatchString(in.Identifier):
		return nil, bad("INVALID_IDENTIFIER")
	case !absoluteURL(in.ContinueURI):
		return nil, bad("INVALID_CONTINUE_URI")
	}
	if in.SessionID == "" {
		in.SessionID = randomText(27)
	}
	out := map[string]any{"kind": "identitytoolkit#CreateAuthUriResponse", "sessionId": in.SessionID}
	if s.config.EmailPrivacyConfig.EnableImprovedEmailPrivacy {
		return out, nil
	}
	a := s.byEmail(in.Identifier)
	providers, methods := signInMethods(a)
	out["registered"], out["allProviders"], out["signinMethods"] = a != nil, providers, methods
	return out, nil
}

func signInMethods(a *account) (providers, methods []string) {
	providers, methods = []string{}, []string{}
	if a == nil {
		return providers, methods
	}
	for _, p := range a.providers() {
		switch p.ProviderID {
		case "phone":
			continue
		case "password":
			if len(a.password) > 0 {
				methods = append(methods, "password")
			}
			if a.EmailLinkSignin {
				methods = append(methods, "emailLink")
			}
		default:
			methods = append(methods, p.ProviderID)
		}
		providers = append(providers, p.ProviderID)
	}
	return providers, methods
}

func absoluteURL(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && u.IsAbs()
}
