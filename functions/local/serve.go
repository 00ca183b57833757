package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/GoogleCloudPlatform/functions-framework-go/funcframework"

	"pantry.example/functions/checkexpiration"
	"pantry.example/functions/local/openapi"
	"pantry.example/functions/local/page"
	"pantry.example/functions/recipes"
	"pantry.example/functions/setcache"
	"pantry.example/shared/config"
)

// drain is how long requests may still run after Ctrl-C.
const drain = 5 * time.Second

func serveAll(ctx context.Context, b *backends, out io.Writer) error {
	routes, err := b.routes()
	if err != nil {
		return err
	}
	l, err := listen(ctx, "PORT", b.cfg.Port)
	if err != nil {
		return err
	}
	server := newServer(routes)
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	b.announce(out, "http://"+l.Addr().String())
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

// routes serves each function under its name and under /api/, where a Firebase Hosting
// rewrite would have it, and the page and the API's description beside them.
func (b *backends) routes() (http.Handler, error) {
	mux := http.NewServeMux()
	for target, name := range map[string]string{
		"SetCache": setcache.Name, "CheckExpiration": checkexpiration.Name, "Recipes": recipes.Name,
	} {
		h, err := b.function(target)
		if err != nil {
			return nil, err
		}
		for _, path := range []string{"/" + name, "/api/" + name} {
			mux.Handle(path, h)
			mux.Handle(path+"/", h)
		}
	}
	described := openapi.Handler()
	mux.Handle("GET /openapi.json", described)
	mux.Handle("GET /docs", described)
	mux.Handle("/", page.Handler(page.Config{
		AuthURL: "http://" + b.cfg.AuthEmulator, ProjectID: b.cfg.ProjectID,
		DemoEmail: b.demo(demoEmail), DemoPassword: b.demo(demoPassword),
	}))
	return mux, nil
}

func (b *backends) demo(value string) string {
	if b.embeddedAuth {
		return value
	}
	return ""
}

// serveOne serves one function as the Functions Framework does in the cloud.
func serveOne(ctx context.Context, b *backends, out io.Writer) error {
	h, err := b.function(b.cfg.FunctionTarget)
	if err != nil {
		return err
	}
	// With the variable set the framework would serve the deployed function, which wants
	// deployed back ends; this one has the embedded ones.
	if err := os.Unsetenv("FUNCTION_TARGET"); err != nil {
		return err
	}
	if err := funcframework.RegisterHTTPFunctionContext(ctx, "/", loopbackOnly(h).ServeHTTP); err != nil {
		return fmt.Errorf("register %s: %w", b.cfg.FunctionTarget, err)
	}
	// The framework listens by itself: try the port first, so that a taken one is said
	// plainly, and a free one is found for port 0.
	l, err := listen(ctx, "PORT", b.cfg.Port)
	if err != nil {
		return err
	}
	addr := l.Addr().String()
	_, port, err := net.SplitHostPort(addr)
	if err := errors.Join(err, l.Close()); err != nil {
		return err
	}
	served := make(chan error, 1)
	go func() { served <- funcframework.StartHostPort("127.0.0.1", port) }()
	if err := waitFor(ctx, addr, served); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(out, "Pantry: %s alone, at /\n\n%s\n\nready http://%s\n", b.cfg.FunctionTarget, strings.Join(b.lines, "\n"), addr)
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		return nil
	}
}

func waitFor(ctx context.Context, addr string, served <-chan error) error {
	for {
		c, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
		if err == nil {
			return c.Close()
		}
		select {
		case err := <-served:
			return fmt.Errorf("serve: %w", err)
		case <-ctx.Done():
			return nil
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func newServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           loopbackOnly(h),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}

// loopbackOnly refuses a Host that is not this machine: a page on the web could point
// its own name here (DNS rebinding) and would then count as the same origin.
func loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !config.IsLoopback(r.Host) {
			http.Error(w, "This server answers on localhost alone.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (b *backends) announce(out io.Writer, url string) {
	var s strings.Builder
	s.WriteString("Pantry runs here:\n\n" + strings.Join(b.lines, "\n") + "\n")
	for _, line := range [][2]string{
		{"Page", url + "/"},
		{"API", url + "/docs"},
		{"Functions", url + "/" + setcache.Name + "  /" + checkexpiration.Name + "  /" + recipes.Name},
	} {
		s.WriteString(fmt.Sprintf("  %-14s %s\n", line[0], line[1]))
	}
	if b.embeddedAuth {
		s.WriteString("\nDemo account: " + demoEmail + " with the password " + demoPassword + "\n\nTry it:\n")
		for _, line := range curls("http://"+b.cfg.AuthEmulator, url) {
			s.WriteString("\n  " + line + "\n")
		}
	}
	s.WriteString("\nready " + url + "\n")
	_, _ = io.WriteString(out, s.String())
}

// curls is the main job in three lines: sign in at Firebase, open a session, use it.
func curls(auth, url string) [3]string {
	body := `'{"UserID":"` + demoUID + `","AuthToken":"'$TOKEN'","Transport":"bearer"}'`
	return [3]string{
		`TOKEN=$(curl -s '` + auth + `/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=demo' -H 'Content-Type: application/json' -d '{"email":"` +
			demoEmail + `","password":"` + demoPassword + `","returnSecureToken":true}' | grep -o '"idToken": *"[^"]*' | cut -d'"' -f4)`,
		`SESSION=$(curl -s ` + url + `/set-cache -H 'Content-Type: application/json' -d ` + body + ` | grep -o '"session":"[^"]*' | cut -d'"' -f4)`,
		`curl -s ` + url + `/recipes -H "Authorization: Bearer $SESSION"`,
	}
}
