package web_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/web"
)

const traceID = "4bf92f3577b34da6a3ce929d0e0e4736"

// These are the names and formats that Cloud Logging reads.
func TestLogLine(t *testing.T) {
	t.Parallel()
	s := serve(t, fails(web.NewError(503, "store_unavailable", "Told to the client.").With(errors.New("get recipe: no answer"))))
	s.do(http.MethodGet, "/recipes/x?userID=ann", "X-Request-Id", "request-1", "Traceparent", "00-"+traceID+"-00f067aa0ba902b7-01")
	got := s.line()
	if at, err := time.Parse(time.RFC3339Nano, got["time"].(string)); err != nil || time.Since(at) > time.Minute {
		t.Errorf("time %v, want now in RFC 3339", got["time"])
	}
	call, _ := got["httpRequest"].(map[string]any)
	if latency, _ := call["latency"].(string); !regexp.MustCompile(`^\d+\.\d{6}s$`).MatchString(latency) {
		t.Errorf("latency %q, want seconds with an s", latency)
	}
	if size, _ := call["responseSize"].(float64); size < 50 {
		t.Errorf("responseSize %v, want that of a problem document", call["responseSize"])
	}
	delete(got, "time")
	delete(call, "latency")
	delete(call, "responseSize")
	want := map[string]any{
		"severity": "ERROR", "message": "GET /recipes/x 503", "function": "recipes", "requestId": "request-1",
		"code": "store_unavailable", "error": "get recipe: no answer",
		"logging.googleapis.com/trace": "projects/demo-pantry/traces/" + traceID,
		"httpRequest":                  map[string]any{"requestMethod": "GET", "requestUrl": "/recipes/x", "status": 503.0, "remoteIp": "192.0.2.1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log line (-want +got):\n%s", diff)
	}
}

// What a handler annotates is on the request's line.
func TestAnnotate(t *testing.T) {
	t.Parallel()
	s := serve(t, web.Handler(func(_ http.ResponseWriter, r *http.Request) error {
		web.Annotate(r.Context(), slog.String("event", "session_opened"), slog.String("uid", "ann"), slog.String("device", ""))
		web.Annotate(r.Context(), slog.String("event", "session_closed"))
		return web.NewError(404, "not_found", "")
	}))
	s.do(http.MethodGet, "/")
	got := s.line()
	if _, empty := got["device"]; empty || got["event"] != "session_closed" || got["uid"] != "ann" || got["code"] != "not_found" {
		t.Errorf("the line is %v, want the attributes beside the code", got)
	}
	web.Annotate(t.Context(), slog.String("event", "outside a request"))
}

func TestLogOfAGoodRequest(t *testing.T) {
	t.Parallel()
	s := serve(t, ok())
	s.do(http.MethodGet, "/")
	got := s.line()
	for _, name := range []string{"code", "error", "logging.googleapis.com/trace"} {
		if v, there := got[name]; there {
			t.Errorf("%s is %v, want none", name, v)
		}
	}
	if got["severity"] != "INFO" || got["message"] != "GET / 200" {
		t.Errorf("%v %v, want INFO GET / 200", got["severity"], got["message"])
	}
}

func TestLogSeverity(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{400: "INFO", 401: "INFO", 404: "INFO", 429: "WARNING", 500: "ERROR", 503: "ERROR"} {
		s := serve(t, fails(web.NewError(status, "code", "")))
		s.do(http.MethodGet, "/")
		if got := s.line()["severity"]; got != want {
			t.Errorf("%d: severity %v, want %s", status, got, want)
		}
	}
}

// A failure because the client left is no error.
func TestLogOfAClientThatLeft(t *testing.T) {
	t.Parallel()
	s := serve(t, fails(web.NewError(503, "unavailable", "").With(context.Canceled)))
	ctx, leave := context.WithCancel(t.Context())
	leave()
	s.ServeHTTP(httptest.NewRecorder(), request(http.MethodGet, "/", "").WithContext(ctx))
	if got := s.line()["severity"]; got != "INFO" {
		t.Errorf("severity %v, want INFO", got)
	}
}

func TestTrace(t *testing.T) {
	t.Parallel()
	const other = "105445aa7843bc8bf206b12000100000"
	for _, row := range []struct {
		name    string
		headers []string
		want    string
	}{
		{"W3C", []string{"Traceparent", "00-" + traceID + "-00f067aa0ba902b7-01"}, traceID},
		{"Google's", []string{"X-Cloud-Trace-Context", traceID + "/1;o=1"}, traceID},
		{"W3C before Google's", []string{"X-Cloud-Trace-Context", other + "/1", "Traceparent", "00-" + traceID + "-00f067aa0ba902b7-01"}, traceID},
		{"Google's when W3C's is broken", []string{"X-Cloud-Trace-Context", traceID + "/1", "Traceparent", "garbage"}, traceID},
		{"none", nil, ""},
		{"too short", []string{"Traceparent", "00-" + traceID[1:] + "-00f067aa0ba902b7-01"}, ""},
		{"not hexadecimal", []string{"X-Cloud-Trace-Context", strings.Repeat("z", 32) + "/1"}, ""},
		{"another resource", []string{"X-Cloud-Trace-Context", "../../" + traceID + "/1"}, ""},
	} {
		s := serve(t, ok())
		s.do(http.MethodGet, "/", row.headers...)
		got, _ := s.line()["logging.googleapis.com/trace"].(string)
		want := row.want
		if want != "" {
			want = "projects/demo-pantry/traces/" + want
		}
		if got != want {
			t.Errorf("%s: trace %q, want %q", row.name, got, want)
		}
	}
}

