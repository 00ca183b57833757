// Package checkexpiration is the Cloud Function CheckExpiration (check-expiration). GET
// /?userID=U answers false when the caller's session is open and is U's, and true
// otherwise. Its routes are in New.
//
// The answer grants nothing, so the function verifies no token. Without the Firebase Admin
// SDK and gRPC it starts in half the time. It reads Redis once for each request, and asks
// Firebase about a user at most once in REVOCATION_MAX_AGE.
package checkexpiration

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"pantry.example/shared/config"
	"pantry.example/shared/identity"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

// Name is the function's name in a URL.
const Name = "check-expiration"

func init() {
	functions.HTTP("CheckExpiration", web.NewLazy(web.NewLogger(os.Stderr, nil), config.EnvironmentOrigins, open).ServeHTTP)
}

// Deps are the function's dependencies. All are required.
type Deps struct {
	Function web.Function
	Sessions *session.Cache
}

type function struct{ Deps }

// New returns the function's handler.
func New(d Deps) (http.Handler, error) {
	if d.Sessions == nil || d.Function.Log == nil {
		return nil, errors.New("open check-expiration: a dependency is missing")
	}
	routes := http.NewServeMux()
	routes.Handle("GET /{$}", web.Handler(function{d}.expired))
	routes.Handle("/{$}", web.MethodNotAllowed("GET"))
	routes.Handle("/", web.Handler(web.NotFound))
	return d.Function.Handler(routes), nil
}

func (f function) expired(w http.ResponseWriter, r *http.Request) error {
	query, err := url.ParseQuery(r.URL.RawQuery)
	asked := query["userID"]
	if err != nil || len(asked) > 1 {
		return web.NewError(http.StatusBadRequest, "invalid_query", "Write ?userID= once, percent-encoded, or no query.")
	}
	s, err := f.Sessions.Peek(r)
	if errors.Is(err, session.ErrNoSession) {
		return web.WriteJSON(w, http.StatusOK, true)
	}
	if err != nil {
		return err
	}
	theirs := len(asked) == 0 || asked[0] == s.UID
	return web.WriteJSON(w, http.StatusOK, !theirs)
}

func open() (http.Handler, error) {
	cfg, err := config.Environment()
	if err != nil {
		return nil, err
	}
	accounts, err := identity.NewDirectory(context.Background(), cfg.ProjectID, cfg.AuthEmulator)
	if err != nil {
		return nil, err
	}
	accounts.Warm()
	sessions, err := session.FromConfig(cfg, accounts.Lookup, nil)
	if err != nil {
		return nil, err
	}
	return New(Deps{Function: web.NewFunction(Name, session.CookieName, cfg), Sessions: sessions})
}
