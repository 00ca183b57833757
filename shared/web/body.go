package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/sync/semaphore"
)

// BodyReadTimeout bounds the reading of one request body, so that a slow client cannot keep an
// instance busy. It is shorter when the context of the request ends sooner.
const BodyReadTimeout = 10 * time.Second

// ReadBody returns the whole request body. It refuses a body that is larger than limit bytes
// (413), is compressed or has another media type (415), or takes longer than BodyReadTimeout
// (408).
func ReadBody(w http.ResponseWriter, r *http.Request, limit int64, mediaTypes ...string) ([]byte, error) {
	release, err := acquireBody(r.Context())
	if err != nil {
		return nil, err
	}
	defer release()
	timeout := BodyReadTimeout
	if end, ok := r.Context().Deadline(); ok {
		timeout = min(timeout, time.Until(end))
	}
	body, err := OpenBody(w, r, limit, timeout, mediaTypes...)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(body)
}

const (
	// maxBodies is how many bodies are read at one time. An instance serves 20 requests at
	// a time (_CONCURRENCY in cloudbuild.yaml), so slow clients leave room for others.
	maxBodies = 12
	// bodyWait bounds the wait until fewer bodies are read. Most bodies arrive at once.
	bodyWait = time.Second
)

var bodies = semaphore.NewWeighted(maxBodies)

// acquireBody waits until a body may be read. The caller calls release when it has been read.
func acquireBody(ctx context.Context) (release func(), _ error) {
	ctx, cancel := context.WithTimeout(ctx, bodyWait)
	defer cancel()
	if err := bodies.Acquire(ctx, 1); err != nil {
		return nil, NewError(http.StatusServiceUnavailable, "busy", "Too many bodies are arriving at once. Try again.").Retry(time.Second)
	}
	return func() { bodies.Release(1) }, nil
}

// OpenBody returns a reader of a request body that is too large to keep in memory. It or the
// reader refuses what ReadBody refuses. timeout replaces the time limit for reading the
// body.
func OpenBody(w http.ResponseWriter, r *http.Request, limit int64, timeout time.Duration, mediaTypes ...string) (io.Reader, error) {
	if err := checkMediaType(r, mediaTypes); err != nil {
		return nil, err
	}
	if r.ContentLength > limit {
		return nil, bodyTooLarge(limit)
	}
	setReadDeadline(w, timeout)
	return bodyReader{http.MaxBytesReader(w, r.Body, limit), limit}, nil
}

// leftoverTimeout bounds the reading of a body that no handler read. If it takes longer, the
// connection is closed.
const leftoverTimeout = time.Second

// setReadDeadline sets a time limit for reading the body. net/http removes it at the end of
// the body or of the request. It fails only for a recorder in a test.
func setReadDeadline(w http.ResponseWriter, limit time.Duration) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(limit))
}

// bodyReader turns errors of reading a body into an Error.
type bodyReader struct {
	body  io.Reader
	limit int64
}

func (b bodyReader) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil, errors.Is(err, io.EOF):
	case errors.As(err, &tooLarge):
		err = bodyTooLarge(b.limit)
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = NewError(http.StatusRequestTimeout, "body_timeout", "The body took too long to arrive.")
	default:
		err = NewError(http.StatusBadRequest, "body_unreadable", "The body could not be read to its end.").With(err)
	}
	return n, err
}

func bodyTooLarge(limit int64) *Error {
	return NewError(http.StatusRequestEntityTooLarge, "body_too_large",
		fmt.Sprintf("The body is over the limit of %d bytes.", limit))
}

func checkMediaType(r *http.Request, mediaTypes []string) error {
	if enc := r.Header.Get("Content-Encoding"); enc != "" && !strings.EqualFold(enc, "identity") {
		return NewError(http.StatusUnsupportedMediaType, "unsupported_media_type", "Send the body uncompressed, without Content-Encoding.")
	}
	got, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if charset := params["charset"]; err == nil && (charset == "" || strings.EqualFold(charset, "utf-8")) {
		for _, want := range mediaTypes {
			if got == want {
				return nil
			}
		}
	}
	return NewError(http.StatusUnsupportedMediaType, "unsupported_media_type",
		"Send the body as "+strings.Join(mediaTypes, " or ")+" in UTF-8 and say so in Content-Type.")
}
