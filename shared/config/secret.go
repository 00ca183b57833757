package config

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// redacted is printed in place of a secret.
const redacted = "[secret]"

// Secret is a text that must not be printed, such as a password. fmt, encoding/json and
// log/slog write "[secret]" for it, or nothing when it is empty. Only Reveal returns the
// value. The zero value is empty.
//
// It holds a pointer because fmt calls no method for %p, for a misplaced %w, or below an
// unexported field. There fmt prints a string, but of a pointer only the address.
type Secret struct{ value *string }

// NewSecret returns a Secret with the value.
func NewSecret(value string) Secret {
	if value == "" {
		return Secret{}
	}
	return Secret{&value}
}

// Reveal returns the value. Pass it only to the client that needs it, never to a log, an
// error or a URL.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// Equal reports whether both have the same value. == would compare pointers.
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

// Format writes what String returns for every verb and flag, so that %x or %q do not show
// the value either.
func (s Secret) Format(f fmt.State, _ rune) {
	_, _ = io.WriteString(f, s.String()) // fmt.State never fails
}

// LogValue makes slog write what String returns.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns what String returns, so a Secret cannot be read back from it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON returns what String returns as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }
