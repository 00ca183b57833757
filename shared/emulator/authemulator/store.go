package authemulator

import (
	"crypto/rand"
	"regexp"
	"slices"
	"strings"
	"time"
)

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
		return slices.ContainsFunc(a.linked, func(p provider) bool { return p.ProviderID == id && p.RawID == rawID })
	})
}

// copyOf returns an account to change and put.
func copyOf(a *account) *account {
	c := *a
	return &c
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
