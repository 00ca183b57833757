package smoke_test

import (
	"bytes"
	"io"
	stdlog "log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"pantry.example/functions/checkexpiration"
	"pantry.example/functions/deploy/smoke"
	"pantry.example/shared/config"
	"pantry.example/shared/identity"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

const origin = "https://app.example.com"

// checkExpiration serves the real function, on a Redis of its own.
func checkExpiration(t *testing.T) (url string, redis *miniredis.Miniredis) {
	t.Helper()
	redis = miniredis.RunT(t)
	env := map[string]string{"REDIS_SERVER": redis.Addr(), "ALLOWED_ORIGINS": origin + " https://b.example"}
	cfg, err := config.Load(func(name string) string { return env[name] })
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := identity.NewDirectory(t.Context(), cfg.ProjectID, "127.0.0.1:9")
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := session.FromConfig(cfg, accounts.Lookup, nil)
	if err != nil {
		t.Fatal(err)
	}
	outside := web.NewFunction(checkexpiration.Name, session.CookieName, cfg)
	outside.Log = web.NewLogger(io.Discard, nil)
	h, err := checkexpiration.New(checkexpiration.Deps{Function: outside, Sessions: sessions})
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, h), redis
}

func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// run returns what the command writes and its error.
func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := smoke.Run(t.Context(), args, &out)
	return out.String(), err
}

func TestTheFunction(t *testing.T) {
	url, _ := checkExpiration(t)
	t.Run("passes", func(t *testing.T) {
		out, err := run(t, "-origin", origin+",https://b.example", "check-expiration="+url+"/api/check-expiration/")
		if err != nil || strings.Count(out, "pass") != 3 {
			t.Errorf("smoke = %v, want three checks that pass:\n%s", err, out)
		}
	})
	t.Run("passes without a page", func(t *testing.T) {
		if out, err := run(t, "-origin", "", "check-expiration="+url); err != nil {
			t.Errorf("smoke = %v\n%s", err, out)
		}
	})
	t.Run("allows no other page", func(t *testing.T) {
		out, err := run(t, "-origin", "https://other.example", "check-expiration="+url)
		if err == nil || !strings.Contains(out, "Add the origin to ALLOWED_ORIGINS") {
			t.Errorf("smoke = %v\n%s", err, out)
		}
	})
}

func TestOneURLStandsForAll(t *testing.T) {
	asked := map[string]bool{}
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked[r.URL.Path] = true
		w.Header().Set("X-Request-Id", "x")
		if r.URL.Path == "/api/check-expiration" {
			_, _ = io.WriteString(w, "true\n")
			return
		}
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"code":"invalid_session"}`)
	}))
	if out, err := run(t, url+"/api/"); err != nil || len(asked) != 3 || !asked["/api/set-cache"] || !asked["/api/recipes"] {
		t.Errorf("smoke = %v after asking %v\n%s", err, asked, out)
	}
}

// TestExplains makes each trouble happen and looks for what to do about it.
func TestExplains(t *testing.T) {
	answer := func(status int, header, value, body string) string {
		return serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set(header, value)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}))
	}
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = stdlog.New(io.Discard, "", 0) // the refused handshake is the point
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := answer(http.StatusOK, "Server", "x", "")
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	const html = "<html><title>403 Forbidden</title></html>"
	for _, test := range []struct{ name, url, want string }{
		{"IAM", answer(http.StatusForbidden, "Content-Type", "text/html", html), "add-iam-policy-binding recipes"},
		{"nothing deployed", answer(http.StatusNotFound, "Content-Type", "text/html", html), "nothing is deployed at this URL"},
		{"no instance", answer(http.StatusInternalServerError, "Server", "x", ""), "functions logs read recipes"},
		{"a redirect", answer(http.StatusFound, "Location", "https://accounts.google.com/", ""), "functions never redirect"},
		{"another server", plain, "another server answers"},
		{"not configured", answer(http.StatusServiceUnavailable, "X-Request-Id", "x", `{"code":"not_configured"}`), "its log names every such variable"},
		{"wrong path", answer(http.StatusNotFound, "X-Request-Id", "x", `{"code":"not_found"}`), "does not reach the function's root"},
		{"guesses", answer(http.StatusTooManyRequests, "X-Request-Id", "x", `{"code":"too_many"}`), "wait a minute"},
		{"open to all", answer(http.StatusOK, "X-Request-Id", "x", `{"recipes":[]}`), "answered 200, not 401"},
		{"untrusted certificate", secure.URL, "certificate is not trusted"},
		{"no TLS", strings.Replace(plain, "http://", "https://", 1), "TLS: the server does not speak it"},
		{"nobody listens", "http://" + gone.Addr().String(), "connection was refused"},
		{"unknown name", "http://recipes.invalid", "(DNS)"},
	} {
		t.Run(test.name, func(t *testing.T) {
			out, err := run(t, "recipes="+test.url)
			if err == nil || !strings.Contains(out, test.want) {
				t.Errorf("smoke = %v, want a failure with %q:\n%s", err, test.want, out)
			}
			if err != nil && err.Error() != "1 of the checks failed" {
				t.Errorf("smoke = %v, want one failed check", err)
			}
		})
	}
}

// TestWait asks until the function is public, which takes Google a while.
func TestWait(t *testing.T) {
	calls := 0
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls++
		if calls == 1 {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		w.Header().Set("X-Request-Id", "x")
		_, _ = io.WriteString(w, "true")
	}))
	if out, err := run(t, "-wait", "1m", "check-expiration="+url); err != nil || calls != 2 {
		t.Errorf("smoke = %v after %d calls, want it to ask twice\n%s", err, calls, out)
	}
}

func TestWrongArguments(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{nil, "give the URL of each function"},
		{[]string{"recepies=https://a.example"}, `no function "recepies"; there are set-cache, check-expiration, recipes`},
		{[]string{"recipes=a.example"}, "is no address of a function"},
		{[]string{"https://user:secret@a.example"}, "is no address of a function"},
		{[]string{"-origins", "x"}, "smoke -h tells"},
	} {
		_, err := run(t, test.args...)
		if err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("smoke %q = %v, want an error with %q", test.args, err, test.want)
		}
	}
	if out, err := run(t, "-h"); err != nil || !strings.Contains(out, "-origin") {
		t.Errorf("smoke -h = %v\n%s", err, out)
	}
}
