package jsonld

import (
	"fmt"
	"io"

	"pantry.example/shared/recipe"
)

// contextJSON names the vocabularies: schema.org, and Pantry's own for all other terms.
const contextJSON = `["https://schema.org",{"pantry":"https://pantry.example/ns#"}]`

const head = `{"@context":` + contextJSON + `,"@graph":[` + "\n"

// Encoder writes recipes as one JSON-LD document with a @graph. It holds one recipe at a
// time. Parse and ReadExport read the document. An Encoder is not safe for concurrent use.
type Encoder struct {
	w     io.Writer
	begun bool
	err   error
}

// NewEncoder returns an Encoder that writes to w. It writes nothing before the first Encode or
// Close, so a handler can still answer with an error.
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
	return e.write(lead + string(marshal(r)))
}

// Close writes the end of the document. Without any recipe, the document is valid too. Close
// does not close the writer. Do not call it after an error: a reader must see that the
// document is not complete.
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
