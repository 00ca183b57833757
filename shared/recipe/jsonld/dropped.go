package jsonld

import (
	"slices"
	"strconv"
	"strings"
)

// Dropped is one value that was not taken as it was.
type Dropped struct {
	// Location is a JSON pointer (RFC 6901) into the item, such as
	// /recipeInstructions/3 or /aggregateRating; empty for the item as a whole.
	// Long ones are cut to 200 characters.
	Location string `json:"location"`
	// Reason is a plain sentence without a full stop.
	Reason string `json:"reason"`
}

// The limits of what is listed: a hostile document must not grow its answer.
const (
	maxDropped  = 100
	maxLocation = 200
	maxKey      = 100
)

func (m *mapper) drop(location, reason string) {
	switch d := (Dropped{clip(location, maxLocation), reason}); {
	case len(m.dropped) == maxDropped:
	case len(m.dropped) == maxDropped-1:
		m.dropped = append(m.dropped, Dropped{Reason: "more was left out than is listed here"})
	case !slices.Contains(m.dropped, d):
		m.dropped = append(m.dropped, d)
	}
}

// note adds a remark about the item as a whole, in place of the last entry when
// the list is full.
func (it *Item) note(reason string) {
	if len(it.Dropped) >= maxDropped {
		it.Dropped = it.Dropped[:maxDropped-1]
	}
	it.Dropped = append(it.Dropped, Dropped{Reason: reason})
}

// pointer appends a key to a JSON pointer. Every value has a pointer of its own,
// so its length is bounded: a pointer that is long enough stays as it is.
func pointer(base, key string) string {
	if len(base) > maxLocation {
		return base
	}
	key = clip(key, maxKey)
	if strings.ContainsAny(key, "~/") {
		key = strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
	}
	return base + "/" + key
}

func pointerIndex(base string, i int) string {
	return pointer(base, strconv.Itoa(i))
}

// list returns the pointer of the list that holds the value at a pointer.
func listOf(location string) string {
	return strings.TrimRight(location, "/0123456789")
}

// leftOver lists the properties that said something and were not taken.
func (m *mapper) leftOver() {
	for _, p := range m.props {
		if p.name == "" || p.used || notContent[p.name] || strings.IndexByte("@.", p.name[0]) >= 0 || p.name == "headline" && m.line(p.val) == m.r.Title {
			continue
		}
		reason := reasons[p.name]
		fill(&reason, "Pantry has no field for this")
		m.drop(p.loc, reason)
	}
}

// notContent are properties that say what the object is, not what the recipe is.
var notContent = set("type id mainentityofpage sameas pantry:format")

var reasons = wordTable(map[string]string{
	"Pantry keeps no names of publishers":                                  "publisher copyrightholder editor provider sourceorganization sponsor copyrightyear copyrightnotice credittext",
	"Pantry keeps its own dates":                                           "datepublished datemodified datecreated published uploaddate",
	"Pantry keeps no videos":                                               "video associatedmedia audio",
	"Pantry keeps your own rating, not other people's reviews":             "review reviews",
	"is the average of other people's ratings: Pantry keeps only your own": "aggregaterating contentrating",
	"Pantry keeps no comments and no counts":                               "comment comments commentcount interactionstatistic interactioncount discussionurl",
	"Pantry keeps no list of tools":                                        "tool tools equipment",
	"Pantry keeps no costs":                                                "estimatedcost offers",
	"another property was taken in its place":                              "headline alternatename title description abstract ingredients ingredient supply steps step instructions totaltime performtime image images photo thumbnailurl thumbnail primaryimageofpage yield servings",
	"is about the page, not about the recipe":                              "ispartof haspart isaccessibleforfree potentialaction speakable inlanguage license usageinfo acquirelicensepage articlesection articlebody wordcount breadcrumb about mentions version isbasedon isbasedonurl additionaltype subjectof mainentity url significantlink relatedlink pagination",
})

// wordTable turns a table of values and their words into one of words.
func wordTable[V comparable](table map[V]string) map[string]V {
	m := map[string]V{}
	for v, words := range table {
		for w := range strings.FieldsSeq(words) {
			m[w] = v
		}
	}
	return m
}
