package main_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

var screenshots = flag.String("screenshots", "", "the folder into which TestBrowserScreenshots writes")

// TestBrowserScreenshots takes the pictures of the page, of which list.png and recipe.png
// stand in the repository for its README. After a change of the page:
//
//	.ci/services -only packages go test ./functions/local -run BrowserScreenshots -screenshots page
func TestBrowserScreenshots(t *testing.T) {
	if *screenshots == "" {
		*screenshots = t.TempDir()
	}
	v := newBrowserSuite(t).visit(t)
	v.click("#google")
	v.fill("#google-email", "mara@gmail.example")
	v.fill("#google-name", "Mara")
	v.click("#google-form .primary")
	v.see("#empty", "Your pantry is empty")
	v.store(cookbook...)
	v.do("resize", chromedp.EmulateViewport(1280, 840), chromedp.Reload())
	v.see("#count", "8")
	v.picture("list")

	v.open("#/recipes/" + v.text(`[...document.querySelectorAll(".card")].find((e) => e.textContent.includes("risotto")).dataset.id`))
	v.see("#reading-title", "Lemon risotto")
	v.click("#scale-more")
	v.click("#scale-more")
	v.click("#reading-ingredients li:nth-child(2) label")
	v.run(`document.activeElement.blur(); scrollTo(0, 0)`)
	v.picture("recipe")

	v.click(`#reading [data-do="edit"]`)
	v.see("#recipe-title", "Lemon risotto")
	v.picture("editor")
	v.click("#editor-close")

	v.do("take a phone", chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
	v.click("#reading-cook")
	v.click("#cook-next")
	v.see("#cook-count", "Step 2")
	v.run(`document.activeElement.blur()`)
	v.picture("phone")
}

// picture writes what the window shows.
func (v *visitor) picture(name string) {
	v.Helper()
	v.run(`Promise.all(document.getAnimations().filter((a) => a.effect.getTiming().iterations !== Infinity).map((a) => a.finished.catch(() => {}))).then(() => {})`)
	picture, err := chromedp.Run(v.ctx, chromedp.CaptureScreenshot())
	v.must(err)
	v.must(os.WriteFile(filepath.Join(*screenshots, name+".png"), picture, 0o600))
}

// cookbook are the recipes of the pictures, the last one first in the list.
var cookbook = []string{
	`{ title: "Tomato soup with basil", rating: 4, made: true, servings: 4, prepMinutes: 10, cookMinutes: 30, tags: ["soup", "vegan"] }`,
	`{ title: "Salmon in a parcel", rating: 4.5, servings: 2, prepMinutes: 10, cookMinutes: 18, tags: ["fish", "quick"] }`,
	`{ title: "Crêpes", rating: 5, made: true, favorite: true, servings: 4, prepMinutes: 10, cookMinutes: 20, tags: ["breakfast"] }`,
	`{ title: "Roast chicken with lemon", servings: 4, prepMinutes: 15, cookMinutes: 80, tags: ["sunday"] }`,
	`{ title: "Green salad with walnuts", rating: 3, made: true, servings: 2, prepMinutes: 12, tags: ["salad", "quick"] }`,
	`{ title: "No-knead bread", rating: 5, made: true, favorite: true, servings: 8, prepMinutes: 10, cookMinutes: 45, tags: ["baking", "vegan"] }`,
	`{ title: "Plum crumble", rating: 4, made: true, servings: 6, prepMinutes: 20, cookMinutes: 35, tags: ["dessert", "autumn"] }`,
	`{ title: "Lemon risotto", url: "https://www.example.com/lemon-risotto", rating: 4.5, made: true, favorite: true, lastMadeAt: new Date(Date.now() - 4 * 864e5).toISOString(),
		servings: 4, prepMinutes: 10, cookMinutes: 25, tags: ["dinner", "vegetarian"], description: "Creamy without cream. The lemon goes in at the very end.",
		ingredients: ["320 g risotto rice", "1 onion", "1½ l hot vegetable stock", "2–3 tbsp olive oil", "1/2 glass of white wine", "2 lemons", "60 g parmesan", "40 g cold butter", "black pepper"],
		steps: ["Soften the chopped onion in the oil. Add the rice and stir until it is hot and shines.", "Pour in the wine. When it is gone, add the stock ladle by ladle, and stir often.",
			"After 16 to 18 minutes the rice is soft with a small bite. Take the pan off the heat.", "Beat in the butter, the parmesan, the zest of both lemons and the juice of one. Wait for two minutes, then serve."],
		notes: "Warm the plates. Leftovers make good rice cakes the next day." }`,
}
