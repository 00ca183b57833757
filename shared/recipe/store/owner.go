package store

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// errUID says that no Firebase user can have this uid. A uid comes from a verified token,
// so this is a fault of the program. No caller needs to test for it.
var errUID = errors.New("uid is not 1 to 128 printable characters")

func checkUID(uid string) error {
	if !utf8.ValidString(uid) || uid == "" || utf8.RuneCountInString(uid) > 128 || strings.ContainsFunc(uid, unicode.IsControl) {
		return errUID
	}
	return nil
}

var pathEscape = strings.NewReplacer("%", "%25", "/", "%2F")

// ownerPath returns the name of a user's Firestore document. Two uids never have the same
// name. A server that makes custom tokens may choose any 1 to 128 characters, such as
// "a/recipes/b" or "..". So ownerPath escapes what has a meaning in a path
// (https://firebase.google.com/docs/firestore/quotas#limits).
func ownerPath(uid string) (string, error) {
	if err := checkUID(uid); err != nil {
		return "", err
	}
	name := pathEscape.Replace(uid)
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "__") {
		name = "%" + name // nothing else begins so: an escape has two digits after the %
	}
	return name, nil
}
