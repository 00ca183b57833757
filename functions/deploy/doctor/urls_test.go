package doctor_test

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"pantry.example/functions/local/handlers"
	"pantry.example/shared/config"
	"pantry.example/shared/identity/firebase"
	"pantry.example/shared/recipe/store"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

const app = "https://app.example.com"

// functions serves the real three at /api/, for pages at app.
func functions(t *testing.T, redisServer string) string {
	t.Helper()
	t.Setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:1")
	parsed, err := config.ParseRedis(redisServer)
	if err != nil {
		t.Fatal(err)
	}
	cfg := config.Config{Redis: parsed, ProjectID: "demo-pantry", SessionTTL: time.Hour, SessionIdle: time.Hour, RevocationMaxAge: time.Minute}
	firebase, err := firebase.Open(t.Context(), "demo-pantry", "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := session.FromConfig(cfg, firebase.Lookup, firebase.VerifySessionCookie)
	if err != nil {
		t.Fatal(err)
	}
	outside := func(name string) web.Function {
		return web.Function{
			Name: name, Project: "demo-pantry", Origins: []string{app}, SessionCookie: session.CookieName,
			Log: web.NewLogger(io.Discard, slog.LevelError),
		}
	}
	made, err := handlers.New(handlers.Backends{
		Outside: outside, Sessions: sessions, Firebase: firebase, TTL: time.Hour, Store: store.NewMemory(),
	})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(handlers.Mux(made))
	t.Cleanup(srv.Close)
	return srv.URL
}

func origins(list string) map[string]string { return map[string]string{"ALLOWED_ORIGINS": list} }

func TestGoodURLs(t *testing.T) {
	url := functions(t, miniredis.RunT(t).Addr())
	d := examine(t, origins(app), "-url", url)
	if d.code != 0 {
		t.Errorf("exit code %d: %+v", d.code, d.Lines)
	}
	d.want("url-set-cache", "pass", "401 no_session")
	d.want("url-check-expiration", "pass", "true")
	d.want("url-recipes", "pass", "401 no_session")
	for _, name := range []string{"set-cache", "check-expiration", "recipes"} {
		d.want("url-"+name+"-preflight", "pass", app)
	}
	d.want("url-cookies", "info", "another site", "bearer")
	// One function alone, by its path.
	d = examine(t, origins(app), "-url", url+"/api/recipes/")
	d.want("url-recipes", "pass")
	if len(d.Lines) == 0 || strings.Contains(d.Lines[len(d.Lines)-1].Check, "set-cache") {
		t.Errorf("more than the one function was asked: %+v", d.Lines)
	}
}

// TestHealthyFromAFreshShell: without any variable, a URL elsewhere is asked for no page,
// because the development servers on localhost are none of its pages.
func TestHealthyFromAFreshShell(t *testing.T) {
	d := examine(t, nil, "-timeout", "1s", "-url", "https://recipes-x.pantry.invalid")
	d.want("allowed-origins", "info", "-origin")
	url := functions(t, miniredis.RunT(t).Addr())
	d = examine(t, nil, "-origin", app, "-url", "recipes="+url+"/api/recipes")
	d.want("url-recipes-preflight", "pass", app)
	if d.code != 0 {
		t.Errorf("exit code %d: %+v", d.code, d.Lines)
	}
}

func TestForgottenOrigin(t *testing.T) {
	url := functions(t, miniredis.RunT(t).Addr())
	d := examine(t, origins(app+",https://new.example.com"), "-url", url)
	d.want("url-recipes", "pass")
	d.want("url-recipes-preflight", "fail", "https://new.example.com", "ALLOWED_ORIGINS")
	d = examine(t, nil, "-origin", "https://new.example.com", "-url", url)
	d.want("url-recipes", "fail", "https://new.example.com", "ALLOWED_ORIGINS")
}

// TestWait asks until the function is public, which takes Google a while.
func TestWait(t *testing.T) {
	var calls atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if calls.Add(1) == 1 {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		for name, value := range map[string]string{
			"X-Request-Id": "x", "Access-Control-Allow-Origin": app, "Access-Control-Allow-Credentials": "true", "Access-Control-Allow-Methods": "POST",
		} {
			w.Header().Set(name, value)
		}
		_, _ = io.WriteString(w, "true")
	}))
	t.Cleanup(srv.Close)
	d := examine(t, nil, "-origin", app, "-wait", "1m", "-url", "check-expiration="+srv.URL)
	if got := calls.Load(); d.code != 0 || got != 3 {
		t.Errorf("exit code %d after %d calls, want 0 after a refusal, an answer and a preflight", d.code, got)
	}
}

