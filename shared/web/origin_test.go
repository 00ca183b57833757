package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/emulator"
	"pantry.example/shared/web"
)

// corsHeaders returns the headers that tell a browser what a page may read.
func corsHeaders(h http.Header) map[string]string {
	found := map[string]string{}
	for name, values := range h {
		if strings.HasPrefix(name, "Access-Control-") {
			found[name] = strings.Join(values, "|")
		}
	}
	return found
}

func varies(h http.Header) []string {
	var names []string
	for _, line := range h.Values("Vary") {
		for name := range strings.SplitSeq(line, ",") {
			names = append(names, strings.TrimSpace(name))
		}
	}
	slices.Sort(names)
	return names
}

// exposed is the headers that a page of an allowed origin may read.
var exposed = map[string]string{
	"Access-Control-Allow-Origin":      friend,
	"Access-Control-Allow-Credentials": "true",
	"Access-Control-Expose-Headers":    "Content-Disposition, Etag, Link, Location, Retry-After, X-Request-Id, Www-Authenticate",
}

func TestCORSOfAnAnswer(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		origin []string
		want   map[string]string
	}{
		{"a friend", []string{"Origin", friend}, exposed},
		{"a stranger", []string{"Origin", foreign}, map[string]string{}},
		{"nobody", nil, map[string]string{}},
		{"an empty origin", []string{"Origin", ""}, map[string]string{}},
		{"a sandboxed page", []string{"Origin", "null"}, map[string]string{}},
		{"a star", []string{"Origin", "*"}, map[string]string{}},
		{"a friend without TLS", []string{"Origin", "http://app.example"}, map[string]string{}},
		{"a friend's other port", []string{"Origin", friend + ":8443"}, map[string]string{}},
		{"a friend's subdomain", []string{"Origin", "https://x.app.example"}, map[string]string{}},
		{"a name that ends like a friend's", []string{"Origin", "https://evilapp.example"}, map[string]string{}},
		{"a name that begins like a friend's", []string{"Origin", friend + ".evil.example"}, map[string]string{}},
		{"a friend's name as a user's", []string{"Origin", "https://app.example@evil.example"}, map[string]string{}},
		{"a friend with a path", []string{"Origin", friend + "/"}, map[string]string{}},
		{"a friend and a stranger", []string{"Origin", friend, "Origin", foreign}, map[string]string{}},
		{"a friend in capital letters", []string{"Origin", "https://APP.EXAMPLE"}, map[string]string{}},
	} {
		w := serve(t, ok()).do(http.MethodGet, "/", row.origin...)
		if diff := cmp.Diff(row.want, corsHeaders(w.Header())); w.Code != 200 || diff != "" {
			t.Errorf("%s: status %d (-want +got):\n%s", row.name, w.Code, diff)
		}
		// Vary must name all headers that the answer depends on.
		if diff := cmp.Diff([]string{"Authorization", "Cookie", "Origin"}, varies(w.Header())); diff != "" {
			t.Errorf("%s: Vary (-want +got):\n%s", row.name, diff)
		}
	}
}

// A page can read errors.
func TestCORSOfAnError(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", ok())
	mux.Handle("/{$}", web.MethodNotAllowed("GET"))
	mux.Handle("GET /fails", fails(fmt.Errorf("secret detail")))
	mux.HandleFunc("GET /panics", func(http.ResponseWriter, *http.Request) { panic("secret detail") })
	mux.Handle("POST /decodes", decoding())
	mux.Handle("/", web.Handler(web.NotFound))
	for _, row := range []struct {
		method, path string
		status       int
		headers      []string
	}{
		{"GET", "/nothing", 404, nil},
		{"PUT", "/", 405, nil},
		{"GET", "/fails", 500, nil},
		{"GET", "/panics", 500, nil},
		{"POST", "/decodes", 415, nil},
		{"POST", "/", 403, []string{"Sec-Fetch-Site", "cross-site", "Origin", foreign}},
	} {
		headers := row.headers
		want := map[string]string{}
		if headers == nil {
			headers, want = []string{"Origin", friend}, exposed
		}
		w := serve(t, mux).do(row.method, row.path, headers...)
		if diff := cmp.Diff(want, corsHeaders(w.Header())); w.Code != row.status || diff != "" {
			t.Errorf("%s %s: status %d, want %d (-want +got):\n%s", row.method, row.path, w.Code, row.status, diff)
		}
		wantPrivate(t, w)
	}
}

