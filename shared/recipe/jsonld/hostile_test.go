package jsonld_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pantry.example/shared/recipe/jsonld"
)

// Documents that were built to be slow are read to their end. BenchmarkHostile shows that this
// takes linear time. In quadratic time, it would take minutes.
func TestHostileDocuments(t *testing.T) {
	for name, doc := range hostile(64 << 10) {
		t.Run(strings.ReplaceAll(name, " ", "-"), func(t *testing.T) {
			items, _ := jsonld.Parse(context.Background(), []byte(doc))
			for _, it := range items {
				if it.Err == nil && it.Recipe.Validate() != nil {
					t.Errorf("invalid: %v", it.Recipe.Validate())
				}
			}
		})
	}
}

// BenchmarkHostile reads each document in two sizes: MB/s must be alike in both.
func BenchmarkHostile(b *testing.B) {
	for _, size := range []int{64 << 10, 256 << 10} {
		for name, doc := range hostile(size) {
			b.Run(fmt.Sprintf("%s/%dKiB", strings.ReplaceAll(name, " ", "-"), size>>10), func(b *testing.B) {
				b.SetBytes(int64(len(doc)))
				for b.Loop() {
					_, _ = jsonld.Parse(context.Background(), []byte(doc))
				}
			})
		}
	}
}

