package firebaseauth

import (
	"cmp"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"time"
)

// idpAnswer is the answer to signInWithIdp.
type idpAnswer struct {
	Kind             string   `json:"kind"`
	Context          string   `json:"context"`
	ProviderID       string   `json:"providerId"`
	FederatedID      string   `json:"federatedId"`
	LocalID          string   `json:"localId,omitempty"`
	IsNewUser        bool     `json:"isNewUser,omitempty"`
	Email            string   `json:"email,omitempty"`
	EmailVerified    bool     `json:"emailVerified"`
	EmailRecycled    bool     `json:"emailRecycled,omitempty"`
	DisplayName      string   `json:"displayName,omitempty"`
	FullName         string   `json:"fullName,omitempty"`
	FirstName        string   `json:"firstName,omitempty"`
	LastName         string   `json:"lastName,omitempty"`
	PhotoURL         string   `json:"photoUrl,omitempty"`
	RawUserInfo      string   `json:"rawUserInfo"`
	OauthIDToken     string   `json:"oauthIdToken,omitempty"`
	OauthAccessToken string   `json:"oauthAccessToken"`
	NeedConfirmation bool     `json:"needConfirmation,omitempty"`
	VerifiedProvider []string `json:"verifiedProvider,omitempty"`
	tokens

	rawID string
}

type idpRequest struct {
	RequestURI         string `json:"requestUri"`
	PostBody           string `json:"postBody"`
	IDToken            string `json:"idToken"`
	PendingIDToken     string `json:"pendingIdToken"`
	ReturnRefreshToken bool   `json:"returnRefreshToken"`
}

// signInWithIdp accepts an unsigned id_token of an identity provider: a JWT, or its claims as
// plain JSON such as {"sub":"abc","email":"foo@example.com","email_verified":true}.
func (s *Server) signInWithIdp(c *call) (any, error) {
	var in idpRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.IDToken != "" || in.ReturnRefreshToken || in.PendingIDToken != "" {
		return nil, notImplemented("Linking an identity, returnRefreshToken or pendingIdToken")
	}
	out, err := readIdpResponse(in)
	if err != nil {
		return nil, err
	}
	a, err := s.idpAccount(&out)
	if err != nil || out.NeedConfirmation {
		return out, err
	}
	if a.Disabled {
		return nil, bad("USER_DISABLED")
	}
	a.link(provider{
		ProviderID: out.ProviderID, RawID: out.rawID, FederatedID: out.rawID, Email: out.Email,
		DisplayName: out.DisplayName, PhotoURL: out.PhotoURL,
	})
	a.LastLoginAt = time.Now().UnixMilli()
	if err := s.put(a); err != nil {
		return nil, err
	}
	out.LocalID = a.LocalID
	if a.Email == out.Email {
		out.EmailVerified = a.EmailVerified
	}
	out.tokens = s.start(a, out.ProviderID)
	return out, nil
}

// readIdpResponse finds the provider's answer in the request's URL, its fragment or the post
// body.
func readIdpResponse(in idpRequest) (idpAnswer, error) {
	if in.RequestURI == "" {
		return idpAnswer{}, bad("MISSING_REQUEST_URI")
	}
	u, err := url.Parse(in.RequestURI)
	if err != nil || !u.IsAbs() {
		return idpAnswer{}, bad("INVALID_REQUEST_URI")
	}
	params := u.Query()
	for _, encoded := range []string{in.PostBody, u.EscapedFragment()} {
		more, _ := url.ParseQuery(encoded) // wrong parts are ignored, as URLSearchParams does
		for name, values := range more {
			params.Set(name, values[0])
		}
	}
	id := strings.ToLower(params.Get("providerId"))
	switch {
	case id == "":
		return idpAnswer{}, bad("INVALID_CREDENTIAL_OR_PROVIDER_ID : Invalid IdP response/credential.")
	case strings.HasPrefix(id, "saml."):
		return idpAnswer{}, notImplemented("SAML")
	}
	idToken := params.Get("id_token")
	claims, err := idpClaims(idToken)
	if err != nil {
		return idpAnswer{}, err
	}
	out := idpUser(id, claims)
	out.OauthIDToken = idToken
	out.OauthAccessToken = cmp.Or(params.Get("access_token"), "FirebaseAuthEmulatorFakeAccessToken_"+id)
	return out, nil
}

