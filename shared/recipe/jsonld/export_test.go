package jsonld

import "context"

// ParseJSON gives tests the tolerant reader, with values as encoding/json has
// them: json.Number for numbers, map[string]any for objects.
func ParseJSON(text string) ([]any, bool) {
	b := newBudget(context.Background(), len(text))
	roots, flaws := parseJSON(b, text)
	out := make([]any, 0, len(roots))
	for _, v := range roots {
		out = append(out, plainValue(b, v))
	}
	return out, flaws.cut
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
