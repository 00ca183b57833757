package main_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

func (s *browserSuite) testKeyboard(t *testing.T) {
	v := s.visit(t)
	v.tabTo("#account [name=mode]:checked")
	v.keys(kb.ArrowRight)
	v.wait(`document.activeElement.value === "up"`)
	v.tabTo("#account-email")
	v.keys(fmt.Sprintf("keys-%d@pantry.example", time.Now().UnixNano()))
	v.tabTo("#account-password")
	v.keys("a good password")
	v.tabTo("#account-go")
	v.keys(kb.Enter)
	v.see("#empty", "Your pantry is empty")
	v.wait(`document.activeElement.id === "list-title"`)

	// Few stops stand before what people come for.
	v.run(`document.activeElement.blur()`)
	v.reload()
	v.see("#empty", "Your pantry is empty")
	v.run(`document.activeElement.blur(); getSelection().removeAllRanges(); document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute("tabindex")`)
	stops := 0
	for ; stops < 10 && !v.is(`document.activeElement.id === "add"`); stops++ {
		v.keys(kb.Tab)
	}
	if stops > 3 {
		t.Errorf("%d tab stops until Add a recipe, want at most 3", stops)
	}
	v.keys(kb.Enter)
	v.wait(`document.activeElement.id === "recipe-title"`)
	v.keys("Toast")
	v.keys(kb.Escape) // asks before it throws away
	v.see("#editor-discard-text", "Throw away")
	v.keys(kb.Enter)
	v.wait(`document.activeElement.id === "recipe-title"`)
	v.tabTo("#recipe-rating input:checked")
	v.keys(kb.ArrowRight + kb.ArrowRight + kb.ArrowRight)
	v.tabTo("#editor-save")
	v.keys(kb.Enter)
	v.see("#reading-title", "Toast")
	v.wait(`document.querySelector("#reading-rating input:checked").value === "3"`)

	v.tabTo("#reading-rating input:checked")
	v.keys(kb.ArrowLeft)
	v.wait(`document.activeElement.value === "2"`)
	v.tabTo(`#reading [data-do="made"]`)
	v.keys(" ")
	v.see("#reading-made", "Last made today")
	v.reload()
	v.see("#reading-made", "Last made today")
	v.wait(`document.querySelector("#reading-rating input:checked").value === "2"`)

	v.tabTo("#who")
	v.keys(kb.Enter)
	v.see("#menu-time", "Signed in for")
	v.tabTo("#sign-out-all")
	v.keys(kb.Escape)
	v.miss("#menu")
	v.wait(`document.activeElement.id === "who"`)
}

// testWidths takes every view to the narrowest phone and to a wide screen.
func (s *browserSuite) testWidths(t *testing.T) {
	v := s.visit(t)
	v.do("take a phone", chromedp.EmulateViewport(320, 568, chromedp.EmulateMobile, chromedp.EmulateTouch), chromedp.Reload())
	v.see("#signin", "E-mail")
	v.fits()
	v.signUp()
	v.store(`{ title: "Donaudampfschifffahrtsgesellschaftskapitänsmützenkuchenrezept 👩‍🍳 طبق اليوم", tags: ["averyveryveryveryveryveryveryveryveryverylongtag"],
		ingredients: ["1 averyveryveryveryveryveryveryveryveryveryveryveryveryverylongword"], steps: ["averyveryveryveryveryveryveryveryveryveryveryveryveryverylongword"], notes: "x" }`)
	v.reload()
	v.see(".card-title", "Donaudampf")
	for _, width := range []int64{320, 390, 640, 768, 960, 1100, 1440} {
		v.do("resize", chromedp.EmulateViewport(width, 800))
		for _, view := range v.views() {
			v.open(view.address)
			v.see(view.selector, "")
			v.fits()
		}
	}
	v.do("resize", chromedp.EmulateViewport(320, 568))
	v.open("#/")
	v.click("#find-toggle")
	v.see("#find-order", "")
	v.fits()
	v.click("#add")
	v.click("#editor-nutrition summary")
	v.fits()
	v.click("#editor-close")
	v.menu("#devices summary")
	v.fits()
}

type view struct{ address, selector string }

// views are the addresses of every view, the recipe's being that of the first in the list.
func (v *visitor) views() []view {
	v.Helper()
	v.open("#/")
	v.see(".card-title", "")
	id, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](`document.querySelector(".card").dataset.id`))
	v.must(err)
	return []view{
		{"#/", ".card-title"},
		{"#/recipes/" + id, "#reading-title"},
		{"#/recipes/" + id + "/cook/1", "#cook-text"},
		{"#/trash", "#trash-title"},
		{"#/import", "#import-title"},
	}
}

// fits checks that nothing has to be scrolled sideways to, and that what can be pressed is
// large enough for a thumb (WCAG 2.2, 2.5.8).
func (v *visitor) fits() {
	v.Helper()
	if !v.is(`document.documentElement.scrollWidth <= innerWidth && [...document.querySelectorAll("dialog[open] .sheet-body")].every((e) => e.scrollWidth <= e.clientWidth)`) {
		v.must(fmt.Errorf("the page scrolls sideways"))
	}
	if !v.is(`[...document.querySelectorAll("button, summary, select, label:has(input), .stars label, .tags a, .bar-links a")].filter((e) => e.checkVisibility({ visibilityProperty: true }))
		.every((e) => e.offsetHeight >= 24 && e.offsetWidth >= 24)`) {
		v.must(fmt.Errorf("something is too small to press"))
	}
}

