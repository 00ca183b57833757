package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"

	"pantry.example/shared/recipe"
)

// document is a recipe as it is stored. A stored document is never changed, only
// replaced.
type document struct {
	recipe.Recipe
	titleKey    string
	terms       []string
	purgeAt     time.Time // zero unless trashed
	fingerprint string    // of the recipe as first sent with an idempotency key
	version     time.Time // Firestore's update time, for its precondition
	bytes       int       // of text, as Recipe.Size says
}

// newDocument makes the first version of a recipe. r is normalized.
func newDocument(id string, r recipe.Recipe, now time.Time) *document {
	d := &document{Recipe: r}
	d.ID, d.State, d.CreatedAt, d.UpdatedAt = id, recipe.Active, now, now
	return d.seal()
}

// edit makes the next version of d with the content of r, which is normalized. It is d
// itself when r changes nothing.
func (d *document) edit(r recipe.Recipe, now time.Time) *document {
	if fingerprint(r) == fingerprint(d.Recipe.Normalize()) {
		return d
	}
	n := &document{Recipe: r, fingerprint: d.fingerprint}
	n.ID, n.State, n.CreatedAt = d.ID, d.State, d.CreatedAt
	n.UpdatedAt = d.later(now)
	return n.seal()
}

// back makes a version of a recipe that was exported, with its id, state and times. One
// in the trash has its whole time there again.
func back(r recipe.Recipe, now time.Time) *document {
	d := &document{Recipe: r}
	d.UpdatedAt, d.CreatedAt = recipe.Time(r.UpdatedAt), recipe.Time(r.CreatedAt)
	if d.UpdatedAt.Year() < 1970 || d.UpdatedAt.After(now) {
		d.UpdatedAt = now
	}
	if d.CreatedAt.Year() < 1970 || d.CreatedAt.After(d.UpdatedAt) {
		d.CreatedAt = d.UpdatedAt
	}
	if d.State == recipe.Trashed {
		d.purgeAt = now.Add(recipe.TrashTTL)
	} else {
		d.State = recipe.Active
	}
	return d.seal()
}

// move makes the next version of d, in another state.
func (d *document) move(s recipe.State, now time.Time) *document {
	n := &document{Recipe: d.Recipe.Clone(), fingerprint: d.fingerprint}
	n.State, n.UpdatedAt = s, d.later(now)
	if s == recipe.Trashed {
		n.purgeAt = n.UpdatedAt.Add(recipe.TrashTTL)
	}
	return n.seal()
}

// later is now, but after d's last change: instances' clocks differ, and a
// recipe's own changes are nevertheless in order.
func (d *document) later(now time.Time) time.Time {
	if next := d.UpdatedAt.Add(time.Microsecond); now.Before(next) {
		return next
	}
	return now
}

// seal gives a new version its tag, its size and what it is found by.
func (d *document) seal() *document {
	d.ETag = newETag()
	d.bytes = d.Size()
	d.titleKey = titleKey(d.Title)
	d.terms = indexTerms(d.Recipe)
	return d
}

// gone reports whether d's time in the trash is over. Firestore deletes such a
// document within a day or so; until then it is treated as not there.
func (d *document) gone(now time.Time) bool {
	return !d.purgeAt.IsZero() && !now.Before(d.purgeAt)
}

// fingerprint is equal for recipes with equal content. r is normalized.
func fingerprint(r recipe.Recipe) string {
	r.ID, r.State, r.ETag, r.CreatedAt, r.UpdatedAt = "", "", "", time.Time{}, time.Time{}
	b, _ := json.Marshal(r) // text and finite numbers only: r is valid
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// newETag returns a tag that was never used before (96 random bits). A random tag
// changes with every write whatever the clocks say, and a writer whose answer
// was lost recognises its own write by it.
func newETag() string {
	var b [12]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// shown returns a copy of d's recipe for a list.
func (d *document) shown(summary bool) recipe.Recipe {
	if summary {
		return d.Recipe.Summary().Clone()
	}
	return d.Recipe.Clone()
}
