package recipe

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// idEncoding has only lower-case letters and digits. Such an id needs no escaping anywhere,
// and never starts with "__", which Firestore reserves.
var idEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// NewID returns a new id: 24 characters with 120 random bits, which nobody can guess.
func NewID() string {
	var b [15]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return idEncoding.EncodeToString(b[:])
}

// IDForKey returns the id of the recipe that uid creates with an idempotency key. The same
// key always has the same id. So the document itself shows that the key was used. The same
// key of another user has another id.
func IDForKey(uid, key string) string {
	h := sha256.New()
	h.Write([]byte("pantry create\x00" + uid + "\x00" + key)) // no uid holds a NUL
	return idEncoding.EncodeToString(h.Sum(nil)[:20])
}

// ValidID reports whether id may name a recipe. An id has 1 to 64 letters, digits, "_" and
// "-". It is not "recipes" or "api", which are path prefixes of the function. It does not
// start with "__", which Firestore reserves.
func ValidID(id string) bool {
	if len(id) < 1 || len(id) > 64 || id == "recipes" || id == "api" || strings.HasPrefix(id, "__") {
		return false
	}
	for i := range len(id) {
		c := id[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}
