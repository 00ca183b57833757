package store

import (
	"cmp"
	"strings"
	"time"

	"pantry.example/shared/recipe"
)

// order is the order of a list.
type order struct {
	field string // the field's name in the contract
	desc  bool
}

// orderOf returns the order of a normalized query.
func orderOf(q recipe.Query) order {
	field, desc := strings.CutSuffix(q.OrderBy, " desc")
	return order{field: field, desc: desc}
}

// position is a place in an ordered list: the key and the id of a document. A list can
// continue after it even when that document no longer exists.
type position struct {
	key any // time.Time, float64 or string, as the order's field; nil in the order of ids
	id  string
}

// position returns d's place in the order o.
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

// compare compares two positions in the order o, as cmp.Compare does. Both keys have the
// type of o's field.
func (o order) compare(a, b position) int {
	var c int
	switch x := a.key.(type) {
	case time.Time:
		c = x.Compare(b.key.(time.Time))
	case float64:
		c = cmp.Compare(x, b.key.(float64))
	case string:
		c = cmp.Compare(x, b.key.(string))
	}
	if c == 0 {
		c = cmp.Compare(a.id, b.id)
	}
	if o.desc {
		c = -c
	}
	return c
}
