package jsonld_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/recipe/jsonld"
)

func seed(f *testing.F) {
	f.Helper()
	for _, body := range pages(f) {
		f.Add(body)
	}
}

// Whatever comes in: no panic, and every recipe that comes out is valid,
// normalized, and survives its export.
func FuzzParse(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		items, err := jsonld.Parse(context.Background(), body)
		checkItems(t, items, err)
	})
}

func FuzzParseHTML(f *testing.F) {
	seed(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		items, err := jsonld.ParseHTML(context.Background(), body)
		checkItems(t, items, err)
	})
}

func checkItems(t *testing.T, items []jsonld.Item, err error) {
	t.Helper()
	if (err == nil) == (len(items) == 0) {
		t.Fatalf("%d items and error %v", len(items), err)
	}
	if len(items) > jsonld.MaxItems {
		t.Fatalf("%d items", len(items))
	}
	for i, it := range items {
		if it.Index != i || len(it.Dropped) > 100 {
			t.Fatalf("item %d: index %d, %d dropped", i, it.Index, len(it.Dropped))
		}
		checkItem(t, it)
	}
}

// Valid JSON means to the tolerant reader what it means to encoding/json.
func FuzzLenientEqualsStrict(f *testing.F) {
	for _, s := range []string{
		`{"a":"b\n\u00e9\ud83c\udf55","c":[1,-2.5e3,true,null,"",{}],"d":{"e":[[]]}}`, `["a, b","c\"d",": }","]"]`, `{"":"//","/*":"*/"}`, `[]`, `{"a":"\\"}`, `["\/","\b"]`, `{"a":"x","b":"\",\""}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		text := strings.TrimSpace(string(body))
		if !json.Valid(body) || !utf8.Valid(body) || text[0] != '{' && text[0] != '[' || strings.Contains(text, `\u`) || strings.ContainsAny(text, "&\u2028") {
			return // replaced surrogates and escaped documents differ on purpose
		}
		dec := json.NewDecoder(bytes.NewReader(body))
		dec.UseNumber()
		var want any
		if err := dec.Decode(&want); err != nil {
			return
		}
		got, cut := jsonld.ParseJSON(text)
		if cut || len(got) != 1 {
			t.Fatalf("got %d values, cut %v", len(got), cut)
		}
		if depth(want) >= 60 || strings.ContainsAny(text, "\b\f") || strings.Contains(text, `\b`) || strings.Contains(text, `\f`) {
			return
		}
		if diff := cmp.Diff(want, got[0]); diff != "" {
			t.Fatalf("(-strict +tolerant):\n%s", diff)
		}
	})
}

func depth(v any) int {
	deepest := 0
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			deepest = max(deepest, depth(e))
		}
	case map[string]any:
		for _, e := range v {
			deepest = max(deepest, depth(e))
		}
	default:
		return 0
	}
	return deepest + 1
}