// TestTransportSecurity: only over https does an answer have Strict-Transport-Security.
func TestTransportSecurity(t *testing.T) {
	t.Parallel()
	s := serve(t, ok())
	if got := s.do(http.MethodGet, "http://localhost:8080/").Header().Get("Strict-Transport-Security"); got != "" {
		t.Errorf("over HTTP: %q, want none", got)
	}
	if got := s.do(http.MethodGet, "/", "X-Forwarded-Proto", "https").Header().Get("Strict-Transport-Security"); got != "max-age=31536000" {
		t.Errorf("over https: %q, want a year", got)
	}
}

// wantPrivate checks the headers that keep an answer out of caches and frames.
func wantPrivate(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	want := map[string]string{
		"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Cross-Origin-Resource-Policy": "cross-origin",
	}
	got := map[string]string{}
	for name := range want {
		got[name] = w.Header().Get(name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("headers of a %d (-want +got):\n%s", w.Code, diff)
	}
	for _, name := range []string{"Authorization", "Cookie", "Origin"} {
		if !slices.Contains(varies(w.Header()), name) {
			t.Errorf("the Vary of a %d is %v, without %s", w.Code, varies(w.Header()), name)
		}
	}
}

func TestPreflight(t *testing.T) {
	t.Parallel()
	allowed := func(method, headers string) map[string]string {
		m := map[string]string{
			"Access-Control-Allow-Origin": friend, "Access-Control-Allow-Credentials": "true",
			"Access-Control-Allow-Methods": method, "Access-Control-Max-Age": "7200",
		}
		if headers != "" {
			m["Access-Control-Allow-Headers"] = headers
		}
		return m
	}
	for _, row := range []struct {
		name, origin, method, headers string
		want                          map[string]string
	}{
		{"a read", friend, "GET", "", allowed("GET", "")},
		{"a write", friend, "PUT", "authorization,content-type,if-match", allowed("PUT", "authorization,content-type,if-match")},
		{
			"all headers", friend, "POST", "authorization,content-type,idempotency-key,if-match,if-none-match,x-confirm-delete,x-request-id",
			allowed("POST", "authorization,content-type,idempotency-key,if-match,if-none-match,x-confirm-delete,x-request-id"),
		},
		{"a patch", friend, "PATCH", "", allowed("PATCH", "")},
		{"a delete", friend, "DELETE", "", allowed("DELETE", "")},
		{"a method that nothing here has", friend, "TRACE", "", map[string]string{}},
		{"a header that nothing here reads", friend, "GET", "x-http-method-override", map[string]string{}},
		{"a stranger", foreign, "GET", "", map[string]string{}},
		{"a sandboxed page", "null", "GET", "", map[string]string{}},
		{"nobody", "", "GET", "", map[string]string{}},
	} {
		s := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Errorf("%s: a preflight reached the routes", row.name) }))
		headers := []string{"Access-Control-Request-Method", row.method}
		if row.origin != "" {
			headers = append(headers, "Origin", row.origin)
		}
		if row.headers != "" {
			headers = append(headers, "Access-Control-Request-Headers", row.headers)
		}
		// A preflight with a cookie is not refused either.
		headers = append(headers, "Cookie", cookie+"=x", "Sec-Fetch-Site", "cross-site")
		w := s.do(http.MethodOptions, "/recipes/x", headers...)
		if diff := cmp.Diff(row.want, corsHeaders(w.Header())); w.Code != 204 || w.Body.Len() > 0 || diff != "" {
			t.Errorf("%s: status %d, %q, want 204 (-want +got):\n%s", row.name, w.Code, w.Body, diff)
		}
		if !slices.Contains(varies(w.Header()), "Origin") || !slices.Contains(varies(w.Header()), "Access-Control-Request-Headers") {
			t.Errorf("%s: Vary %v", row.name, varies(w.Header()))
		}
		if got := s.line()["severity"]; got != "INFO" {
			t.Errorf("%s: severity %v, want INFO", row.name, got)
		}
	}
}

