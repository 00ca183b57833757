package jsonld

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"

	"pantry.example/shared/recipe"
)

// formatVersion marks recipes that Pantry wrote. They are read back letter by
// letter, without the repairs that other sites' recipes need.
const formatVersion = "1"

// contextJSON names the vocabulary: schema.org, and Pantry's own terms for what
// schema.org has none for.
const contextJSON = `["https://schema.org",{"pantry":"https://pantry.example/ns#"}]`

// wire is a recipe as it is written, and read back by fromWire.
type wire struct {
	Type         string     `json:"@type"`
	Format       string     `json:"pantry:format"`
	ID           string     `json:"pantry:id,omitempty"`
	Name         string     `json:"name"`
	URL          string     `json:"url,omitempty"`
	Image        string     `json:"image,omitempty"`
	Description  string     `json:"description,omitempty"`
	Author       string     `json:"author,omitempty"`
	Servings     string     `json:"recipeYield,omitempty"`
	Yield        string     `json:"pantry:yield,omitempty"`
	PrepTime     duration   `json:"prepTime,omitempty"`
	CookTime     duration   `json:"cookTime,omitempty"`
	TotalTime    duration   `json:"totalTime,omitempty"`
	Ingredients  []string   `json:"recipeIngredient,omitempty"`
	Instructions []step     `json:"recipeInstructions,omitempty"`
	Keywords     []tag      `json:"keywords,omitempty"`
	Nutrition    nutrition  `json:"nutrition,omitempty"`
	Review       *review    `json:"review,omitempty"`
	Notes        string     `json:"pantry:notes,omitempty"`
	Made         bool       `json:"pantry:made,omitempty"`
	LastMadeAt   *time.Time `json:"pantry:lastMadeAt,omitempty"`
	Favorite     bool       `json:"pantry:favorite,omitempty"`
	State        string     `json:"pantry:state,omitempty"`
	CreatedAt    time.Time  `json:"pantry:createdAt,omitzero"`
	UpdatedAt    time.Time  `json:"pantry:updatedAt,omitzero"`
}

type step struct {
	Type string `json:"@type"`
	Text string `json:"text"`
}

// review carries the user's own rating: aggregateRating would say that many
// people gave it.
type review struct {
	Type   string `json:"@type"`
	Rating rating `json:"reviewRating"`
}

type rating struct {
	Type  string  `json:"@type"`
	Value float64 `json:"ratingValue"`
	Best  int     `json:"bestRating"`
	Worst int     `json:"worstRating"`
}

// nutrition is written with its type.
type nutrition map[string]string

// MarshalJSON implements json.Marshaler.
func (n nutrition) MarshalJSON() ([]byte, error) {
	typed := maps.Clone(map[string]string(n))
	typed["@type"] = "NutritionInformation"
	return json.Marshal(typed)
}

// UnmarshalJSON implements json.Unmarshaler.
func (n *nutrition) UnmarshalJSON(data []byte) error {
	err := json.Unmarshal(data, (*map[string]string)(n))
	delete(*n, "@type")
	return err
}

// duration is a number of minutes, written as ISO 8601 does.
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
		return fmt.Errorf("not a duration as ISO 8601 writes it")
	}
	return nil
}

// tag is a keyword: a text, or an object when readers would split the text.
type tag string

type definedTerm struct {
	Type string `json:"@type"`
	Name string `json:"name"`
}

// MarshalJSON implements json.Marshaler.
func (t tag) MarshalJSON() ([]byte, error) {
	if strings.ContainsAny(string(t), ",;|") {
		return json.Marshal(definedTerm{"DefinedTerm", string(t)})
	}
	return json.Marshal(string(t))
}

// UnmarshalJSON implements json.Unmarshaler.
func (t *tag) UnmarshalJSON(data []byte) error {
	if data[0] != '{' {
		return json.Unmarshal(data, (*string)(t))
	}
	var term definedTerm
	err := json.Unmarshal(data, &term)
	*t = tag(term.Name)
	return err
}

