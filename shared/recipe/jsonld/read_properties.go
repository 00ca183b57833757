package jsonld

import (
	"strings"

	xhtml "golang.org/x/net/html"
)

// properties returns the names in itemprop and property, each once, at most 8. Without
// them, it returns the property of the first known class, if owner is a recipe.
func properties(owner *object, attrs attrs) []string {
	const maxProps = 8
	var list []string
	for name := range strings.FieldsSeq(clip(attrs["itemprop"]+" "+attrs["property"], 1000)) {
		if len(list) < maxProps && !strings.Contains(" "+strings.Join(list, " ")+" ", " "+name+" ") {
			list = append(list, name)
		}
	}
	if kind, _ := owner.members[0].val.(string); len(list) == 0 && strings.Contains(strings.ToLower(kind), "recipe") {
		for class := range strings.FieldsSeq(clip(attrs["class"], 1000)) {
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

// opensItem reports whether the element is an item. A type of another vocabulary, such as
// foaf:Image, is none.
func (a attrs) opensItem() bool {
	for kind := range strings.FieldsSeq(clip(a["typeof"], 1000)) {
		if !strings.Contains(term(kind), ":") {
			return true
		}
	}
	_, isItem := a["itemscope"]
	return isItem || a.hasClass(recipeClasses)
}

func (a attrs) hasClass(classes map[string]bool) bool {
	for class := range strings.FieldsSeq(clip(a["class"], 1000)) {
		if classes[class] {
			return true
		}
	}
	return false
}

// attributeValue returns the value of a property from the attributes of its element. ok is
// false when the text of the element is the value.
func attributeValue(tag, prop string, attrs attrs) (value string, ok bool) {
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
		if v := strings.TrimSpace(attrs[name]); v != "" && !strings.HasPrefix(v, "data:") {
			return v, true
		}
	}
	return "", tag == "img" || tag == "meta" || tag == "link"
}

var (
	addressTerms = set("url image photo contenturl thumbnailurl sameas mainentityofpage suitablefordiet")
	voidTags     = set("area base br col embed hr img input link meta param source track wbr")
)

// attrs are the attributes of a tag that may describe a recipe. The first one of a name
// counts.
type attrs map[string]string

// attributes reads the attributes of the current tag, of at most 100.
func attributes(z *xhtml.Tokenizer, more bool) attrs {
	var found attrs
	for n := 0; more && n < 100; n++ {
		var k, v []byte
		if k, v, more = z.TagAttr(); !knownAttrs[string(k)] {
			continue
		}
		if _, repeated := found[string(k)]; repeated {
			continue
		}
		if found == nil {
			found = attrs{}
		}
		found[string(k)] = string(v)
	}
	return found
}

var knownAttrs = set("type href rel property name content itemscope itemtype itemprop typeof datetime src data-src data-lazy-src srcset value class")
