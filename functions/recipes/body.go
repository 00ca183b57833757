package recipes

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"pantry.example/shared/recipe"
	"pantry.example/shared/web"
)

// maxBody bounds the body of one recipe, in bytes.
const maxBody = 256 << 10

const mergePatch = "application/merge-patch+json"

// recipeBody is a decoded body: its fields with their values, and their faults.
type recipeBody struct {
	patch  bool
	values recipe.Recipe
	named  []string
	faults faults
}

// fieldOf returns the field of a recipe that has a name in JSON.
func fieldOf(name string) (_ recipe.Field, known bool) {
	i := slices.IndexFunc(recipe.Fields, func(f recipe.Field) bool { return f.Name == name })
	if i < 0 {
		return recipe.Field{}, false
	}
	return recipe.Fields[i], true
}

// readRecipe reads a body with a recipe, or with a patch of one. recipeBody.faults are the
// faults of single fields. An error is about the whole body.
func readRecipe(w http.ResponseWriter, r *http.Request, patch bool) (*recipeBody, error) {
	mediaTypes := []string{"application/json"}
	if patch {
		mediaTypes = []string{mergePatch, "application/json"}
	}
	text, err := web.ReadBody(w, r, maxBody, mediaTypes...)
	if err != nil {
		if patch && web.AsError(err).Status == http.StatusUnsupportedMediaType {
			w.Header().Set("Accept-Patch", strings.Join(mediaTypes, ", ")) // RFC 5789, section 3.1
		}
		return nil, err
	}
	if err := web.CheckJSON(text); err != nil {
		return nil, err
	}
	return decodeRecipe(text, patch)
}

// decodeRecipe decodes JSON that web.CheckJSON accepted. In a patch, null empties a field (RFC
// 7396). Else null is a value of the wrong type. Names must match exactly. The faults are in
// the order of the text.
func decodeRecipe(text []byte, patch bool) (*recipeBody, error) {
	dec := json.NewDecoder(bytes.NewReader(text))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, malformed("it must be a JSON object")
	}
	b := &recipeBody{patch: patch}
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
		b.field(name, raw)
	}
	b.validate()
	return b, nil
}

// field decodes one member of the body.
func (b *recipeBody) field(name string, raw json.RawMessage) {
	field, known := fieldOf(name)
	switch {
	case !known:
		b.faults.add("/"+pointerEscape.Replace(clip(name)), "unknown", 0, "is not a field of a recipe")
	case field.ReadOnly: // ignored: a client may send back a recipe as it got it
	case b.patch && string(raw) == "null":
		b.named = append(b.named, name)
	default:
		b.named = append(b.named, name)
		b.decode("/"+name, field.In(&b.values), raw)
	}
}

// validate adds the faults of recipe.Validate. For a patch, it adds only those of the fields
// in the patch. The store validates the changed recipe as a whole.
func (b *recipeBody) validate() {
	found := len(b.faults)
	var invalid faults
	invalid.addAll("", b.values.Validate())
	for _, f := range invalid {
		name, _, _ := strings.Cut(strings.TrimPrefix(f.Location, "/"), "/")
		named := slices.Contains(b.named, name)
		switch {
		case b.patch && !named:
		case slices.ContainsFunc(b.faults[:found], func(g web.FieldError) bool { return within(f.Location, g.Location) }):
		case name == "title" && !named:
			b.faults.add("/title", "required", 0, "is required")
		default:
			b.faults = append(b.faults, f)
		}
	}
}

// within reports whether two pointers name the same value, or one names a part of the other.
func within(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/")
}

// apply sets the fields of the patch in r. It merges an object, as RFC 7396 says.
func (b *recipeBody) apply(r *recipe.Recipe) {
	nutrition := maps.Clone(r.Nutrition)
	for _, f := range recipe.Fields {
		if slices.Contains(b.named, f.Name) {
			f.Copy(r, &b.values)
		}
	}
	if r.Nutrition != nil && nutrition != nil {
		maps.Copy(nutrition, r.Nutrition)
		r.Nutrition = nutrition
	}
}

func malformed(why string) *web.Error {
	return web.NewError(http.StatusBadRequest, "malformed_body", "The body cannot be read: "+why+".")
}

// pointerEscape escapes a name for a JSON pointer (RFC 6901, section 3).
var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")

// decode sets dst to raw, which must have the JSON type of dst.
func (b *recipeBody) decode(pointer string, dst any, raw json.RawMessage) {
	switch dst := dst.(type) {
	case *string:
		b.scalar(pointer, dst, raw, "string")
	case *bool:
		b.scalar(pointer, dst, raw, "boolean")
	case *float64:
		b.number(pointer, dst, raw)
	case *int:
		b.integer(pointer, dst, raw)
	case **time.Time:
		b.time(pointer, dst, raw)
	case *[]string:
		b.list(pointer, dst, raw)
	case *map[string]string:
		b.texts(pointer, dst, raw)
	}
}

func (b *recipeBody) scalar(pointer string, dst any, raw json.RawMessage, kind string) {
	if string(raw) == "null" || json.Unmarshal(raw, dst) != nil {
		b.faults.add(pointer, "type", 0, "must be a "+kind)
	}
}

// number decodes a number. One that is too large for a float64 becomes infinity, which the
// rules of the field refuse.
func (b *recipeBody) number(pointer string, dst *float64, raw json.RawMessage) {
	n, err := strconv.ParseFloat(string(raw), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		b.faults.add(pointer, "type", 0, "must be a number")
		return
	}
	*dst = n
}

// integer decodes 4, 4.0 and 4e0 alike, as JSON Schema does. One that is too large for an
// int32 becomes the largest int32, which the rules of the field refuse.
func (b *recipeBody) integer(pointer string, dst *int, raw json.RawMessage) {
	var n float64
	before := len(b.faults)
	b.number(pointer, &n, raw)
	if len(b.faults) > before {
		return
	}
	if n != math.Trunc(n) {
		b.faults.add(pointer, "type", 0, "must be a whole number")
		return
	}
	*dst = int(max(math.MinInt32, min(n, math.MaxInt32)))
}

func (b *recipeBody) time(pointer string, dst **time.Time, raw json.RawMessage) {
	if string(raw) == "null" {
		return
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		b.faults.add(pointer, "type", 0, "must be a string or null")
		return
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		b.faults.add(pointer, "format", 0, "must be an RFC 3339 time such as 2026-05-01T18:30:00Z")
		return
	}
	*dst = &t
}

func (b *recipeBody) list(pointer string, dst *[]string, raw json.RawMessage) {
	var items []json.RawMessage
	if string(raw) == "null" || json.Unmarshal(raw, &items) != nil {
		b.faults.add(pointer, "type", 0, "must be an array of strings")
		return
	}
	*dst = make([]string, len(items))
	for i, item := range items {
		b.scalar(pointer+"/"+strconv.Itoa(i), &(*dst)[i], item, "string")
	}
}

func (b *recipeBody) texts(pointer string, dst *map[string]string, raw json.RawMessage) {
	var items map[string]json.RawMessage
	if string(raw) == "null" || json.Unmarshal(raw, &items) != nil {
		b.faults.add(pointer, "type", 0, "must be an object of strings")
		return
	}
	*dst = make(map[string]string, len(items))
	for _, name := range slices.Sorted(maps.Keys(items)) {
		var s string // stays empty for null, which removes the value
		if !b.patch || string(items[name]) != "null" {
			b.scalar(pointer+"/"+pointerEscape.Replace(clip(name)), &s, items[name], "string")
		}
		(*dst)[name] = s
	}
}
