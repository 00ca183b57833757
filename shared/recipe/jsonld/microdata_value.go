package jsonld

import "strings"

// attributeValue returns the value that an attribute gives to a property.
func attributeValue(tag, prop string, attrs map[string]string) (string, bool) {
	names := []string{"content"}
	switch tag {
	case "time":
		names = append(names, "datetime")
	case "img", "source", "video", "audio", "embed", "iframe":
		names = append(names, "src", "data-src", "data-lazy-src", "srcset")
	case "a", "area", "link":
		switch term(prop) {
		case "url", "image", "photo", "contenturl", "thumbnailurl", "sameas", "mainentityofpage", "suitablefordiet":
			names = append(names, "href")
		}
		if tag == "link" {
			names = append(names, "href")
		}
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

var voidTags = set("area base br col embed hr img input link meta param source track wbr")
