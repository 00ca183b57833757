package setcache

import (
	"context"
	"net/http"
	"os"

	"github.com/GoogleCloudPlatform/functions-framework-go/functions"

	"pantry.example/shared/config"
	"pantry.example/shared/identity/firebase"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

// Name is the function's name in a URL.
const Name = "set-cache"

func init() {
	functions.HTTP("SetCache", web.NewLazy(web.NewLogger(os.Stderr, nil), config.EnvironmentOrigins, open).ServeHTTP)
}

func open() (http.Handler, error) {
	cfg, err := config.Environment()
	if err != nil {
		return nil, err
	}
	firebase, err := firebase.Open(context.Background(), cfg.ProjectID, cfg.AuthEmulator)
	if err != nil {
		return nil, err
	}
	firebase.WarmSignIn()
	sessions, err := session.FromConfig(cfg, firebase.Lookup, firebase.VerifySessionCookie)
	if err != nil {
		return nil, err
	}
	sessions.Warm()
	return New(Deps{
		Function: web.NewFunction(Name, session.CookieName, cfg),
		Sessions: sessions, Firebase: firebase, TTL: cfg.SessionTTL,
	})
}