func idpClaims(token string) (map[string]any, error) {
	if token == "" {
		return nil, notImplemented("Sign-in without an id_token")
	}
	claims, ok := decodeToken(token)
	if strings.HasPrefix(token, "{") {
		claims, ok = decodeClaims([]byte(token))
	}
	switch {
	case !ok:
		return nil, bad("INVALID_IDP_RESPONSE : Unable to parse id_token. ((Auth Emulator only accepts strict JSON or JWTs as fake id_tokens.))")
	case text(claims, "sub") == "":
		return nil, bad(`INVALID_IDP_RESPONSE : Invalid Idp Response: id_token missing required fields. ((Missing "sub" field. This field is required and must be a unique identifier.))`)
	}
	return claims, nil
}

// idpUser returns the user as the provider would describe it.
func idpUser(id string, claims map[string]any) idpAnswer {
	verified, _ := claims["email_verified"].(bool)
	name := text(claims, "name")
	out := idpAnswer{
		Kind: "identitytoolkit#VerifyAssertionResponse", ProviderID: id, rawID: text(claims, "sub"), FederatedID: text(claims, "sub"),
		Email: strings.ToLower(text(claims, "email")), EmailVerified: verified, DisplayName: name, FullName: name, PhotoURL: text(claims, "picture"),
	}
	info := claims
	if id == "google.com" {
		out.FederatedID = "https://accounts.google.com/" + out.rawID
		out.FirstName, out.LastName = text(claims, "given_name"), text(claims, "family_name")
		info = googleProfile(claims, out)
	}
	raw, _ := json.Marshal(info) // it came from JSON
	out.RawUserInfo = string(raw)
	return out
}

func googleProfile(claims map[string]any, user idpAnswer) map[string]any {
	info := map[string]any{"id": user.rawID, "verified_email": user.EmailVerified, "locale": "en"}
	scopes := "openid https://www.googleapis.com/auth/userinfo.profile"
	if user.Email != "" {
		scopes += " https://www.googleapis.com/auth/userinfo.email"
		info["email"] = user.Email
	}
	info["granted_scopes"] = scopes
	for _, field := range []string{"name", "given_name", "family_name", "picture"} {
		if v := text(claims, field); v != "" {
			info[field] = v
		}
	}
	return info
}

// idpAccount returns a copy of the account to sign in: the account with this identity, the
// account with this address, or a new one.
func (s *Server) idpAccount(out *idpAnswer) (*account, error) {
	if same := s.byProvider(out.ProviderID, out.rawID); same != nil {
		return copyOf(same), nil
	}
	if out.Email != "" {
		if byEmail := s.byEmail(out.Email); byEmail != nil {
			return adoptIdp(copyOf(byEmail), out), nil
		}
	}
	out.IsNewUser = true
	a, err := s.newAccount("")
	if err != nil {
		return nil, err
	}
	a.DisplayName, a.PhotoURL = out.DisplayName, out.PhotoURL
	if out.Email != "" {
		a.Email, a.EmailVerified = out.Email, out.EmailVerified
	}
	return a, nil
}

// adoptIdp links the identity to the account with the same address, if the provider has
// verified the address. Otherwise the user must first sign in as before. If the account's own
// address was not verified, the account loses its password and its other identities.
func adoptIdp(a *account, out *idpAnswer) *account {
	if !out.EmailVerified {
		out.NeedConfirmation, out.LocalID = true, a.LocalID
		for _, p := range a.Linked {
			out.VerifiedProvider = append(out.VerifiedProvider, p.ProviderID)
		}
		return a
	}
	out.EmailRecycled = slices.ContainsFunc(a.Linked, func(p provider) bool { return p.ProviderID == out.ProviderID })
	if !a.EmailVerified {
		a.Linked, a.SaltedHash = nil, nil
		a.ValidSince = time.Now().Unix()
	}
	a.DisplayName, a.PhotoURL, a.EmailVerified = out.DisplayName, out.PhotoURL, true
	return a
}
