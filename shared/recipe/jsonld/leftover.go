package jsonld

import "strings"

// leftOver lists the properties that said something and were not taken.
func (m *mapper) leftOver() {
	for _, p := range m.props {
		if p.name == "headline" && m.line(p.val) == m.r.Title {
			continue
		}
		if p.used || silent[p.name] || strings.HasPrefix(p.name, "@") {
			continue
		}
		reason, ok := reasons[p.name]
		if !ok {
			reason = "Pantry has no field for this"
		}
		m.drop(p.ptr, reason)
	}
}

// silent properties say what the object is, not what the recipe is.
var silent = set("type id mainentityofpage sameas pantry:format")

var reasons = func() map[string]string {
	m := map[string]string{}
	for reason, names := range map[string]string{
		"Pantry keeps no nutrition data":                           "nutrition nutritioninformation nutritionfacts calories",
		"Pantry keeps no names of authors or publishers":           "author creator contributor publisher copyrightholder editor provider sourceorganization sponsor copyrightyear copyrightnotice credittext",
		"Pantry keeps its own dates":                               "datepublished datemodified datecreated published uploaddate",
		"Pantry keeps no videos":                                   "video associatedmedia audio",
		"Pantry keeps your own rating, not other people's reviews": "review reviews",
		"Pantry keeps no comments and no counts":                   "comment comments commentcount interactionstatistic interactioncount aggregaterating contentrating discussionurl",
		"Pantry keeps no list of tools":                            "tool tools equipment",
		"Pantry keeps no costs":                                    "estimatedcost offers",
		"another property was taken in its place":                  "headline alternatename title description abstract ingredients ingredient supply steps step instructions totaltime performtime image images photo thumbnailurl thumbnail primaryimageofpage yield servings",
		"is about the page, not about the recipe":                  "ispartof haspart isaccessibleforfree potentialaction speakable inlanguage license usageinfo acquirelicensepage articlesection articlebody wordcount breadcrumb about mentions version isbasedon isbasedonurl additionaltype subjectof mainentity url significantlink relatedlink pagination",
	} {
		for name := range set(names) {
			m[name] = reason
		}
	}
	return m
}()