func TestOptionsThatIsNoPreflight(t *testing.T) {
	t.Parallel()
	s := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("OPTIONS reached the routes") }))
	w := s.do(http.MethodOptions, "/anything", "Origin", foreign, "Cookie", cookie+"=x")
	if w.Code != 204 || w.Header().Get("Allow") != "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS" || len(corsHeaders(w.Header())) > 0 {
		t.Errorf("status %d, headers %v, want 204 and Allow", w.Code, w.Header())
	}
}

// Without allowed origins no page may call. The library's default would allow all.
func TestCORSWithoutOrigins(t *testing.T) {
	t.Parallel()
	f := web.Function{Name: "recipes", SessionCookie: cookie, Log: web.NewLogger(new(emulator.Output), nil)}
	for _, method := range []string{http.MethodGet, http.MethodOptions} {
		w := httptest.NewRecorder()
		f.Handler(ok()).ServeHTTP(w, request(method, "/", "", "Origin", friend, "Access-Control-Request-Method", "GET"))
		if got := corsHeaders(w.Header()); len(got) > 0 {
			t.Errorf("%s: %v, want no CORS headers", method, got)
		}
	}
}

func TestCSRF(t *testing.T) {
	t.Parallel()
	const (
		site   = "Sec-Fetch-Site"
		origin = "Origin"
	)
	with := func(headers ...string) []string { return headers }
	session, bearer := with("Cookie", cookie+"=x"), with("Authorization", "Bearer x")
	for _, row := range []struct {
		name    string
		headers []string
		code    string // of the 403; "" when it is not refused
	}{
		{"a cookie and nothing else", session, "origin_missing"},
		{"a cookie among others", with("Cookie", "a=b; "+cookie+"=x; c=d"), "origin_missing"},
		{"a cookie and a bearer", append(bearer, session...), "origin_missing"},
		{"a cookie and an empty origin", append(session, origin, ""), "origin_missing"},
		{"a cookie and an origin that is none", append(session, origin, "app.example"), "cross_origin"},
		{"a cookie and its own page", append(session, origin, here), ""},
		{"a cookie and its own page, as a browser says it", append(session, origin, here, site, "same-origin"), ""},
		{"a cookie and its own page behind a rewrite", append(session, origin, "https://pantry.web.example", site, "same-origin"), ""},
		{"a cookie and the address bar", append(session, site, "none"), ""},
		{"a cookie and a friend", append(session, origin, friend), ""},
		{"a cookie and a friend, as a browser says it", append(session, origin, friend, site, "cross-site"), ""},
		{"a cookie and a stranger", append(session, origin, foreign), "cross_origin"},
		{"a cookie and a stranger, as a browser says it", append(session, origin, foreign, site, "cross-site"), "cross_origin"},
		{"a cookie and a neighbor", append(session, origin, "https://x.api.example", site, "same-site"), "cross_origin"},
		{"a cookie and a neighbor without an origin", append(session, site, "same-site"), "cross_origin"},
		{"a cookie and a sandboxed page", append(session, origin, "null"), "cross_origin"},
		{"a cookie and a sandboxed page, as a browser says it", append(session, origin, "null", site, "cross-site"), "cross_origin"},
		{"a cookie and a word that no browser says", append(session, site, "friendly"), "cross_origin"},
		{"a cookie and a friend's name in another header", append(session, "Referer", friend, "X-Forwarded-Host", "api.example"), "origin_missing"},
		{"a cookie and a host that was forwarded", append(session, origin, foreign, "X-Forwarded-Host", "evil.example"), "cross_origin"},
		{"a bearer", bearer, ""},
		{"a bearer from a friend", append(bearer, origin, friend, site, "cross-site"), ""},
		{"a bearer from a stranger", append(bearer, origin, foreign, site, "cross-site"), "cross_origin"},
		{"a bearer and another cookie", append(bearer, "Cookie", "other=x"), ""},
		{"neither", nil, ""},
		{"neither, from a stranger", with(origin, foreign), "cross_origin"},
	} {
		for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "post", "QUERY"} {
			w := serve(t, ok()).do(method, "/", row.headers...)
			if row.code == "" {
				if w.Code != 200 {
					t.Errorf("%s %s: status %d, want 200", method, row.name, w.Code)
				}
				continue
			}
			wantProblem(t, w, 403, row.code)
			wantPrivate(t, w)
			if t.Failed() {
				t.Fatalf("that was %s, %s", method, row.name)
			}
		}
		// These change nothing, so a link of any page may send them.
		for _, method := range []string{"GET", "HEAD"} {
			if w := serve(t, ok()).do(method, "/", row.headers...); w.Code != 200 {
				t.Errorf("%s %s: status %d, want 200", method, row.name, w.Code)
			}
		}
	}
}

