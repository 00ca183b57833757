package recipe

import "slices"

// Precondition is what a write asks of the version that it replaces, as the
// headers If-Match and If-None-Match say it (RFC 9110, sections 13.1.1 and
// 13.1.2). The zero value asks for nothing. Tags are without their quotes. Weak
// tags (W/"…") never satisfy If-Match and are left out of IfMatch; If-None-Match
// takes them for equal to strong ones.
type Precondition struct {
	// IfMatch, when it is not nil, holds the tags of which the present version
	// must have one. An empty list that is not nil is matched by no version: a
	// header that held nothing but weak tags.
	IfMatch []string
	// IfMatchAny (If-Match: *) asks that there is a version.
	IfMatchAny bool
	// IfNoneMatch holds the tags of which the present version must have none.
	IfNoneMatch []string
	// IfNoneMatchAny (If-None-Match: *) asks that there is none.
	IfNoneMatchAny bool
}

// Check holds p against the present version; an empty etag means that there is
// none.
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
