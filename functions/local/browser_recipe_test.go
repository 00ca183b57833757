package main_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"pantry.example/shared/recipe"
)

const gnocchi = `{ title: "Gnocchi", servings: 4, prepMinutes: 30, cookMinutes: 15, tags: ["dinner", "weeknight"], notes: "Old potatoes are best.",
	ingredients: ["1 kg potatoes", "1 1/2 cups (180 g) flour", "2–3 eggs", "½ tsp salt", "sage"],
	steps: ["Boil the potatoes.", "Knead the dough.", "Cook the gnocchi."] }`

// testReading opens a recipe by its address, ticks, scales, and finds it so again.
func (s *browserSuite) testReading(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.store(gnocchi)
	v.reload()
	v.click(".card-title a")
	v.see("#reading-title", "Gnocchi")
	v.wait(`document.title === "Gnocchi – Pantry"`)
	v.see("#reading-facts", "45 min")
	v.see("#reading-notes", "Old potatoes")
	v.miss("#reading-nutrition-part")

	v.see("#scale-now", "4 servings")
	for range 4 {
		v.click("#scale-more")
	}
	v.see("#scale-now", "8 servings")
	v.see("#reading-ingredients", "2 kg potatoes")
	v.see("#reading-ingredients", "3 cups (360 g) flour")
	v.see("#reading-ingredients", "4–6 eggs")
	v.see("#reading-ingredients", "1 tsp salt")
	v.see("#scale-hint", "stay as they are")
	v.click("#reading-ingredients li:nth-child(2) label")
	v.see("#untick", "Untick")
	v.wait(`location.hash.endsWith("?servings=8")`)
	v.reload()
	v.see("#reading-ingredients", "2 kg potatoes")
	v.wait(`document.querySelectorAll("#reading-ingredients input:checked").length === 1`)
	v.click("#untick")
	v.wait(`document.querySelectorAll("#reading-ingredients input:checked").length === 0`)

	v.click(`#reading [data-do="made"]`)
	v.see("#reading-made", "Last made today")
	v.wait(`document.activeElement.textContent === "Undo"`)
	v.keys(kb.Enter)
	v.miss("#reading-made")

	// One that says what it makes, and not for how many.
	v.store(`{ title: "Cookies", yield: "24 cookies", author: "Ada", totalMinutes: 50, nutrition: { calories: "90 kcal" }, ingredients: ["240 g flour"] }`)
	v.open("#/")
	v.reload()
	v.click(`.card-title a`)
	v.see("#scale-now", "24 cookies")
	v.see("#reading-source", "By Ada")
	v.see("#reading-facts", "50 min")
	v.see("#reading-nutrition", "90 kcal")
	v.click("#scale-less")
	v.see("#scale-now", "23 cookies")
	v.see("#reading-ingredients", "230 g flour")

	v.expect(refusal(404))
	v.open("#/recipes/nosuchrecipe")
	v.see("#reading-problem", "There is no such recipe.")
	v.miss("#reading")
}

