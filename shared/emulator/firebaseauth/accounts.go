package firebaseauth

import (
	"slices"
	"time"
)

// lookup answers the account of an ID token. An owner gets the accounts that the request names.
func (s *Server) lookup(c *call) (any, error) {
	var in struct {
		IDToken string   `json:"idToken"`
		LocalID []string `json:"localId"`
		Email   []string `json:"email"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	out := struct {
		Kind  string          `json:"kind"`
		Users []accountAnswer `json:"users,omitempty"`
	}{Kind: "identitytoolkit#GetAccountInfoResponse"}
	if !c.owner {
		signIn, err := s.checkIDToken(in.IDToken)
		if err != nil {
			return nil, err
		}
		out.Users = []accountAnswer{signIn.account.answer()}
		return out, nil
	}
	var found []*account
	for _, uid := range in.LocalID {
		found = append(found, s.accounts[uid])
	}
	for _, email := range in.Email {
		found = append(found, s.byEmail(email))
	}
	seen := map[*account]bool{nil: true}
	for _, a := range found {
		if !seen[a] {
			seen[a] = true
			out.Users = append(out.Users, a.answer())
		}
	}
	return out, nil
}

// delete deletes the account of an ID token, or the one that an owner names.
func (s *Server) delete(c *call) (any, error) {
	var in struct {
		IDToken string `json:"idToken"`
		LocalID string `json:"localId"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	uid := in.LocalID
	switch {
	case !c.owner:
		signIn, err := s.checkIDToken(in.IDToken)
		if err != nil {
			return nil, err
		}
		uid = signIn.account.LocalID
	case uid == "":
		return nil, bad("MISSING_LOCAL_ID")
	case s.accounts[uid] == nil:
		return nil, bad("USER_NOT_FOUND")
	}
	delete(s.accounts, uid)
	s.changed = true
	return map[string]string{"kind": "identitytoolkit#DeleteAccountResponse"}, nil
}

type updateRequest struct {
	IDToken         string   `json:"idToken"`
	LocalID         string   `json:"localId"`
	Email           string   `json:"email"`
	Password        string   `json:"password"`
	DisplayName     *string  `json:"displayName"`
	PhotoURL        *string  `json:"photoUrl"`
	DeleteAttribute []string `json:"deleteAttribute"`
	DeleteProvider  []string `json:"deleteProvider"`

	// What only an owner may change.
	ValidSince    *number `json:"validSince"`
	DisableUser   *bool   `json:"disableUser"`
	EmailVerified *bool   `json:"emailVerified"`
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

// update changes the account of an ID token, or the one that an owner names. When the change
// of a client revokes the sessions, the client gets the tokens of a new session.
func (s *Server) update(c *call) (any, error) {
	var in updateRequest
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	a, provider, err := s.toUpdate(in, c.owner)
	if err != nil {
		return nil, err
	}
	revoked, err := s.changeCredentials(a, in)
	if err != nil {
		return nil, err
	}
	if c.owner {
		a.changeAsOwner(in)
	}
	a.changeProfile(in)
	if err := s.put(a); err != nil {
		return nil, err
	}
	v := a.answer()
	out := updateAnswer{
		Kind: "identitytoolkit#SetAccountInfoResponse", LocalID: v.LocalID, Email: v.Email, EmailVerified: v.EmailVerified,
		DisplayName: v.DisplayName, PhotoURL: v.PhotoURL, PasswordHash: v.PasswordHash, Providers: v.Providers,
	}
	if in.Email != "" {
		out.NewEmail = a.Email
	}
	if in.Password != "" {
		provider = "password"
	}
	if revoked && !c.owner {
		out.tokens = s.start(a, provider)
	}
	return out, nil
}

// toUpdate returns a copy of the account to change. For a client it also returns the sign-in.
func (s *Server) toUpdate(in updateRequest, owner bool) (*account, string, error) {
	switch {
	case owner && in.LocalID == "":
		return nil, "", bad("MISSING_LOCAL_ID")
	case owner && s.accounts[in.LocalID] == nil:
		return nil, "", bad("USER_NOT_FOUND")
	case owner:
		return copyOf(s.accounts[in.LocalID]), "", nil
	case in.IDToken == "":
		return nil, "", bad("INVALID_REQ_TYPE : Unsupported request parameters.")
	}
	signIn, err := s.checkIDToken(in.IDToken)
	if err != nil {
		return nil, "", err
	}
	if in.DisableUser != nil {
		return nil, "", bad("OPERATION_NOT_ALLOWED")
	}
	return copyOf(signIn.account), signIn.provider, nil
}

// changeCredentials changes the address and the password. A new one revokes the open sessions.
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

func (a *account) changeAsOwner(in updateRequest) {
	if in.ValidSince != nil {
		a.ValidSince = int64(*in.ValidSince)
	}
	if in.DisableUser != nil {
		a.Disabled = *in.DisableUser
	}
	if in.EmailVerified != nil {
		a.EmailVerified = *in.EmailVerified
	}
}

func (a *account) changeProfile(in updateRequest) {
	if in.DisplayName != nil {
		a.DisplayName = *in.DisplayName
	}
	if in.PhotoURL != nil {
		a.PhotoURL = *in.PhotoURL
	}
	if slices.Contains(in.DeleteAttribute, "DISPLAY_NAME") {
		a.DisplayName = ""
	}
	if slices.Contains(in.DeleteAttribute, "PHOTO_URL") {
		a.PhotoURL = ""
	}
	for _, id := range in.DeleteProvider {
		a.unlink(id)
		if id == "password" {
			a.Email, a.EmailVerified, a.SaltedHash = "", false, nil
		}
	}
}
