package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// BodyReadTimeout bounds the reading of one request body, so that a client that
// trickles bytes cannot hold an instance. A request whose context ends sooner gives its
// body no more time than that.
const BodyReadTimeout = 10 * time.Second

// maxDepth bounds how deep JSON may nest; encoding/json alone allows 10,000 levels.
const maxDepth = 64

// ReadBody returns the whole request body. It refuses a body over limit bytes (413),
// a compressed one and one of another media type than those given (415), and one that
// takes longer than BodyReadTimeout (408).
func ReadBody(w http.ResponseWriter, r *http.Request, limit int64, mediaTypes ...string) ([]byte, error) {
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

// DecodeJSON reads a JSON request body (see [ReadBody]) into v. It refuses duplicate
// keys (also those that differ only in case, which encoding/json would merge), unknown
// fields, trailing data, invalid UTF-8 and values of another type (400).
func DecodeJSON(w http.ResponseWriter, r *http.Request, limit int64, v any) error {
	body, err := ReadBody(w, r, limit, "application/json")
	if err != nil {
		return err
	}
	if err := CheckJSON(body); err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return malformed(decodeReason(err))
	}
	return nil
}

// CheckJSON refuses a text that is not exactly one JSON value (RFC 8259) in valid UTF-8
// without duplicate keys, nested at most 64 deep. The returned error is an *Error.
func CheckJSON(body []byte) error {
	if len(bytes.TrimSpace(body)) == 0 {
		return malformed("the body is empty")
	}
	if !utf8.Valid(body) {
		return malformed("the body is not valid UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	if err := checkValue(dec, 0); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) { // a decoder that reads token by token miscounts the bytes
			err = json.Unmarshal(body, new(json.RawMessage))
		}
		return malformed(decodeReason(err))
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return malformed("there is more after the JSON value")
	}
	if halfPair(body) {
		return malformed("a text has one half of a surrogate pair")
	}
	return nil
}

// halfPair reports an escape such as \ud800 that is one half of a surrogate pair without
// the other (RFC 8259, section 8.2). encoding/json would put U+FFFD in its place. body is
// valid JSON.
func halfPair(body []byte) bool {
	escaped := func(at int) rune {
		if at+6 > len(body) || body[at] != '\\' || body[at+1] != 'u' {
			return -1
		}
		n, _ := strconv.ParseInt(string(body[at+2:at+6]), 16, 32)
		return rune(n)
	}
	for i := 0; i < len(body); i++ {
		if body[i] != '\\' {
			continue
		}
		if first := escaped(i); utf16.IsSurrogate(first) {
			if utf16.DecodeRune(first, escaped(i+6)) == utf8.RuneError {
				return true
			}
			i += 6
		}
		i++ // an escaped backslash begins no escape
	}
	return false
}

// reason is an error whose text may be shown to the client.
type reason string

func (e reason) Error() string { return string(e) }

func checkValue(dec *json.Decoder, depth int) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	open, ok := token.(json.Delim)
	if !ok {
		return nil
	}
	if depth++; depth > maxDepth {
		return reason(fmt.Sprintf("it nests deeper than %d levels", maxDepth))
	}
	seen := map[string]bool{}
	for dec.More() {
		if open == '{' {
			if err := checkKey(dec, seen); err != nil {
				return err
			}
		}
		if err := checkValue(dec, depth); err != nil {
			return err
		}
	}
	_, err = dec.Token() // the closing delimiter
	return err
}

func checkKey(dec *json.Decoder, seen map[string]bool) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	key, _ := token.(string)
	folded := strings.ToLower(strings.ToUpper(key)) // as encoding/json matches fields: K is k, ſ is s
	if seen[folded] {
		return reason("it names a field twice")
	}
	seen[folded] = true
	return nil
}

func decodeReason(err error) string {
	var (
		shown  reason
		wrong  *json.UnmarshalTypeError
		syntax *json.SyntaxError
	)
	switch {
	case errors.As(err, &shown):
		return string(shown)
	case errors.As(err, &wrong) && wrong.Field == "":
		return "it must be a JSON " + kind(wrong.Type.Kind())
	case errors.As(err, &wrong) && strings.HasPrefix(wrong.Value, "number ") && kind(wrong.Type.Kind()) == "number":
		return wrong.Field + " must be a whole number, or a smaller one" // 1.5 or 1e99 for an int, 1e999
	case errors.As(err, &wrong):
		return fmt.Sprintf("%s must be a JSON %s", wrong.Field, kind(wrong.Type.Kind()))
	case errors.As(err, &syntax):
		return fmt.Sprintf("it is not JSON at byte %d", syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "it is not JSON: it ends too early"
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		return "it has a field that is not known here"
	}
	return "a value is not in the form that its field needs" // an UnmarshalJSON refused it
}

// kind names a Go type as JSON does.
func kind(k reflect.Kind) string {
	switch {
	case k == reflect.String:
		return "string"
	case k == reflect.Bool:
		return "boolean"
	case k == reflect.Slice, k == reflect.Array:
		return "array"
	case reflect.Int <= k && k <= reflect.Float64:
		return "number"
	}
	return "object"
}

func malformed(why string) *Error {
	return NewError(http.StatusBadRequest, "malformed_body", "The body cannot be read: "+why+".")
}

// WriteJSON answers with v as JSON.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client is gone when this fails
	return nil
}
