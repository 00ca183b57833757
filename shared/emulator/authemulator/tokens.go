package authemulator

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"strings"
	"time"
)

const (
	idTokenLife = time.Hour
	unsigned    = `{"alg":"none","typ":"JWT"}`
)

// signIn is what every token of one sign-in repeats. It is also what a refresh token holds: the server
// keeps none, so they cost no memory and outlive a restart together with the account.
type signIn struct {
	Emulator string         `json:"_AuthEmulatorRefreshToken"`
	Project  string         `json:"projectId"`
	UID      string         `json:"localId"`
	Provider string         `json:"provider"`
	AuthTime int64          `json:"authTime"` // seconds
	Claims   map[string]any `json:"extraClaims,omitempty"`
}

// tokens is the part of an answer that signs a client in.
type tokens struct {
	IDToken      string `json:"idToken,omitempty"`
	RefreshToken string `json:"refreshToken,omitempty"`
	ExpiresIn    string `json:"expiresIn,omitempty"` // seconds
}

// start begins a session of an account that was just signed in.
func (s *Server) start(a *account, provider string, claims map[string]any) tokens {
	return s.issue(a, signIn{
		Emulator: "DO NOT MODIFY", Project: s.projectID, UID: a.LocalID, Provider: provider,
		AuthTime: time.Now().Unix(), Claims: claims,
	})
}

// issue makes the tokens of a session and notes the time in the stored account.
func (s *Server) issue(a *account, in signIn) tokens {
	refreshed := copyOf(a)
	refreshed.LastRefreshAt = time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	s.accounts[a.LocalID] = refreshed
	return tokens{
		IDToken:      encodeToken(s.idTokenClaims(a, in)),
		RefreshToken: encodeRefreshToken(in),
		ExpiresIn:    "3600",
	}
}

func (s *Server) idTokenClaims(a *account, in signIn) map[string]any {
	now := time.Now()
	identities := map[string][]string{}
	for _, p := range a.providers() {
		if p.ProviderID != "password" && p.RawID != "" {
			identities[p.ProviderID] = []string{p.RawID}
		}
	}
	if a.Email != "" {
		identities["email"] = []string{a.Email}
	}
	claims := map[string]any{}
	set := func(name, value string) {
		delete(claims, name)
		if value != "" {
			claims[name] = value
		}
	}
	set("name", a.DisplayName)
	set("picture", a.PhotoURL)
	if custom, err := parseClaims(a.CustomAttributes); err == nil {
		maps.Copy(claims, custom)
	}
	maps.Copy(claims, in.Claims)
	set("email", a.Email)
	set("phone_number", a.PhoneNumber)
	delete(claims, "email_verified")
	if a.Email != "" {
		claims["email_verified"] = a.EmailVerified
	}
	delete(claims, "provider_id")
	if in.Provider == "anonymous" {
		claims["provider_id"] = "anonymous"
	}
	maps.Copy(claims, map[string]any{
		"iss": "https://securetoken.google.com/" + s.projectID, "aud": s.projectID,
		"sub": a.LocalID, "user_id": a.LocalID,
		"iat": now.Unix(), "exp": now.Add(idTokenLife).Unix(), "auth_time": in.AuthTime,
		"firebase": map[string]any{"identities": identities, "sign_in_provider": in.Provider},
	})
	return claims
}

func encodeRefreshToken(in signIn) string {
	body, _ := json.Marshal(in) // claims came from JSON
	return base64.StdEncoding.EncodeToString(body)
}

func decodeRefreshToken(token string) (in signIn, ok bool) {
	body, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return signIn{}, false
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber() // claims are repeated as they were written
	err = d.Decode(&in)
	return in, err == nil && in.Emulator != ""
}

func encodeToken(claims map[string]any) string {
	body, _ := json.Marshal(claims) // claims came from JSON
	b64 := base64.RawURLEncoding
	return b64.EncodeToString([]byte(unsigned)) + "." + b64.EncodeToString(body) + "."
}

// decodeToken reads the claims of a JWT, whoever signed it.
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

// session is an ID token that was accepted: its claims and the account it belongs to.
type session struct {
	claims   map[string]any
	account  *account
	provider string
}

// checkIDToken accepts a token that this project could have issued, that has not expired, and whose
// account exists, is not disabled and was not revoked since the sign-in.
func (s *Server) checkIDToken(token string) (session, error) {
	if token == "" {
		return session{}, bad("MISSING_ID_TOKEN")
	}
	claims, ok := decodeToken(token)
	if !ok || text(claims, "aud") != s.projectID || text(claims, "iss") != "https://securetoken.google.com/"+s.projectID {
		return session{}, bad("INVALID_ID_TOKEN")
	}
	if seconds(claims, "exp") <= time.Now().Unix() {
		return session{}, bad("TOKEN_EXPIRED")
	}
	a := s.accounts[text(claims, "sub")]
	if err := check(a, seconds(claims, "auth_time"), "USER_NOT_FOUND"); err != nil {
		return session{}, err
	}
	firebase, _ := claims["firebase"].(map[string]any)
	return session{claims, a, text(firebase, "sign_in_provider")}, nil
}

// check says whether a sign-in of that moment still holds.
func check(a *account, authTime int64, missing string) error {
	switch {
	case a == nil:
		return bad(missing)
	case authTime < max(a.ValidSince, a.bornAt):
		return bad("TOKEN_EXPIRED")
	case a.Disabled:
		return bad("USER_DISABLED")
	}
	return nil
}
