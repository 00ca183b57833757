package recipe

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"
)

// document is a recipe as it is stored. A stored document is never changed, only
// replaced.
type document struct {
	Recipe
	titleKey    string
	terms       []string
	purgeAt     time.Time // zero unless trashed
	fingerprint string    // of the recipe as first sent with an idempotency key
	version     time.Time // Firestore's update time, for its precondition
}

// newDocument makes the first version of a recipe. r is normalized.
func newDocument(id string, r Recipe, now time.Time) *document {
	d := &document{Recipe: r}
	d.ID, d.State, d.CreatedAt, d.UpdatedAt = id, Active, now, now
	return d.seal()
}

// edit makes the next version of d with the content of r, which is normalized. It is d
// itself when r changes nothing.
func (d *document) edit(r Recipe, now time.Time) *document {
	if fingerprint(r.clone()) == fingerprint(d.clone()) {
		return d
	}
	n := &document{Recipe: r, fingerprint: d.fingerprint}
	n.ID, n.State, n.CreatedAt = d.ID, d.State, d.CreatedAt
	n.UpdatedAt = d.later(now)
	return n.seal()
}

// back makes a version of a recipe that was exported, with its id, state and times. One
// in the trash has its whole time there again.
func back(r Recipe, now time.Time) *document {
	d := &document{Recipe: r}
	d.UpdatedAt, d.CreatedAt = micros(r.UpdatedAt), micros(r.CreatedAt)
	if d.UpdatedAt.Year() < 1970 || d.UpdatedAt.After(now) {
		d.UpdatedAt = now
	}
	if d.CreatedAt.Year() < 1970 || d.CreatedAt.After(d.UpdatedAt) {
		d.CreatedAt = d.UpdatedAt
	}
	if d.State == Trashed {
		d.purgeAt = now.Add(TrashTTL)
	} else {
		d.State = Active
	}
	return d.seal()
}

// move makes the next version of d, in another state.
func (d *document) move(s State, now time.Time) *document {
	n := &document{Recipe: d.Recipe.clone(), fingerprint: d.fingerprint}
	n.State, n.UpdatedAt = s, d.later(now)
	if s == Trashed {
		n.purgeAt = n.UpdatedAt.Add(TrashTTL)
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

// seal gives a new version its tag and what it is found by.
func (d *document) seal() *document {
	d.ETag = newETag()
	d.titleKey = titleKey(d.Title)
	d.terms = indexTerms(d.Recipe)
	return d
}

// gone reports whether d's time in the trash is over. Firestore deletes such a
// document within a day or so; until then it is treated as not there.
func (d *document) gone(now time.Time) bool {
	return !d.purgeAt.IsZero() && !now.Before(d.purgeAt)
}

// position is d's place in the order o.
func (d *document) position(o order) position {
	p := position{id: d.ID}
	switch o.field {
	case "updatedAt":
		p.key = d.UpdatedAt
	case "createdAt":
		p.key = d.CreatedAt
	case "title":
		p.key = d.titleKey
	case "rating":
		p.key = d.Rating
	case "purgeAt":
		p.key = d.purgeAt
	}
	return p
}

// fingerprint is equal for recipes with equal content. r is normalized.
func fingerprint(r Recipe) string {
	r.ID, r.State, r.ETag, r.CreatedAt, r.UpdatedAt = "", "", "", time.Time{}, time.Time{}
	b, _ := json.Marshal(r) // text and finite numbers only: r is valid
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
