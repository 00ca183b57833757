package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

// NewLogger returns a logger that writes Cloud Logging's structured format, a JSON
// object a line with severity, message and time
// (https://cloud.google.com/logging/docs/structured-logging).
func NewLogger(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: cloudNames}))
}

func cloudNames(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.LevelKey:
		severity := a.Value.String()
		if severity == "WARN" {
			severity = "WARNING"
		}
		return slog.String("severity", severity)
	case slog.MessageKey:
		a.Key = "message"
	}
	return a
}

// note is what a request gathers for its log line.
type note struct {
	request   *http.Request
	cookie    string // the session cookie's name
	requestID string
	answer    *recorder
	err       *Error
	attrs     []slog.Attr
}

type noteKey struct{}

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

// Annotate adds attributes to the log line of the request that ctx belongs to; the last
// one of a name counts, and an empty one is left out. They must hold no secret. Only the
// goroutine that serves the request may call it.
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

// isRequestID reports whether s is 8 to 36 letters, digits, "_" and "-": a
// UUID, and nothing as long as a session's secret.
func isRequestID(s string) bool {
	return len(s) >= 8 && len(s) <= 36 && !strings.ContainsFunc(s, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-'
	})
}

// traceID returns the trace of a Traceparent header (00-TRACE-…) or of an
// X-Cloud-Trace-Context header (TRACE/…), which is 32 hexadecimal digits, or "".
func traceID(h http.Header) string {
	for _, name := range [...]string{"Traceparent", "X-Cloud-Trace-Context"} {
		id := strings.TrimPrefix(h.Get(name), "00-")
		if len(id) > 32 && (id[32] == '-' || id[32] == '/') && strings.Trim(id[:32], "0123456789abcdef") == "" {
			return id[:32]
		}
	}
	return ""
}

// logged gives each request an id, recovers from a panic and writes one line when the
// request ends. The line has neither query, header nor body: those may hold secrets.
func (f Function) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		n := &note{request: r, cookie: f.SessionCookie, requestID: r.Header.Get("X-Request-Id")}
		if !isRequestID(n.requestID) {
			var b [12]byte
			_, _ = rand.Read(b[:]) // never fails: crypto/rand
			n.requestID = hex.EncodeToString(b[:])
		}
		w.Header().Set("X-Request-Id", n.requestID)
		rec := &recorder{ResponseWriter: w}
		n.answer = rec
		r = r.WithContext(context.WithValue(r.Context(), noteKey{}, n))
		defer func() {
			cause := recover()
			if cause == nil {
				f.line(r, n, time.Since(start))
				return
			}
			whole := f.recovered(r, n, cause)
			f.line(r, n, time.Since(start))
			if !whole {
				cut(w)
			}
		}()
		next.ServeHTTP(rec, r)
	})
}

// cut ends the connection under an answer that is not whole. The deadline in the past
// is for the Functions Framework, which recovers from http.ErrAbortHandler too, writes
// into the answer and ends it as if it were whole.
func cut(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0)) // a recorder in a test has no connection
	panic(http.ErrAbortHandler)
}

// recovered answers a panic with an opaque 500 when nothing was answered yet, and
// reports whether the client has a whole answer.
func (f Function) recovered(r *http.Request, n *note, cause any) bool {
	if cause == http.ErrAbortHandler { //nolint:errorlint // compared as net/http does
		return false
	}
	err := panicked(cause)
	f.Log.LogAttrs(r.Context(), slog.LevelError, "panic",
		slog.String("requestId", n.requestID), slog.String("error", err.Error()), slog.String("stack_trace", string(debug.Stack())))
	if n.answer.status != 0 {
		n.err = AsError(err)
		return false
	}
	h := n.answer.Header()
	for _, name := range [...]string{"Set-Cookie", "Location", "ETag", "Last-Modified", "Link", "Content-Disposition"} {
		h.Del(name) // they were about the answer that did not come
	}
	Write(n.answer, r, err)
	return true
}

func (f Function) line(r *http.Request, n *note, took time.Duration) {
	status, failed := n.answer.status, n.answer.status
	if status == 0 {
		status = http.StatusOK
	}
	level := slog.LevelInfo
	method, path := safe(r.Method), safePath(r.URL.Path)
	attrs := append(make([]slog.Attr, 0, 8),
		slog.String("function", f.Name),
		slog.String("requestId", n.requestID),
		slog.Attr{Key: "httpRequest", Value: slog.GroupValue(
			slog.String("requestMethod", method), slog.String("requestUrl", path),
			slog.Int("status", status), slog.Int64("responseSize", n.answer.size),
			slog.String("remoteIp", f.ClientAddr(r)),
			slog.String("latency", strconv.FormatFloat(took.Seconds(), 'f', 6, 64)+"s"))},
	)
	if id := traceID(r.Header); id != "" {
		attrs = append(attrs, slog.String("logging.googleapis.com/trace", "projects/"+f.Project+"/traces/"+id))
	}
	attrs = append(attrs, n.attrs...)
	if n.err != nil {
		failed = max(failed, n.err.Status) // an answer that had begun keeps its status
		attrs = append(attrs, slog.String("code", n.err.Code))
		if n.err.Cause != nil {
			attrs = append(attrs, slog.String("error", n.err.Cause.Error()))
		}
	}
	switch {
	case errors.Is(r.Context().Err(), context.Canceled):
		// The client left: what failed because of that is nobody's fault.
	case failed >= http.StatusInternalServerError:
		level = slog.LevelError
	case status == http.StatusTooManyRequests:
		level = slog.LevelWarn
	}
	f.Log.LogAttrs(r.Context(), level, method+" "+path+" "+strconv.Itoa(status), attrs...)
}

// safe bounds a word of the client's for the log.
func safe(word string) string {
	if len(word) > maxLoggedSegment {
		return "(long)"
	}
	return word
}

// maxLoggedSegment is shorter than any token, and than the 43 characters of a handle's
// secret, so that one put into a path by mistake is not logged.
const maxLoggedSegment = 42

// maxLoggedSegments bounds the line of a path with many slashes.
const maxLoggedSegments = 8

func safePath(path string) string {
	if len(path) <= maxLoggedSegment && strings.Count(path, "/") < maxLoggedSegments {
		return path
	}
	segments := strings.Split(path, "/")
	if len(segments) > maxLoggedSegments {
		segments = append(segments[:maxLoggedSegments], "(more)")
	}
	for i, s := range segments {
		segments[i] = safe(s)
	}
	return strings.Join(segments, "/")
}

// answerTimeout bounds how long a client may take for an answer, so that one that does not
// read holds none of an instance's places for requests. Exports have limits of their own.
// net/http takes the deadline off before the next request.
const answerTimeout = time.Minute

// recorder remembers what was answered. Its Unwrap lets http.ResponseController reach
// the connection.
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
