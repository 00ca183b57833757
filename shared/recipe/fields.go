package recipe

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Field is what the tags of one field of Recipe say.
type Field struct {
	Name     string // in JSON and in Firestore
	Max      int    // the maximum of a number, or of the characters of each text
	Items    int    // the maximum number of items of a list
	Keys     []string
	ReadOnly bool // the store sets it
	Summary  bool // a summary has it

	text  string // line, lines or link
	index int
}

// Fields are the fields of Recipe in their order.
var Fields = func() []Field {
	var fields []Field
	for i, f := range slices.Collect(reflect.TypeFor[Recipe]().Fields()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		field := Field{
			Name: name, ReadOnly: f.Tag.Get("set") == "store", Summary: f.Tag.Get("summary") != "no",
			text: f.Tag.Get("text"), index: i,
		}
		field.Max, _ = strconv.Atoi(f.Tag.Get("max"))
		field.Items, _ = strconv.Atoi(f.Tag.Get("items"))
		if f.Tag.Get("keys") == "nutrition" {
			field.Keys = Nutrients
		}
		fields = append(fields, field)
	}
	return fields
}()

// In returns a pointer to the field in r, such as *string or *[]string.
func (f Field) In(r *Recipe) any { return f.value(r).Addr().Interface() }

// Copy sets the field in r to its value in from. Both then share the memory of a list or map.
func (f Field) Copy(r, from *Recipe) { f.value(r).Set(f.value(from)) }

// IsEmpty reports whether the field in r is zero, or a list without items.
func (f Field) IsEmpty(r *Recipe) bool {
	v := f.value(r)
	return v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0
}

func (f Field) value(r *Recipe) reflect.Value { return reflect.ValueOf(r).Elem().Field(f.index) }

// Clone returns a copy that shares no memory with r. Its lists are not nil, so that
// an empty one is [] in JSON.
func (r Recipe) Clone() Recipe {
	for _, list := range [...]*[]string{&r.Ingredients, &r.Steps, &r.Tags} {
		*list = append(make([]string, 0, len(*list)), *list...)
	}
	r.Nutrition = maps.Clone(r.Nutrition)
	if r.LastMadeAt != nil {
		t := *r.LastMadeAt
		r.LastMadeAt = &t
	}
	return r
}

// Size returns the number of bytes of text in r, without the fields that the store sets.
func (r Recipe) Size() int {
	n := 0
	for _, f := range Fields {
		if f.ReadOnly {
			continue
		}
		switch v := f.In(&r).(type) {
		case *string:
			n += len(*v)
		case *[]string:
			for _, s := range *v {
				n += len(s)
			}
		case *map[string]string:
			for name, s := range *v {
				n += len(name) + len(s)
			}
		}
	}
	return n
}

// The limits of single fields, from their tags.
var (
	MaxTitle       = limits("title").Max
	MaxURL         = limits("url").Max
	MaxRating      = limits("rating").Max
	MaxDescription = limits("description").Max
	MaxAuthor      = limits("author").Max
	MaxServings    = limits("servings").Max
	MaxYield       = limits("yield").Max
	MaxMinutes     = limits("totalMinutes").Max
	MaxIngredients = limits("ingredients").Items
	MaxIngredient  = limits("ingredients").Max
	MaxSteps       = limits("steps").Items
	MaxStep        = limits("steps").Max
	MaxTags        = limits("tags").Items
	MaxTag         = limits("tags").Max
	MaxNotes       = limits("notes").Max
	MaxNutrient    = limits("nutrition").Max
)

// MaxBytes is the limit for all text of one recipe, in bytes of UTF-8. With the search
// terms, a recipe of this size stays well below the 1 MiB of a Firestore document.
const MaxBytes = 256 << 10

func limits(name string) Field {
	return Fields[slices.IndexFunc(Fields, func(f Field) bool { return f.Name == name })]
}
