package jsonld

import (
	"context"
	"fmt"
)

// budget bounds what one import may cost, in proportion to the size of its body.
// Every stage spends from it. The first spending that it does not allow, and the
// end of the context, stop the import at once wherever it is: spend and keep
// panic with a stop, and parse turns that into its error.
type budget struct {
	ctx   context.Context
	steps int // of work that are left: about one for each byte or value that is looked at
	bytes int // of memory that are left for values and texts
	until int // steps until the context is asked again
}

// What a document of size bytes may cost. The real pages that were measured stay
// below a quarter of it.
const (
	stepsAlways, stepsPerByte = 1 << 20, 16
	bytesAlways, bytesPerByte = 8 << 20, 8

	// valueBytes is what one JSON value takes in memory, beside its text.
	valueBytes = 64
	// stepsPerAsk is how many steps are taken between two looks at the context.
	stepsPerAsk = 1 << 14
)

func newBudget(ctx context.Context, size int) *budget {
	return &budget{ctx: ctx, steps: stepsAlways + stepsPerByte*size, bytes: bytesAlways + bytesPerByte*size}
}

// stop is the panic that ends an import.
type stop struct{ err error }

// spend takes n steps.
func (b *budget) spend(n int) {
	b.steps -= n
	b.until -= n
	if b.steps < 0 {
		panic(stop{fmt.Errorf("%w: reading it takes more work than a document of its size may take; send fewer recipes at a time, or only the part that is the recipe", ErrTooComplex)})
	}
	if b.until <= 0 {
		b.until = stepsPerAsk
		if err := b.ctx.Err(); err != nil {
			panic(stop{fmt.Errorf("read recipes: %w", err)})
		}
	}
}

// keep takes the memory for n bytes, and the work of writing them.
func (b *budget) keep(n int) {
	if b.bytes -= n; b.bytes < 0 {
		panic(stop{fmt.Errorf("%w: it has more values, or repeats more text, than a document of its size may; send fewer recipes at a time, or only the part that is the recipe", ErrTooComplex)})
	}
	b.spend(n / 8)
}

// catch is deferred by the function whose work the budget bounds.
func (b *budget) catch(items *[]Item, err *error) {
	switch r := recover().(type) {
	case nil:
	case stop:
		*items, *err = nil, r.err
	default:
		panic(r)
	}
}
