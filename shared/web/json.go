package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"

	fastjson "github.com/segmentio/encoding/json"
)

// maxDepth bounds how deep JSON may nest; encoding/json alone allows 10,000 levels.
const maxDepth = 64

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
		if errors.As(err, &syntax) { // reading by tokens gives a wrong offset
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

// halfPair reports whether body, which is valid JSON, has half a surrogate pair, such as
// \ud800 alone (RFC 8259, section 8.2). encoding/json would replace it by U+FFFD.
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
		i++ // skips an escaped backslash
	}
	return false
}

// reason is an error whose text may be shown to the client.
type reason string

func (e reason) Error() string { return string(e) }

// checkValue reads one value and checks its depth and its keys.
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

// checkKey reads one key of an object.
func checkKey(dec *json.Decoder, seen map[string]bool) error {
	token, err := dec.Token()
	if err != nil {
		return err
	}
	key, _ := token.(string)
	folded := strings.ToLower(strings.ToUpper(key)) // encoding/json matches fields like this: ſ is s
	if seen[folded] {
		return reason("it names a field twice")
	}
	seen[folded] = true
	return nil
}

// decodeReason says for the client what is wrong.
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
	return "a value is not in the form that its field needs" // from an UnmarshalJSON
}

// kind returns JSON's name of a Go type.
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

// buffers hold answers while they are written. A large buffer is not kept.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

const maxKept = 64 << 10

// WriteJSON answers with v as JSON, in one write and with a Content-Length, so that net/http
// sends no chunks. It encodes as encoding/json does, except that it does not escape HTML
// characters. fastjson needs a third of the time.
func WriteJSON(w http.ResponseWriter, status int, v any) error {
	body := buffers.Get().(*[]byte)
	defer func() {
		if cap(*body) <= maxKept {
			buffers.Put(body)
		}
	}()
	var err error
	// HTML is not escaped, because \u003c is six times as long as <.
	if *body, err = fastjson.Append((*body)[:0], v, fastjson.SortMapKeys); err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	*body = append(*body, '\n')
	w.Header()["Content-Type"] = contentTypeJSON
	if len(*body) > 2<<10 { // net/http adds it to a shorter answer
		w.Header().Set("Content-Length", strconv.Itoa(len(*body)))
	}
	w.WriteHeader(status)
	_, _ = w.Write(*body) // the client is gone when this fails
	return nil
}
