package authemulator

import (
	"slices"
	"time"
)

type updateRequest struct {
	IDToken          string    `json:"idToken"`
	OobCode          string    `json:"oobCode"`
	LocalID          string    `json:"localId"`
	Email            string    `json:"email"`
	Password         string    `json:"password"`
	DisplayName      *string   `json:"displayName"`
	PhotoURL         *string   `json:"photoUrl"`
	DeleteAttribute  []string  `json:"deleteAttribute"`
	DeleteProvider   []string  `json:"deleteProvider"`
	LinkProvider     *provider `json:"linkProviderUserInfo"`
	ValidSince       *number   `json:"validSince"`
	DisableUser      *bool     `json:"disableUser"`
	CustomAttributes *string   `json:"customAttributes"`
	EmailVerified    *bool     `json:"emailVerified"`
	PhoneNumber      string    `json:"phoneNumber"`
	CreatedAt        *number   `json:"createdAt"`
	LastLoginAt      *number   `json:"lastLoginAt"`
}

type updateAnswer struct {
	Kind          string     `json:"kind"`
	LocalID       string     `json:"localId"`
	Email         string     `json:"email,omitempty"`
	NewEmail      string     `json:"newEmail,omitempty"`
	EmailVerified bool       `json:"emailVerified"`
	DisplayName   string     `json:"displayName,omitempty"`
	PhotoURL      string     `json:"photoUrl,omitempty"`
	PasswordHash  string     `json:"passwordHash,omitempty"`
	Providers     []provider `json:"providerUserInfo,omitempty"`
	tokens
}

func newUpdateAnswer(a *account) updateAnswer {
	v := a.view()
	return updateAnswer{
		Kind: "identitytoolkit#SetAccountInfoResponse", LocalID: v.LocalID, Email: v.Email, EmailVerified: v.EmailVerified,
		DisplayName: v.DisplayName, PhotoURL: v.PhotoURL, PasswordHash: v.PasswordHash, Providers: v.Providers,
	}
}

// update changes the account of an ID token, applies an e-mailed code, or changes what an owner names.
// A change that revokes the sessions there are is answered with the tokens of a new one.
func (s *Server) update(c *call) (any, error) {
	var in updateRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	switch {
	case c.owner && in.LocalID == "":
		return nil, bad("MISSING_LOCAL_ID")
	case !c.owner && in.IDToken == "" && in.OobCode == "":
		return nil, bad("INVALID_REQ_TYPE : Unsupported request parameters.")
	case !c.owner && in.CustomAttributes != nil:
		return nil, bad("INSUFFICIENT_PERMISSION")
	case in.OobCode != "":
		return s.applyOobCode(in.OobCode)
	}
	a, provider, err := s.toUpdate(in)
	if err != nil {
		return nil, err
	}
	revoked, err := s.changeCredentials(a, in)
	if err != nil {
		return nil, err
	}
	if c.owner {
		if err := s.changeAsOwner(a, in); err != nil {
			return nil, err
		}
	}
	changeProfile(a, in)
	if err := s.put(a); err != nil {
		return nil, err
	}
	out := newUpdateAnswer(a)
	if in.Email != "" {
		out.NewEmail = a.Email
	}
	if revoked && provider != "" {
		if in.Password != "" {
			provider = "password"
		}
		out.tokens = s.start(a, provider, nil)
	}
	return out, nil
}

// toUpdate returns a copy of the account to change and, for a client, how it signed in.
func (s *Server) toUpdate(in updateRequest) (*account, string, error) {
	if in.IDToken == "" {
		found := s.accounts[in.LocalID]
		if found == nil {
			return nil, "", bad("USER_NOT_FOUND")
		}
		return copyOf(found), "", nil
	}
	ses, err := s.checkIDToken(in.IDToken)
	if err != nil {
		return nil, "", err
	}
	if in.DisableUser != nil {
		return nil, "", bad("OPERATION_NOT_ALLOWED")
	}
	return copyOf(ses.account), ses.provider, nil
}

// changeCredentials changes what signs in. A new address or password revokes the sessions there are.
func (s *Server) changeCredentials(a *account, in updateRequest) (revoked bool, err error) {
	before := a.Email
	if in.Email != "" {
		if err := s.setEmail(a, in.Email); err != nil {
			return false, err
		}
	}
	if in.Password != "" {
		if err := a.setPassword(in.Password); err != nil {
			return false, err
		}
	}
	revoked = in.Password != "" || in.ValidSince != nil || a.Email != before
	if revoked {
		a.ValidSince = time.Now().Unix()
	}
	return revoked, nil
}

func (s *Server) changeAsOwner(a *account, in updateRequest) error {
	if in.CustomAttributes != nil {
		if *in.CustomAttributes != "" {
			if _, err := parseClaims(*in.CustomAttributes); err != nil {
				return err
			}
		}
		a.CustomAttributes = *in.CustomAttributes
	}
	if in.PhoneNumber != "" {
		if err := s.setPhone(a, in.PhoneNumber); err != nil {
			return err
		}
	}
	if in.LinkProvider != nil {
		if err := s.linkAsOwner(a, *in.LinkProvider); err != nil {
			return err
		}
	}
	if in.DisableUser != nil {
		a.Disabled = *in.DisableUser
	}
	if in.EmailVerified != nil {
		a.EmailVerified = *in.EmailVerified
	}
	for _, field := range []struct {
		to   *int64
		from *number
	}{{&a.ValidSince, in.ValidSince}, {&a.CreatedAt, in.CreatedAt}, {&a.LastLoginAt, in.LastLoginAt}} {
		if field.from != nil {
			*field.to = int64(*field.from)
		}
	}
	return nil
}

func (s *Server) linkAsOwner(a *account, p provider) error {
	if p.ProviderID == "" {
		return bad("MISSING_PROVIDER_ID")
	}
	if p.RawID == "" {
		return bad("MISSING_RAW_ID")
	}
	if other := s.byProvider(p.ProviderID, p.RawID); other != nil && other.LocalID != a.LocalID {
		return bad("FEDERATED_USER_ID_ALREADY_LINKED")
	}
	a.link(p)
	return nil
}

func changeProfile(a *account, in updateRequest) {
	if in.DisplayName != nil {
		a.DisplayName = *in.DisplayName
	}
	if in.PhotoURL != nil {
		a.PhotoURL = *in.PhotoURL
	}
	for _, attribute := range in.DeleteAttribute {
		switch attribute {
		case "DISPLAY_NAME":
			a.DisplayName = ""
		case "PHOTO_URL":
			a.PhotoURL = ""
		case "PASSWORD":
			a.password = nil
		case "EMAIL":
			a.Email, a.EmailVerified, a.EmailLinkSignin = "", false, false
		}
	}
	a.unlink(in.DeleteProvider)
	if slices.Contains(in.DeleteProvider, "password") {
		a.Email, a.EmailVerified, a.EmailLinkSignin, a.password = "", false, false, nil
	}
	if slices.Contains(in.DeleteProvider, "phone") {
		a.PhoneNumber = ""
	}
}
