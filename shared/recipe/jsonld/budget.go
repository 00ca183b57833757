package jsonld

import (
	"context"
	"fmt"
)

// budget bounds the work and the memory of one import, in proportion to the size of its
// body. Every stage spends from it. When the budget is spent, or the context ends, spend and
// keep panic with a stop. catch turns that into the error of the import.
type budget struct {
	ctx   context.Context
	steps int // steps of work that are left; one step reads a byte or a value
	bytes int // bytes of memory that are left for values and texts
	until int // steps until the next look at the context
}

// What a document may cost: a base, and an amount for each of its bytes. The real pages that
// were measured need less than a quarter of it.
const (
	stepsAlways, stepsPerByte = 1 << 20, 16
	bytesAlways, bytesPerByte = 8 << 20, 8

	// valueBytes is the memory of one JSON value without its text.
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

// keep takes n bytes of memory, and the steps to write them.
func (b *budget) keep(n int) {
	if b.bytes -= n; b.bytes < 0 {
		panic(stop{fmt.Errorf("%w: it has more values, or repeats more text, than a document of its size may; send fewer recipes at a time, or only the part that is the recipe", ErrTooComplex)})
	}
	b.spend(n / 8)
}

// catch recovers from a stop. The function that makes a budget must defer it.
func (b *budget) catch(items *[]Item, err *error) {
	switch r := recover().(type) {
	case nil:
	case stop:
		*items, *err = nil, r.err
	default:
		panic(r)
	}
}
