package session

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"hash"
	"log/slog"
	"strings"
	"sync"

	"pantry.example/shared/config"
)

// Handle is what a client holds. Its text is
//
//	<uid>.<32 random bytes>.<MAC>
//
// each part in base64url. The random secret opens the session. The MAC shows that this
// deployment issued the handle. It is checked first, so that a made-up handle costs no Redis
// command. fmt and log/slog print "[handle]"; only Reveal returns the text.
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

// signer makes and checks the MACs of handles. The first key signs. A handle that any of
// the keys signed is accepted.
type signer []*signingKey

// signingKey keeps hashes (HMAC-SHA256) that have read the key already, which saves time.
type signingKey struct{ hashes sync.Pool }

func newSigningKey(key []byte) *signingKey {
	return &signingKey{sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

func (k *signingKey) sign(h Handle) [macSize]byte {
	m, _ := k.hashes.Get().(hash.Hash)
	defer k.hashes.Put(m)
	m.Reset()
	m.Write(h.secret[:])
	m.Write([]byte(h.uid))
	return [macSize]byte(m.Sum(nil))
}

// newSigner derives a project's key from each secret (HKDF-SHA256, RFC 5869). A secret may
// be a Redis password, so it is not used as the key itself.
func newSigner(project string, secrets []config.Secret) (signer, error) {
	var s signer
	for _, secret := range secrets {
		key, err := hkdf.Key(sha256.New, []byte(secret.Reveal()), nil, "pantry handle v1 "+project, sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("derive handle key: %w", err)
		}
		s = append(s, newSigningKey(key))
	}
	return s, nil
}

// issue returns a new handle of the user.
func (s signer) issue(uid string) Handle {
	h := Handle{uid: uid}
	_, _ = rand.Read(h.secret[:]) // never fails: crypto/rand
	h.mac = s[0].sign(h)
	return h.withID()
}

// parse reads the text of a handle. It returns false when it is malformed or when no key of
// s signed it.
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
		if want := key.sign(h); hmac.Equal(want[:], mac) {
			return h.withID(), true
		}
	}
	return Handle{}, false
}

// decode returns nil when text is not base64url. Go's decoder would skip line ends.
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

// withID sets the session's id, which is part of the fields' names in Redis. The id opens no
// session.
func (h Handle) withID() Handle {
	sum := sha256.Sum256(h.secret[:])
	h.id = encoding.EncodeToString(sum[:idSize])
	return h
}

// Reveal returns the handle's text, for the cookie or the one answer that hands it out.
func (h Handle) Reveal() string {
	return encoding.EncodeToString([]byte(h.uid)) + "." + encoding.EncodeToString(h.secret[:]) + "." + encoding.EncodeToString(h.mac[:])
}

// UID returns the user that the handle was issued to. The session may be closed.
func (h Handle) UID() string { return h.uid }

// String keeps the handle out of logs and errors.
func (h Handle) String() string { return "[handle]" }

// GoString is for %#v.
func (h Handle) GoString() string { return "[handle]" }

// LogValue is for log/slog.
func (h Handle) LogValue() slog.Value { return slog.StringValue("[handle]") }
