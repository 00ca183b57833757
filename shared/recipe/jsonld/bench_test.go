package jsonld_test

import (
	"context"
	"os"
	"strings"
	"testing"

	"pantry.example/shared/recipe/jsonld"
)

// BenchmarkParseHTML reads a page of 200 KB, the size of a food blog's, with its
// recipe in the middle.
func BenchmarkParseHTML(b *testing.B) {
	body, err := os.ReadFile("testdata/pages/wprm-yoast-graph.html")
	if err != nil {
		b.Fatal(err)
	}
	clutter := strings.Repeat(`<div class="a b" data-x="1"><p>Some <b>text</b> about it &amp; more.</p><script>var a = "<b>";</script><img src="/i.jpg" alt=""></div>`+"\n", 730)
	page := []byte("<html><head><meta charset=utf-8><style>" + strings.Repeat("a{b:c}", 100) + "</style></head><body>" + clutter + string(body) + clutter + "</body></html>")
	b.Logf("%d bytes", len(page))
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		items, err := jsonld.ParseHTML(context.Background(), page)
		if err != nil || len(items) != 1 || len(items[0].Recipe.Steps) != 5 {
			b.Fatalf("%d items, %v", len(items), err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	body, err := os.ReadFile("testdata/pages/wprm-yoast-graph.html")
	if err != nil {
		b.Fatal(err)
	}
	items, err := jsonld.ParseHTML(context.Background(), body)
	if err != nil {
		b.Fatal(err)
	}
	r := items[0].Recipe
	enc := jsonld.NewEncoder(discard{})
	b.ReportAllocs()
	for b.Loop() {
		if err := enc.Encode(r); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
