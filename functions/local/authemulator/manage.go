package authemulator

import (
	"slices"
	"strconv"
	"time"
)

// lookup shows the account of an ID token, or to an owner whichever accounts he names.
func (s *Server) lookup(c *call) (any, error) {
	var in struct {
		IDToken         string   `json:"idToken"`
		LocalID         []string `json:"localId"`
		Email           []string `json:"email"`
		PhoneNumber     []string `json:"phoneNumber"`
		FederatedUserID []struct {
			ProviderID string `json:"providerId"`
			RawID      string `json:"rawId"`
		} `json:"federatedUserId"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	out := struct {
		Kind  string     `json:"kind"`
		Users []*account `json:"users,omitempty"`
	}{Kind: "identitytoolkit#GetAccountInfoResponse"}
	if !c.owner {
		ses, err := s.checkIDToken(in.IDToken)
		if err != nil {
			return nil, err
		}
		out.Users = []*account{ses.account.view()}
		return out, nil
	}
	if len(in.LocalID)+len(in.Email)+len(in.PhoneNumber)+len(in.FederatedUserID) > 1000 {
		return nil, bad("INVALID_ARGUMENT : At most 1000 accounts can be looked up at once.")
	}
	seen := map[string]bool{}
	add := func(a *account) {
		if a != nil && !seen[a.LocalID] {
			seen[a.LocalID] = true
			out.Users = append(out.Users, a.view())
		}
	}
	for _, uid := range in.LocalID {
		add(s.accounts[uid])
	}
	for _, email := range in.Email {
		add(s.byEmail(email))
	}
	for _, number := range in.PhoneNumber {
		add(s.byPhone(number))
	}
	for _, id := range in.FederatedUserID {
		add(s.byProvider(id.ProviderID, id.RawID))
	}
	return out, nil
}

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
// A change that revokes the sessions there are answers with the tokens of a new one.
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
	if err := s.changeCredentials(a, in); err != nil {
		return nil, err
	}
	if c.owner {
		if err := s.changeAsOwner(a, in); err != nil {
			return nil, err
		}
	}
	changeProfile(a, in)
	revoked := a.ValidSince != s.accounts[a.LocalID].ValidSince || in.Password != "" || in.ValidSince != nil
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
func (s *Server) changeCredentials(a *account, in updateRequest) error {
	before := a.Email
	if in.Email != "" {
		if err := s.setEmail(a, in.Email); err != nil {
			return err
		}
	}
	if in.Password != "" {
		if err := a.setPassword(in.Password); err != nil {
			return err
		}
	}
	if in.ValidSince != nil || a.Email != before {
		a.ValidSince = time.Now().Unix()
	}
	if l := in.LinkProvider; l != nil {
		switch {
		case l.ProviderID == "":
			return bad("MISSING_PROVIDER_ID")
		case l.RawID == "":
			return bad("MISSING_RAW_ID")
		}
		a.link(*l)
	}
	return nil
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
		ses, err := s.checkIDToken(in.IDToken)
		if err != nil {
			return nil, err
		}
		uid = ses.account.LocalID
	case uid == "":
		return nil, bad("MISSING_LOCAL_ID")
	case s.accounts[uid] == nil:
		return nil, bad("USER_NOT_FOUND")
	}
	delete(s.accounts, uid)
	return map[string]string{"kind": "identitytoolkit#DeleteAccountResponse"}, nil
}

// batchDelete deletes up to 1000 accounts, those that are not disabled only with force.
func (s *Server) batchDelete(c *call) (any, error) {
	var in struct {
		LocalIDs []string `json:"localIds"`
		Force    bool     `json:"force"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	if len(in.LocalIDs) == 0 || len(in.LocalIDs) > 1000 {
		return nil, bad("LOCAL_ID_LIST_EXCEEDS_LIMIT")
	}
	out := map[string]any{}
	var kept []any
	for i, uid := range in.LocalIDs {
		switch a := s.accounts[uid]; {
		case a == nil:
		case !a.Disabled && !in.Force:
			kept = append(kept, map[string]any{
				"index": i, "localId": uid, "message": "NOT_DISABLED : Disable the account before batch deletion.",
			})
		default:
			delete(s.accounts, uid)
		}
	}
	if kept != nil {
		out["errors"] = kept
	}
	return out, nil
}

// batchGet lists accounts in the order of their IDs, at most 1000 a page.
func (s *Server) batchGet(c *call) (any, error) {
	query := c.URL.Query()
	size, err := strconv.Atoi(query.Get("maxResults"))
	if err != nil || size <= 0 {
		size = 20
	}
	size = min(size, 1000)
	var ids []string
	for id := range s.accounts {
		if id > query.Get("nextPageToken") {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	out := struct {
		Kind          string     `json:"kind"`
		Users         []*account `json:"users"`
		NextPageToken string     `json:"nextPageToken,omitempty"`
	}{Kind: "identitytoolkit#DownloadAccountResponse", Users: []*account{}}
	if len(ids) > size {
		ids = ids[:size]
		out.NextPageToken = ids[size-1]
	}
	for _, id := range ids {
		out.Users = append(out.Users, s.accounts[id].view())
	}
	return out, nil
}
