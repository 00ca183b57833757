package jsonld_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pantry.example/shared/recipe/jsonld"
)

// values draws a value for any property. Every property is tried with every type of value.
func values(depth int) *rapid.Generator[any] {
	scalars := rapid.SampledFrom([]any{
		nil, true, false, 0, 4, -1, 4.5, 1e300, "", " ", "4", "PT1H", "-PT5M", "PT9999999H", "1 cup flour", "Mix.\nBake.", "1. a 2. b 3. c", "<p>a</p><p>b</p>", "a, b; c", "4-6", "½",
		"https://x.example/i.jpg", "//x.example/i-10x10.jpg", "/rel", "data:x", "javascript:alert(1)", "http://u:p@x.example/", "http://[::1", "https://schema.org/VeganDiet", "#a", "#b", "99%", "5/0", "0/0", "1/2",
		strings.Repeat("long ", 1000), strings.Repeat("x", 5000), "\u0000\u0007", "\ufffd", "a\u0301", "null", "undefined",
	})
	if depth == 0 {
		return rapid.Custom(func(t *rapid.T) any { return scalars.Draw(t, "scalar") })
	}
	return rapid.Custom(func(t *rapid.T) any {
		switch rapid.IntRange(0, 4).Draw(t, "shape") {
		case 0, 1:
			return scalars.Draw(t, "scalar")
		case 2:
			return rapid.SliceOfN(values(depth-1), 0, 5).Draw(t, "list")
		default:
			return objects(depth-1, objectKeys).Draw(t, "object")
		}
	})
}

var recipeKeys = []string{
	"name", "headline", "description", "url", "image", "recipeYield", "yield", "prepTime", "cookTime", "totalTime", "performTime", "recipeIngredient", "ingredients", "recipeInstructions", "step",
	"keywords", "recipeCategory", "recipeCuisine", "suitableForDiet", "aggregateRating", "review", "nutrition", "author", "@id", "mainEntityOfPage", "video", "thumbnailUrl", "pantry:format", "pantry:notes", "pantry:lastMadeAt", "a~b/c",
}

var objectKeys = []string{
	"@type", "@id", "@value", "@list", "@set", "name", "text", "itemListElement", "item", "url", "contentUrl", "width", "height", "value", "minValue", "unitText", "amount", "ratingValue", "bestRating", "ratingCount", "reviewRating", "description", "steps",
}

func objects(depth int, keys []string) *rapid.Generator[map[string]any] {
	return rapid.Custom(func(t *rapid.T) map[string]any {
		o := map[string]any{}
		for _, key := range rapid.SliceOfN(rapid.SampledFrom(keys), 0, 8).Draw(t, "keys") {
			o[key] = values(depth).Draw(t, key)
		}
		if kind := rapid.SampledFrom([]string{"", "HowToStep", "HowToSection", "ItemList", "DefinedTerm"}).Draw(t, "@type"); kind != "" {
			o["@type"] = kind
		}
		return o
	})
}

// Any shape under any property gives a valid recipe or an error of its own, and
// survives its export.
func TestAnyShape(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		o := objects(3, recipeKeys).Draw(rt, "recipe")
		o["@type"] = "Recipe"
		o["recipeInstructions"] = values(3).Draw(rt, "instructions")
		if rapid.IntRange(0, 3).Draw(rt, "named") > 0 {
			o["name"] = "Named"
		}
		body, err := json.Marshal([]any{o, map[string]any{"@type": "Recipe", "name": "Beside", "recipeIngredient": "1 egg"}, map[string]any{"@id": "#a", "itemListElement": []any{map[string]any{"@id": "#b"}}}, map[string]any{"@id": "#b", "text": "b", "itemListElement": map[string]any{"@id": "#a"}}})
		if err != nil {
			rt.Fatal(err)
		}
		items, err := jsonld.Parse(context.Background(), body)
		if err != nil {
			rt.Fatalf("%s: %v", body, err)
		}
		last := items[len(items)-1]
		if last.Err != nil || last.Recipe.Title != "Beside" || len(last.Recipe.Ingredients) != 1 {
			rt.Fatalf("%s: the recipe beside it suffered: %+v", body, last)
		}
		for _, it := range items {
			if it.Err != nil {
				continue
			}
			if err := it.Recipe.Validate(); err != nil {
				rt.Fatalf("%s: %v", body, err)
			}
			doc := export(rt, it.Recipe)
			again, err := jsonld.Parse(context.Background(), doc)
			if err != nil || len(again) != 1 || fmt.Sprintf("%+v", again[0].Recipe) != fmt.Sprintf("%+v", it.Recipe) {
				rt.Fatalf("export of %+v\ncame back as %+v, %v", it.Recipe, again, err)
			}
		}
	})
}
