package store

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// errUID: the uid cannot be a Firebase user's. It comes from a verified token, so
// this is a fault of the program and has no exported name.
var errUID = errors.New("uid is not 1 to 128 printable characters")

var pathEscape = strings.NewReplacer("%", "%25", "/", "%2F")

// ownerPath turns a uid into the name of a Firestore document, each uid into
// another one. Firebase lets whoever mints custom tokens choose any 1 to 128
// characters, so a uid may be "a/recipes/b" or "..": what has a meaning in a path
// is escaped (https://firebase.google.com/docs/firestore/quotas#limits).
func ownerPath(uid string) (string, error) {
	if !utf8.ValidString(uid) || uid == "" || utf8.RuneCountInString(uid) > 128 || strings.ContainsFunc(uid, unicode.IsControl) {
		return "", errUID
	}
	name := pathEscape.Replace(uid)
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "__") {
		name = "%" + name // a % is otherwise followed by two digits
	}
	return name, nil
}
