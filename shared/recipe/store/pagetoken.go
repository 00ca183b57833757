package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"

	"pantry.example/shared/recipe"
)

// pageToken is what NextPageToken holds. It is not signed, and need not be: all it
// can say is a place in the list of the user who is asking and which of the
// query's own terms to look up, so that a forged one shows its forger a later part
// of their own list. It is opaque to clients, and the key in it may be a title.
type pageToken struct {
	Version int    `json:"v"`
	Query   string `json:"q"` // binds the token to its query
	Pivot   int    `json:"p"`
	Key     string `json:"k"`
	ID      string `json:"i"`
}

const (
	pageTokenVersion = 1
	maxPageToken     = 4096 // a title's key has at most 300 characters, at most 6 bytes each in JSON
)

// fingerprint is the same for two queries exactly if they ask for the same list in
// the same order.
func (s search) fingerprint(uid string) string {
	q := s.query
	q.PageSize, q.PageToken, q.Count, q.Summary = 0, "", false, false
	b, _ := json.Marshal(q) // strings, bools and finite numbers only
	sum := sha256.Sum256(fmt.Appendf(nil, "pantry page\x00%s\x00%s", uid, b))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// token is the page token for the documents behind at.
func (s search) token(uid string, pivot int, at position) string {
	t := pageToken{Version: pageTokenVersion, Query: s.fingerprint(uid), Pivot: pivot, ID: at.id}
	switch key := at.key.(type) {
	case time.Time:
		t.Key = strconv.FormatInt(key.UnixMicro(), 10)
	case float64:
		t.Key = strconv.FormatFloat(key, 'g', -1, 64)
	case string:
		t.Key = key
	}
	return t.encode()
}

func (t pageToken) encode() string {
	b, _ := json.Marshal(t)
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseToken returns where the query's page begins and the pivot that the page
// before used. Only what token can have returned for this very query is taken;
// everything else is ErrPageToken.
func (s search) parseToken(uid string) (position, int, error) {
	token := s.query.PageToken
	if len(token) > maxPageToken {
		return position{}, 0, recipe.ErrPageToken
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil {
		return position{}, 0, recipe.ErrPageToken
	}
	var t pageToken
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&t); err != nil || t.encode() != token { // one spelling only
		return position{}, 0, recipe.ErrPageToken
	}
	if t.Version != pageTokenVersion || t.Query != s.fingerprint(uid) ||
		t.Pivot < 0 || t.Pivot >= len(s.terms) || !recipe.ValidID(t.ID) {
		return position{}, 0, recipe.ErrPageToken
	}
	key, err := s.order.parseKey(t.Key)
	if err != nil {
		return position{}, 0, recipe.ErrPageToken
	}
	return position{key: key, id: t.ID}, t.Pivot, nil
}

func (o order) parseKey(s string) (any, error) {
	switch o.field {
	case "title":
		return s, nil
	case "rating":
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(f) {
			return nil, recipe.ErrPageToken
		}
		return f, nil
	default:
		n, err := strconv.ParseInt(s, 10, 64)
		t := time.UnixMicro(n).UTC()
		if err != nil || t.Year() < 1 || t.Year() > 9999 {
			return nil, recipe.ErrPageToken
		}
		return t, nil
	}
}
