package config

import (
	"fmt"
	"io"
	"log/slog"
)

// redacted is what every Secret that is not empty shows.
const redacted = "[secret]"

// Secret is text that must not be seen: a password. Printed with any verb of fmt, marshalled to JSON or text, or logged
// with slog it shows "[secret]", and nothing when it is empty. Reveal is the only way to the value.
//
// One limit comes from fmt itself: it cannot call methods through an unexported field. So keep a Secret, and whatever
// holds one, in exported fields or do not print the value around it.
type Secret string

// Reveal returns the value. Pass the result straight to the client that needs it; never to a log, an error or a URL.
func (s Secret) Reveal() string { return string(s) }

// String returns "[secret]", or "" for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return redacted
}

// GoString returns what String returns.
func (s Secret) GoString() string { return s.String() }

// Format writes what String returns for every verb and flag, so that %x or %q do not show the value either.
func (s Secret) Format(f fmt.State, _ rune) {
	// fmt.State has nowhere to report a failed write to.
	_, _ = io.WriteString(f, s.String())
}

// LogValue makes slog write what String returns.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText returns what String returns. There is no way back: a Secret cannot be unmarshalled from it.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON returns what String returns as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }
