package recipes

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"pantry.example/shared/recipe"
	"pantry.example/shared/web"
)

const (
	// maxBody bounds the body of one recipe, in bytes.
	maxBody = 256 << 10
	// maxFieldErrors bounds the list of refused fields in one answer: a body of
	// thousands of unknown names must not grow into a larger answer.
	maxFieldErrors = 100
)

// recipeBody is a decoded body: the values of the fields that it names, and every fault
// that was found in them.
type recipeBody struct {
	values recipe.Recipe
	named  []string
	faults []web.FieldError
}

// readRecipe reads the body of a request that sends a recipe, or a patch of one. What
// is wrong with single fields is listed in the body; an error is about the whole.
func readRecipe(w http.ResponseWriter, r *http.Request, patch bool) (*recipeBody, error) {
	mediaType := "application/json"
	if patch {
		mediaType = mergePatch
	}
	text, err := web.ReadBody(w, r, maxBody, mediaType)
	if err != nil {
		if patch && web.AsError(err).Status == http.StatusUnsupportedMediaType {
			w.Header().Set("Accept-Patch", mergePatch) // RFC 5789, section 3.1
		}
		return nil, err
	}
	if err := web.CheckJSON(text); err != nil {
		return nil, err
	}
	return decodeRecipe(text, patch)
}

// decodeRecipe reads JSON that web.CheckJSON has passed. In a patch null empties a
// field (RFC 7396), elsewhere it is a value of the wrong type. Names are matched
// exactly, and faults are listed in the order of the text.
func decodeRecipe(text []byte, patch bool) (*recipeBody, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, unreadable("it must be a JSON object")
	}
	b := &recipeBody{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("read name: %w", err)
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return nil, fmt.Errorf("read value: %w", err)
		}
		name, _ := key.(string)
		b.field(name, raw, patch)
	}
	b.validate(patch)
	return b, nil
}

// field decodes one member of the body.
func (b *recipeBody) field(name string, raw json.RawMessage, patch bool) {
	dst, known := fieldOf(&b.values, name)
	switch {
	case !known:
		b.fault("/"+pointerEscape.Replace(clip(name)), "unknown", "is not a field of a recipe")
	case dst == nil: // one of ReadOnly
	case patch && string(raw) == "null":
		b.named = append(b.named, name)
	default:
		b.named = append(b.named, name)
		b.decode("/"+name, dst, raw)
	}
}

// fieldOf returns where r keeps the field of a name; nil for one that only the service
// writes.
func fieldOf(r *recipe.Recipe, name string) (dst any, known bool) {
	switch name {
	case "title":
		return &r.Title, true
	case "url":
		return &r.URL, true
	case "imageUrl":
		return &r.ImageURL, true
	case "rating":
		return &r.Rating, true
	case "made":
		return &r.Made, true
	case "lastMadeAt":
		return &r.LastMadeAt, true
	case "favorite":
		return &r.Favorite, true
	case "description":
		return &r.Description, true
	case "servings":
		return &r.Servings, true
	case "prepMinutes":
		return &r.PrepMinutes, true
	case "cookMinutes":
		return &r.CookMinutes, true
	case "ingredients":
		return &r.Ingredients, true
	case "steps":
		return &r.Steps, true
	case "tags":
		return &r.Tags, true
	case "notes":
		return &r.Notes, true
	case "id", "state", "etag", "createdAt", "updatedAt":
		return nil, true
	}
	return nil, false
}

// validate adds the faults that the recipe's own rules find. Of a patch only what it
// names is judged here; the rest is judged with the recipe that it changes.
func (b *recipeBody) validate(patch bool) {
	found := len(b.faults)
	var invalid recipe.ValidationError
	if !errors.As(b.values.Validate(), &invalid) {
		return
	}
	for _, f := range fieldErrors(invalid) {
		name, _, _ := strings.Cut(strings.TrimPrefix(f.Location, "/"), "/")
		named := slices.Contains(b.named, name)
		switch {
		case patch && !named:
		case slices.ContainsFunc(b.faults[:found], func(g web.FieldError) bool { return within(f.Location, g.Location) }):
		case name == "title" && !named:
			b.faults = append(b.faults, web.FieldError{Location: "/title", Message: "must be there", Rule: "required"})
		default:
			b.faults = append(b.faults, f)
		}
	}
}

// within reports whether two pointers name the same value, or one a part of the other.
func within(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/")
}

// apply sets the fields that the body names in r.
func (b *recipeBody) apply(r *recipe.Recipe) {
	for _, name := range b.named {
		src, _ := fieldOf(&b.values, name)
		dst, _ := fieldOf(r, name)
		reflect.ValueOf(dst).Elem().Set(reflect.ValueOf(src).Elem())
	}
}

// fault notes a fault; more than an answer names are not kept.
func (b *recipeBody) fault(pointer, rule, message string) {
	if len(b.faults) == maxFieldErrors {
		return
	}
	b.faults = append(b.faults, web.FieldError{Location: pointer, Message: message, Rule: rule})
}

func unreadable(why string) *web.Error {
	return web.NewError(http.StatusBadRequest, "malformed_body", "The body cannot be read: "+why+".")
}

// pointerEscape writes a name as a part of a JSON pointer (RFC 6901, section 3).
var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")

// clip keeps a client's own word short enough to be sent back.
func clip(word string) string {
	const limit = 100
	if utf8.RuneCountInString(word) <= limit {
		return word
	}
	return string([]rune(word)[:limit]) + "…"
}