// testSaid: what changes without a click is said to who does not see it, and controls have
// names that hold without what stands around them.
func (s *browserSuite) testSaid(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.store(`{ title: "Crêpes", tags: ["sweet"] }`, `{ title: "Crumble" }`)
	v.reload()
	said := func(id, text string) {
		t.Helper()
		v.wait(`document.querySelector("` + id + `").textContent === ` + quote(text) + ` && document.querySelector("` + id + `").role === "status"`)
	}
	said("#list-said", "2 recipes found.")
	v.fill("#find-q", "crep")
	said("#list-said", "1 recipe found.")
	v.fill("#find-q", "none")
	said("#list-said", "No recipe has “none” in it.")
	v.open("#/trash")
	said("#trash-said", "The trash is empty.")
	v.open("#/")
	v.see("#count", "2")
	v.wait(`document.querySelector('[aria-label="Favorite: Crêpes"]') && document.querySelector('[aria-label="Recipes with the tag sweet"]')`)
	v.open("#/recipes/" + v.text(`[...document.querySelectorAll(".card")].find((e) => e.textContent.includes("Crêpes")).dataset.id`))
	v.see("#reading-title", "Crêpes")
	for _, name := range []string{"Edit Crêpes", "Delete Crêpes", "Print Crêpes"} {
		v.wait(`document.querySelector('[aria-label="` + name + `"]').checkVisibility()`)
	}
	v.click("#add")
	v.wait(`document.querySelector("#recipe-title").required && document.querySelector('label[for="recipe-title"]').innerText.includes("required")`)
}

// text is what a script answers.
func (v *visitor) text(script string) string {
	v.Helper()
	answer, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](script))
	v.must(err)
	return answer
}

// testAxe looks for faults of accessibility in every state, in both colour schemes and at
// both ends of the widths (https://github.com/dequelabs/axe-core).
func (s *browserSuite) testAxe(t *testing.T) {
	packages := packagesOf(t, "TEST_AXE", "functions/local/page/testdata/js")
	source, err := os.ReadFile(filepath.Join(packages, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	v := s.visit(t)
	v.axe = string(source)
	v.faultless("sign-in")
	v.expect(refusal(400))
	v.click("#account-go")
	v.see("#account-email-error", "not an e-mail address")
	v.faultless("refused sign-in")
	v.click("#google")
	v.faultless("Google account")
	v.click("#google-account [data-close]")
	v.signUp()
	v.faultless("empty list")
	v.store(gnocchi, `{ title: "Crêpes", rating: 4.5, favorite: true, made: true, lastMadeAt: "2026-01-05T12:00:00Z" }`, `{ title: "Gone" }`)
	v.run(`import("/page/api.js").then(async ({ recipes }) => recipes.trash((await recipes.list({ q: "gone" })).recipes[0].id)).then(() => undefined)`)
	v.reload()
	for _, view := range v.views() {
		v.open(view.address)
		v.see(view.selector, "")
		v.faultless(view.address)
	}
	v.states()
}

// states are the states that no address opens.
func (v *visitor) states() {
	v.Helper()
	v.open("#/trash")
	v.click("#trash-empty")
	v.faultless("question")
	v.click("#ask-no")
	v.open("#/import")
	v.fill("#import-text", `[{"@type": "Recipe", "name": "Tea", "cookTime": "a good while"}, {"@type": "Recipe", "recipeIngredient": ["salt"]}]`)
	v.click("#import-look")
	v.see("#preview-title", "2 recipes found")
	v.click("#preview-list .found-dropped:not([hidden]) summary")
	v.faultless("preview")
	v.open("#/?q=gnocchi&rating=5")
	v.see("#empty", "No recipe fits")
	v.faultless("nothing found")
	v.menu("#devices summary")
	v.faultless("menu")
	v.click("#delete-account")
	v.see("#ask", "Sign in once more")
	v.faultless("delete the account")
	v.click("#ask-no")
	v.click("#add")
	v.fill("#recipe-url", "x")
	v.click("#editor-nutrition summary")
	v.expect(refusal(422))
	v.click("#editor-save")
	v.see("#editor-summary", "2 things")
	v.faultless("refused recipe")
	v.keys(kb.Escape)
	v.click("#editor-throw")
	v.run(`globalThis.real = fetch; globalThis.fetch = async () => { throw new TypeError("no network"); }`)
	v.open("#/")
	v.see("#connection", "The server does not answer.")
	v.faultless("no server")
	v.run(`globalThis.fetch = real`)
	v.miss("#connection")
	v.expect(refusal(401))
	v.run(`import("/page/api.js").then(({ sessions }) => sessions.end())`)
	v.open("#/trash")
	v.see("#signin-notice", "Your session has ended")
	v.faultless("session ended")
}

// faultless runs axe on the state that is shown.
func (v *visitor) faultless(state string) {
	v.Helper()
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{320, 1440} {
			v.do("resize", chromedp.EmulateViewport(width, 900))
			v.media("screen", scheme)
			v.run(v.axe)
			found := v.textOf(`(async () => {
				await Promise.all(document.getAnimations().filter((a) => a.effect.getTiming().iterations !== Infinity).map((a) => a.finished.catch(() => {})));
				const { violations } = await axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
				return violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 160) + " " + n.failureSummary.split("\n")[1].trim()).join("; ")).join("\n");
			})()`)
			if found != "" {
				v.Errorf("%s, %s, %d px wide:\n%s", state, scheme, width, found)
			}
		}
	}
	v.do("resize", chromedp.EmulateViewport(1280, 900))
	v.media("screen", "light")
}

// media shows the page as on a screen or on paper, in a colour scheme.
func (v *visitor) media(medium, scheme string) {
	v.Helper()
	v.do("set the medium", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Media: medium, Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return err
	}))
}

// textOf is what the promise of a script answers.
func (v *visitor) textOf(script string) string {
	v.Helper()
	answer, err := chromedp.Run(v.ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	v.must(err)
	return answer
}
