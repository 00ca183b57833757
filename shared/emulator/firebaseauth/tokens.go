package firebaseauth

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"time"
)

const (
	idTokenLife   = time.Hour
	unsigned      = `{"alg":"none","typ":"JWT"}`
	projectNumber = "12345" // as the official emulator answers
)

// refreshToken is one sign-in. The server does not store it. So it costs no memory, and it is
// valid after a restart if the account is kept.
type refreshToken struct {
	Emulator string `json:"_AuthEmulatorRefreshToken"`
	Project  string `json:"projectId"`
	UID      string `json:"localId"`
	Provider string `json:"provider"`
	AuthTime int64  `json:"authTime"` // seconds
}

// tokens is the part of an answer that signs a client in.
type tokens struct {
	IDToken      string `json:"idToken,omitempty"`
	RefreshToken string `json:"refreshToken,omitempty"`
	ExpiresIn    string `json:"expiresIn,omitempty"` // seconds
}

// start begins a session of an account that was just signed in, and stores the account.
func (s *Server) start(a *account, provider string) tokens {
	return s.issue(a, refreshToken{
		Emulator: "DO NOT MODIFY", Project: s.projectID, UID: a.LocalID, Provider: provider, AuthTime: time.Now().Unix(),
	})
}

// issue makes the tokens of a session and writes the time into the stored account.
func (s *Server) issue(a *account, of refreshToken) tokens {
	refreshed := copyOf(a)
	refreshed.LastRefreshAt = time.Now().UTC()
	s.accounts[a.LocalID], s.changed = refreshed, true
	body, _ := json.Marshal(of) // texts and a number
	return tokens{
		IDToken:      encodeToken(s.idTokenClaims(a, of)),
		RefreshToken: base64.StdEncoding.EncodeToString(body),
		ExpiresIn:    "3600",
	}
}

func (s *Server) idTokenClaims(a *account, of refreshToken) map[string]any {
	now := time.Now()
	identities := map[string][]string{}
	for _, p := range a.Linked {
		identities[p.ProviderID] = []string{p.RawID}
	}
	claims := map[string]any{
		"iss": "https://securetoken.google.com/" + s.projectID, "aud": s.projectID,
		"sub": a.LocalID, "user_id": a.LocalID,
		"iat": now.Unix(), "exp": now.Add(idTokenLife).Unix(), "auth_time": of.AuthTime,
		"firebase": map[string]any{"identities": identities, "sign_in_provider": of.Provider},
	}
	if a.Email != "" {
		identities["email"] = []string{a.Email}
		claims["email"], claims["email_verified"] = a.Email, a.EmailVerified
	}
	for name, value := range map[string]string{"name": a.DisplayName, "picture": a.PhotoURL} {
		if value != "" {
			claims[name] = value
		}
	}
	return claims
}

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
	var of refreshToken
	body, err := base64.StdEncoding.DecodeString(token)
	if err != nil || json.Unmarshal(body, &of) != nil || of.Emulator == "" || of.Project != s.projectID {
		return nil, bad("INVALID_REFRESH_TOKEN")
	}
	a := s.accounts[of.UID]
	if err := checkSignIn(a, of.AuthTime, "INVALID_REFRESH_TOKEN"); err != nil {
		return nil, err
	}
	t := s.issue(a, of)
	return map[string]string{
		"id_token": t.IDToken, "access_token": t.IDToken, "refresh_token": t.RefreshToken, "expires_in": t.ExpiresIn,
		"token_type": "Bearer", "user_id": a.LocalID, "project_id": projectNumber,
	}, nil
}

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
	signIn, err := s.checkIDToken(in.IDToken)
	if err != nil {
		return nil, err
	}
	now := time.Now().Unix()
	signIn.claims["iss"] = "https://session.firebase.google.com/" + s.projectID
	signIn.claims["iat"], signIn.claims["exp"] = now, now+int64(in.ValidDuration)
	return map[string]string{"sessionCookie": encodeToken(signIn.claims)}, nil
}

func encodeToken(claims map[string]any) string {
	body, _ := json.Marshal(claims) // claims came from JSON
	b64 := base64.RawURLEncoding
	return b64.EncodeToString([]byte(unsigned)) + "." + b64.EncodeToString(body) + "."
}

// decodeToken reads the claims of a JWT. It does not check the signature.
func decodeToken(token string) (map[string]any, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil, false
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return nil, false
	}
	return decodeClaims(body)
}

// decodeClaims keeps numbers as they are written, so that a session cookie repeats them exactly.
func decodeClaims(body []byte) (map[string]any, bool) {
	var claims map[string]any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	if err := d.Decode(&claims); err != nil || claims == nil || d.More() {
		return nil, false
	}
	return claims, true
}

func text(claims map[string]any, name string) string {
	v, _ := claims[name].(string)
	return v
}

func seconds(claims map[string]any, name string) int64 {
	n, _ := claims[name].(json.Number)
	f, _ := n.Float64()
	return int64(f)
}

// idToken is an ID token that was accepted: its claims, its account and how that signed in.
type idToken struct {
	claims   map[string]any
	account  *account
	provider string
}

// checkIDToken accepts a token that this project could have issued, that has not expired, and
// whose account exists, is not disabled and was not revoked since the sign-in.
func (s *Server) checkIDToken(token string) (idToken, error) {
	if token == "" {
		return idToken{}, bad("MISSING_ID_TOKEN")
	}
	claims, ok := decodeToken(token)
	if !ok || text(claims, "aud") != s.projectID || text(claims, "iss") != "https://securetoken.google.com/"+s.projectID {
		return idToken{}, bad("INVALID_ID_TOKEN")
	}
	if seconds(claims, "exp") <= time.Now().Unix() {
		return idToken{}, bad("TOKEN_EXPIRED")
	}
	a := s.accounts[text(claims, "sub")]
	if err := checkSignIn(a, seconds(claims, "auth_time"), "USER_NOT_FOUND"); err != nil {
		return idToken{}, err
	}
	firebase, _ := claims["firebase"].(map[string]any)
	return idToken{claims, a, text(firebase, "sign_in_provider")}, nil
}

// checkSignIn reports whether a sign-in of that time is still valid.
func checkSignIn(a *account, authTime int64, missing string) error {
	switch {
	case a == nil:
		return bad(missing)
	case authTime < max(a.ValidSince, a.BornAt):
		return bad("TOKEN_EXPIRED")
	case a.Disabled:
		return bad("USER_DISABLED")
	}
	return nil
}
