package main_test

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// testImport looks at what a text holds, leaves out a duplicate, and stores the rest.
func (s *browserSuite) testImport(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.click(".bar-links a")
	v.wait(`document.activeElement.id === "import-title"`)
	v.fill("#import-text", `[{"@context": "https://schema.org", "@type": "Recipe", "name": "Toast", "recipeIngredient": ["2 slices of bread"], "recipeInstructions": "Toast it.", "cookTime": "PT3M", "recipeYield": "1"},
		{"@type": "Recipe", "name": "Tea", "cookTime": "a good while", "recipeInstructions": ["Boil water.", "Wait."]}]`)
	v.click("#import-look")
	v.see("#preview-title", "2 recipes found")
	v.wait(`document.activeElement.id === "preview-title"`)
	v.see("#preview-list", "1 ingredient · 1 step · 3 min")
	v.see("#preview-list summary", "of “Tea”")
	v.click("#preview-list .found-dropped:not([hidden]) summary")
	v.see("#preview-list .found-dropped ul", "/cookTime:")
	v.see("#preview-go", "Import 2 recipes")
	v.click("#preview-list li:nth-child(2) .found-pick")
	v.see("#preview-go", "Import 1 recipe")
	v.click("#preview-go")
	v.see("#preview-title", "1 recipe imported.")
	v.see("#preview-list", "Open Toast")
	v.click("#preview-list a")
	v.see("#reading-title", "Toast")
	v.see("#reading-ingredients", "2 slices of bread")
}

// testImportDuplicate finds a recipe of a page of which there is one already.
func (s *browserSuite) testImportDuplicate(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.store(`{ title: "My toast", url: "https://example.com/toast" }`)
	v.open("#/import")
	v.fill("#import-text", `{"@type": "Recipe", "name": "Toast", "url": "https://example.com/toast", "recipeIngredient": ["2 slices of bread"]}`)
	v.click("#import-look")
	v.see("#preview-list", "You have it already")
	v.see("#preview-go", "Nothing is chosen")
	v.click(".found-same a")
	v.see("#reading-title", "My toast")
	v.do("go back", chromedp.NavigateBack())
	v.click(".found-pick")
	v.click("#preview-go")
	v.see("#preview-title", "1 recipe imported.")
}

// testImportMany reads a file of many recipes part by part, and stores them with progress.
func (s *browserSuite) testImportMany(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.open("#/import")
	v.run(`(() => {
		const recipes = Array.from({ length: 60 }, (_, n) => ({ "@type": "Recipe", name: "Soup " + n, recipeIngredient: ["water"] }));
		const file = new File([JSON.stringify(recipes)], "soups.json", { type: "application/json" });
		const data = new DataTransfer();
		data.items.add(file);
		document.querySelector("#import-drop").dispatchEvent(new DragEvent("drop", { bubbles: true, cancelable: true, dataTransfer: data }));
	})()`)
	v.see("#preview-title", "60 recipes found")
	v.run(`globalThis.seen = new Set(); new MutationObserver(() => seen.add(document.querySelector("#import-bar").value)).observe(document.querySelector("#import-bar"), { attributes: true })`)
	v.click("#preview-all")
	v.see("#preview-go", "Nothing is chosen")
	v.click("#preview-all")
	v.click("#preview-go")
	v.see("#preview-title", "60 recipes imported.")
	v.wait(`seen.size > 10`)
	v.open("#/")
	v.see("#count", "60")
}

func (s *browserSuite) testImportProblems(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.open("#/import")
	v.click("#import-look")
	v.see("#import-problem", "Paste an address or a text")
	for text, status := range map[string]int{`{"@type": "Recipe"`: 400, `<html><p>No recipe here</p></html>`: 422} {
		v.expect(refusal(status))
		v.fill("#import-text", text)
		v.click("#import-look")
		v.see("#import-problem", ".")
		v.miss("#preview")
	}
	v.fill("#import-text", "Boil an egg for 5 minutes.")
	v.click("#import-look")
	v.see("#import-problem", "No recipe found: a page must mark it for programs")
	v.click("#import-problem button")
	v.see("#editor-title", "Add a recipe")
	v.click("#editor-cancel")
	// The server fetches an address, but none of its own network.
	v.expect(refusal(400))
	v.fill("#import-text", "http://127.0.0.1/recipe")
	v.click("#import-look")
	v.see("#import-problem", ".")
	v.miss("#preview")
	// One that cannot be imported says why, and does not keep the other.
	v.fill("#import-text", `[{"@type": "Recipe", "name": "Good"}, {"@type": "Recipe", "recipeIngredient": ["salt"]}]`)
	v.click("#import-look")
	v.see("#preview-title", "2 recipes found")
	v.see(".found-outcome.bad", "It cannot be imported:")
	v.see("#preview-go", "Import 1 recipe")
	v.click("#preview-go")
	v.see("#preview-title", "1 recipe imported.")
}

// testExport exports, deletes everything, and imports the file again.
func (s *browserSuite) testExport(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.store(gnocchi, `{ title: "Toast", notes: "Thin slices." }`)
	v.run(`(() => {
		const make = URL.createObjectURL;
		URL.createObjectURL = (blob) => { globalThis.exported = blob; return make.call(URL, blob); };
	})()`)
	v.menu("#export")
	v.see("#toast", "The export is in your downloads.")
	v.run(`import("/page/api.js").then(({ recipes }) => recipes.deleteAll())`)
	v.open("#/import")
	v.run(`exported.text().then((text) => { document.querySelector("#import-text").value = text; })`)
	v.click("#import-look")
	v.see("#preview-note", "This is an export of Pantry.")
	v.see("#preview-go", "Import 2 recipes")
	v.click("#preview-go")
	v.see("#preview-title", "2 recipes imported.")
	v.open("#/")
	v.see("#count", "2")

	// Once more: what is there stays as it is.
	v.open("#/import")
	v.click("#import-look")
	v.see("#preview-go", "Import 2 recipes")
	v.click("#preview-go")
	v.see("#preview-list", "You have this recipe already. It stays as it is.")
	v.open("#/")
	v.see("#count", "2")
}
