package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"pantry.example/functions"
	"pantry.example/functions/local/handlers"
	"pantry.example/functions/local/openapi"
	"pantry.example/functions/local/page"
	"pantry.example/functions/recipes"
	"pantry.example/shared/config"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

// drain is how long requests may still run after Ctrl-C.
const drain = 5 * time.Second

// serve answers requests until ctx ends.
func (b *backends) serve(ctx context.Context, out io.Writer) error {
	routes, err := b.routes()
	if err != nil {
		return err
	}
	server := newServer(routes)
	served := make(chan error, 1)
	go func() { served <- server.Serve(b.ports.functions) }()
	_, _ = io.WriteString(out, b.announcement("http://"+b.ports.functions.Addr().String()))
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return fmt.Errorf("ended with requests running: %w", err)
	}
	return nil
}

// routes serves all three functions with the page and the API's description beside them,
// or one function alone.
func (b *backends) routes() (http.Handler, error) {
	made, err := handlers.New(handlers.Backends{
		Outside: func(name string) web.Function {
			f := web.NewFunction(name, session.CookieName, b.cfg)
			f.Log = b.log
			return f
		},
		Sessions: b.sessions, Firebase: b.firebase, TTL: b.cfg.SessionTTL, Store: b.store,
		Fetch: recipes.Fetching(b.cfg),
		Reads: recipes.Budget{Burst: 1e9, PerSecond: 1e9}, // nothing here costs money
	})
	if err != nil {
		return nil, err
	}
	if f, ok := functions.ByEntryPoint(b.cfg.FunctionTarget); ok {
		return made[f.Name], nil
	}
	mux := handlers.Mux(made)
	described := openapi.Handler()
	mux.Handle("GET /openapi.json", described)
	mux.Handle("GET /docs", described)
	mux.Handle("GET /docs/", described)
	shown := page.Config{AuthURL: "http://" + b.cfg.AuthEmulator}
	if b.embeddedAuth {
		shown.Demo = &page.Account{Email: demoEmail, Password: demoPassword}
	}
	mux.Handle("/", page.Handler(shown))
	return mux, nil
}

func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           loopbackOnly(h),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}

// loopbackOnly refuses a Host that is not this machine. Otherwise a web page could make its
// own name resolve to this machine (DNS rebinding) and would count as the same origin.
func loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !config.IsLoopback(r.Host) {
			http.Error(w, "This server answers on localhost alone.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
