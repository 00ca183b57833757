package recipes

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"cloud.google.com/go/firestore"
	"github.com/GoogleCloudPlatform/functions-framework-go/functions"
	"google.golang.org/api/option"

	"pantry.example/functions/recipes/fetch"
	"pantry.example/shared/config"
	"pantry.example/shared/identity/firebase"
	"pantry.example/shared/recipe/store"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

// Name is the function's name in a URL.
const Name = "recipes"

func init() {
	functions.HTTP("Recipes", web.NewLazy(web.NewLogger(os.Stderr, nil), config.EnvironmentOrigins, open).ServeHTTP)
}

// Sessions returns Deps.Authenticate and Deps.Begin over a session cache.
func Sessions(f web.Function, cache *session.Cache) (
	authenticate func(*http.Request) (session.Session, error),
	begin func(*http.Request) (session.Session, func() error, error),
) {
	authenticate = func(r *http.Request) (session.Session, error) { return cache.Request(r, f.ClientAddr(r)) }
	begin = func(r *http.Request) (session.Session, func() error, error) { return cache.Begin(r, f.ClientAddr(r)) }
	return authenticate, begin
}

// Fetching returns Deps.Fetch. It is nil when IMPORT_FROM_URL is false.
func Fetching(cfg config.Config) func(context.Context, string) (fetch.Page, error) {
	if !cfg.ImportFromURL {
		return nil
	}
	return fetch.New().Page
}

func open() (http.Handler, error) {
	cfg, err := config.Environment()
	if err != nil {
		return nil, err
	}
	ctx := context.Background()
	firebase, err := firebase.Open(ctx, cfg.ProjectID, cfg.AuthEmulator)
	if err != nil {
		return nil, err
	}
	firebase.Warm() // the Firestore client connects by itself
	sessions, err := session.FromConfig(cfg, firebase.Lookup, firebase.VerifySessionCookie)
	if err != nil {
		return nil, err
	}
	var options []option.ClientOption
	if firebase.Credentials != nil { // Warm has asked for their access token
		options = append(options, option.WithCredentials(firebase.Credentials))
	}
	client, err := firestore.NewClient(ctx, cfg.ProjectID, options...)
	if err != nil {
		return nil, fmt.Errorf("open firestore: no application default credentials, or FIRESTORE_EMULATOR_HOST is not set")
	}
	f := web.NewFunction(Name, session.CookieName, cfg)
	authenticate, begin := Sessions(f, sessions)
	return New(Deps{Function: f, Authenticate: authenticate, Begin: begin, Store: store.NewFirestore(client), Fetch: Fetching(cfg)})
}
