package web_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/web"
)

var errRefused = web.NewError(http.StatusUnauthorized, "no_session", "Sign in.")

// gated serves a request whose answer waits for admitted.
func gated(t *testing.T, admitted func() error, next http.HandlerFunc) *httptest.ResponseRecorder {
	t.Helper()
	s := serve(t, web.Handler(func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("X-Before", "stays")
		return web.Gate(w, r, admitted, next)
	}))
	return s.do(http.MethodGet, "/")
}

// private is an answer of which a refused client must see nothing.
func private(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("ETag", `"secret"`)
	w.WriteHeader(http.StatusPartialContent)
	_, _ = io.WriteString(w, "secret")
	_ = http.NewResponseController(w).Flush()
	_, _ = io.WriteString(w, "secret")
}

func TestGateAdmits(t *testing.T) {
	t.Parallel()
	w := gated(t, func() error { return nil }, private)
	if w.Code != http.StatusPartialContent || w.Body.String() != "secretsecret" || w.Header().Get("ETag") != `"secret"` || w.Header().Get("X-Before") != "stays" {
		t.Errorf("got %d %q %v, want the whole answer", w.Code, w.Body, w.Header())
	}
}

func TestGateRefuses(t *testing.T) {
	t.Parallel()
	for name, next := range map[string]http.HandlerFunc{
		"an answer": private,
		"an error": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("ETag", `"secret"`)
			web.Write(w, r, web.NewError(http.StatusNotFound, "not_found", "secret"))
		},
		"only headers": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("ETag", `"secret"`) },
		"a flush":      func(w http.ResponseWriter, _ *http.Request) { _ = http.NewResponseController(w).Flush() },
	} {
		asked := 0
		w := gated(t, func() error { asked++; return errRefused }, next)
		if e := wantProblem(t, w, http.StatusUnauthorized, "no_session"); e.Detail != "Sign in." || w.Header().Get("ETag") != "" {
			t.Errorf("%s: got %v %v, want nothing of the answer", name, e, w.Header())
		}
		if asked != 1 {
			t.Errorf("%s: asked %d times, want once", name, asked)
		}
	}
}

// TestGateTellsTheHandler: the writes of a refused handler fail.
func TestGateTellsTheHandler(t *testing.T) {
	t.Parallel()
	gated(t, func() error { return errRefused }, func(w http.ResponseWriter, _ *http.Request) {
		if _, err := io.WriteString(w, "secret"); !errors.Is(err, errRefused) {
			t.Errorf("Write = %v, want the refusal", err)
		}
		if err := http.NewResponseController(w).Flush(); !errors.Is(err, errRefused) {
			t.Errorf("Flush = %v, want the refusal", err)
		}
	})
}

// TestGateRunsMeanwhile: the handler runs before admitted returns. Its answer waits, also
// when the handler has returned.
func TestGateRunsMeanwhile(t *testing.T) {
	t.Parallel()
	var order []string
	w := gated(t, func() error { order = append(order, "admitted"); return nil }, func(w http.ResponseWriter, _ *http.Request) {
		order = append(order, "read")
		_, _ = io.WriteString(w, "answer")
	})
	if diff := cmp.Diff([]string{"read", "admitted"}, order); diff != "" || w.Body.String() != "answer" {
		t.Errorf("body %q, order (-want +got):\n%s", w.Body, diff)
	}
}

// TestGatePanics: after a panic, nothing of the answer is sent.
func TestGatePanics(t *testing.T) {
	t.Parallel()
	w := gated(t, func() error { return errRefused }, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"secret"`)
		panic("secret")
	})
	wantProblem(t, w, http.StatusInternalServerError, "internal")
	if w.Header().Get("ETag") != "" {
		t.Errorf("headers %v, want none of the answer's", w.Header())
	}
}
