package jsonld

import "encoding/json"

// ParseJSON gives tests the tolerant reader, with values as encoding/json has
// them: json.Number for numbers, map[string]any for objects.
func ParseJSON(text string) ([]any, bool, error) {
	roots, state, err := parseJSON(text)
	out := make([]any, 0, len(roots))
	for _, v := range roots {
		out = append(out, plainValue(v))
	}
	return out, state.cut, err
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
