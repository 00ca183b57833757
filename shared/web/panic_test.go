package web_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/web"
)

// The 500 has no header that the handler set for its own answer, such as a cookie.
func TestPanicBeforeTheAnswer(t *testing.T) {
	t.Parallel()
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: cookie, Value: "secret"}) //nolint:gosec // must not be sent
		for _, name := range []string{"Content-Length", "Content-Encoding", "Content-Disposition", "ETag", "Last-Modified", "Link", "Location"} {
			w.Header().Set(name, "7")
		}
		panic("secret detail")
	}))
	w := s.do(http.MethodGet, "/", "X-Request-Id", "request-1")
	if e := wantProblem(t, w, 500, "internal"); e.RequestID != "request-1" || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("the client reads %s", w.Body)
	}
	wantPrivate(t, w)
	for _, name := range []string{"Set-Cookie", "Content-Length", "Content-Encoding", "Content-Disposition", "ETag", "Last-Modified", "Link", "Location"} {
		if got := w.Header().Get(name); got != "" {
			t.Errorf("%s: %s is still there", name, got)
		}
	}
	lines := s.lines()
	if len(lines) != 2 || lines[0]["message"] != "panic" || lines[1]["message"] != "GET / 500" {
		t.Fatalf("log:\n%s\nwant the panic and the request", s.log)
	}
	if stack, _ := lines[0]["stack_trace"].(string); lines[0]["severity"] != "ERROR" || lines[0]["requestId"] != "request-1" ||
		!strings.Contains(stack, "TestPanicBeforeTheAnswer") {
		t.Errorf("the panic is logged as %v", lines[0])
	}
}

// The value of a panic may quote a request. Only the text of runtime errors is logged.
func TestPanicValues(t *testing.T) {
	t.Parallel()
	var m map[string]int
	for _, row := range []struct {
		panics func()
		want   string
	}{
		{func() { panic("secret") }, "panic: string"},
		{func() { panic(errors.New("secret")) }, "panic: *errors.errorString"},
		{func() { panic(fmt.Errorf("abort: %w", http.ErrAbortHandler)) }, "panic: *fmt.wrapError"},
		{func() { m["a"] = 1 }, "panic: assignment to entry in nil map"},
		{func() { _ = []int{}[len(m)] }, "panic: runtime error: index out of range [0] with length 0"},
		{func() { panic(nil) }, "panic: panic called with nil argument"},
	} {
		s := serve(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { row.panics() }))
		wantProblem(t, s.do(http.MethodGet, "/"), 500, "internal")
		if got := s.lines()[0]["error"]; got != row.want {
			t.Errorf("the log says %v, want %s", got, row.want)
		}
	}
}

// When an answer has begun, an error breaks the connection, so that it does not look complete.
func TestAnswersThatEndInTheMiddle(t *testing.T) {
	t.Parallel()
	begin := func(w http.ResponseWriter) {
		_, _ = io.WriteString(w, strings.Repeat("[", 100))
		_ = http.NewResponseController(w).Flush()
	}
	for _, row := range []struct {
		name   string
		routes http.Handler
		want   []string // the log line's message, severity and error
	}{
		{
			"a panic", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { begin(w); panic("secret detail") }),
			[]string{"panic ERROR panic: string", "GET / 200 ERROR panic: string"},
		},
		{
			"an abort", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { begin(w); panic(http.ErrAbortHandler) }),
			[]string{"GET / 200 INFO <nil>"},
		},
		{
			"an abort before the first byte", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }),
			[]string{"GET / 200 INFO <nil>"},
		},
		{
			"an error", web.Handler(func(w http.ResponseWriter, _ *http.Request) error { begin(w); return errors.New("broke off") }),
			[]string{"GET / 200 ERROR broke off"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, row.routes)
			done := make(chan struct{})
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer close(done)
				s.ServeHTTP(w, r)
			}))
			t.Cleanup(srv.Close)
			res, err := http.Get(srv.URL)
			if err == nil {
				var body []byte
				body, err = io.ReadAll(res.Body)
				_ = res.Body.Close()
				if strings.Trim(string(body), "[") != "" {
					t.Errorf("the client read %q, want nothing after what was sent", body)
				}
			}
			if err == nil {
				t.Error("the client took the answer for whole")
			}
			<-done
			var got []string
			for _, line := range s.lines() {
				got = append(got, fmt.Sprint(line["message"], " ", line["severity"], " ", line["error"]))
			}
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("log (-want +got):\n%s", diff)
			}
		})
	}
}

// The server of the function gets http.ErrAbortHandler too.
func TestAbortIsPassedOn(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"an abort":               func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"a panic in the middle":  func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200); panic("x") },
		"an error in the middle": func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(200); web.Write(w, r, errors.New("x")) },
	} {
		func() {
			defer func() {
				if got := recover(); got != http.ErrAbortHandler { //nolint:errorlint // the very value
					t.Errorf("%s: recovered %v, want http.ErrAbortHandler", name, got)
				}
			}()
			serve(t, h).do(http.MethodGet, "/")
		}()
	}
}

// A handler can use http.ResponseController through the middleware.
func TestResponseController(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "one\n")
		if err := http.NewResponseController(w).Flush(); err != nil {
			t.Errorf("Flush() = %v", err)
		}
		<-r.Context().Done() // until the client, who has read that, leaves
	})))
	t.Cleanup(srv.Close)
	res, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(res.Body).ReadString('\n'); err != nil || line != "one\n" {
		t.Errorf("read %q, %v", line, err)
	}
	_ = res.Body.Close()
}

func TestLogOfEarlyHints(t *testing.T) {
	t.Parallel()
	s := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusNoContent)
	}))
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	res, err := http.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	srv.Close()
	if got := s.line()["message"]; got != "GET / 204" {
		t.Errorf("message %v, want the last status", got)
	}
}
