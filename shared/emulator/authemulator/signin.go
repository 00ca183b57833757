package authemulator

import (
	"encoding/json"
	"fmt"
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
		tokens: s.start(a, "password", nil),
	}, nil
}

// customTokenAudience is what custom tokens are made for; it is no secret.
const customTokenAudience = "https://identitytoolkit.googleapis.com/google.identity.identitytoolkit.v1.IdentityToolkit" //nolint:gosec // G101: an address

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
