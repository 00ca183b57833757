package session

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"

	"pantry.example/shared/config"
)

// Handle is what a client holds. Its text is
//
//	<uid>.<32 random bytes>.<MAC>
//
// each part in base64url. The random secret opens the session. The MAC says that this
// deployment issued the handle; it is checked before anything is sent, so that a made-up
// handle costs no Redis command. A Handle prints as nothing; Reveal is the only way to
// its text.
type Handle struct {
	uid    string
	secret [secretSize]byte
	mac    [macSize]byte
	id     string
}

// Sizes in bytes. A Firebase uid has 1 to 128.
const (
	maxUID     = 128
	secretSize = 32
	macSize    = 12
	idSize     = 16
)

var encoding = base64.RawURLEncoding.Strict()

// signer makes and checks the MACs of handles. The first key signs, each of them counts.
type signer [][]byte

// newSigner derives the keys of a project. A secret may be a Redis password, so each use
// of it has a key of its own (HKDF-SHA256, RFC 5869).
func newSigner(project string, secrets []config.Secret) (signer, error) {
	var s signer
	for _, secret := range secrets {
		key, err := hkdf.Key(sha256.New, []byte(secret.Reveal()), nil, "pantry handle v1 "+project, sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("derive handle key: %w", err)
		}
		s = append(s, key)
	}
	return s, nil
}

// issue returns a new handle of the user.
func (s signer) issue(uid string) Handle {
	h := Handle{uid: uid}
	_, _ = rand.Read(h.secret[:]) // never fails: crypto/rand
	h.mac = h.sign(s[0])
	return h.named()
}

// parse returns the handle that Reveal wrote. It returns false for a malformed one and
// for one that no key of s has signed.
func (s signer) parse(text string) (h Handle, issued bool) {
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return Handle{}, false
	}
	uid, secret, mac := decode(parts[0]), decode(parts[1]), decode(parts[2])
	if len(uid) == 0 || len(uid) > maxUID || len(secret) != secretSize || len(mac) != macSize {
		return Handle{}, false
	}
	h = Handle{uid: string(uid), secret: [secretSize]byte(secret), mac: [macSize]byte(mac)}
	for _, key := range s {
		if want := h.sign(key); hmac.Equal(want[:], mac) {
			return h.named(), true
		}
	}
	return Handle{}, false
}

// decode returns nil for what is not base64url. Go's decoder would skip line ends.
func decode(text string) []byte {
	if strings.ContainsAny(text, "\r\n") {
		return nil
	}
	b, err := encoding.DecodeString(text)
	if err != nil {
		return nil
	}
	return b
}

func (h Handle) sign(key []byte) [macSize]byte {
	m := hmac.New(sha256.New, key)
	m.Write(h.secret[:])
	m.Write([]byte(h.uid))
	return [macSize]byte(m.Sum(nil))
}

// named sets the session's id. It names the session's fields in Redis and opens nothing.
func (h Handle) named() Handle {
	sum := sha256.Sum256(h.secret[:])
	h.id = encoding.EncodeToString(sum[:idSize])
	return h
}

// Reveal returns the handle's text, for the cookie or the one answer that hands it out.
func (h Handle) Reveal() string {
	return encoding.EncodeToString([]byte(h.uid)) + "." + encoding.EncodeToString(h.secret[:]) + "." + encoding.EncodeToString(h.mac[:])
}

// UID returns the user that the handle was issued to. That the session is open only
// Authenticate says.
func (h Handle) UID() string { return h.uid }

// String keeps the handle out of logs and errors.
func (h Handle) String() string { return "[handle]" }

// GoString is for %#v.
func (h Handle) GoString() string { return "[handle]" }

// LogValue is for log/slog.
func (h Handle) LogValue() slog.Value { return slog.StringValue("[handle]") }