// testNutrition changes the values of nutrition. The editor hides them until they are opened,
// and opens them itself when one is refused or was changed elsewhere.
func (s *browserSuite) testNutrition(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.store(`{ title: "Porridge", nutrition: { calories: "210 kcal", fatContent: "4 g" } }`)
	v.reload()
	v.click(".card-title a")
	v.see("#reading-nutrition", "210 kcal")
	edit := func() {
		v.click(`#reading [data-do="edit"]`)
		v.see("#recipe-title", "Porridge")
		v.miss("#nutrition")
		v.click("#editor-nutrition summary")
	}
	edit()
	v.see("#recipe-calories", "210 kcal")
	if got := v.text(`[...document.querySelectorAll("#nutrition input")].map((e) => e.id.replace("recipe-", "")).sort().join(" ")`); got != strings.Join(recipe.Nutrients, " ") {
		t.Errorf("the editor has the values %s, want %s", got, recipe.Nutrients)
	}
	v.fill("#recipe-calories", "x")
	v.keys(kb.Backspace)
	v.fill("#recipe-saturatedFatContent", "1 g")
	v.click("#editor-save")
	v.see("#reading-nutrition", "Saturated fat")
	v.wait(`document.querySelector("#reading-nutrition").innerText.replace(/\s+/g, " ") === "Fat 4 g Saturated fat 1 g"`)

	edit()
	v.fill("#recipe-proteinContent", strings.Repeat("7", 101))
	v.click("#editor-nutrition summary")
	v.expect(refusal(422))
	v.click("#editor-save")
	v.see("#recipe-proteinContent-error", "Must be at most 100 characters.")
	v.wait(`document.activeElement.id === "recipe-proteinContent"`)
	v.fill("#recipe-proteinContent", "7 g")
	v.click("#editor-nutrition summary")
	v.elsewhere(`recipes.patch(id, { nutrition: { proteinContent: "8 g" } })`)
	v.expect(refusal(412))
	v.click("#editor-save")
	v.click("#editor-problem button")
	v.see(".theirs", "8 g")
	v.click(".theirs button")
	v.click("#editor-save")
	v.see("#reading-nutrition", "8 g")
	v.see("#reading-nutrition", "4 g")

	v.click("#add")
	v.fill("#recipe-title", "Oats")
	v.miss("#nutrition")
	v.click("#editor-nutrition summary")
	v.fill("#recipe-servingSize", "1 cup")
	v.click("#editor-save")
	v.see("#reading-title", "Oats")
	v.see("#reading-nutrition", "Serving size")
}

// testAmounts scales lines as people write them.
func (s *browserSuite) testAmounts(t *testing.T) {
	v := s.visit(t)
	for _, line := range []struct {
		in, factor, want string
	}{
		{"200 g flour", "2", "400 g flour"},
		{"200g flour", "0.5", "100g flour"},
		{"1,5 l Milch", "2", "3 l Milch"},
		{"2,5 dl cream", "0.5", "1,25 dl cream"},
		{"1 egg", "0.5", "½ egg"},
		{"1 1/2 cups milk", "2", "3 cups milk"},
		{"1-1/2 cups milk", "2", "3 cups milk"},
		{"1½ cups milk", "3", "4½ cups milk"},
		{"½ tsp salt", "0.5", "¼ tsp salt"},
		{"1⁄2 tsp salt", "4", "2 tsp salt"},
		{"⅔ cup sugar", "2", "1⅓ cup sugar"},
		{"1½ l stock", "1.5", "2¼ l stock"},
		{"2-3 cloves of garlic", "2", "4-6 cloves of garlic"},
		{"2 to 3 carrots", "2", "4 to 6 carrots"},
		{"½–1 tsp chilli", "2", "1–2 tsp chilli"},
		{"1,000 g beans", "2", "2,000 g beans"},
		{"1 cup (240 ml) water", "2", "2 cup (480 ml) water"},
		{"2 (400 g) tins of beans", "2", "4 (400 g) tins of beans"},
		{"2 tins of beans (400 g each)", "2", "4 tins of beans (400 g each)"},
		{"2 onions (about 300 g)", "2", "4 onions (about 600 g)"},
		{"250 g / 9 oz butter", "2", "500 g / 18 oz butter"},
		{"1 cup plus 2 tbsp flour", "2", "2 cup plus 4 tbsp flour"},
		{"about 300 g rice", "2", "about 600 g rice"},
		{"Juice of 1 lemon", "2", "Juice of 2 lemon"},
		{"2 x 400 g tins", "2", "4 x 400 g tins"},
		{"333 g rice", "0.3333333", "111 g rice"},
		// What is no amount, or cannot be read for sure, stays.
		{"salt", "2", "salt"},
		{"70% chocolate", "2", "70% chocolate"},
		{"00 flour", "2", "00 flour"},
		{"2-inch piece of ginger", "2", "2-inch piece of ginger"},
		{"flour type 405", "2", "flour type 405"},
		{"1.000 g beans", "2", "1.000 g beans"},
		{"", "2", ""},
	} {
		script := fmt.Sprintf(`import("/page/recipe/amounts.js").then(({ scale }) => {
			const got = scale(%s, %s).map((part) => part.text).join("");
			if (got !== %s) throw new Error("scale(" + %[1]s + ", " + %[2]s + ") = " + got);
		})`, quote(line.in), line.factor, quote(line.want))
		if _, err := chromedp.Run(v.ctx, chromedp.Evaluate[chromedp.Void](script, chromedp.EvalAwaitPromise)); err != nil {
			t.Errorf("%v; want %s", err, line.want)
		}
	}
}

