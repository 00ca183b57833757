package config

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// redacted is what every Secret that is not empty shows.
const redacted = "[secret]"

// Secret is text that must not be seen: a password. Printed with any verb of fmt, written as JSON or text, or logged
// with slog it shows "[secret]", and nothing when it is empty, which its zero value is. Reveal is the only way to the value.
//
// It is a pointer inside a struct and not a string, because fmt calls no method for %p, for a %w in the wrong place, and
// for what lies under an unexported field: a string would show there, of a pointer only the address does.
type Secret struct{ value *string }

// NewSecret hides a value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{&value}
}

// Reveal returns the value. Pass the result straight to the client that needs it; never to a log, an error or a URL.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Equal reports whether both hide the same value. == compares something else.
func (s Secret) Equal(o Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(o.Reveal())) == 1
}

// String returns "[secret]", or "" for an empty secret.
func (s Secret) String() string {
	if s.value == nil {
		return ""
	}
	return redacted
}

// GoString returns what String returns.
func (s Secret) GoString() string { return s.String() }

// Format writes what String returns for every verb and flag, so that %x or %q do not show the value either.
func (s Secret) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, s.String()) // fmt.State never fails
}

// LogValue makes slog write what String returns.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns what String returns. There is no way back: a Secret cannot be unmarshalled from it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON returns what String returns as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }
