package jsonld

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"pantry.example/shared/recipe"
)

// The limits of ReadExport.
const (
	// MaxExportItems is the number of recipes.
	MaxExportItems = 10_000
	// MaxExportBytes is the size of the document.
	MaxExportBytes = 32 << 20
	// maxExportItem is the size of one recipe, with room to escape every character.
	maxExportItem = 8 * recipe.MaxBytes
)

// ErrNotExport says that the document is not one that Pantry wrote.
var ErrNotExport = errors.New("not an export of Pantry")

// ReadExport yields the recipes of a document that an Encoder wrote, in order. Each has its
// ID, State, CreatedAt and UpdatedAt, but no ETag. ReadExport holds one recipe at a time.
//
// An error that wraps a recipe.ValidationError is about one recipe, and the next recipe
// follows. Any other error ends the sequence: ErrNotExport, ErrSyntax for a document that is
// broken or incomplete, ErrTooLarge, ErrTooMany, the error of ctx, or the error of r. The
// recipes before it are valid.
func ReadExport(ctx context.Context, r io.Reader) iter.Seq2[recipe.Recipe, error] {
	return func(yield func(recipe.Recipe, error) bool) {
		in := &exportReader{ctx: ctx, r: r, left: MaxExportBytes}
		err := in.read(yield)
		if err != nil && in.err != nil {
			err = in.err // not the decoder's error
		}
		if err != nil {
			yield(recipe.Recipe{}, err)
		}
	}
}

// exportReader bounds what the decoder reads of the document and of one recipe.
type exportReader struct {
	ctx        context.Context
	r          io.Reader
	left, item int
	err        error
}

// Read implements io.Reader.
func (in *exportReader) Read(p []byte) (int, error) {
	switch err := in.ctx.Err(); {
	case err != nil:
		in.err = fmt.Errorf("read export: %w", err)
	case in.left < 0:
		in.err = fmt.Errorf("%w: an export has at most %d MiB", ErrTooLarge, MaxExportBytes>>20)
	case in.item < 0:
		in.err = fmt.Errorf("%w: one of its recipes has more than %d KiB", ErrTooLarge, maxExportItem>>10)
	}
	if in.err != nil {
		return 0, in.err
	}
	n, err := in.r.Read(p)
	in.left, in.item = in.left-n, in.item-n
	if err != nil && !errors.Is(err, io.EOF) {
		in.err = fmt.Errorf("read export: %w", err)
	}
	return n, err
}

func (in *exportReader) read(yield func(recipe.Recipe, error) bool) error {
	in.item = maxExportItem
	dec := json.NewDecoder(in)
	var context json.RawMessage
	if !next(dec, json.Delim('{')) || !next(dec, "@context") || dec.Decode(&context) != nil || !next(dec, "@graph") || !next(dec, json.Delim('[')) {
		return fmt.Errorf("%w: send the file that /export answered, as it is; import other recipes without restore", ErrNotExport)
	}
	for n := 0; dec.More(); n++ {
		if n == MaxExportItems {
			return fmt.Errorf("%w: an export has at most %d recipes", ErrTooMany, MaxExportItems)
		}
		in.item = maxExportItem
		var members map[string]json.RawMessage
		if err := dec.Decode(&members); err != nil {
			return fmt.Errorf("%w: recipe %d of the export cannot be read", ErrSyntax, n)
		}
		if string(members["pantry:format"]) != `"`+formatVersion+`"` {
			return fmt.Errorf("%w: recipe %d of the document is not in Pantry's format", ErrNotExport, n)
		}
		r, err := unmarshal(members)
		if errors.Is(err, errForm) {
			return fmt.Errorf("%w: recipe %d of the export is not written as Pantry writes it", ErrSyntax, n)
		}
		if err != nil {
			err = fmt.Errorf("recipe %d of the export: %w", n, err)
		}
		if !yield(r, err) {
			return nil
		}
	}
	if !next(dec, json.Delim(']')) || !next(dec, json.Delim('}')) {
		return fmt.Errorf("%w: the export is incomplete", ErrSyntax)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: there is more after the export; send one export at a time", ErrSyntax)
	}
	return nil
}

// next reads the next token of dec, and reports whether it is want.
func next(dec *json.Decoder, want json.Token) bool {
	got, err := dec.Token()
	return err == nil && got == want
}

// own reads an object of an export of Pantry. ok is false for any other object.
func (g *graph) own(o *object) (item Item, ok bool) {
	if o.get("pantry:format") != formatVersion {
		return item, false
	}
	var members map[string]json.RawMessage
	data, err := json.Marshal(plainValue(g.b, o))
	if err != nil || json.Unmarshal(data, &members) != nil {
		return Item{Err: errForm, own: true}, true
	}
	r, err := unmarshal(members)
	r.ID, r.CreatedAt, r.UpdatedAt = "", time.Time{}, time.Time{}
	return Item{Recipe: r, Err: err, own: true}, true
}

// plainValue returns v with the types of encoding/json.
func plainValue(b *budget, v any) any {
	b.keep(valueBytes)
	switch v := v.(type) {
	case string:
		b.keep(len(v))
	case number:
		return json.Number(v)
	case []any:
		list := make([]any, 0, len(v))
		for _, e := range v {
			list = append(list, plainValue(b, e))
		}
		return list
	case *object:
		m := map[string]any{}
		for _, mem := range v.members {
			m[mem.key] = plainValue(b, mem.val)
		}
		return m
	}
	return v
}
