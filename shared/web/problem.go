package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Error is an error with an answer: what a client is told, as a problem document
// (RFC 9457), and the cause, which only the log sees. Handlers return it and
// [Write] renders it.
type Error struct {
	Type      string       `json:"type" doc:"Always about:blank: code tells problems apart." example:"about:blank"`
	Title     string       `json:"title" doc:"The status in words." example:"Unauthorized"`
	Status    int          `json:"status" doc:"The HTTP status." example:"401"`
	Detail    string       `json:"detail,omitempty" doc:"What went wrong and what to do, for people."`
	Code      string       `json:"code" doc:"What went wrong, for programs." example:"invalid_session"`
	RequestID string       `json:"requestId,omitempty" doc:"Names the request in the service's log."`
	Errors    []FieldError `json:"errors,omitempty" doc:"Every field that was refused."`

	// RetryAfter, when positive, is sent as the Retry-After header in whole seconds.
	RetryAfter time.Duration `json:"-"`
	// Cause goes to the log and never to the client. It must hold no secret.
	Cause error `json:"-"`
}

// FieldError says which part of a request was refused and why.
type FieldError struct {
	Location string `json:"location" doc:"The field: a JSON pointer (RFC 6901) into the body, or query.NAME, path.NAME or header.NAME." example:"/title"`
	Message  string `json:"message" doc:"What is wrong with it." example:"must be at most 200 characters"`
	Rule     string `json:"rule,omitempty" doc:"The rule that refused it." example:"maxLength"`
	Limit    any    `json:"limit,omitempty" doc:"The limit that the rule names." example:"200"`
}

// NewError returns an Error with the status, a code for programs and a detail for
// people.
func NewError(status int, code, detail string) *Error {
	return &Error{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

// With returns a copy of e with a cause for the log. An Error may so be a sentinel of its
// package: errors.Is finds it in the copy.
func (e *Error) With(cause error) *Error {
	c := *e
	c.Cause = cause
	return &c
}

// Retry returns a copy of e with a Retry-After of d, rounded up to a whole second.
func (e *Error) Retry(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

// Is reports whether target is the Error that e is a copy of: one of the same code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Status == e.Status && t.Code == e.Code
}

// Error describes the problem for the log.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.Cause)
	}
	return e.Code + ": " + e.Detail
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// AsError returns err as the Error it wraps. Anything else is an opaque 500, so that
// an internal text never reaches a client; a request that ran out of time is a 503, one
// whose client left a 408.
func AsError(err error) *Error {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.DeadlineExceeded):
		return NewError(http.StatusServiceUnavailable, "timeout", "The request took too long. Try again.").
			With(err).Retry(time.Second)
	case errors.Is(err, context.Canceled): // nobody reads this, and it is no fault of ours
		return NewError(http.StatusRequestTimeout, "client_gone", "The client went away.").With(err)
	}
	return NewError(http.StatusInternalServerError, "internal", "Something went wrong on our side. The request id names it in our log.").With(err)
}

// Write renders err and hands its cause to the request's log line. An answer that has
// begun cannot become another one: Write then cuts it off with http.ErrAbortHandler, so
// that no client takes it for whole.
func Write(w http.ResponseWriter, r *http.Request, err error) {
	e := Prepare(w.Header(), r.Context(), AsError(err))
	if n := noteOf(r.Context()); n != nil && n.answer.status != 0 {
		panic(http.ErrAbortHandler)
	}
	w.Header().Del("Content-Length") // they were about the answer that did not come
	w.Header().Del("Content-Encoding")
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(e.Status)
	if r.Method == http.MethodHead {
		return
	}
	_ = json.NewEncoder(w).Encode(e) // the client is gone when this fails
}

// Prepare fills in what an Error takes from its request, sets the headers that go with
// it and notes it for the request's log line. It returns a copy of e.
func Prepare(h http.Header, ctx context.Context, e *Error) *Error { //nolint:revive // a header is the receiver here, as in net/http
	answer := *e
	answer.RequestID = RequestID(ctx)
	if e.RetryAfter > 0 {
		h.Set("Retry-After", strconv.FormatInt(int64((e.RetryAfter+time.Second-1)/time.Second), 10))
	}
	n := noteOf(ctx)
	if e.Status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer") // RFC 9110, section 11.6.1
		if n != nil && len(n.request.CookiesNamed(n.cookie)) > 0 {
			h.Add("Set-Cookie", NewCookie(n.request, n.cookie, "", -1).String()) // it opens nothing
		}
	}
	if n != nil {
		n.err = e
	}
	return &answer
}

// Handler turns a function that returns its error into an http.Handler.
type Handler func(w http.ResponseWriter, r *http.Request) error

// ServeHTTP calls h and renders the error it returns.
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h(w, r); err != nil {
		Write(w, r, err)
	}
}
