package jsonld

import (
	"fmt"
	"io"

	"pantry.example/shared/recipe"
)

// contextJSON names the vocabulary: schema.org, and Pantry's own terms for what
// schema.org has none for.
const contextJSON = `["https://schema.org",{"pantry":"https://pantry.example/ns#"}]`

const head = `{"@context":` + contextJSON + `,"@graph":[` + "\n"

// Encoder writes many recipes as one JSON-LD document with a @graph, one recipe
// at a time, so that any number takes the memory of one. Parse and ReadExport read
// it back. It is not safe for concurrent use.
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
	return e.write(lead + string(marshal(r)))
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
