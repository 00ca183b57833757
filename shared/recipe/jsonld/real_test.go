package jsonld_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/recipe/jsonld"
)

// one reads a document that holds one recipe. A body without a { or a < in front
// is the members of a recipe.
func one(t *testing.T, body string) jsonld.Item {
	t.Helper()
	if !strings.HasPrefix(body, "<") {
		body = `{"@type":"Recipe","name":"x",` + body + "}"
	}
	items, err := jsonld.Parse(context.Background(), []byte(body))
	if err != nil || len(items) != 1 || items[0].Err != nil {
		t.Fatalf("%s: %d items, %v", body, len(items), err)
	}
	return items[0]
}

// The faults that real pages showed, each with its smallest input.

func TestServingsOfRealPages(t *testing.T) {
	for body, want := range map[string]int{
		`["8","8 (~2-Tbsp servings)"]`:                   8,
		`["4","4 (12-16 tortillas)"]`:                    4,
		`["2","2 dozen"]`:                                24,
		`["12","1 dozen"]`:                               12,
		`["1","6 servings"]`:                             1,
		`["6","12 tacos"]`:                               6,
		`["4","8 cups"]`:                                 4,
		`"2 dozen"`:                                      24,
		`"9x13"`:                                         0,
		`"9x13 pan, 12 servings"`:                        12,
		`"2-layer"`:                                      0,
		`"2-layer cake, serves 10"`:                      10,
		`"8-inch cake"`:                                  0,
		`"8 (1 & ¼ cups) servings"`:                      8,
		`"8 (1 &amp; &frac14; cups) servings"`:           8,
		`"4 meal-size servings or 8 side servings"`:      4,
		`"1 loaf (8 servings)"`:                          8,
		`"6 servings (2 per person)"`:                    6,
		`"4 (makes 12)"`:                                 4,
		`"10 4-inch pancakes"`:                           10,
		`"500 g (4 servings)"`:                           4,
		`"Für 4 Personen"`:                               4,
		`"4-6 servings"`:                                 4,
		`{"@type":"QuantitativeValue","value":"6"}`:      6,
		`["Serves 4", {"value":9, "unitText":"slices"}]`: 4,
	} {
		if got := one(t, `"recipeYield":`+body).Recipe.Servings; got != want {
			t.Errorf("%s: %d servings, want %d", body, got, want)
		}
	}
}

func TestDurationsOfRealPages(t *testing.T) {
	for text, want := range map[string]int{
		"PTH5MS": 5, "PT1HM": 60, "PTM": 0, "PT": 0, "P0DT0H35M0.000S": 35, "PT0H30": 30, "PT90": 90, "P30M": 30, "T45M": 45, "PT1H 15M": 75, "pt20m": 20,
		"PT15-20M": 20, "1h 5min": 65, "1 Std. 30 Min.": 90, "00:45:00": 45, "PT2,5H": 150, "overnight": 0, "P1DT": 1440, "0:30": 30, "PT1H30M0S": 90, "20 minutes + chilling": 20,
	} {
		if got := one(t, fmt.Sprintf(`"prepTime":%q`, text)).Recipe.PrepMinutes; got != want {
			t.Errorf("%s: %d minutes, want %d", text, got, want)
		}
	}
}

