package session

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"regexp"
)

// Handle is what a client holds: who it says it is and 256 random bits that prove it.
// It prints as nothing; Reveal is the only way to its text.
type Handle struct {
	uid    string
	secret [32]byte
}

// secretSize is in bytes; its text is 43 characters.
const secretSize = 32

// handlePattern comes before decoding: even a strict base64 decoder takes CR and LF.
// A Firebase uid has 1 to 128 bytes.
var handlePattern = regexp.MustCompile(`^([A-Za-z0-9_-]{2,171})\.([A-Za-z0-9_-]{43})$`)

var encoding = base64.RawURLEncoding.Strict()

func newHandle(uid string) Handle {
	h := Handle{uid: uid}
	_, _ = rand.Read(h.secret[:]) // never fails: crypto/rand
	return h
}

// ParseHandle returns the handle that Reveal wrote. The error is ErrNoSession: to a
// caller a malformed handle and an unknown one are the same.
func ParseHandle(text string) (Handle, error) {
	m := handlePattern.FindStringSubmatch(text)
	if m == nil {
		return Handle{}, ErrNoSession
	}
	uid, err := encoding.DecodeString(m[1])
	if err != nil {
		return Handle{}, ErrNoSession
	}
	secret, err := encoding.DecodeString(m[2])
	if err != nil || len(secret) != secretSize {
		return Handle{}, ErrNoSession
	}
	return Handle{uid: string(uid), secret: [secretSize]byte(secret)}, nil
}

// Reveal returns the handle's text, for the cookie or the one answer that hands it out.
func (h Handle) Reveal() string {
	return encoding.EncodeToString([]byte(h.uid)) + "." + encoding.EncodeToString(h.secret[:])
}

// UID returns the user that the handle claims. It proves nothing before Authenticate.
func (h Handle) UID() string { return h.uid }

// String and LogValue keep the handle out of logs and errors.
func (h Handle) String() string { return "[handle]" }

// GoString is for %#v.
func (h Handle) GoString() string { return "[handle]" }

// LogValue is for log/slog.
func (h Handle) LogValue() slog.Value { return slog.StringValue("[handle]") }

// id is the session's id: it names the session's fields in Redis and opens nothing.
func (h Handle) id() string {
	sum := sha256.Sum256(h.secret[:])
	return encoding.EncodeToString(sum[:idSize])
}

const idSize = 16

var idPattern = regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`)