// testCooking goes through the steps one at a time on a phone whose screen can be kept on.
func (s *browserSuite) testCooking(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.store(gnocchi)
	v.do("take a phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch), chromedp.Reload())
	v.click(".card-title a")
	v.see("#reading-cook", "Start cooking")
	v.run(`(() => {
		globalThis.locks = 0;
		const request = async () => { locks++; const lock = new EventTarget(); lock.release = async () => { locks--; lock.dispatchEvent(new Event("release")); }; return lock; };
		Object.defineProperty(navigator, "wakeLock", { configurable: true, value: { request } });
	})()`)
	v.click(`#reading [data-do="made"]`)
	v.see("#toast button", "Undo")
	v.click("#reading-cook")
	v.see("#cook-count", "Step 1 of 3")
	v.miss("#toast p") // it would cover the buttons
	v.see("#cook-text", "Boil the potatoes.")
	v.see("#cook-awake", "The screen stays on.")
	v.miss(".top")
	v.click("#cook-next")
	v.see("#cook-text", "Knead the dough.")
	v.wait(`location.hash.endsWith("/cook/2")`)
	v.click("#cook-ingredients-part summary")
	v.see("#cook-ingredients", "1 kg potatoes")
	v.run(`document.activeElement.blur()`)
	v.keys(kb.ArrowLeft)
	v.see("#cook-count", "Step 1 of 3")
	v.run(`(() => {
		const view = document.querySelector("#cook-view");
		const touch = (x) => new Touch({ identifier: 1, target: view, clientX: x, clientY: 300 });
		view.dispatchEvent(new TouchEvent("touchstart", { touches: [touch(300)], changedTouches: [touch(300)] }));
		view.dispatchEvent(new TouchEvent("touchend", { touches: [], changedTouches: [touch(100)] }));
	})()`)
	v.see("#cook-count", "Step 2 of 3")
	v.fits()
	v.click("#cook-next")
	v.see("#cook-next", "Done")
	v.click("#cook-next")
	v.see("#reading-title", "Gnocchi")
	v.wait(`locks === 0`)
	v.do("go back", chromedp.NavigateBack())
	v.see("#cook-count", "Step 3 of 3")
	v.reload()
	v.see("#cook-count", "Step 3 of 3")
	v.wait(`document.activeElement.id === "cook-step"`)
	v.keys(kb.Escape)
	v.see("#reading-title", "Gnocchi")
	v.wait(`document.activeElement.id === "reading-title"`)
}

// testPrint: on paper there is the recipe and nothing to press.
func (s *browserSuite) testPrint(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.store(gnocchi)
	v.reload()
	v.click(".card-title a")
	v.see("#reading-title", "Gnocchi")
	v.media("print", "light")
	v.see("#reading-ingredients", "1 kg potatoes")
	v.see("#reading-steps", "Knead the dough.")
	v.miss(".top")
	v.miss(".button")
	v.miss(".foot")
}

// testPicture shows a picture of a recipe, and a drawing where none can be loaded.
func (s *browserSuite) testPicture(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.store(`{ title: "Seen", imageUrl: "`+s.url+`/page/shelf.svg" }`, `{ title: "Lost", imageUrl: "`+s.url+`/page/nothing.jpg" }`,
		`{ title: "In the clear", imageUrl: "http://pictures.example/a.jpg" }`)
	v.expect(refusal(404))
	v.reload()
	v.wait(`document.querySelectorAll(".card .picture.loaded img").length === 1`)
	v.wait(`document.querySelectorAll(".card .picture svg").length === 3 && document.querySelectorAll(".card .picture img").length === 1`)
}