func TestIngredientsOfRealPages(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       []string
	}{
		{
			"doubled parentheses", `"recipeIngredient":["salt ((optional))","1 cup milk ((warm) or cold)","2 (8 oz (225 g)) cans","2 eggs ((large), ((beaten)))","a ((b","()a"]`,
			[]string{"salt (optional)", "1 cup milk ((warm) or cold)", "2 (8 oz (225 g)) cans", "2 eggs ((large), (beaten))", "a ((b", "()a"},
		},
		{"one br among line ends", `"recipeIngredient":"1 egg\n2 onions\nsalt<br>\npepper"`, []string{"1 egg", "2 onions", "salt", "pepper"}},
		{"nothing between the ingredients", `"recipeIngredient":"3 spoons of oil2 onions, small, diced.3 cloves, pressedSalt (a lot)½ tsp pepper"`, []string{"3 spoons of oil", "2 onions, small, diced.", "3 cloves, pressed", "Salt (a lot)", "½ tsp pepper"}},
		{"capital letters that begin no ingredient", `"recipeIngredient":["2x400g McGreen tins, vitamin B12"]`, []string{"2x400g McGreen tins, vitamin B12"}},
		{"HTML that is wrapped", `"recipeIngredient":"<li>1 large\negg</li>\n<li>salt</li><li>a</li>"`, []string{"1 large egg", "salt", "a"}},
		{"misread UTF-8", `"recipeIngredient":["Â½ cup crÃ¨me fraÃ®che","Grandmaâ€™s 200Â°C","Âme CHÂTEAU â","ä½ 好","„MENÜ”","&Acirc;&frac14; l"]`, []string{"½ cup crème fraîche", "Grandma’s 200°C", "Âme CHÂTEAU â", "ä½ 好", "„MENÜ”", "¼ l"}},
		{"twice the same list", `"recipeIngredient":["1 egg","salt","oil","1 egg","salt","oil"]`, []string{"1 egg", "salt", "oil"}},
		{"table", `<table itemscope itemtype="http://schema.org/Recipe"><caption itemprop=name>x</caption><tr itemprop=ingredients><td>150 g</td><td>Risottoreis</td></tr><tr itemprop=ingredients><th>1</th><td>Ei</td></tr></table>`, []string{"150 g Risottoreis", "1 Ei"}},
		{"blocks of one element", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><div itemprop=ingredients><div>1 egg</div><div>salt</div></div></div>`, []string{"1 egg", "salt"}},
		{"blocks of one ingredient", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><ul><li itemprop=ingredients><div>2</div><div>eggs</div></li><li itemprop=ingredients><div>1 l</div><div>milk</div></li></ul></div>`, []string{"2 eggs", "1 l milk"}},
		{"a list in one element", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><ul itemprop=ingredients><li>1 egg<li>salt</ul></div>`, []string{"1 egg", "salt"}},
		{"a list before a glued one", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><meta itemprop=recipeIngredient content="1 egg salt"><p itemprop=ingredients>1 egg<p itemprop=ingredients>salt</div>`, []string{"1 egg", "salt"}},
		{"an element inside another", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><ul itemprop=recipeIngredient><li itemprop=recipeIngredient>1 egg</li><li itemprop=recipeIngredient>salt</li></ul></div>`, []string{"1 egg", "salt"}},
		{
			"classes of hRecipe in a recipe without marks", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><div class="instructions" itemprop=about><ul><li class="ingredient">1 egg</li><li class="red ingredient">salt</li><li class=ingredient></li></ul><span class=ingredient>Ingredients: <a>egg</a>, <a>salt</a></span></div></div>`,
			[]string{"1 egg", "salt"},
		},
		{"hRecipe", `<div class="hrecipe"><h1 class=fn>x</h1><ul><li class="ingredient">1 egg<li class="ingredient">salt</ul></div>`, []string{"1 egg", "salt"}},
		{
			"words that the style sets apart", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><p itemprop=ingredients><span>150</span><span>g</span><span>Reis</span><p itemprop=ingredients><b>2</b>eggs<span>, beaten</span><p itemprop=ingredients>2 <a>egg</a>s<p itemprop=ingredients><i><b>leek</b></i>s of 1<sup>st</sup> class, H<sub>2</sub>O</div>`,
			[]string{"150 g Reis", "2 eggs, beaten", "2 eggs", "leeks of 1 st class, H2O"},
		},
		{
			"a comma after a name", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><p itemprop=ingredients><span>Salt</span>
				, to taste<p itemprop=ingredients>2 <a>eggs</a> , <i>beaten</i> and 1 , 2</div>`,
			[]string{"Salt, to taste", "2 eggs, beaten and 1 , 2"},
		},
		{"stray end tags", `<span><i><div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><p>by Ann</span></i></p><table><td></div></li></table><p itemprop=ingredients>1 egg</div>`, []string{"1 egg"}},
		{"a list with a gap, as PHP writes it", `"recipeIngredient":{"0":"1 egg","2":"salt"}`, []string{"1 egg", "salt"}},
		{"outside the recipe", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1></div><p itemprop=ingredients>1 <b itemprop=name>egg</b><p itemprop=ingredients>salt`, []string{"1 egg", "salt"}},
		{"inside and outside the recipe", `<p itemprop=recipeIngredient>oil</p><div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><p itemprop=ingredients>1 egg</div><p itemprop=ingredients>1 egg`, []string{"1 egg"}},
		{"without any item", `<html><title>x</title><p itemprop=recipeIngredient>1 egg<p itemprop=recipeIngredient>salt`, []string{"1 egg", "salt"}},
		{
			"in a program, and outside of any item", `<title>y</title><script>if (a) { window.d.push({"@context": "http://schema.org", "@type": "Recipe", "name": "x", "recipeIngredient": ["1 egg"]}) }</script><p itemprop=recipeIngredient>egg`,
			[]string{"1 egg"},
		},
		{"items without properties", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><p itemprop=recipeIngredient itemscope>1 egg<p itemprop=recipeIngredient itemscope><i itemprop=amount>1 l</i> <i itemprop=name>milk</i></div>`, []string{"1 egg", "1 l milk"}},
		{"types of other vocabularies", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><div typeof="sioc:Item"><p itemprop=ingredients>1 egg</div></div>`, []string{"1 egg"}},
		{"pictures in between", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><svg/><p itemprop=ingredients><svg><title>tick</title><text>y</text></svg>1 egg</div>`, []string{"1 egg"}},
		{"itemtype with typeof", `<div itemscope typeof="Thing" itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><p itemprop=ingredients>1 egg</div>`, []string{"1 egg"}},
		{"JSON-LD in a meta element", `<meta name="application/ld+json" content='{"@type":"Recipe","name":"x","recipeIngredient":["1 egg"]}'>`, []string{"1 egg"}},
	} {
		if diff := cmp.Diff(c.want, one(t, c.body).Recipe.Ingredients); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestStepsOfRealPages(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       []string
	}{
		{"glued sentences", `"recipeInstructions":"Line with paper.Snap the ends.Bake (hot)!Serve."`, []string{"Line with paper.", "Snap the ends.", "Bake (hot)!", "Serve."}},
		{"no glue", `"recipeInstructions":"Use Dr.Oetker e.g.Vanilla from www.Site.com at 3.5 U.S.A. mins.a"`, []string{"Use Dr.Oetker e.g.Vanilla from www.Site.com at 3.5 U.S.A. mins.a"}},
		{"glued numbers", `"recipeInstructions":"1. Melt the butter.2. To serve, add 1.5 l.3. Eat"`, []string{"Melt the butter.", "To serve, add 1.5 l.", "Eat"}},
		{"numbers that do not count", `"recipeInstructions":"Bake at 2. Then 3. rest"`, []string{"Bake at 2. Then 3. rest"}},
		{"noise", `"recipeInstructions":[{"@type":"HowToStep","name":"instruction 0","text":"Mix."},{"text":","},{"text":"https://x.example/a"},{"name":"In a bowl","text":"."},"[{"]`, []string{"Mix.", "In a bowl"}},
		{"names", `"recipeInstructions":[{"@type":"HowToStep","name":"Dough","text":"Mix."},{"@type":"HowToStep","name":"Bake it.","text":"Bake it."},{"@type":"HowToStep","name":"Serve with","text":"Serve with rice."}]`, []string{"Dough", "Mix.", "Bake it.", "Serve with rice."}},
		{"a name that is a cut text", `"recipeInstructions":{"@type":"HowToSection","itemListElement":[{"@type":"HowToStep","name":"Salat1. Wa...","text":"<p><strong>Salat</strong></p><p>1. Wasser kochen</p><p>4.Reiben</p>"}]}`, []string{"Salat", "Wasser kochen", "Reiben"}},
		{"labels in one line", `"recipeInstructions":"Step 1 Mix.Step 2: Bake (step 1). STEP 3 - Eat"`, []string{"Mix.", "Bake (step 1).", "Eat"}},
		{"Markdown", `"recipeInstructions":["## Dough","**Mix** all**.","#10 can","* Bake"]`, []string{"Dough", "Mix all**.", "#10 can", "Bake"}},
		{"items without properties", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><p itemprop=recipeInstructions itemscope itemtype="http://schema.org/HowToStep">Mix.<p itemprop=recipeInstructions itemscope itemtype="http://schema.org/HowToStep"><meta itemprop=position content=2>Bake.</div>`, []string{"Mix.", "Bake."}},
		{"a list that is one item", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><ol itemprop=recipeInstructions itemscope itemtype="http://schema.org/ItemList"><li>Mix.<li>Bake.</ol></div>`, []string{"Mix.", "Bake."}},
		{"items inside their own property", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><ol itemprop=recipeInstructions><li itemprop=recipeInstructions itemscope><b itemprop=text>Mix.</b><li itemprop=recipeInstructions itemscope><b itemprop=text>Bake.</b></ol></div>`, []string{"Mix.", "Bake."}},
		{"short lines in small letters", `"recipeInstructions":"heat the oven\nmix all\nbake it"`, []string{"heat the oven", "mix all", "bake it"}},
		{"twice the same", `"recipeInstructions":["Mix.","Bake.","Eat.","Mix.","Bake.","Eat."]`, []string{"Mix.", "Bake.", "Eat."}},
		{"a few lines that are meant twice", `"recipeInstructions":["Fold.","Rest.","Fold.","Rest."]`, []string{"Fold.", "Rest.", "Fold.", "Rest."}},
		{"paragraphs", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><div itemprop=recipeInstructions><p>Mix\n all.</p><p>Bake.</p></div></div>`, []string{"Mix all.", "Bake."}},
		{"an element inside another", `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>x</h1><div itemprop=recipeInstructions><p itemprop=recipeInstructions>Mix.</p><p itemprop=recipeInstructions>Bake.</p></div></div>`, []string{"Mix.", "Bake."}},
	} {
		if diff := cmp.Diff(c.want, one(t, c.body).Recipe.Steps); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestDescriptionEndsBeforeTheRecipe(t *testing.T) {
	for body, want := range map[string]string{
		`<p>Warm.</p><span itemprop=cookTime>PT5M</span><h2>Needs</h2><b itemprop=ingredients>1 egg</b>`: "Warm.",
		`Warm soup for <b itemprop=recipeYield>4</b> people`:                                             "Warm soup for 4 people",
	} {
		r := one(t, `<div itemscope itemtype="http://schema.org/Recipe"><h1 itemprop=name>Soup</h2><div itemprop=description>`+body+`</div></div>`).Recipe
		if r.Title != "Soup" || r.Description != want {
			t.Errorf("%s: title %q, description %q, want %q", body, r.Title, r.Description, want)
		}
	}
}

func TestAddressesOfRealPages(t *testing.T) {
	if got := one(t, `<link rel=canonical href=https://x.example/soup><script type=application/ld+json>{"@type":"Recipe","name":"x","mainEntityOfPage":"true","recipeIngredient":["a"]}</script>`).Recipe.URL; got != "https://x.example/soup" {
		t.Errorf("mainEntityOfPage \"true\": URL %q", got)
	}
	if got := one(t, `"mainEntityOfPage":true`).Recipe.URL; got != "" {
		t.Errorf("mainEntityOfPage true: URL %q", got)
	}
}

func TestDescriptionFromThePage(t *testing.T) {
	const script = `<script type=application/ld+json>{"@type":"Recipe","name":"x","recipeIngredient":["a"]}</script>`
	for head, want := range map[string]string{
		`<meta name=description content="Warm &amp;amp; good">`:                          "Warm & good",
		`<meta name=description content=a><meta property=og:description content="Best">`: "Best",
	} {
		if got := one(t, "<html>"+head+script).Recipe.Description; got != want {
			t.Errorf("%s: description %q, want %q", head, got, want)
		}
	}
}

func TestDroppedSaysWhatIsMissing(t *testing.T) {
	for body, want := range map[string]jsonld.Dropped{
		`"description":"x"`:                          {Reason: "the recipe has neither ingredients nor steps"},
		`"aggregateRating":{"ratingValue":4.7}`:      {Location: "/aggregateRating", Reason: "is the average of other people's ratings: Pantry keeps only your own"},
		`"recipeInstructions":[{"text":"."},"a"]`:    {Location: "/recipeInstructions/0", Reason: "has no text"},
		`"recipeInstructions":["https://x.y/a","a"]`: {Location: "/recipeInstructions/0", Reason: "is only a link"},
	} {
		it := one(t, body)
		if !slices.Contains(it.Dropped, want) || it.Recipe.Rating != 0 {
			t.Errorf("%s: rating %v, dropped %v, want %v", body, it.Recipe.Rating, it.Dropped, want)
		}
	}
}

func TestFurtherFieldsOfRealPages(t *testing.T) {
	type fields struct {
		Total, Servings int
		Yield, Author   string
		Nutrition       map[string]string
	}
	for body, want := range map[string]fields{
		`"totalTime":"PT2H","prepTime":"PT10M","cookTime":"PT20M"`: {Total: 120},
		`"totalTime":"PT5M","cookTime":"PT20M"`:                    {},
		`"recipeYield":["2","2 dozen"]`:                            {Servings: 24, Yield: "2 dozen"},
		`"recipeYield":["4","4 servings"]`:                         {Servings: 4},
		`"recipeYield":"4 porties"`:                                {Servings: 4},
		`"recipeYield":["4","4 (12-16 tortillas)"]`:                {Servings: 4, Yield: "4 (12-16 tortillas)"},
		`"recipeYield":"24 cookies"`:                               {Servings: 24, Yield: "24 cookies"},
		`"recipeYield":"one 9x13 pan"`:                             {Servings: 1, Yield: "one 9x13 pan"},
		`"author":"Ann &amp; Bob"`:                                 {Author: "Ann & Bob"},
		`"author":[{"@type":"Person","name":"Ann"},{"@type":"Person","name":"Bob"},{"name":"Ann"}]`: {Author: "Ann, Bob"},
		`"author":{"@type":"Person","url":"https://x.example/ann"}`:                                 {},
		`"nutrition":{"@type":"NutritionInformation","calories":240,"fatContent":" 3 g ","proteinContent":"","vitaminC":"1 mg","sugarContent":{"value":5,"unitText":"g"}}`: {
			Nutrition: map[string]string{"calories": "240", "fatContent": "3 g", "sugarContent": "5 g"},
		},
	} {
		r := one(t, body).Recipe
		got := fields{r.TotalMinutes, r.Servings, r.Yield, r.Author, r.Nutrition}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", body, diff)
		}
	}
}
