package authemulator

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

// account is one user as accounts:lookup shows it. It is never changed once it is stored: an operation
// changes a copy and puts that, so that a refused change leaves nothing behind.
type account struct {
	LocalID           string     `json:"localId"`
	Email             string     `json:"email,omitempty"`
	EmailVerified     bool       `json:"emailVerified"`
	DisplayName       string     `json:"displayName,omitempty"`
	PhotoURL          string     `json:"photoUrl,omitempty"`
	PhoneNumber       string     `json:"phoneNumber,omitempty"`
	ScreenName        string     `json:"screenName,omitempty"`
	Disabled          bool       `json:"disabled,omitempty"`
	CustomAttributes  string     `json:"customAttributes,omitempty"`
	CustomAuth        bool       `json:"customAuth,omitempty"`
	EmailLinkSignin   bool       `json:"emailLinkSignin,omitempty"`
	ValidSince        int64      `json:"validSince,string,omitempty"` // seconds; older sessions are revoked
	CreatedAt         int64      `json:"createdAt,string"`            // milliseconds
	LastLoginAt       int64      `json:"lastLoginAt,string,omitempty"`
	LastRefreshAt     string     `json:"lastRefreshAt,omitempty"`     // RFC 3339
	PasswordUpdatedAt int64      `json:"passwordUpdatedAt,omitempty"` // milliseconds
	PasswordHash      string     `json:"passwordHash,omitempty"`      // set by view only
	Providers         []provider `json:"providerUserInfo,omitempty"`  // set by view only

	linked   []provider // identity providers, at most one account of each
	password []byte     // salt and hash; empty when there is none
	bornAt   int64      // seconds; a token of an earlier account with the same ID is refused
}