func TestRequestID(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		sent     string
		accepted bool
	}{
		{"12345678", true},
		{"0190f3a4-7b1c-7d3e-9f10-2b8c6d4e5f60", true},
		{strings.Repeat("a", 36), true},
		{strings.Repeat("a", 37), false},
		{"1234567", false},
		{"", false},
		{"12345678\r\nSet-Cookie: x=y", false},
		{"12345678\n", false},
		{`12345678"}`, false},
		{"<script>alert(1)</script>", false},
		{"eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2ln", false}, // a token
		{"ünïcödé-id", false},
	} {
		var inside string
		s := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { inside = web.RequestID(r.Context()) }))
		w := s.do(http.MethodGet, "/", "X-Request-Id", row.sent)
		got := w.Header().Get("X-Request-Id")
		if (got == row.sent) != row.accepted {
			t.Errorf("X-Request-Id %q was answered with %q, accepted: want %v", row.sent, got, row.accepted)
		}
		if !regexp.MustCompile(`^[A-Za-z0-9_-]{8,64}$`).MatchString(got) || inside != got || s.line()["requestId"] != got {
			t.Errorf("the answer says %q, the handler saw %q, the log says %v", got, inside, s.line()["requestId"])
		}
	}
	s := serve(t, ok())
	one, two := s.do(http.MethodGet, "/").Header().Get("X-Request-Id"), s.do(http.MethodGet, "/").Header().Get("X-Request-Id")
	if one == two || len(one) != 24 {
		t.Errorf("ids %q and %q, want two of 24 characters", one, two)
	}
	if got := web.RequestID(t.Context()); got != "" {
		t.Errorf("RequestID() outside a request = %q, want none", got)
	}
}

// No secret is in the log, wherever the client puts it.
func TestLogHoldsNoSecret(t *testing.T) {
	t.Parallel()
	const (
		secret = "hunter2hunter2"
		bits   = "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJA" // 32 bytes
		handle = "YQ." + bits                                  // of the user "a": as short as one can be
		jwt    = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJhbm4iLCJhdWQiOiJ4In0.c2lnbmF0dXJlLXNpZ25hdHVyZS1zaWduYXR1cmU"
	)
	routes := http.NewServeMux()
	routes.HandleFunc("GET /panics", func(_ http.ResponseWriter, r *http.Request) { panic("token " + r.Header.Get("Authorization")) })
	routes.HandleFunc("GET /panics/error", func(_ http.ResponseWriter, r *http.Request) {
		panic(errors.New("token " + r.Header.Get("Authorization")))
	})
	routes.Handle("POST /decodes", decoding())
	routes.Handle("/", web.Handler(web.NotFound))
	for _, row := range []struct{ method, target, body string }{
		{"GET", "/x?session=" + secret + "&userID=" + secret, ""},
		{"GET", "/" + handle, ""},
		{"GET", "/" + bits, ""},
		{"GET", "/recipes/" + handle + "/x", ""},
		{"GET", "/" + jwt, ""},
		{"GET", "/a/b/c/d/e/f/g/h/i/" + secret, ""},
		{"DELETE", "/%71" + handle[1:], ""},
		{bits, "/", ""},
		{"GET", "/panics", ""},
		{"GET", "/panics/error", ""},
		{"POST", "/decodes", `{"userID":"` + secret + `","` + secret + `":1}`},
		{"POST", "/decodes", `{"userID":` + secret + `}`},
		{"POST", "/decodes", secret},
	} {
		s := serve(t, routes)
		r := request(row.method, row.target, row.body, "Content-Type", "application/json",
			"Authorization", "Bearer "+handle, "Cookie", cookie+"="+handle, "X-Request-Id", handle, "Origin", here,
			"X-Cloud-Trace-Context", handle, "Traceparent", handle, "User-Agent", secret, "Referer", here+"/"+handle)
		s.ServeHTTP(httptest.NewRecorder(), r)
		if s.log.String() == "" {
			t.Errorf("%s %s: nothing was logged", row.method, row.target)
		}
		for _, what := range []string{secret, bits, bits[:40], handle, jwt, "eyJhbGci", "c2lnbmF0dXJl"} {
			if strings.Contains(s.log.String(), what) {
				t.Errorf("%s %s: the log holds %q:\n%s", row.method, row.target, what, s.log)
			}
		}
	}
}

// Any path gives one line of JSON.
func TestLogCannotBeForged(t *testing.T) {
	t.Parallel()
	s := serve(t, ok())
	s.do(http.MethodGet, `/%0A%7B%22severity%22%3A%22ALERT%22%7D%0D%0A%1B%5B2J%00%FF`)
	if got := s.line()["severity"]; got != "INFO" {
		t.Errorf("severity %v, want the line's own", got)
	}
	if strings.ContainsAny(strings.TrimSuffix(s.log.String(), "\n"), "\n\r\x1b\x00") {
		t.Errorf("the log holds control characters: %q", s.log)
	}
}

func TestLogShortensAPath(t *testing.T) {
	t.Parallel()
	s := serve(t, ok())
	id := strings.Repeat("x", 32) + ":restore" // as long as a recipe's id with an action
	s.do(http.MethodGet, "/recipes/"+id)
	if got, want := s.line()["message"], "GET /recipes/"+id+" 200"; got != want {
		t.Errorf("message %v, want %s", got, want)
	}
	s = serve(t, ok())
	s.do(http.MethodGet, "/"+strings.Repeat("x", 43)+strings.Repeat("/y", 1000))
	if got, want := s.line()["message"], "GET /(long)/y/y/y/y/y/y/(more) 200"; got != want {
		t.Errorf("message %v, want %s", got, want)
	}
}
