package authemulator

import (
	"net/url"
	"strings"
	"time"
)

// refresh is securetoken.googleapis.com/v1/token: a form, as the SDKs send it, or JSON.
func (s *Server) refresh(c *call) (any, error) {
	var in struct {
		GrantType         string `json:"grant_type"`
		GrantTypeCamel    string `json:"grantType"`
		RefreshToken      string `json:"refresh_token"`
		RefreshTokenCamel string `json:"refreshToken"`
	}
	if strings.HasPrefix(c.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		form, err := url.ParseQuery(string(c.body))
		if err != nil {
			return nil, invalidJSON("The body is not a form.")
		}
		in.GrantType, in.RefreshToken = form.Get("grant_type"), form.Get("refresh_token")
	} else if err := c.decode(&in); err != nil {
		return nil, err
	}
	grant, token := in.GrantType+in.GrantTypeCamel, in.RefreshToken+in.RefreshTokenCamel
	switch {
	case grant == "":
		return nil, bad("MISSING_GRANT_TYPE")
	case grant != "refresh_token":
		return nil, bad("INVALID_GRANT_TYPE")
	case token == "":
		return nil, bad("MISSING_REFRESH_TOKEN")
	}
	return s.grant(token)
}

func (s *Server) grant(token string) (any, error) {
	in, ok := decodeRefreshToken(token)
	if !ok || in.Project != s.projectID {
		return nil, bad("INVALID_REFRESH_TOKEN")
	}
	a := s.accounts[in.UID]
	if err := check(a, in.AuthTime, "INVALID_REFRESH_TOKEN"); err != nil {
		return nil, err
	}
	t := s.issue(a, in)
	return map[string]string{
		"id_token": t.IDToken, "access_token": t.IDToken, "refresh_token": t.RefreshToken, "expires_in": t.ExpiresIn,
		"token_type": "Bearer", "user_id": a.LocalID, "project_id": projectNumber,
	}, nil
}

const projectNumber = "12345" // as the official emulator answers

// createSessionCookie exchanges an ID token for a cookie that lives 5 minutes to 14 days.
func (s *Server) createSessionCookie(c *call) (any, error) {
	if !strings.HasSuffix(c.PathValue("project"), ":createSessionCookie") {
		return nil, notFoundError()
	}
	var in struct {
		IDToken       string `json:"idToken"`
		ValidDuration number `json:"validDuration"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	const longest = 14 * 24 * 60 * 60
	if in.ValidDuration == 0 {
		in.ValidDuration = longest
	}
	if in.IDToken == "" {
		return nil, bad("MISSING_ID_TOKEN")
	}
	if in.ValidDuration < 300 || in.ValidDuration > longest {
		return nil, bad("INVALID_DURATION")
	}
	ses, err := s.checkIDToken(in.IDToken)
	if err != nil {
		return nil, err
	}
	now := time.Now().Unix()
	ses.claims["iss"] = "https://session.firebase.google.com/" + s.projectID
	ses.claims["iat"], ses.claims["exp"] = now, now+int64(in.ValidDuration)
	return map[string]string{"sessionCookie": encodeToken(ses.claims)}, nil
}
