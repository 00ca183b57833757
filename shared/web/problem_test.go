package web_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/web"
)

// fails answers every request with err.
func fails(err error) http.Handler {
	return web.Handler(func(http.ResponseWriter, *http.Request) error { return err })
}

func TestProblemDocument(t *testing.T) {
	t.Parallel()
	e := web.NewError(http.StatusUnprocessableEntity, "invalid_recipe", "The recipe <breaks> a rule.").With(errors.New("cause"))
	e.Errors = []web.FieldError{
		{Location: "/title", Message: "must be at most 200 characters", Rule: "maxLength", Limit: 200},
		{Location: "query.pageSize", Message: "must not be negative"},
	}
	w := serve(t, fails(e)).do(http.MethodPost, "/", "X-Request-Id", "request-1")
	want := `{"type":"about:blank","title":"Unprocessable Entity","status":422,"detail":"The recipe \u003cbreaks\u003e a rule.",` +
		`"code":"invalid_recipe","requestId":"request-1","errors":[` +
		`{"location":"/title","message":"must be at most 200 characters","rule":"maxLength","limit":200},` +
		`{"location":"query.pageSize","message":"must not be negative"}]}` + "\n"
	if diff := cmp.Diff(want, w.Body.String()); diff != "" {
		t.Errorf("body (-want +got):\n%s", diff)
	}
	if w.Code != http.StatusUnprocessableEntity || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("status %d, Content-Type %q, want 422 and application/problem+json", w.Code, w.Header().Get("Content-Type"))
	}
}

func TestProblemHeaders(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name                   string
		err                    *web.Error
		retryAfter, challenges string
	}{
		{"401 says how to authenticate", web.NewError(401, "no_session", ""), "", "Bearer"},
		{"403 does not", web.NewError(403, "wrong_user", ""), "", ""},
		{"whole seconds", web.NewError(503, "down", "").Retry(3 * time.Second), "3", ""},
		{"rounded up", web.NewError(503, "down", "").Retry(3*time.Second + time.Nanosecond), "4", ""},
		{"never at once", web.NewError(503, "down", "").Retry(time.Nanosecond), "1", ""},
		{"no time", web.NewError(503, "down", "").Retry(0), "", ""},
		{"a time that has passed", web.NewError(503, "down", "").Retry(-time.Second), "", ""},
	} {
		w := serve(t, fails(row.err)).do(http.MethodGet, "/")
		if got := w.Header().Get("Retry-After"); got != row.retryAfter {
			t.Errorf("%s: Retry-After %q, want %q", row.name, got, row.retryAfter)
		}
		if got := w.Header().Get("WWW-Authenticate"); got != row.challenges {
			t.Errorf("%s: WWW-Authenticate %q, want %q", row.name, got, row.challenges)
		}
	}
}

func TestProblemToHEADHasNoBody(t *testing.T) {
	t.Parallel()
	w := serve(t, fails(web.NewError(404, "not_found", "There is nothing at this path."))).do(http.MethodHead, "/x")
	if w.Code != 404 || w.Body.Len() != 0 || w.Header().Get("Content-Type") != "application/problem+json" {
		t.Errorf("status %d, %d bytes of %q, want 404 and no body", w.Code, w.Body.Len(), w.Header().Get("Content-Type"))
	}
}

// Only the log has the text of an error that is not an Error.
func TestUnknownErrorIsOpaque(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		err    error
		status int
		code   string
		retry  string
	}{
		{errors.New("secret detail"), 500, "internal", ""},
		{fmt.Errorf("get recipe: %w", context.DeadlineExceeded), 503, "timeout", "1"},
		{fmt.Errorf("get recipe: %w", context.Canceled), 408, "client_gone", ""},
		{fmt.Errorf("secret detail: %w", web.NewError(409, "conflict", "It is there.")), 409, "conflict", ""},
	} {
		s := serve(t, fails(row.err))
		w := s.do(http.MethodGet, "/")
		wantProblem(t, w, row.status, row.code)
		if strings.Contains(w.Body.String(), "secret") || strings.Contains(w.Body.String(), "get recipe") {
			t.Errorf("%v: the client reads %s", row.err, w.Body)
		}
		if got := w.Header().Get("Retry-After"); got != row.retry {
			t.Errorf("%v: Retry-After %q, want %q", row.err, got, row.retry)
		}
	}
	s := serve(t, fails(errors.New("secret detail")))
	s.do(http.MethodGet, "/")
	if got := s.line()["error"]; got != "secret detail" {
		t.Errorf("the log says %v, want the cause", got)
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	cause := errors.New("cause")
	e := web.NewError(404, "not_found", "There is nothing.")
	if got := e.Error(); got != "not_found: There is nothing." {
		t.Errorf("Error() = %q", got)
	}
	if e = e.With(cause); e.Error() != "not_found: cause" || !errors.Is(e, cause) {
		t.Errorf("Error() = %q, wraps its cause: %v", e.Error(), errors.Is(e, cause))
	}
}

