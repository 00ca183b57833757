package recipe

import "slices"

// Precondition is a condition on the version that a write replaces: the headers If-Match
// and If-None-Match (RFC 9110, sections 13.1.1 and 13.1.2). The zero value is no condition.
// Tags have no quotes. IfMatch has no weak tags (W/"…"), because they never satisfy
// If-Match. For If-None-Match, weak and strong tags are equal.
type Precondition struct {
	// IfMatch lists the tags that the stored version may have. A nil list is no condition.
	// No version satisfies an empty list that is not nil, which stands for a header with
	// only weak tags.
	IfMatch []string
	// IfMatchAny (If-Match: *) asks that the recipe exists.
	IfMatchAny bool
	// IfNoneMatch lists the tags that the stored version must not have.
	IfNoneMatch []string
	// IfNoneMatchAny (If-None-Match: *) asks that the recipe does not exist.
	IfNoneMatchAny bool
}

// Check returns ErrPrecondition when the stored version does not satisfy p. etag is the tag
// of that version, empty when the recipe does not exist.
func (p Precondition) Check(etag string) error {
	switch exists := etag != ""; {
	case p.IfMatchAny && !exists,
		p.IfMatch != nil && (!exists || !slices.Contains(p.IfMatch, etag)),
		p.IfNoneMatchAny && exists,
		exists && slices.Contains(p.IfNoneMatch, etag):
		return ErrPrecondition
	}
	return nil
}
