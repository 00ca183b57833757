package recipe

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"strings"
)

// idEncoding gives lower-case letters and digits only: such an id needs no
// escaping anywhere and never starts with the "__" that Firestore reserves.
var idEncoding = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// NewID returns a fresh id of 24 characters that nobody can guess (120 random
// bits).
func NewID() string {
	var b [15]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return idEncoding.EncodeToString(b[:])
}

// IDForKey is the id of the recipe that uid creates with an idempotency key. The
// same key always leads to the same document, so that the document itself is the
// memory of what was created; another user's equal key leads elsewhere.
func IDForKey(uid, key string) string {
	h := sha256.New()
	h.Write([]byte("pantry create\x00" + uid + "\x00" + key)) // no uid holds a NUL
	return idEncoding.EncodeToString(h.Sum(nil)[:20])
}

// ValidID reports whether id may name a recipe: 1 to 64 letters, digits, "_" and
// "-". Not "recipes" and "api", which are path prefixes of the function, and
// nothing that starts with "__", which Firestore reserves.
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
