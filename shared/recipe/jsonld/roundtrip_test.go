package jsonld_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/jsonld"
)

// texts draws what people type, and what a reader of web pages would take for
// markup, lists and numbering.
func texts(maxLen int) *rapid.Generator[string] {
	pieces := rapid.SampledFrom([]string{
		"<b>x</b>", "&amp;", "&lt;p&gt;", "1. ", "• ", "- ", ", ", "; ", "|", "\n", "\\n", "\\", "\"", "'", "</script>", "Step 2: ", "½", "e\u0301", "é", "日本",
		"👩‍🍳", "\u200b", "\u00a0", "\u00ad", "#", "a", "salt", " ", "  ", "\t", "http://x.example", "Diet", "schema.org/VeganDiet", "[object Object]", "null", "{", "}", "]", ":", "\u2028", "-->", "<!--",
	})
	return rapid.Custom(func(t *rapid.T) string {
		if rapid.IntRange(0, 3).Draw(t, "kind") == 0 {
			return rapid.StringN(0, maxLen, -1).Draw(t, "text")
		}
		return strings.Join(rapid.SliceOfN(pieces, 0, 12).Draw(t, "pieces"), "")
	})
}

func recipes() *rapid.Generator[recipe.Recipe] {
	return rapid.Custom(func(t *rapid.T) recipe.Recipe {
		r := recipe.Recipe{
			Title:        texts(50).Draw(t, "title"),
			URL:          rapid.SampledFrom([]string{"", "https://x.example/a?b=c&amp;d", "http://ü.example/ä#f", "https://x.example"}).Draw(t, "url"),
			ImageURL:     rapid.SampledFrom([]string{"", "https://x.example/i.jpg", "https://x.example/%20?x=[1]"}).Draw(t, "image"),
			Rating:       rapid.Float64Range(0, 5).Draw(t, "rating"),
			Made:         rapid.Bool().Draw(t, "made"),
			Favorite:     rapid.Bool().Draw(t, "favorite"),
			Description:  texts(300).Draw(t, "description"),
			Servings:     rapid.IntRange(0, recipe.MaxServings).Draw(t, "servings"),
			PrepMinutes:  rapid.IntRange(0, recipe.MaxMinutes).Draw(t, "prep"),
			CookMinutes:  rapid.IntRange(0, recipe.MaxMinutes).Draw(t, "cook"),
			TotalMinutes: rapid.IntRange(0, recipe.MaxMinutes).Draw(t, "total"),
			Yield:        texts(40).Draw(t, "yield"),
			Author:       texts(40).Draw(t, "author"),
			Ingredients:  rapid.SliceOfN(texts(80), 0, 8).Draw(t, "ingredients"),
			Steps:        rapid.SliceOfN(texts(200), 0, 8).Draw(t, "steps"),
			Tags:         rapid.SliceOfN(texts(20), 0, 8).Draw(t, "tags"),
			Notes:        texts(200).Draw(t, "notes"),
			State:        rapid.SampledFrom([]recipe.State{recipe.Active, recipe.Trashed}).Draw(t, "state"),
		}
		for _, name := range rapid.SliceOfDistinct(rapid.SampledFrom([]string{"calories", "fatContent", "servingSize"}), rapid.ID[string]).Draw(t, "nutrition") {
			if r.Nutrition == nil {
				r.Nutrition = map[string]string{}
			}
			r.Nutrition[name] = rapid.SampledFrom([]string{"240 kcal", "<1 g", "1, 2"}).Draw(t, name)
		}
		if rapid.Bool().Draw(t, "has made at") {
			at := time.UnixMicro(rapid.Int64Range(-1e15, 4e15).Draw(t, "made at")).UTC()
			r.LastMadeAt = &at
		}
		return r.Normalize()
	}).Filter(func(r recipe.Recipe) bool { return r.Validate() == nil })
}

// The import of an exported recipe has the same recipe, and drops nothing.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := recipes().Draw(rt, "recipe")
		doc := export(rt, r)
		items, err := jsonld.Parse(context.Background(), doc)
		if err != nil || len(items) != 1 || items[0].Err != nil {
			rt.Fatalf("import of %s: %v, %v", doc, items, err)
		}
		if diff := cmp.Diff(r, items[0].Recipe); diff != "" {
			rt.Fatalf("%s\n(-want +got):\n%s", doc, diff)
		}
		if len(items[0].Dropped) > 0 {
			rt.Fatalf("dropped %v", items[0].Dropped)
		}
	})
}

