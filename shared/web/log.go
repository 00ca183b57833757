package web

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

// isRequestID reports whether s has 8 to 36 letters, digits, "_" and "-". A UUID fits. The
// secret of a session is longer.
func isRequestID(s string) bool {
	return len(s) >= 8 && len(s) <= 36 && !strings.ContainsFunc(s, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && c != '_' && c != '-'
	})
}

// traceID returns the trace, 32 hexadecimal digits, of a Traceparent header (00-TRACE-…) or
// of an X-Cloud-Trace-Context header (TRACE/…). It returns "" when there is none.
func traceID(h http.Header) string {
	for _, name := range [...]string{"Traceparent", "X-Cloud-Trace-Context"} {
		id := strings.TrimPrefix(h.Get(name), "00-")
		if len(id) > 32 && (id[32] == '-' || id[32] == '/') && strings.Trim(id[:32], "0123456789abcdef") == "" {
			return id[:32]
		}
	}
	return ""
}

// logged gives each request an id and a time limit, recovers from a panic, and writes one
// line when the request ends. The line has no query, header or body, because they may hold
// secrets.
func (f Function) logged(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		n := &note{
			timeLimit: timeLimit{Context: r.Context(), deadline: start.Add(RequestTimeout)},
			request:   r, cookie: f.SessionCookie, requestID: r.Header.Get("X-Request-Id"),
		}
		defer n.end()
		if !isRequestID(n.requestID) {
			var b [12]byte
			_, _ = rand.Read(b[:]) // never fails: crypto/rand
			n.requestID = hex.EncodeToString(b[:])
		}
		w.Header().Set("X-Request-Id", n.requestID)
		rec := &recorder{ResponseWriter: w}
		n.answer = rec
		r = r.WithContext(n)
		defer func() {
			cause := recover()
			if cause == nil {
				f.line(r, n, start)
				return
			}
			complete := f.recovered(r, n, cause)
			f.line(r, n, start)
			if !complete {
				cut(w)
			}
		}()
		next.ServeHTTP(rec, r)
	})
}

// cut breaks the connection of an incomplete answer. The Functions Framework recovers from
// http.ErrAbortHandler too, and would end the answer as if it were complete. The write
// deadline in the past prevents that.
func cut(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Unix(1, 0)) // a recorder in a test has no connection
	panic(http.ErrAbortHandler)
}

// recovered logs a panic. It answers 500 when nothing was answered yet. It reports whether
// the client has a complete answer.
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
		h.Del(name) // they describe another answer
	}
	Write(n.answer, r, err)
	return true
}

// panicked returns an error with the type of a panic's value. The value itself may quote a
// request, except a runtime error's.
func panicked(cause any) error {
	if e, ok := cause.(interface{ RuntimeError() }); ok {
		return fmt.Errorf("panic: %v", e)
	}
	return fmt.Errorf("panic: %T", cause)
}

// line writes the log line of a request that began at start and has ended.
func (f Function) line(r *http.Request, n *note, start time.Time) {
	end := time.Now()
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
			slog.String("latency", strconv.FormatFloat(end.Sub(start).Seconds(), 'f', 6, 64)+"s"))},
	)
	if id := traceID(r.Header); id != "" {
		attrs = append(attrs, slog.String("logging.googleapis.com/trace", "projects/"+f.Project+"/traces/"+id))
	}
	attrs = append(attrs, n.attrs...)
	if n.err != nil {
		failed = max(failed, n.err.Status) // the answer may have begun with another status
		attrs = append(attrs, slog.String("code", n.err.Code))
		if n.err.Cause != nil {
			attrs = append(attrs, slog.String("error", n.err.Cause.Error()))
		}
	}
	switch {
	case errors.Is(r.Context().Err(), context.Canceled):
		// The client left. A failure that this caused is no error.
	case failed >= http.StatusInternalServerError:
		level = slog.LevelError
	case status == http.StatusTooManyRequests:
		level = slog.LevelWarn
	}
	if h := f.Log.Handler(); h.Enabled(r.Context(), level) { // LogAttrs would look up its caller too
		rec := slog.NewRecord(end, level, method+" "+path+" "+strconv.Itoa(status), 0)
		rec.AddAttrs(attrs...)
		_ = h.Handle(r.Context(), rec) // as LogAttrs
	}
}

// safe returns word for the log, or "(long)" when it may be a secret.
func safe(word string) string {
	if len(word) > maxLoggedSegment {
		return "(long)"
	}
	return word
}

// maxLoggedSegment is shorter than a token and than a handle's secret (43 characters), so
// that one that was put into a path by mistake is not logged.
const maxLoggedSegment = 42

// maxLoggedSegments bounds how many parts of a path are logged.
const maxLoggedSegments = 8

// safePath returns a path for the log, without the parts that may be secrets.
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