// provider is one way in which an account signs in.
type provider struct {
	ProviderID  string `json:"providerId"`
	RawID       string `json:"rawId,omitempty"`
	FederatedID string `json:"federatedId,omitempty"`
	Email       string `json:"email,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
	PhotoURL    string `json:"photoUrl,omitempty"`
	PhoneNumber string `json:"phoneNumber,omitempty"`
	ScreenName  string `json:"screenName,omitempty"`
}

// redacted is "REDACTED" in base64: what production puts in the place of a hash that the caller may not
// see. SDKs look only at whether there is one. The official emulator shows the password itself.
const redacted = "UkVEQUNURUQ="

// view is a copy to answer with.
func (a *account) view() *account {
	v := *a
	v.Providers = a.providers()
	if len(a.password) > 0 {
		v.PasswordHash = redacted
	}
	return &v
}

func (a *account) providers() []provider {
	all := slices.Clone(a.linked)
	if a.Email != "" && (len(a.password) > 0 || a.EmailLinkSignin) {
		all = append(all, provider{
			ProviderID: "password", RawID: a.Email, FederatedID: a.Email, Email: a.Email,
			DisplayName: a.DisplayName, PhotoURL: a.PhotoURL,
		})
	}
	if a.PhoneNumber != "" {
		all = append(all, provider{ProviderID: "phone", RawID: a.PhoneNumber, PhoneNumber: a.PhoneNumber})
	}
	return all
}

func (a *account) link(p provider) {
	a.linked = append(slices.DeleteFunc(slices.Clone(a.linked), func(q provider) bool { return q.ProviderID == p.ProviderID }), p)
}

func (a *account) unlink(ids []string) {
	a.linked = slices.DeleteFunc(slices.Clone(a.linked), func(p provider) bool { return slices.Contains(ids, p.ProviderID) })
}

func (a *account) signedInAt(now time.Time) {
	a.LastLoginAt = now.UnixMilli()
}

const weakPassword = "WEAK_PASSWORD : Password should be at least 6 characters"

// setPassword also revokes the sessions there are, as Firebase does.
func (a *account) setPassword(password string) error {
	if len(utf16.Encode([]rune(password))) < 6 {
		return bad(weakPassword)
	}
	if len(password) > maxText {
		return errTooLong
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	now := time.Now()
	a.password = hashPassword(salt, password)
	a.PasswordUpdatedAt, a.ValidSince = now.UnixMilli(), now.Unix()
	return nil
}

func (a *account) hasPassword(password string) bool {
	if len(a.password) == 0 {
		return false
	}
	return subtle.ConstantTimeCompare(a.password, hashPassword(a.password[:16], password)) == 1
}

func hashPassword(salt []byte, password string) []byte {
	sum := sha256.Sum256(append(slices.Clip(slices.Clone(salt)), password...))
	return append(slices.Clone(salt), sum[:]...)
}

var emailPattern = regexp.MustCompile(`^[^@]+@[^@]+$`)

// setEmail gives the account an address that no other account has. It is then unverified.
func (s *Server) setEmail(a *account, email string) error {
	if !emailPattern.MatchString(email) {
		return bad("INVALID_EMAIL")
	}
	email = strings.ToLower(email)
	if email == a.Email {
		return nil
	}
	if s.byEmail(email) != nil {
		return bad("EMAIL_EXISTS")
	}
	a.Email, a.EmailVerified = email, false
	return nil
}

// randomText returns n characters, at most 52, that cannot be guessed: five bits each.
func randomText(n int) string {
	return (rand.Text() + rand.Text())[:n]
}

// newAccount returns an account that is not stored yet, with an ID at random when none is given.
func (s *Server) newAccount(uid string) (*account, error) {
	if uid == "" {
		uid = randomText(28)
	}
	if s.accounts[uid] != nil {
		return nil, bad("DUPLICATE_LOCAL_ID")
	}
	now := time.Now()
	return &account{LocalID: uid, CreatedAt: now.UnixMilli(), bornAt: now.Unix()}, nil
}

var errTooLong = bad("INVALID_ARGUMENT : A field is longer than the embedded Auth emulator stores.")

// put stores an account, new or changed, within the server's limits.
func (s *Server) put(a *account) error {
	if len(a.LocalID) > 128 || len(a.linked) > maxLinked {
		return errTooLong
	}
	for _, text := range []string{a.Email, a.DisplayName, a.PhotoURL, a.PhoneNumber, a.ScreenName, a.CustomAttributes} {
		if len(text) > maxText {
			return errTooLong
		}
	}
	for _, p := range a.linked {
		for _, text := range []string{p.ProviderID, p.RawID, p.Email, p.DisplayName, p.PhotoURL, p.ScreenName} {
			if len(text) > maxText {
				return errTooLong
			}
		}
	}
	if s.accounts[a.LocalID] == nil && len(s.accounts) >= maxAccounts {
		return bad("QUOTA_EXCEEDED : The embedded Auth emulator is full.")
	}
	s.accounts[a.LocalID] = a
	return nil
}

// find scans: a scan of 5000 accounts costs less than keeping indexes right.
func (s *Server) find(match func(*account) bool) *account {
	for _, a := range s.accounts {
		if match(a) {
			return a
		}
	}
	return nil
}

func (s *Server) byEmail(email string) *account {
	email = strings.ToLower(email)
	return s.find(func(a *account) bool { return a.Email != "" && a.Email == email })
}

func (s *Server) byPhone(number string) *account {
	return s.find(func(a *account) bool { return a.PhoneNumber != "" && a.PhoneNumber == number })
}

func (s *Server) byProvider(id, rawID string) *account {
	return s.find(func(a *account) bool {
		return slices.ContainsFunc(a.providers(), func(p provider) bool { return p.ProviderID == id && p.RawID == rawID })
	})
}

// copyOf returns an account to change and put.
func copyOf(a *account) *account {
	c := *a
	return &c
}

var reservedClaims = []string{
	"iss", "aud", "sub", "iat", "exp", "nbf", "jti", "nonce", "azp", "acr", "amr", "cnf", "auth_time", "firebase", "at_hash", "c_hash",
}

// parseClaims reads custom claims, at most 1000 bytes of JSON.
func parseClaims(text string) (map[string]any, error) {
	if len(text) > 1000 {
		return nil, bad("CLAIMS_TOO_LARGE")
	}
	var claims map[string]any
	if err := json.Unmarshal([]byte(text), &claims); err != nil || claims == nil {
		return nil, bad("INVALID_CLAIMS")
	}
	return claims, checkClaims(claims)
}

func checkClaims(claims map[string]any) error {
	for _, name := range reservedClaims {
		if _, ok := claims[name]; ok {
			return bad("FORBIDDEN_CLAIM : " + name)
		}
	}
	return nil
}
