package web

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"time"
)

// note is the context of a request. It collects what the log line of the request will say.
type note struct {
	timeLimit
	request   *http.Request
	cookie    string // the session cookie's name
	requestID string
	answer    *recorder
	err       *Error
	attrs     []slog.Attr
}

type noteKey struct{}

// Value returns the note itself for noteKey, so that noteOf finds it.
func (n *note) Value(key any) any {
	if key == (noteKey{}) {
		return n
	}
	return n.timeLimit.Value(key)
}

func noteOf(ctx context.Context) *note {
	n, _ := ctx.Value(noteKey{}).(*note)
	return n
}

// RequestID returns the id of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string {
	if n := noteOf(ctx); n != nil {
		return n.requestID
	}
	return ""
}

// Annotate adds attributes to the log line of the request that ctx belongs to. A later one
// replaces an earlier one of the same name, and an empty string removes it. They must hold
// no secret. Only the goroutine that serves the request may call it.
func Annotate(ctx context.Context, attrs ...slog.Attr) {
	n := noteOf(ctx)
	if n == nil {
		return
	}
	for _, a := range attrs {
		n.attrs = slices.DeleteFunc(n.attrs, func(old slog.Attr) bool { return old.Key == a.Key })
		if !a.Value.Equal(slog.StringValue("")) {
			n.attrs = append(n.attrs, a)
		}
	}
}

// answerTimeout bounds how long a client may take to read an answer, so that one that does
// not read does not keep an instance busy. Exports have their own limits. net/http removes
// the deadline before the next request.
const answerTimeout = time.Minute

// recorder counts what was answered. Its Unwrap lets http.ResponseController reach the
// connection.
type recorder struct {
	http.ResponseWriter
	status int
	size   int64
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
		_ = http.NewResponseController(r.ResponseWriter).SetWriteDeadline(time.Now().Add(answerTimeout)) // as in setReadDeadline
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.WriteHeader(http.StatusOK)
	}
	n, err := r.ResponseWriter.Write(b)
	r.size += int64(n)
	return n, err
}

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
