package jsonld

import (
	"context"
	"encoding/json"
)

// ParseJSON gives tests the tolerant reader, with values as encoding/json has
// them: json.Number for numbers, map[string]any for objects.
func ParseJSON(text string) ([]any, bool) {
	roots, flaws := parseJSON(newBudget(context.Background(), len(text)), text)
	out := make([]any, 0, len(roots))
	for _, v := range roots {
		out = append(out, plainValue(v))
	}
	return out, flaws.cut
}

func plainValue(v any) any {
	switch v := v.(type) {
	case number:
		return json.Number(v)
	case []any:
		list := make([]any, 0, len(v))
		for _, e := range v {
			list = append(list, plainValue(e))
		}
		return list
	case *object:
		m := map[string]any{}
		for _, mem := range v.members {
			m[mem.key] = plainValue(mem.val)
		}
		return m
	}
	return v
}

// Cost returns the steps and the bytes that the budget counts for body, as a part
// of what it allows.
func Cost(body []byte, isPage bool) (steps, bytes float64, err error) {
	b := newBudget(context.Background(), len(body))
	allowed := *b
	func() {
		var items []Item
		defer b.catch(&items, &err)
		if text := decodeText(body); isPage {
			_, err = parsePage(b, text)
		} else {
			_, err = parseDocument(b, text)
		}
	}()
	return 1 - float64(b.steps)/float64(allowed.steps), 1 - float64(b.bytes)/float64(allowed.bytes), err
}