func toWire(r recipe.Recipe) wire {
	w := wire{
		Type: "Recipe", Format: formatVersion, ID: r.ID,
		Name: r.Title, URL: r.URL, Image: r.ImageURL, Description: r.Description,
		Author: r.Author, Yield: r.Yield, Nutrition: r.Nutrition,
		PrepTime: duration(r.PrepMinutes), CookTime: duration(r.CookMinutes), TotalTime: duration(r.TotalMinutes), Ingredients: r.Ingredients,
		Notes: r.Notes, Made: r.Made, LastMadeAt: r.LastMadeAt, Favorite: r.Favorite,
		CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
	switch {
	case r.Servings == 1:
		w.Servings = "1 serving"
	case r.Servings != 0:
		w.Servings = fmt.Sprintf("%d servings", r.Servings)
	}
	for _, s := range r.Steps {
		w.Instructions = append(w.Instructions, step{"HowToStep", s})
	}
	for _, t := range r.Tags {
		w.Keywords = append(w.Keywords, tag(t))
	}
	if r.Rating > 0 {
		w.Review = &review{"Review", rating{"Rating", r.Rating, recipe.MaxRating, 0}}
	}
	if r.State == recipe.Trashed {
		w.State = string(r.State)
	}
	return w
}

// fromWire returns the recipe that w was written from.
func fromWire(w wire) (recipe.Recipe, error) {
	r := recipe.Recipe{
		ID: w.ID, Title: w.Name, URL: w.URL, ImageURL: w.Image, Description: w.Description,
		Author: w.Author, Yield: w.Yield, Nutrition: w.Nutrition,
		PrepMinutes: int(w.PrepTime), CookMinutes: int(w.CookTime), TotalMinutes: int(w.TotalTime), Ingredients: w.Ingredients,
		Notes: w.Notes, Made: w.Made, LastMadeAt: w.LastMadeAt, Favorite: w.Favorite, State: recipe.Active,
		CreatedAt: w.CreatedAt.UTC(), UpdatedAt: w.UpdatedAt.UTC(),
	}
	if c, rank := servingsOf(w.Servings); rank > noServings {
		r.Servings = int(c.n)
	}
	for _, s := range w.Instructions {
		r.Steps = append(r.Steps, s.Text)
	}
	for _, t := range w.Keywords {
		r.Tags = append(r.Tags, string(t))
	}
	if w.Review != nil {
		r.Rating = w.Review.Rating.Value
	}
	if w.State == string(recipe.Trashed) {
		r.State = recipe.Trashed
	}
	r = r.Normalize()
	return r, r.Validate()
}

// Encoder writes many recipes as one JSON-LD document with a @graph, one recipe
// at a time, so that any number takes the memory of one. It is not safe for
// concurrent use.
type Encoder struct {
	w     io.Writer
	begun bool
	err   error
}

// NewEncoder returns an Encoder that writes to w. It writes nothing before the
// first Encode or Close, so that an error before that can still be answered.
func NewEncoder(w io.Writer) *Encoder {
	return &Encoder{w: w}
}

// Encode writes one recipe. After an error every call returns that error.
func (e *Encoder) Encode(r recipe.Recipe) error {
	lead := ",\n"
	if !e.begun {
		lead = head
	}
	e.begun = true
	return e.write(lead + string(marshal(toWire(r))))
}

const head = `{"@context":` + contextJSON + `,"@graph":[` + "\n"

// marshal writes JSON without the HTML escapes of encoding/json, which make
// texts hard to read, but keeps "</script" from ending a script element.
func marshal(w wire) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(w); err != nil {
		panic(err) // a bug: every value of a wire can be written
	}
	out := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	return bytes.ReplaceAll(out, []byte("<"), []byte(`\u003c`))
}

// Close ends the document, which is valid JSON without any recipe too. It does
// not close the writer. An export that broke off must not be closed: without its
// end the document is not valid, and a reader sees that.
func (e *Encoder) Close() error {
	if !e.begun {
		return e.write(head + "]}\n")
	}
	return e.write("\n]}\n")
}

func (e *Encoder) write(s string) error {
	if e.err == nil {
		if _, err := io.WriteString(e.w, s); err != nil {
			e.err = fmt.Errorf("write JSON-LD: %w", err)
		}
	}
	return e.err
}
