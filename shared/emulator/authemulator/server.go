// Package authemulator is a Firebase Auth emulator in one process and in memory: what the Admin SDK
// and the browser's connectAuthEmulator need of Identity Toolkit, with the paths, answers and error
// names of the official emulator (firebase-tools, lib/emulator/auth). The route table is in routes.go.
//
// It verifies no signature. Its tokens are unsigned ("alg": "none"), it believes whatever token it is
// shown, and everyone who can reach it is its owner. So it must never be reachable from another
// machine: serve it on a loopback address only. As a second guard it refuses every request whose Host
// is not localhost, 127.0.0.1 or [::1], and every owner's request that a web page from elsewhere sends.
// What is left to such a page is what a client may do, with forged ID tokens too: nobody should type a
// password here that he uses elsewhere.
//
// It differs from the official one where that one differs from production: a refresh token is refused
// after a revocation (validSince), auth_time is that of the session's own sign-in and survives a
// refresh, expired and foreign ID tokens are refused, and no answer contains a password. No e-mail is
// sent: its codes are listed at /emulator/v1/projects/{project}/oobCodes.
//
// Phone sign-in, second factors, passkeys, tenants, SAML, blocking functions and the import of users
// are answered 501, as the official one answers what it does not have.
package authemulator

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"sync"
)

// What one server holds at most, so that no client can fill the process's memory.
const (
	maxBody     = 1 << 20 // bytes of a request's body
	maxAccounts = 5000
	maxText     = 2048 // bytes of any one text in an account
	maxLinked   = 10   // identity providers linked to an account
	maxOobCodes = 1000 // the oldest goes first
)

// Server is the emulator of one Firebase project: an [http.Handler], safe for concurrent use. It
// listens on nothing itself. Its state is in memory only, and its size is bounded: at most 5000
// accounts, 1000 pending e-mail codes, 1 MiB a request.
type Server struct {
	projectID string
	routes    *http.ServeMux

	mu       sync.Mutex // guards what follows
	accounts map[string]*account
	oobCodes []oobCode
	config   projectConfig
}

// projectConfig is what /emulator/v1/projects/{project}/config shows and changes.
type projectConfig struct {
	SignIn struct {
		AllowDuplicateEmails bool `json:"allowDuplicateEmails"`
	} `json:"signIn"`
	EmailPrivacyConfig struct {
		EnableImprovedEmailPrivacy bool `json:"enableImprovedEmailPrivacy"`
	} `json:"emailPrivacyConfig"`
}

// New returns an emulator without accounts for the project that the SDKs are configured with. Calls
// that name another project are refused, because a wrong project ID is easier found that way.
func New(projectID string) *Server {
	s := &Server{projectID: projectID, accounts: map[string]*account{}}
	s.routes = s.newRoutes()
	return s
}

// User is an account to begin with.
type User struct {
	UID           string // up to 128 bytes; chosen at random when empty
	Email         string // optional, but needed with a password
	Password      string // at least 6 characters, or empty for an account without
	DisplayName   string
	EmailVerified bool
}

// AddUser adds an account, such as one for a demo. A refresh token that an earlier server issued to the
// same UID is good here too, so a browser stays signed in when the local runner is started again. The
// error carries the name that a client would have been answered: DUPLICATE_LOCAL_ID, EMAIL_EXISTS,
// INVALID_EMAIL, MISSING_EMAIL, WEAK_PASSWORD.
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
	a.ValidSince, a.bornAt = 0, 0
	return s.put(a)
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	allowOrigin(w, r)
	switch {
	case !loopback(r.Host):
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

// loopback says whether a Host header names this machine by one of the names that cannot be rebound.
func loopback(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(hostport, "["), "]")
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && (ip == netip.AddrFrom4([4]byte{127, 0, 0, 1}) || ip == netip.IPv6Loopback())
}

// localOrigin says whether a request comes from no web page, or from one that this machine serves.
func localOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && loopback(u.Host)
}
