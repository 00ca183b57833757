package recipes

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"time"
)

// decode sets dst, whose type says what raw must be.
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
	}
}

func (b *recipeBody) scalar(pointer string, dst any, raw json.RawMessage, kind string) {
	if string(raw) == "null" || json.Unmarshal(raw, dst) != nil {
		b.fault(pointer, "type", "must be a "+kind)
	}
}

// number also takes one that float64 cannot hold, as an infinity that the limit refuses.
func (b *recipeBody) number(pointer string, dst *float64, raw json.RawMessage) {
	n, err := strconv.ParseFloat(string(raw), 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) {
		b.fault(pointer, "type", "must be a number")
		return
	}
	*dst = n
}

// integer takes 4, 4.0 and 4e0 alike, as JSON Schema does; one too large for an int32
// is cut to that, which the limit refuses.
func (b *recipeBody) integer(pointer string, dst *int, raw json.RawMessage) {
	var n float64
	before := len(b.faults)
	b.number(pointer, &n, raw)
	if len(b.faults) > before {
		return
	}
	if n != math.Trunc(n) {
		b.fault(pointer, "type", "must be a whole number")
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
		b.fault(pointer, "type", "must be a string or null")
		return
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		b.fault(pointer, "format", "must be an RFC 3339 time such as 2026-05-01T18:30:00Z")
		return
	}
	*dst = &t
}

func (b *recipeBody) list(pointer string, dst *[]string, raw json.RawMessage) {
	var items []json.RawMessage
	if string(raw) == "null" || json.Unmarshal(raw, &items) != nil {
		b.fault(pointer, "type", "must be an array of strings")
		return
	}
	*dst = make([]string, len(items))
	for i, item := range items {
		b.scalar(pointer+"/"+strconv.Itoa(i), &(*dst)[i], item, "string")
	}
}
