package firebaseauth

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf16"
)

// account is one user. A stored account is never changed. An operation changes a copy and
// stores the copy, so that a refused change has no effect.
type account struct {
	LocalID       string
	Email         string
	EmailVerified bool
	DisplayName   string
	PhotoURL      string
	Disabled      bool
	ValidSince    int64 // seconds; older sessions are revoked
	CreatedAt     int64 // milliseconds
	LastLoginAt   int64 // milliseconds
	LastRefreshAt time.Time

	Linked     []provider // identity providers, at most one account of each
	SaltedHash []byte     // of the password: 16 bytes of salt, then the hash; empty when there is none
	BornAt     int64      // seconds; a token of an earlier account with the same ID is refused
}

// provider is one way in which an account signs in.
type provider struct {
	ProviderID  string `json:"providerId"`
	RawID       string `json:"rawId,omitempty"`
	FederatedID string `json:"federatedId,omitempty"`
	Email       string `json:"email,omitempty"`
	DisplayName string `json:"displayName,omitempty"`
	PhotoURL    string `json:"photoUrl,omitempty"`
}

// accountAnswer is an account as accounts:lookup shows it.
type accountAnswer struct {
	LocalID       string     `json:"localId"`
	Email         string     `json:"email,omitempty"`
	EmailVerified bool       `json:"emailVerified"`
	DisplayName   string     `json:"displayName,omitempty"`
	PhotoURL      string     `json:"photoUrl,omitempty"`
	Disabled      bool       `json:"disabled,omitempty"`
	ValidSince    int64      `json:"validSince,string,omitempty"`
	CreatedAt     int64      `json:"createdAt,string"`
	LastLoginAt   int64      `json:"lastLoginAt,string,omitempty"`
	LastRefreshAt string     `json:"lastRefreshAt,omitempty"` // RFC 3339
	PasswordHash  string     `json:"passwordHash,omitempty"`
	Providers     []provider `json:"providerUserInfo,omitempty"`
}

// redacted is "REDACTED" in base64. Production answers it in place of a hash that the caller
// may not see. The SDKs only check that it is not empty. The official emulator answers the
// password itself.
const redacted = "UkVEQUNURUQ="

func (a *account) answer() accountAnswer {
	out := accountAnswer{
		LocalID: a.LocalID, Email: a.Email, EmailVerified: a.EmailVerified, DisplayName: a.DisplayName, PhotoURL: a.PhotoURL,
		Disabled: a.Disabled, ValidSince: a.ValidSince, CreatedAt: a.CreatedAt, LastLoginAt: a.LastLoginAt, Providers: a.providers(),
	}
	if !a.LastRefreshAt.IsZero() {
		out.LastRefreshAt = a.LastRefreshAt.Format("2006-01-02T15:04:05.000Z")
	}
	if len(a.SaltedHash) > 0 {
		out.PasswordHash = redacted
	}
	return out
}

func (a *account) providers() []provider {
	all := slices.Clone(a.Linked)
	if a.Email != "" && len(a.SaltedHash) > 0 {
		all = append(all, provider{
			ProviderID: "password", RawID: a.Email, FederatedID: a.Email, Email: a.Email,
			DisplayName: a.DisplayName, PhotoURL: a.PhotoURL,
		})
	}
	return all
}

func (a *account) link(p provider) {
	a.unlink(p.ProviderID)
	a.Linked = append(a.Linked, p)
}

func (a *account) unlink(id string) {
	a.Linked = slices.DeleteFunc(slices.Clone(a.Linked), func(p provider) bool { return p.ProviderID == id })
}

// setPassword also revokes the open sessions, as Firebase does.
func (a *account) setPassword(password string) error {
	if len(utf16.Encode([]rune(password))) < 6 {
		return bad("WEAK_PASSWORD : Password should be at least 6 characters")
	}
	if len(password) > maxText {
		return errTooLong
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	a.SaltedHash, a.ValidSince = hashPassword(salt, password), time.Now().Unix()
	return nil
}

func (a *account) hasPassword(password string) bool {
	if len(a.SaltedHash) < 16 {
		return false
	}
	return subtle.ConstantTimeCompare(a.SaltedHash, hashPassword(a.SaltedHash[:16], password)) == 1
}

func hashPassword(salt []byte, password string) []byte {
	sum := sha256.Sum256(append(slices.Clone(salt), password...))
	return append(slices.Clone(salt), sum[:]...)
}

// newAccount returns an account that is not stored yet. Without an ID it gets a random one.
func (s *Server) newAccount(uid string) (*account, error) {
	if uid == "" {
		uid = (rand.Text() + rand.Text())[:28]
	}
	if s.accounts[uid] != nil {
		return nil, bad("DUPLICATE_LOCAL_ID")
	}
	now := time.Now()
	return &account{LocalID: uid, CreatedAt: now.UnixMilli(), BornAt: now.Unix()}, nil
}

var errTooLong = bad("INVALID_ARGUMENT : A field is longer than the embedded Auth emulator stores.")

// put stores a new or changed account. It refuses one that exceeds the server's limits.
func (s *Server) put(a *account) error {
	if len(a.LocalID) > 128 || len(a.Linked) > maxLinked {
		return errTooLong
	}
	texts := []string{a.Email, a.DisplayName, a.PhotoURL}
	for _, p := range a.Linked {
		texts = append(texts, p.ProviderID, p.RawID, p.Email, p.DisplayName, p.PhotoURL)
	}
	if slices.ContainsFunc(texts, func(text string) bool { return len(text) > maxText }) {
		return errTooLong
	}
	if s.accounts[a.LocalID] == nil && len(s.accounts) >= maxAccounts {
		return bad("QUOTA_EXCEEDED : The embedded Auth emulator is full.")
	}
	s.accounts[a.LocalID], s.changed = a, true
	return nil
}

// find looks at every account. There are 5000 at most, so no index is needed.
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

func (s *Server) byProvider(id, rawID string) *account {
	return s.find(func(a *account) bool {
		return slices.ContainsFunc(a.Linked, func(p provider) bool { return p.ProviderID == id && p.RawID == rawID })
	})
}

// copyOf returns a copy of an account, to change and to put.
func copyOf(a *account) *account {
	c := *a
	return &c
}

var emailPattern = regexp.MustCompile(`^[^@]+@[^@]+$`)

// setEmail sets an address that no other account has. The address is then unverified.
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
