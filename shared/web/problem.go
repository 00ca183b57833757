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

// Error is an error with its answer: a problem document (RFC 9457) for the client, and a
// cause for the log. Handlers return it and [Write] renders it.
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

// NewError returns an Error with a status, a code for programs and a detail for people.
func NewError(status int, code, detail string) *Error {
	return &Error{Type: "about:blank", Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

// With returns a copy of e with a cause for the log. errors.Is finds e in the copy, so an
// Error can be a sentinel.
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

// Is reports whether target is an Error of the same status and code.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Status == e.Status && t.Code == e.Code
}

// Error returns the problem for the log.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.Cause)
	}
	return e.Code + ": " + e.Detail
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// AsError returns the Error that err wraps. An exceeded deadline is a 503, and a client that
// left is a 408. Anything else is a 500 that tells the client nothing of err.
func AsError(err error) *Error {
	var e *Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, context.DeadlineExceeded):
		return NewError(http.StatusServiceUnavailable, "timeout", "The request took too long. Try again.").
			With(err).Retry(time.Second)
	case errors.Is(err, context.Canceled): // nobody reads this answer
		return NewError(http.StatusRequestTimeout, "client_gone", "The client went away.").With(err)
	}
	return NewError(http.StatusInternalServerError, "internal", "Something went wrong on our side. The request id names it in our log.").With(err)
}

// Write answers with err and puts its cause on the request's log line. When an answer has
// already begun, Write panics with http.ErrAbortHandler, so that the client sees that the
// answer is incomplete.
func Write(w http.ResponseWriter, r *http.Request, err error) {
	e := Prepare(w.Header(), r.Context(), AsError(err))
	if n := noteOf(r.Context()); n != nil && n.answer.status != 0 {
		panic(http.ErrAbortHandler)
	}
	w.Header().Del("Content-Length") // these describe another answer
	w.Header().Del("Content-Encoding")
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(e.Status)
	if r.Method == http.MethodHead {
		return
	}
	_ = json.NewEncoder(w).Encode(e) // the client is gone when this fails
}

// Prepare returns a copy of e with the id of its request. It sets the headers that belong to
// the answer, and puts e on the request's log line.
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
			h.Add("Set-Cookie", NewCookie(n.request, n.cookie, "", -1).String()) // this cookie opens nothing
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
