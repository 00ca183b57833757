package authemulator

import (
	"slices"
	"strconv"
	"strings"
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
	email := strings.ToLower(in.Identifier)
	a := s.byEmail(email)
	if a == nil {
		a = s.find(func(a *account) bool {
			return slices.ContainsFunc(a.linked, func(p provider) bool { return p.Email == email })
		})
	}
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
