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

// pageToken is what NextPageToken encodes. It needs no signature. It holds a place in the
// list of the user who asks, and the index of one of the query's own terms. So a user who
// forges one sees another part of their own list. Clients must not read it.
type pageToken struct {
	Version int    `json:"v"`
	Query   string `json:"q"` // binds the token to its query
	Term    int    `json:"p"`
	Key     string `json:"k"`
	ID      string `json:"i"`
}

const (
	pageTokenVersion = 1
	maxPageToken     = 4096 // a title's key has at most 300 characters, at most 6 bytes each in JSON
)

// fingerprint is equal for two queries exactly if they ask for the same list of the same
// user, in the same order.
func (s search) fingerprint(uid string) string {
	q := s.query
	q.PageSize, q.PageToken, q.Count, q.Summary = 0, "", false, false
	b, _ := json.Marshal(q) // strings, bools and finite numbers only
	sum := sha256.Sum256(fmt.Appendf(nil, "pantry page\x00%s\x00%s", uid, b))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// token returns the page token for the documents after at. term is the index of the term
// that the walk queries.
func (s search) token(uid string, term int, at position) string {
	t := pageToken{Version: pageTokenVersion, Query: s.fingerprint(uid), Term: term, ID: at.id}
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

// parseToken returns the position after which the page begins, and the index of the term
// that the previous page queried. It accepts only what token can have returned for this
// query. Anything else is ErrPageToken.
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
		t.Term < 0 || t.Term >= len(s.terms) || !recipe.ValidID(t.ID) {
		return position{}, 0, recipe.ErrPageToken
	}
	key, err := s.order.parseKey(t.Key)
	if err != nil {
		return position{}, 0, recipe.ErrPageToken
	}
	return position{key: key, id: t.ID}, t.Term, nil
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
