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

// BodyReadTimeout bounds the reading of one request body, so that a client that
// trickles bytes cannot hold an instance. A request whose context ends sooner gives its
// body no more time than that.
const BodyReadTimeout = 10 * time.Second

// ReadBody returns the whole request body. It refuses a body over limit bytes (413),
// a compressed one and one of another media type than those given (415), and one that
// takes longer than BodyReadTimeout (408).
func ReadBody(w http.ResponseWriter, r *http.Request, limit int64, mediaTypes ...string) ([]byte, error) {
	free, err := bodyPlace(r.Context())
	if err != nil {
		return nil, err
	}
	defer free()
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
	// maxBodies bounds the bodies that are read at one time, so that clients that trickle
	// bytes hold at most so many of an instance's places for requests, of which there are
	// 20 (_CONCURRENCY in cloudbuild.yaml), and each for BodyReadTimeout.
	maxBodies = 12
	// bodyPlaceTimeout bounds the wait for such a place. Most bodies are there at once.
	bodyPlaceTimeout = time.Second
)

var bodies = semaphore.NewWeighted(maxBodies)

// bodyPlace waits for a place to read a body at, and returns what frees it.
func bodyPlace(ctx context.Context) (free func(), _ error) {
	ctx, cancel := context.WithTimeout(ctx, bodyPlaceTimeout)
	defer cancel()
	if err := bodies.Acquire(ctx, 1); err != nil {
		return nil, NewError(http.StatusServiceUnavailable, "busy", "Too many bodies are arriving at once. Try again.").Retry(time.Second)
	}
	return func() { bodies.Release(1) }, nil
}

// OpenBody returns a reader of the request body, for one that is too large to be held. It
// refuses what ReadBody refuses, here or while it is read. The body may take as long as
// timeout, in place of the deadline that every request has.
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

// bodyReader turns the errors of a body into answers.
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
