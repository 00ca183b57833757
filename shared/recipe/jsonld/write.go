package jsonld

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"pantry.example/shared/recipe"
)

// formatVersion marks recipes that Pantry wrote. Their texts are plain text, to
// be read back letter by letter.
const formatVersion = "1"

// contextJSON names the vocabulary: schema.org, and Pantry's own terms for what
// schema.org has none for.
const contextJSON = `["https://schema.org",{"pantry":"https://pantry.example/ns#"}]`

// wire is a recipe as it is written.
type wire struct {
	Type         string   `json:"@type"`
	Format       string   `json:"pantry:format"`
	Identifier   string   `json:"identifier,omitempty"`
	Name         string   `json:"name"`
	URL          string   `json:"url,omitempty"`
	Image        string   `json:"image,omitempty"`
	Description  string   `json:"description,omitempty"`
	Yield        string   `json:"recipeYield,omitempty"`
	PrepTime     string   `json:"prepTime,omitempty"`
	CookTime     string   `json:"cookTime,omitempty"`
	TotalTime    string   `json:"totalTime,omitempty"`
	Ingredients  []string `json:"recipeIngredient,omitempty"`
	Instructions []step   `json:"recipeInstructions,omitempty"`
	Keywords     []any    `json:"keywords,omitempty"`
	Review       *review  `json:"review,omitempty"`
	Notes        string   `json:"pantry:notes,omitempty"`
	Made         bool     `json:"pantry:made,omitempty"`
	LastMadeAt   string   `json:"pantry:lastMadeAt,omitempty"`
	Favorite     bool     `json:"pantry:favorite,omitempty"`
	State        string   `json:"pantry:state,omitempty"`
	DateCreated  string   `json:"dateCreated,omitempty"`
	DateModified string   `json:"dateModified,omitempty"`
}

type step struct {
	Type string `json:"@type"`
	Text string `json:"text"`
}

type definedTerm struct {
	Type string `json:"@type"`
	Name string `json:"name"`
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

// marshal writes JSON without the HTML escapes of encoding/json, which make
// texts hard to read, but keeps "</script" from ending a script element.
func marshal(w wire) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(w); err != nil {
		return nil, fmt.Errorf("encode recipe as JSON-LD: %w", err)
	}
	out := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	return bytes.ReplaceAll(out, []byte("<"), []byte(`\u003c`)), nil
}

func toWire(r recipe.Recipe) wire {
	w := wire{
		Type: "Recipe", Format: formatVersion, Identifier: r.ID,
		Name: r.Title, URL: r.URL, Image: r.ImageURL, Description: r.Description,
		PrepTime: isoDuration(r.PrepMinutes), CookTime: isoDuration(r.CookMinutes), TotalTime: isoDuration(r.PrepMinutes + r.CookMinutes),
		Ingredients: r.Ingredients,
		Notes:       r.Notes, Made: r.Made, Favorite: r.Favorite,
		DateCreated: timestamp(r.CreatedAt), DateModified: timestamp(r.UpdatedAt),
	}
	switch {
	case r.Servings == 1:
		w.Yield = "1 serving"
	case r.Servings != 0:
		w.Yield = fmt.Sprintf("%d servings", r.Servings)
	}
	for _, s := range r.Steps {
		w.Instructions = append(w.Instructions, step{"HowToStep", s})
	}
	for _, t := range r.Tags {
		if strings.ContainsAny(t, ",;|") { // readers split texts there
			w.Keywords = append(w.Keywords, definedTerm{"DefinedTerm", t})
		} else {
			w.Keywords = append(w.Keywords, t)
		}
	}
	if r.Rating > 0 {
		w.Review = &review{"Review", rating{"Rating", r.Rating, recipe.MaxRating, 0}}
	}
	if r.LastMadeAt != nil {
		w.LastMadeAt = timestamp(*r.LastMadeAt)
	}
	if r.State == recipe.Trashed {
		w.State = string(r.State)
	}
	return w
}

func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

func isoDuration(minutes int) string {
	switch h, m := minutes/60, minutes%60; {
	case minutes <= 0:
		return ""
	case h == 0:
		return fmt.Sprintf("PT%dM", m)
	case m == 0:
		return fmt.Sprintf("PT%dH", h)
	default:
		return fmt.Sprintf("PT%dH%dM", h, m)
	}
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
	if e.err != nil {
		return e.err
	}
	line, err := marshal(toWire(r))
	if err != nil {
		e.err = err
		return err
	}
	lead := ",\n"
	if !e.begun {
		lead = head
	}
	e.begun = true
	return e.write(lead + string(line))
}

const head = `{"@context":` + contextJSON + `,"@graph":[` + "\n"

// Close ends the document, which is valid JSON without any recipe too. It does
// not close the writer. An export that broke off must not be closed: without its
// end the document is not valid, and a reader sees that.
func (e *Encoder) Close() error {
	if e.err != nil {
		return e.err
	}
	if !e.begun {
		e.begun = true
		return e.write(head + "]}\n")
	}
	return e.write("\n]}\n")
}

func (e *Encoder) write(s string) error {
	if _, err := io.WriteString(e.w, s); err != nil {
		e.err = fmt.Errorf("write JSON-LD: %w", err)
	}
	return e.err
}
