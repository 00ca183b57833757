package jsonld

import (
	"strings"

	xhtml "golang.org/x/net/html"
)

// properties returns the names in itemprop and property, each once and a few, or
// what the classes say.
func properties(owner *object, attrs attrs) []string {
	const maxProps = 8
	var list []string
	for name := range strings.FieldsSeq(clip(attrs.get("itemprop")+" "+attrs.get("property"), 1000)) {
		if len(list) < maxProps && !strings.Contains(" "+strings.Join(list, " ")+" ", " "+name+" ") {
			list = append(list, name)
		}
	}
	if kind, _ := owner.members[0].val.(string); len(list) == 0 && strings.Contains(strings.ToLower(kind), "recipe") {
		for class := range strings.FieldsSeq(clip(attrs.get("class"), 1000)) {
			if name := classTerms[class]; name != "" {
				return []string{name}
			}
		}
	}
	return list
}

var recipeClasses = set("hrecipe h-recipe")

// classTerms are the classes of hRecipe and h-recipe.
var classTerms = wordTable(map[string]string{
	".ingredient": "ingredient p-ingredient", ".instructions": "instructions instruction e-instructions", ".name": "fn p-name",
	".yield": "yield p-yield", ".preptime": "preptime", ".cooktime": "cooktime", ".totaltime": "duration dt-duration",
	".photo": "photo u-photo", ".summary": "summary p-summary",
})

// opensItem reports whether the element is an item. Types of other vocabularies
// than schema.org, such as foaf:Image, are not.
func (a attrs) opensItem() bool {
	for kind := range strings.FieldsSeq(clip(a.get("typeof"), 1000)) {
		if !strings.Contains(term(kind), ":") {
			return true
		}
	}
	return a.has("itemscope") || a.hasClass(recipeClasses)
}

func (a attrs) hasClass(classes map[string]bool) bool {
	for class := range strings.FieldsSeq(clip(a.get("class"), 1000)) {
		if classes[class] {
			return true
		}
	}
	return false
}

// attributeValue returns the value that an attribute gives to a property.
func attributeValue(tag, prop string, attrs attrs) (string, bool) {
	names := []string{"content"}
	switch tag {
	case "time":
		names = append(names, "datetime")
	case "img", "source", "video", "audio", "embed", "iframe":
		names = append(names, "src", "data-src", "data-lazy-src", "srcset")
	case "a", "area":
		if addressTerms[term(prop)] {
			names = append(names, "href")
		}
	case "link":
		names = append(names, "href")
	case "data", "meter", "input":
		names = append(names, "value")
	}
	for _, name := range names {
		if v := strings.TrimSpace(attrs.get(name)); v != "" && !strings.HasPrefix(v, "data:") {
			return v, true
		}
	}
	return "", tag == "img" || tag == "meta" || tag == "link"
}

var (
	addressTerms = set("url image photo contenturl thumbnailurl sameas mainentityofpage suitablefordiet")
	voidTags     = set("area base br col embed hr img input link meta param source track wbr")
)

// attrs are the attributes of a tag; of equal names the first one counts.
type attrs []attr

type attr struct{ name, value string }

func (a attrs) get(name string) string {
	for _, at := range a {
		if at.name == name {
			return at.value
		}
	}
	return ""
}

func (a attrs) has(name string) bool {
	for _, at := range a {
		if at.name == name {
			return true
		}
	}
	return false
}

// attributes reads those attributes that say something about a recipe.
func attributes(z *xhtml.Tokenizer, more bool) attrs {
	var list attrs
	for n := 0; more && n < 100; n++ {
		var k, v []byte
		if k, v, more = z.TagAttr(); knownAttrs[string(k)] {
			list = append(list, attr{string(k), string(v)})
		}
	}
	return list
}

var knownAttrs = set("type href rel property name content itemscope itemtype itemprop typeof datetime src data-src data-lazy-src srcset value class")