// hostile returns documents of about size bytes.
func hostile(size int) map[string]string {
	fill := func(head, piece, tail string) string {
		return head + strings.Repeat(piece, (size-len(head)-len(tail))/len(piece)) + tail
	}
	inString := func(piece string) string {
		return fill(`{"@type":"Recipe","name":"x","recipeInstructions":"`, piece, `"}`)
	}
	return map[string]string{
		"open arrays":       fill("", "[", ""),
		"open objects":      fill("", `{"a":`, ""),
		"empty objects":     fill("[", "{},", "]"),
		"unclosed quotes":   fill(`{"@type":"Recipe","name":"`, `" x `, ""),
		"quotes and spaces": fill(`{"@type":"Recipe","name":"`, `"          `, ""),
		"quotes and commas": fill(`{"@type":"Recipe","name":"`, `",,,,"`, ""),
		"backslashes":       fill(`{"@type":"Recipe","name":"`, `\`, `"}`),
		"comments":          fill(`{"@type":"Recipe",`, "/*", `"name":"x"}`),
		"levels of escapes": fill(`{`, "&amp;quot;} {&amp;amp;quot;", "}"),
		"many members":      fill(`{"@type":"Recipe","name":"x",`, `"a":1,`, `"b":1}`),
		"many names":        fill(`{"@type":"Recipe",`, `"name":"",`, `"name":"x"}`),
		"same ids":          fill(`[{"@type":"Recipe","name":"x","@id":"a"},`, `{"@type":"Recipe","@id":"a","b":1},`, `{}]`),
		"tags":              inString("<p>"),
		"open tags":         inString("<p "),
		"tag starts":        inString("<"),
		"entities":          inString("&amp;amp;amp;lt;"),
		"numbers":           inString("1. "),
		"lines":             inString(`a\n`),
		"no spaces":         inString("x"),
		"spaces":            inString(" "),
		"combining":         inString("a\u0301\u0327"),
		"ingredients":       fill(`{"@type":"Recipe","name":"x","recipeIngredient":[`, `"1 egg",`, `""]}`),
		"ingredient commas": fill(`{"@type":"Recipe","name":"x","recipeIngredient":"`, `a, `, `"}`),
		"steps":             fill(`{"@type":"Recipe","name":"x","recipeInstructions":[`, `{"text":"a"},`, `{}]}`),
		"keywords":          fill(`{"@type":"Recipe","name":"x","keywords":"`, `ab,`, `"}`),
		"keyword list":      fill(`{"@type":"Recipe","name":"x","keywords":[`, `"ab",`, `""]}`),
		"images":            fill(`{"@type":"Recipe","name":"x","image":[`, `"//a.b/c",`, `""]}`),
		"yields":            fill(`{"@type":"Recipe","name":"x","recipeYield":["`, `1-`, `"]}`),
		"ratings":           fill(`{"@type":"Recipe","name":"x","review":[`, `{"reviewRating":4},`, `{}]}`),
		"nested values":     fill(`{"@type":"Recipe","name":"x","recipeYield":`, `{"@value":`, `1}`),
		"references":        bomb(size),
		"long types":        fill(`[{"@type":"`, `Recipe `, `","name":"x"}]`),
		"html scripts":      fill("<html>", `<script type="application/ld+json">{"a":1}</script>`, ""),
		"html open script":  fill(`<html><script type="application/ld+json">`, "<!--<script>", ""),
		"html properties":   fill(`<html><div itemscope itemtype="https://schema.org/Recipe"><b itemprop=name>x</b>`, `<i itemprop=recipeIngredient>`, ""),
		"html items":        fill(`<html>`, `<i itemscope itemprop=a>`, ""),
		"html list":         fill(`<html itemscope>`, `<li itemprop=a>x`, ""),
		"html ends":         fill(`<html itemscope><a><b>`, `</c></i>`, ""),
		"html nesting":      fill(`<html itemscope>`, `<i><b>`, "") + strings.Repeat("</i>", 900),
		"html attributes":   fill(`<html itemscope><a `, `a=b `, ">"),
		"utf-16":            "\xff\xfe" + strings.Repeat("[\x00", size/2),
		"bad bytes":         "<html>" + strings.Repeat("\xff", size),
	}
}

// bomb doubles with each reference: read without a bound, it has 2^n steps.
func bomb(size int) string {
	var b strings.Builder
	b.WriteString(`{"@graph":[{"@type":"Recipe","name":"x","recipeInstructions":{"@id":"0"},"image":{"@id":"0"},"recipeIngredient":{"@id":"0"}}`)
	for i := 0; b.Len() < size-200; i++ {
		fmt.Fprintf(&b, `,{"@id":"%d","itemListElement":[{"@id":"%d"},{"@id":"%d"},{"@id":"%d"}]}`, i, i+1, i+1, i+1)
	}
	return b.String() + "]}"
}

func TestErrorsOfDocuments(t *testing.T) {
	many := "[" + strings.Repeat(`{"@type":"Recipe","name":"x"},`, jsonld.MaxItems+1) + "]"
	for _, c := range []struct {
		name, body string
		html       bool
		want       error
	}{
		{"nothing", "", false, jsonld.ErrSyntax},
		{"text", "Hello.", false, jsonld.ErrSyntax},
		{"a string", `"Hello."`, false, jsonld.ErrSyntax},
		{"no recipe", `{"@type":"Person","name":"x"}`, false, jsonld.ErrNoRecipe},
		{"empty graph", `{"@graph":[]}`, false, jsonld.ErrNoRecipe},
		{"too many", many, false, jsonld.ErrTooMany},
		{"too many on a page", `<script type="application/ld+json">` + many + `</script>`, true, jsonld.ErrTooMany},
		{"too large", strings.Repeat(" ", jsonld.MaxBytes+1), false, jsonld.ErrTooLarge},
		{"too large a page", strings.Repeat(" ", jsonld.MaxBytes+1), true, jsonld.ErrTooLarge},
		{"too many values", "[" + strings.Repeat("0,", 1_000_000) + "0]", false, jsonld.ErrTooComplex},
		{"page without", "<html><p>Hello</p></html>", true, jsonld.ErrNoRecipe},
		{"empty page", "", true, jsonld.ErrNoRecipe},
	} {
		parse := jsonld.Parse
		if c.html {
			parse = jsonld.ParseHTML
		}
		items, err := parse(context.Background(), []byte(c.body))
		if !errors.Is(err, c.want) || len(items) != 0 {
			t.Errorf("%s: %d items, %v, want %v", c.name, len(items), err, c.want)
		}
	}
}

func TestHundredRecipesAreAllRead(t *testing.T) {
	body := "[" + strings.Repeat(`{"@type":"Recipe","name":"x"},`, jsonld.MaxItems) + "]"
	items, err := jsonld.Parse(context.Background(), []byte(body))
	if err != nil || len(items) != jsonld.MaxItems {
		t.Fatalf("%d items, %v", len(items), err)
	}
}

// What was left out is listed, but a hostile document cannot make the list long.
func TestDroppedIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString(`{"@type":"Recipe","name":"x"`)
	for i := range 5000 {
		fmt.Fprintf(&b, `,"%d%s":1`, i, strings.Repeat("k", 500))
	}
	b.WriteString("}")
	items, err := jsonld.Parse(context.Background(), []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(items[0].Dropped); n != 100 {
		t.Errorf("%d dropped, want 100", n)
	}
	for _, d := range items[0].Dropped {
		if len(d.Location) > 200 {
			t.Errorf("location of %d bytes", len(d.Location))
		}
	}
}

// A huge text is cut between two characters, and dropped says so.
func TestHugeTextIsCut(t *testing.T) {
	items, err := jsonld.Parse(context.Background(), []byte(`{"@type":"Recipe","name":"x","recipeInstructions":"`+strings.Repeat("日", 1_200_000)+`"}`))
	if err != nil || len(items) != 1 || items[0].Err != nil {
		t.Fatalf("%d items, %v", len(items), err)
	}
	r, dropped := items[0].Recipe, items[0].Dropped
	if len(r.Steps) == 0 || strings.Trim(strings.Join(r.Steps, ""), "日") != "" {
		t.Errorf("%d steps, or other text in them", len(r.Steps))
	}
	if len(dropped) == 0 {
		t.Error("nothing is said about the cut")
	}
	if err := r.Validate(); err != nil {
		t.Error(err)
	}
}