// A recipe with every list and text at its limit survives too.
func TestRoundTripAtLimits(t *testing.T) {
	at := time.Date(2024, 5, 1, 10, 0, 0, 123456000, time.UTC)
	r := recipe.Recipe{
		Title: strings.Repeat("ü", recipe.MaxTitle), URL: "https://x.example/" + strings.Repeat("u", 2000), Rating: 5, LastMadeAt: &at,
		Description: strings.Repeat("d", recipe.MaxDescription), Servings: recipe.MaxServings, PrepMinutes: recipe.MaxMinutes, CookMinutes: recipe.MaxMinutes,
		Notes: strings.Repeat("n", recipe.MaxNotes),
	}
	for i := range recipe.MaxIngredients {
		r.Ingredients = append(r.Ingredients, strings.Repeat("i", recipe.MaxIngredient-i))
	}
	for i := range recipe.MaxSteps {
		r.Steps = append(r.Steps, strings.Repeat("s", 1000+i))
	}
	r.Steps[0] = strings.Repeat("s", recipe.MaxStep)
	for i := range recipe.MaxTags {
		r.Tags = append(r.Tags, strings.Repeat("t", recipe.MaxTag-i))
	}
	r.State = recipe.Active
	if r = r.Normalize(); r.Validate() != nil {
		t.Fatal(r.Validate())
	}
	checkRoundTrip(t, r)
}

func TestEncoderStreamsAGraph(t *testing.T) {
	for _, n := range []int{0, 1, 2, jsonld.MaxItems} {
		var b bytes.Buffer
		enc := jsonld.NewEncoder(&b)
		var want []recipe.Recipe
		for i := range n {
			r := recipe.Recipe{ID: "id", Title: strings.Repeat("x", i+1), Servings: i, State: recipe.Active}.Normalize()
			before := b.Len()
			if err := enc.Encode(r); err != nil {
				t.Fatal(err)
			}
			if b.Len() <= before {
				t.Fatalf("recipe %d was held back", i)
			}
			r.ID = ""
			want = append(want, r)
		}
		if err := enc.Close(); err != nil {
			t.Fatal(err)
		}
		if !json.Valid(b.Bytes()) {
			t.Fatalf("%d recipes: not JSON: %s", n, b.Bytes())
		}
		items, err := jsonld.Parse(context.Background(), b.Bytes())
		if n == 0 {
			if !errors.Is(err, jsonld.ErrNoRecipe) {
				t.Fatalf("import of an empty export: %v", err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var got []recipe.Recipe
		for _, it := range items {
			got = append(got, it.Recipe)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%d recipes (-want +got):\n%s", n, diff)
		}
	}
}

// failing accepts n writes.
type failing struct{ n int }

func (f *failing) Write(p []byte) (int, error) {
	if f.n--; f.n < 0 {
		return 0, errors.New("gone")
	}
	return len(p), nil
}

func TestEncoderKeepsItsError(t *testing.T) {
	w := &failing{n: 1}
	enc := jsonld.NewEncoder(w)
	r := recipe.Recipe{Title: "x"}
	if err := enc.Encode(r); err != nil {
		t.Fatal(err)
	}
	first := enc.Encode(r)
	if first == nil {
		t.Fatal("the error of the writer was lost")
	}
	if err := enc.Encode(r); !errors.Is(err, first) {
		t.Errorf("Encode after an error: %v", err)
	}
	if err := enc.Close(); !errors.Is(err, first) {
		t.Errorf("Close after an error: %v", err)
	}
	if w.n != -1 {
		t.Errorf("wrote on after the error")
	}
}

// An export may stand inside a page.
func TestEncodeCannotEndAScript(t *testing.T) {
	doc := export(t, recipe.Recipe{Title: "</script><script>alert(1)</script><!--"})
	if bytes.ContainsRune(doc, '<') {
		t.Errorf("holds a <: %s", doc)
	}
}
