package store

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"

	"pantry.example/shared/recipe"
)

// document is a recipe as it is stored. Nothing changes a stored document: a write
// replaces it.
type document struct {
	recipe.Recipe
	titleKey    string
	terms       []string
	purgeAt     time.Time // zero unless trashed
	fingerprint string    // of the recipe that came with the idempotency key, else empty
	version     time.Time // Firestore's update time, for the precondition of a write
	bytes       int       // Recipe.Size
}

// newDocument makes the first version of a recipe. r is normalized.
func newDocument(id string, r recipe.Recipe, now time.Time) *document {
	d := &document{Recipe: r}
	d.ID, d.State, d.CreatedAt, d.UpdatedAt = id, recipe.Active, now, now
	return d.complete()
}

// edit makes the next version of d, with the content of r. r is normalized. It returns d
// itself when r changes nothing.
func (d *document) edit(r recipe.Recipe, now time.Time) *document {
	if fingerprint(r) == fingerprint(d.Recipe.Normalize()) {
		return d
	}
	n := &document{Recipe: r, fingerprint: d.fingerprint}
	n.ID, n.State, n.CreatedAt = d.ID, d.State, d.CreatedAt
	n.UpdatedAt = d.nextChange(now)
	return n.complete()
}

// newExported makes a document of a recipe from an export, with its id, state and times. A
// trashed recipe stays in the trash for the whole TrashTTL again.
func newExported(r recipe.Recipe, now time.Time) *document {
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
	return d.complete()
}

// moveTo makes the next version of d, in the state s.
func (d *document) moveTo(s recipe.State, now time.Time) *document {
	n := &document{Recipe: d.Recipe.Clone(), fingerprint: d.fingerprint}
	n.State, n.UpdatedAt = s, d.nextChange(now)
	if s == recipe.Trashed {
		n.purgeAt = n.UpdatedAt.Add(recipe.TrashTTL)
	}
	return n.complete()
}

// nextChange returns now, or the first time after d's last change if that is later. The
// clocks of instances differ, and the changes of one recipe must still be in order.
func (d *document) nextChange(now time.Time) time.Time {
	if next := d.UpdatedAt.Add(time.Microsecond); now.Before(next) {
		return next
	}
	return now
}

// complete sets the entity tag, the size, the title key and the search terms of a new
// version.
func (d *document) complete() *document {
	d.ETag = newETag()
	d.bytes = d.Size()
	d.titleKey = titleKey(d.Title)
	d.terms = indexTerms(d.Recipe)
	return d
}

// expired reports whether d's time in the trash is over. Firestore deletes such a document
// within about a day. The store hides it until then.
func (d *document) expired(now time.Time) bool {
	return !d.purgeAt.IsZero() && !now.Before(d.purgeAt)
}

// fingerprint is equal for recipes with equal content. r is normalized.
func fingerprint(r recipe.Recipe) string {
	r.ID, r.State, r.ETag, r.CreatedAt, r.UpdatedAt = "", "", "", time.Time{}, time.Time{}
	b, _ := json.Marshal(r) // text and finite numbers only: r is valid
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// newETag returns a new tag of 96 random bits. A random tag changes with every write,
// whatever the clocks say. A writer whose answer was lost finds its own write by it.
func newETag() string {
	var b [12]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}
