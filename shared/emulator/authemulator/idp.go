package authemulator

import (
	"cmp"
	"encoding/json"
	"errors"
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
	ScreenName       string   `json:"screenName,omitempty"`
	PhotoURL         string   `json:"photoUrl,omitempty"`
	RawUserInfo      string   `json:"rawUserInfo"`
	OauthIDToken     string   `json:"oauthIdToken,omitempty"`
	OauthAccessToken string   `json:"oauthAccessToken"`
	NeedConfirmation bool     `json:"needConfirmation,omitempty"`
	VerifiedProvider []string `json:"verifiedProvider,omitempty"`
	ErrorMessage     string   `json:"errorMessage,omitempty"`
	tokens

	rawID string
}

type idpRequest struct {
	RequestURI          string `json:"requestUri"`
	PostBody            string `json:"postBody"`
	IDToken             string `json:"idToken"` // of the account to link with
	PendingIDToken      string `json:"pendingIdToken"`
	ReturnRefreshToken  bool   `json:"returnRefreshToken"`
	ReturnIdpCredential bool   `json:"returnIdpCredential"`
}

// signInWithIdp believes an unsigned id_token of an identity provider: a JWT or its claims as plain
// JSON, such as {"sub":"abc","email":"foo@example.com","email_verified":true}.
func (s *Server) signInWithIdp(c *call) (any, error) {
	var in idpRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if in.ReturnRefreshToken || in.PendingIDToken != "" {
		return nil, notImplemented("returnRefreshToken or pendingIdToken")
	}
	out, err := s.readIdpResponse(in)
	if err != nil {
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
	a, err := s.idpAccount(&out, linkTo)
	if err != nil {
		var refused *apiError
		if in.ReturnIdpCredential && errors.As(err, &refused) {
			out.ErrorMessage = refused.message // the SDK makes an error with the credential of it
			return out, nil
		}
		return nil, err
	}
	if out.NeedConfirmation {
		return out, nil
	}
	if a.Disabled {
		return nil, bad("USER_DISABLED")
	}
	a.link(provider{
		ProviderID: out.ProviderID, RawID: out.rawID, FederatedID: out.rawID, Email: out.Email,
		DisplayName: out.DisplayName, PhotoURL: out.PhotoURL, ScreenName: out.ScreenName,
	})
	a.signedInAt(time.Now())
	if err := s.put(a); err != nil {
		return nil, err
	}
	out.LocalID = a.LocalID
	if a.Email == out.Email {
		out.EmailVerified = a.EmailVerified
	}
	out.tokens = s.start(a, out.ProviderID, nil)
	return out, nil
}

// readIdpResponse finds the provider's answer in the request's URL, its fragment or the post body.
func (s *Server) readIdpResponse(in idpRequest) (idpAnswer, error) {
	if in.RequestURI == "" {
		return idpAnswer{}, bad("MISSING_REQUEST_URI")
	}
	u, err := url.Parse(in.RequestURI)
	if err != nil || !u.IsAbs() {
		return idpAnswer{}, bad("INVALID_REQUEST_URI")
	}
	params := u.Query()
	for _, encoded := range []string{in.PostBody, u.EscapedFragment()} {
		more, _ := url.ParseQuery(encoded) // what can be read of it, as URLSearchParams does
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
	idToken, accessToken := params.Get("id_token"), params.Get("access_token")
	claims, err := idpClaims(idToken, accessToken)
	if err != nil {
		return idpAnswer{}, err
	}
	out := idpUser(id, claims)
	out.OauthIDToken = idToken
	out.OauthAccessToken = cmp.Or(accessToken, "FirebaseAuthEmulatorFakeAccessToken_"+id)
	return out, nil
}

// idpClaims reads the ID token, or an access token that is made like one.
func idpClaims(idToken, accessToken string) (map[string]any, error) {
	token := cmp.Or(idToken, accessToken)
	claims, ok := decodeToken(token)
	if strings.HasPrefix(token, "{") {
		claims, ok = decodeClaims([]byte(token))
	}
	if !ok && idToken == "" {
		return nil, notImplemented("Sign-in without an id_token")
	}
	if !ok {
		return nil, bad("INVALID_IDP_RESPONSE : Unable to parse id_token. ((Auth Emulator only accepts strict JSON or JWTs as fake id_tokens.))")
	}
	if text(claims, "sub") == "" {
		return nil, bad(`INVALID_IDP_RESPONSE : Invalid Idp Response: id_token missing required fields. ((Missing "sub" field. This field is required and must be a unique identifier.))`)
	}
	return claims, nil
}

// idpUser is what the provider would tell of the user.
func idpUser(id string, claims map[string]any) idpAnswer {
	verified, _ := claims["email_verified"].(bool)
	name := text(claims, "name")
	out := idpAnswer{
		Kind: "identitytoolkit#VerifyAssertionResponse", ProviderID: id, rawID: text(claims, "sub"), FederatedID: text(claims, "sub"),
		Email: strings.ToLower(text(claims, "email")), EmailVerified: verified, DisplayName: name, FullName: name,
		ScreenName: text(claims, "screen_name"), PhotoURL: text(claims, "picture"),
	}
	info := claims
	if id == "google.com" {
		out.FederatedID = "https://accounts.google.com/" + out.rawID
		out.FirstName, out.LastName = text(claims, "given_name"), text(claims, "family_name")
		scopes := "openid https://www.googleapis.com/auth/userinfo.profile"
		info = map[string]any{"id": out.rawID, "verified_email": verified, "locale": "en"}
		if out.Email != "" {
			scopes += " https://www.googleapis.com/auth/userinfo.email"
			info["email"] = out.Email
		}
		info["granted_scopes"] = scopes
		for _, field := range []string{"name", "given_name", "family_name", "picture"} {
			if v := text(claims, field); v != "" {
				info[field] = v
			}
		}
	}
	raw, _ := json.Marshal(info) // it came from JSON
	out.RawUserInfo = string(raw)
	return out
}

// idpAccount chooses the account to sign in, as a copy to put: the one to link with, the one that has
// this identity, the one that has this address, or a new one.
func (s *Server) idpAccount(out *idpAnswer, linkTo *account) (*account, error) {
	same := s.byProvider(out.ProviderID, out.rawID)
	onePerEmail := !s.config.SignIn.AllowDuplicateEmails
	var byEmail *account
	if onePerEmail && out.Email != "" {
		byEmail = s.byEmail(out.Email)
	}
	switch {
	case linkTo != nil && same != nil:
		return nil, bad("FEDERATED_USER_ID_ALREADY_LINKED")
	case linkTo != nil && byEmail != nil && byEmail.LocalID != linkTo.LocalID:
		return nil, bad("EMAIL_EXISTS")
	case linkTo != nil:
		return linkIdp(copyOf(linkTo), out, onePerEmail), nil
	case same != nil:
		return copyOf(same), nil
	case byEmail != nil:
		return adoptIdp(copyOf(byEmail), out), nil
	}
	out.IsNewUser = true
	a, err := s.newAccount("")
	if err != nil {
		return nil, err
	}
	a.DisplayName, a.PhotoURL, a.ScreenName = out.DisplayName, out.PhotoURL, out.ScreenName
	if onePerEmail && out.Email != "" {
		a.Email, a.EmailVerified = out.Email, out.EmailVerified
	}
	return a, nil
}

func linkIdp(a *account, out *idpAnswer, onePerEmail bool) *account {
	if onePerEmail && a.Email == "" && out.Email != "" {
		a.Email, a.EmailVerified = out.Email, out.EmailVerified
	}
	if out.EmailVerified && out.Email != "" && a.Email == out.Email {
		a.EmailVerified = true
	}
	return a
}

// adoptIdp gives the account with the same address to the identity, if its provider has verified the
// address; otherwise the user must first sign in the old way. Whoever registered the address without
// verifying it loses every other way in.
func adoptIdp(a *account, out *idpAnswer) *account {
	if !out.EmailVerified {
		out.NeedConfirmation, out.LocalID = true, a.LocalID
		for _, p := range a.linked {
			out.VerifiedProvider = append(out.VerifiedProvider, p.ProviderID)
		}
		return a
	}
	out.EmailRecycled = slices.ContainsFunc(a.linked, func(p provider) bool { return p.ProviderID == out.ProviderID })
	if !a.EmailVerified {
		a.linked, a.password, a.PhoneNumber, a.EmailLinkSignin = nil, nil, "", false
		a.ValidSince = time.Now().Unix()
	}
	a.DisplayName, a.PhotoURL, a.ScreenName, a.EmailVerified = out.DisplayName, out.PhotoURL, out.ScreenName, true
	return a
}
