// Package firebaseauth is a Firebase Auth emulator in one process and in memory. It has what
// the local runner, the page, the Admin SDK and the browser's SDK use of Identity Toolkit:
// passwords, a simulated Google sign-in with its popup, refresh, look-up, update, session
// cookies and deletion. Paths, answers and error names are those of the official emulator
// (firebase-tools, lib/emulator/auth). The routes are in routes.go. Everything else of
// Identity Toolkit is answered 501; use the official emulator for it.
//
// It verifies no signature, and everyone who can reach it can act as its owner. Serve it on a
// loopback address only. It also refuses every request whose Host is not this machine, and
// every owner's call from a web page of another machine. Such a page can still call as a
// client, so type no real password here.
//
// It is stricter than the official emulator where production is: a refresh token is refused
// after a revocation, auth_time survives a refresh, expired and foreign ID tokens are refused,
// and no answer holds a password.
package firebaseauth

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"sync"

	"pantry.example/shared/config"
)

// What one server holds at most, so that no client can fill the process's memory.
const (
	maxBody     = 1 << 20 // bytes of a request's body
	maxAccounts = 5000
	maxText     = 2048 // bytes of any one text in an account
	maxLinked   = 10   // identity providers linked to an account
)

// Server is the emulator of one Firebase project. It is an [http.Handler], and safe for
// concurrent use. It opens no port itself.
type Server struct {
	projectID string
	routes    *http.ServeMux

	mu       sync.Mutex // guards what follows
	accounts map[string]*account
	changed  bool // since the last save
	save     func([]byte) error
}

// New returns an emulator without accounts for the project that the SDKs are configured with.
// It refuses calls that name another project, so that a wrong project ID is found early.
func New(projectID string) *Server {
	s := &Server{projectID: projectID, accounts: map[string]*account{}}
	s.routes = s.newRoutes()
	return s
}

// User is an account for AddUser.
type User struct {
	UID           string // up to 128 bytes; chosen at random when empty
	Email         string // optional, but needed with a password
	Password      string // at least 6 characters, or empty for an account without
	DisplayName   string
	EmailVerified bool
}

// AddUser adds an account, such as one for a demo. A refresh token that an earlier server
// issued to the same UID is valid here too, so a browser stays signed in when the local runner
// is started again. The error contains the name that a client would get: DUPLICATE_LOCAL_ID,
// EMAIL_EXISTS, INVALID_EMAIL, MISSING_EMAIL, WEAK_PASSWORD.
func (s *Server) AddUser(u User) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if u.Password != "" && u.Email == "" {
		return bad("MISSING_EMAIL")
	}
	a, err := s.newAccount(u.UID)
	if err != nil {
		return err
	}
	a.DisplayName = u.DisplayName
	if u.Email != "" {
		if err := s.setEmail(a, u.Email); err != nil {
			return err
		}
	}
	a.EmailVerified = u.EmailVerified
	if u.Password != "" {
		if err := a.setPassword(u.Password); err != nil {
			return err
		}
	}
	a.ValidSince, a.BornAt = 0, 0
	return s.put(a)
}

// Keep adds the accounts of an earlier server, if there are any. After that, each call that
// changes an account passes all accounts to save before it is answered. When save fails, the
// answer is 500. The bytes are JSON and contain hashes of passwords.
func (s *Server) Keep(accounts []byte, save func([]byte) error) error {
	var kept map[string]*account
	if len(accounts) > 0 {
		if err := json.Unmarshal(accounts, &kept); err != nil {
			return fmt.Errorf("read the accounts: %w", err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for uid, a := range kept {
		if a == nil || a.LocalID != uid {
			return fmt.Errorf("read the accounts: the account %q is not whole", uid)
		}
		if err := s.put(a); err != nil {
			return fmt.Errorf("read the accounts: %w", err)
		}
	}
	s.save, s.changed = save, false
	return nil
}

// locked runs one operation and saves what it changed.
func (s *Server) locked(op operation, c *call) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	answer, err := op(c)
	if !s.changed || s.save == nil {
		return answer, err
	}
	accounts, failed := json.Marshal(s.accounts)
	if failed == nil {
		failed = s.save(accounts)
	}
	if failed != nil {
		return nil, fmt.Errorf("save the accounts: %w", failed)
	}
	s.changed = false
	return answer, err
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	allowOrigin(w, r)
	switch {
	case !config.IsLoopback(r.Host):
		// A page whose name resolves to 127.0.0.1 (DNS rebinding) sends its own name here.
		writeError(w, forbidden("The Auth emulator answers only to localhost, 127.0.0.1 and [::1]."))
	case r.Method == http.MethodOptions:
		w.WriteHeader(http.StatusNoContent)
	default:
		s.routes.ServeHTTP(w, r)
	}
}

// allowOrigin sets the CORS headers of the official emulator: every origin may call it.
func allowOrigin(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Vary", "Origin")
	if origin := r.Header.Get("Origin"); origin != "" {
		h.Set("Access-Control-Allow-Origin", origin)
	}
	if r.Header.Get("Access-Control-Request-Private-Network") != "" {
		h.Set("Access-Control-Allow-Private-Network", "true")
	}
	if r.Method == http.MethodOptions {
		h.Add("Vary", "Access-Control-Request-Headers")
		h.Set("Access-Control-Allow-Methods", "GET,HEAD,PUT,PATCH,POST,DELETE")
		if headers := r.Header.Get("Access-Control-Request-Headers"); headers != "" {
			h.Set("Access-Control-Allow-Headers", headers)
		}
	}
}

// localOrigin reports whether a request comes from a web page of this machine, or from no web
// page.
func localOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && config.IsLoopback(u.Host)
}
