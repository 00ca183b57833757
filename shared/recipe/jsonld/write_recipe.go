package jsonld

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"pantry.example/shared/recipe"
)

// formatVersion marks recipes that Pantry wrote. They are read exactly, without the repairs
// that the recipes of other sites need.
const formatVersion = "1"

// exported maps fields of a recipe to schema.org. Any other field is written as pantry:NAME,
// as in Pantry's own JSON. So the export has a new field at once.
var exported = map[string]struct {
	term string
	form func(field any) any // converts a pointer to the field to a type with schema.org's JSON
}{
	"title":        {"name", asItIs},
	"url":          {"url", asItIs},
	"imageUrl":     {"image", asItIs},
	"description":  {"description", asItIs},
	"author":       {"author", asItIs},
	"ingredients":  {"recipeIngredient", asItIs},
	"servings":     {"recipeYield", func(f any) any { return (*servingCount)(f.(*int)) }},
	"prepMinutes":  {"prepTime", asDuration},
	"cookMinutes":  {"cookTime", asDuration},
	"totalMinutes": {"totalTime", asDuration},
	"steps":        {"recipeInstructions", func(f any) any { return (*steps)(f.(*[]string)) }},
	"tags":         {"keywords", func(f any) any { return (*keywords)(f.(*[]string)) }},
	"nutrition":    {"nutrition", func(f any) any { return (*nutrition)(f.(*map[string]string)) }},
	"rating":       {"review", func(f any) any { return (*ownRating)(f.(*float64)) }},
}

func asItIs(field any) any { return field }

func asDuration(field any) any { return (*duration)(field.(*int)) }

// exportedAs returns the name and the value of a field of r in an export.
func exportedAs(f recipe.Field, r *recipe.Recipe) (name string, value any) {
	if e, ok := exported[f.Name]; ok {
		return e.term, e.form(f.In(r))
	}
	return "pantry:" + f.Name, f.In(r)
}

// marshal returns a recipe as JSON. Of the HTML escapes of encoding/json it writes only that
// of <, so that "</script" ends no script element.
func marshal(r recipe.Recipe) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	b.WriteString(`{"@type":"Recipe","pantry:format":"` + formatVersion + `"`)
	for _, f := range recipe.Fields {
		if f.IsEmpty(&r) || f.Name == "etag" {
			continue
		}
		name, value := exportedAs(f, &r)
		fmt.Fprintf(&b, ",%q:", name)
		if err := enc.Encode(value); err != nil {
			panic(err) // a bug: every field can be written
		}
		b.Truncate(b.Len() - 1) // the line end of Encode
	}
	b.WriteByte('}')
	return bytes.ReplaceAll(b.Bytes(), []byte("<"), []byte(`\u003c`))
}

// errForm says that an object is marked as Pantry's own, but has another form.
var errForm = errors.New("the recipe is marked as Pantry's own and is not written as Pantry writes it: take pantry:format out to import it like any other")

// unmarshal returns the recipe of which marshal wrote the members.
func unmarshal(members map[string]json.RawMessage) (recipe.Recipe, error) {
	var r recipe.Recipe
	for _, f := range recipe.Fields {
		name, value := exportedAs(f, &r)
		if raw := members[name]; raw != nil && json.Unmarshal(raw, value) != nil {
			return recipe.Recipe{}, errForm
		}
	}
	r.ETag = ""
	if r.State != recipe.Trashed {
		r.State = recipe.Active
	}
	r = r.Normalize()
	return r, r.Validate()
}

// duration is a number of minutes, written as an ISO 8601 duration.
type duration int

// MarshalText implements encoding.TextMarshaler.
func (d duration) MarshalText() ([]byte, error) {
	switch h, m := d/60, d%60; {
	case h == 0:
		return fmt.Appendf(nil, "PT%dM", m), nil
	case m == 0:
		return fmt.Appendf(nil, "PT%dH", h), nil
	default:
		return fmt.Appendf(nil, "PT%dH%dM", h, m), nil
	}
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *duration) UnmarshalText(text []byte) error {
	n, ok := isoMinutes(string(text))
	if *d = duration(n); !ok {
		return errForm
	}
	return nil
}

// servingCount is written as "4 servings".
type servingCount int

// MarshalText implements encoding.TextMarshaler.
func (n servingCount) MarshalText() ([]byte, error) {
	if n == 1 {
		return []byte("1 serving"), nil
	}
	return fmt.Appendf(nil, "%d servings", n), nil
}

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *servingCount) UnmarshalText(text []byte) error {
	_, err := fmt.Sscanf(string(text), "%d serving", n)
	return err
}

type named struct {
	Type string `json:"@type"`
	Text string `json:"text,omitempty"`
	Name string `json:"name,omitempty"`
}

// steps are written as a list of HowToStep.
type steps []string

// MarshalJSON implements json.Marshaler.
func (s steps) MarshalJSON() ([]byte, error) {
	list := make([]named, len(s))
	for i, text := range s {
		list[i] = named{Type: "HowToStep", Text: text}
	}
	return json.Marshal(list)
}

// UnmarshalJSON implements json.Unmarshaler.
func (s *steps) UnmarshalJSON(data []byte) error {
	var list []named
	err := json.Unmarshal(data, &list)
	for _, step := range list {
		*s = append(*s, step.Text)
	}
	return err
}

// keywords are written as texts, or as objects when a reader would split the text.
type keywords []string

// MarshalJSON implements json.Marshaler.
func (k keywords) MarshalJSON() ([]byte, error) {
	list := make([]any, len(k))
	for i, tag := range k {
		if list[i] = tag; strings.ContainsAny(tag, ",;|") {
			list[i] = named{Type: "DefinedTerm", Name: tag}
		}
	}
	return json.Marshal(list)
}

// UnmarshalJSON implements json.Unmarshaler.
func (k *keywords) UnmarshalJSON(data []byte) error {
	var list []json.RawMessage
	err := json.Unmarshal(data, &list)
	for _, raw := range list {
		var term named
		if json.Unmarshal(raw, &term.Name) != nil {
			err = errors.Join(err, json.Unmarshal(raw, &term))
		}
		*k = append(*k, term.Name)
	}
	return err
}

// nutrition is written with its type.
type nutrition map[string]string

// MarshalJSON implements json.Marshaler.
func (n nutrition) MarshalJSON() ([]byte, error) {
	typed := map[string]string{"@type": "NutritionInformation"}
	for name, text := range n {
		typed[name] = text
	}
	return json.Marshal(typed)
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *nutrition) UnmarshalJSON(data []byte) error {
	err := json.Unmarshal(data, (*map[string]string)(n))
	delete(*n, "@type")
	return err
}

// ownRating is written as a review of the user. An aggregateRating would mean the ratings of
// many people.
type ownRating float64

type review struct {
	Type   string `json:"@type"`
	Rating struct {
		Type  string  `json:"@type"`
		Value float64 `json:"ratingValue"`
		Best  int     `json:"bestRating"`
		Worst int     `json:"worstRating"`
	} `json:"reviewRating"`
}

// MarshalJSON implements json.Marshaler.
func (o ownRating) MarshalJSON() ([]byte, error) {
	r := review{Type: "Review"}
	r.Rating.Type, r.Rating.Value, r.Rating.Best = "Rating", float64(o), recipe.MaxRating
	return json.Marshal(r)
}

// UnmarshalJSON implements json.Unmarshaler.
func (o *ownRating) UnmarshalJSON(data []byte) error {
	var r review
	err := json.Unmarshal(data, &r)
	*o = ownRating(r.Rating.Value)
	return err
}
