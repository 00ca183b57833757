package jsonld

import (
	"slices"
	"strconv"
	"strings"
)

// dropList collects Item.Dropped while a recipe is read.
type dropList struct{ dropped []Dropped }

// drop adds an entry that is not in the list yet. The last entry of a full list says that
// there was more.
func (d *dropList) drop(location, reason string) {
	switch entry := (Dropped{clip(location, maxLocation), reason}); {
	case len(d.dropped) == maxDropped:
	case len(d.dropped) == maxDropped-1:
		d.dropped = append(d.dropped, Dropped{Reason: "more was left out than is listed here"})
	case !slices.Contains(d.dropped, entry):
		d.dropped = append(d.dropped, entry)
	}
}

// pointer appends a key to a JSON pointer. Its length is bounded, because every value has a
// pointer: a pointer longer than maxLocation stays as it is.
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

// listOf returns the pointer to the list that holds the value at a pointer.
func listOf(location string) string {
	return strings.TrimRight(location, "/0123456789")
}

// notContent are properties that identify the object. They are not worth an entry.
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

// cutText cuts s to limit characters and adds an entry when it cuts. It does not leave half
// a word at the end.
func (d *dropList) cutText(s, location string, limit int) string {
	if len(s) <= limit {
		return s
	}
	short := clip(s, limit)
	if short == s {
		return s
	}
	if i := strings.LastIndexAny(short, " \n"); i > len(short)*9/10 {
		short = strings.TrimSpace(short[:i])
	}
	d.drop(location, "the text was cut: Pantry keeps at most "+thousands(limit)+" characters here")
	return short
}
