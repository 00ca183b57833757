package authemulator

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"slices"
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

var reservedClaims = []string{
	"iss", "aud", "sub", "iat", "exp", "nbf", "jti", "nonce", "azp", "acr", "amr", "cnf", "auth_time", "firebase", "at_hash", "c_hash",
}

// parseClaims reads custom claims, at most 1000 bytes of JSON.
func parseClaims(text string) (map[string]any, error) {
	if len(text) > 1000 {
		return nil, bad("CLAIMS_TOO_LARGE")
	}
	claims, ok := decodeClaims([]byte(text))
	if !ok {
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