// No header or query changes the method. Otherwise a link could write.
func TestMethodCannotBeOverridden(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("GET /{$}", ok())
	mux.HandleFunc("/", func(_ http.ResponseWriter, r *http.Request) { t.Errorf("%s %s was routed", r.Method, r.URL) })
	for _, header := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
		if w := serve(t, mux).do(http.MethodGet, "/?_method=DELETE", header, "DELETE", "Cookie", cookie+"=x"); w.Code != 200 {
			t.Errorf("%s: status %d, want a plain GET's 200", header, w.Code)
		}
	}
}

// An invalid origin is a fault of the program: the function does not start.
func TestOriginsMustBeValid(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{"*", "app.example", "https://app.example/path"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("Handler() took the origin %q, want a panic", origin)
				}
			}()
			web.Function{Name: "recipes", Origins: []string{origin}, SessionCookie: cookie, Log: web.NewLogger(new(emulator.Output), nil)}.Handler(ok())
		}()
	}
}

// The log names a refused origin and no allowed one. It shows no other text of the header.
func TestRefusedOriginInTheLog(t *testing.T) {
	long := strings.Repeat("a", 60)
	for origin, want := range map[string]string{
		"":                                     "",
		friend:                                 "",
		here:                                   "",
		foreign:                                "origin https://evil.example is not in ALLOWED_ORIGINS",
		"null":                                 "origin null is not in ALLOWED_ORIGINS",
		"https://" + long + ".example":         "origin https://(long).example is not in ALLOWED_ORIGINS",
		"https://user:secret@evil.example":     "origin (not an origin) is not in ALLOWED_ORIGINS",
		"not an origin \x1b[31m" + long:        "origin (not an origin) is not in ALLOWED_ORIGINS",
		"https://evil.example\x7f":             `origin (not an origin) is not in ALLOWED_ORIGINS`,
		"https://" + strings.Repeat("a.", 200): "origin (not an origin) is not in ALLOWED_ORIGINS",
	} {
		for _, method := range []string{http.MethodGet, http.MethodOptions, http.MethodPost} {
			s := serve(t, ok())
			headers := []string{"Access-Control-Request-Method", "POST"}
			if origin != "" {
				headers = append(headers, "Origin", origin)
			}
			s.do(method, "/recipes", headers...)
			got, _ := s.lines()[0]["refused"].(string)
			if got != want {
				t.Errorf("%s from %q logs %q, want %q", method, origin, got, want)
			}
		}
	}
}