// An Error can be a sentinel. Each answer is a copy with its own cause.
func TestErrorsAreSentinels(t *testing.T) {
	t.Parallel()
	sentinel, cause := web.NewError(503, "unavailable", "Try again.").Retry(time.Second), errors.New("cause")
	err := fmt.Errorf("do: %w", sentinel.With(cause))
	if !errors.Is(err, sentinel) || !errors.Is(err, cause) {
		t.Errorf("%v is not the sentinel with its cause", err)
	}
	if sentinel.Cause != nil {
		t.Error("With changed the sentinel")
	}
	if e := web.AsError(err); e.RetryAfter != time.Second || e.Detail != "Try again." {
		t.Errorf("AsError() = %+v, want what the sentinel says", e)
	}
	for _, other := range []error{web.NewError(503, "timeout", "Try again."), web.NewError(500, "unavailable", ""), cause} {
		if errors.Is(sentinel, other) {
			t.Errorf("%v counts as %v", sentinel, other)
		}
	}
}

// A 401 clears the session's cookie.
func TestUnauthorizedClearsTheCookie(t *testing.T) {
	t.Parallel()
	const cleared = cookie + "=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Lax"
	for _, row := range []struct {
		name    string
		err     error
		headers []string
		want    string
	}{
		{"a 401 to a cookie", web.NewError(401, "no_session", ""), []string{"Cookie", cookie + "=x"}, cleared},
		{"a 401 to two cookies", web.NewError(401, "no_session", ""), []string{"Cookie", cookie + "=x; " + cookie + "=y"}, cleared},
		{"a 401 to a bearer", web.NewError(401, "no_session", ""), []string{"Authorization", "Bearer x"}, ""},
		{"a 403 to a cookie", web.NewError(403, "wrong_user", ""), []string{"Cookie", cookie + "=x"}, ""},
		{"a 503 to a cookie", web.NewError(503, "unavailable", ""), []string{"Cookie", cookie + "=x"}, ""},
	} {
		w := serve(t, fails(row.err)).do(http.MethodGet, "/", row.headers...)
		if got := w.Header().Get("Set-Cookie"); got != row.want {
			t.Errorf("%s: Set-Cookie %q, want %q", row.name, got, row.want)
		}
	}
}

// Answering with a shared Error does not change it.
func TestErrorsCanBeShared(t *testing.T) {
	t.Parallel()
	shared := web.NewError(404, "not_found", "There is nothing.")
	s := serve(t, fails(shared))
	s.do(http.MethodGet, "/", "X-Request-Id", "request-1")
	if shared.RequestID != "" {
		t.Errorf("the Error kept the request id %q", shared.RequestID)
	}
}

func TestWriteOutsideAFunction(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	web.Write(w, request(http.MethodGet, "/", ""), web.NewError(404, "not_found", ""))
	if e := wantProblem(t, w, 404, "not_found"); e.RequestID != "" {
		t.Errorf("requestId %q, want none", e.RequestID)
	}
}

// Write removes the headers that describe the handler's own answer.
func TestWriteDropsTheLengthOfAnotherAnswer(t *testing.T) {
	t.Parallel()
	w := serve(t, web.Handler(func(w http.ResponseWriter, _ *http.Request) error {
		w.Header().Set("Content-Length", "3")
		w.Header().Set("Content-Encoding", "gzip")
		return web.NewError(404, "not_found", "")
	})).do(http.MethodGet, "/")
	if l, enc := w.Header().Get("Content-Length"), w.Header().Get("Content-Encoding"); l != "" || enc != "" {
		t.Errorf("Content-Length %q, Content-Encoding %q, want neither", l, enc)
	}
}

func TestWriteJSON(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	if err := web.WriteJSON(w, http.StatusCreated, map[string]string{"a": "<b>"}); err != nil {
		t.Fatal(err)
	}
	if w.Code != 201 || w.Header().Get("Content-Type") != "application/json" || w.Body.String() != `{"a":"<b>"}`+"\n" {
		t.Errorf("%d %q %q", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	w = httptest.NewRecorder()
	if err := web.WriteJSON(w, http.StatusOK, func() {}); err == nil || w.Body.Len() > 0 || len(w.Header()) > 0 {
		t.Errorf("WriteJSON(a func) = %v after %q, want an error before anything is written", err, w.Body)
	}
}

func TestNotFoundAndMethodNotAllowed(t *testing.T) {
	t.Parallel()
	wantProblem(t, serve(t, web.Handler(web.NotFound)).do(http.MethodGet, "/x"), 404, "not_found")
	w := serve(t, web.MethodNotAllowed("GET, POST")).do(http.MethodDelete, "/")
	wantProblem(t, w, 405, "method_not_allowed")
	if got := w.Header().Get("Allow"); got != "GET, POST" {
		t.Errorf("Allow %q, want GET, POST", got)
	}
}