// TestWhatElseAnswers is everything that can stand where the function should.
func TestWhatElseAnswers(t *testing.T) {
	html := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html; charset=UTF-8")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	problem := func(status int, code string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.Header().Set("X-Request-Id", "x")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"status":0,"code":"`+code+`"}`)
		}
	}
	for name, row := range map[string]struct {
		answer http.HandlerFunc
		words  []string
	}{
		"iam":           {html(403, "<h1>Error: Forbidden</h1>Your client does not have permission to get URL / from this server."), []string{"IAM", "run.invoker", "--no-invoker-iam-check"}},
		"iam 401":       {html(401, "<h1>Error: Unauthorized</h1>"), []string{"IAM"}},
		"hosting":       {html(200, "<!doctype html><div id=root>"), []string{"web page", "rewrite"}},
		"nothing":       {html(404, "<h1>Error: Page not found</h1>"), []string{"404", "nothing is deployed"}},
		"does not open": {problem(503, "unavailable"), []string{"503 unavailable", "log"}},
		"crashed":       {html(500, "error"), []string{"500", "log"}},
		"redirect":      {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, []string{"redirected"}},
		"cross origin":  {problem(403, "cross_origin"), []string{app, "ALLOWED_ORIGINS"}},
		"another API":   {func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, `{"ok":1}`) }, []string{"another server", "200"}},
		"not itself":    {problem(200, ""), []string{"answers 200", "another function's"}},
		"configuration": {problem(503, "not_configured"), []string{"wrong or incomplete", "log"}},
		"wrong path":    {problem(404, "not_found"), []string{"function's root"}},
		"guesses":       {problem(429, "too_many_attempts"), []string{"Wait a minute"}},
		"no instance":   {html(503, "no available instance"), []string{"no instance started"}},
		"breaks off":    {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, []string{"failed"}},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(row.answer)
			t.Cleanup(srv.Close)
			for _, function := range []string{"recipes", "check-expiration"} {
				d := examine(t, origins(app), "-url", srv.URL+"/"+function)
				d.want("url-"+function, "fail", row.words...)
				d.want("url-"+function+"-preflight", "skip")
			}
		})
	}
}

func TestPreflights(t *testing.T) {
	for name, row := range map[string]struct {
		status int
		header map[string]string
		words  []string
	}{
		"refused":    {403, nil, []string{"403", "--allow-unauthenticated"}},
		"not passed": {405, nil, []string{"405"}},
		"no origin":  {204, nil, []string{"does not know the origin"}},
		"star":       {204, map[string]string{"Access-Control-Allow-Origin": "*"}, []string{"does not know the origin"}},
		"no method":  {204, map[string]string{"Access-Control-Allow-Origin": app, "Access-Control-Allow-Credentials": "true", "Access-Control-Allow-Methods": "GET"}, []string{"POST"}},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != http.MethodOptions {
					w.Header().Set("X-Request-Id", "x")
					w.Header().Set("Access-Control-Allow-Origin", app)
					w.Header().Set("Access-Control-Allow-Credentials", "true")
					_, _ = io.WriteString(w, "true\n")
					return
				}
				for k, v := range row.header {
					w.Header().Set(k, v)
				}
				w.WriteHeader(row.status)
			}))
			t.Cleanup(srv.Close)
			d := examine(t, origins(app), "-url", srv.URL+"/check-expiration")
			d.want("url-check-expiration-preflight", "fail", row.words...)
		})
	}
}

func TestURLsThatCannotBeReached(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	examine(t, nil, "-url", "http://"+addr+"/recipes").want("url-recipes", "fail", "nothing listens")

	secure := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(secure.Close)
	examine(t, nil, "-url", secure.URL+"/recipes").want("url-recipes", "fail", "certificate")

	hole := serve(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	examine(t, nil, "-timeout", "1s", "-url", "http://"+hole+"/recipes").want("url-recipes", "fail", "no answer")
}

func TestURLsThatAreNone(t *testing.T) {
	for _, row := range [][2]string{
		{"recipes", "no http or https URL"},
		{"ftp://example.com/recipes", "no http or https URL"},
		{"https://ann:" + password + "@example.com/recipes", "user name"},
		{"https://example.com/recipes?userID=" + password, "query"},
		{"http://example.com/recipes", "plain http"},
		{"https://example.com/somewhere", "names none of set-cache, check-expiration, recipes"},
		{"recepies=https://example.com", "names none of"},
		{"https://exa%mple.com:" + password, "no http or https URL"},
	} {
		examine(t, nil, "-url", row[0]).want("url", "fail", row[1], "the 1. -url")
	}
}

func TestOrigins(t *testing.T) {
	remote := []string{"-timeout", "1s", "-url", "https://recipes-x.pantry.invalid"}
	examine(t, origins("http://localhost:5173"), remote...).want("allowed-origins", "warn", "development server")
	examine(t, origins("http://app.example.com")).want("allowed-origins", "fail", "plain http")
	examine(t, origins(app)).want("allowed-origins", "pass", app)
}
