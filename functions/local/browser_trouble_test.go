package main_test

import (
	"strconv"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// testFind searches, filters and pages through more recipes than one page holds.
func (s *browserSuite) testFind(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.run(`(async () => {
		const { recipes } = await import("/page/api.js");
		for (let n = 0; n < 30; n++) await recipes.create({ title: "Soup " + n, tags: n === 7 ? ["crème"] : [], favorite: n < 2 }, crypto.randomUUID());
	})()`)
	v.click(`#find label:has([value="made"])`)
	v.see("#empty", "No recipe is marked as made yet.")
	v.click("#empty-do")
	v.see("#count", "30")
	v.wait(`document.querySelectorAll(".card").length === 25`)
	v.click("#more")
	v.wait(`document.querySelectorAll(".card").length === 30`)
	v.wait(`document.activeElement === document.querySelectorAll(".card-title")[25]`)
	v.miss("#more")
	if got := distinctTitles(v); got != "30" {
		t.Errorf("%s distinct recipes after Show more, want 30", got)
	}

	v.fill("#find-q", "creme")
	v.see("#count", "1")
	v.see(".card-title", "Soup 7")
	v.fill("#find-q", "nothing like it")
	v.see("#empty", "No recipe here has “nothing like it”")
	v.click("#empty-do")
	v.see("#count", "30")
	v.click(`#find label:has([value="favorite"])`)
	v.see("#count", "2")
	v.click(`[data-do="trash"]`)
	v.see(".gone", "is in the trash")
	v.click(`#find label:has([value="trash"])`)
	v.wait(`document.querySelectorAll(".card.trashed").length === 1`)
	v.click(`[data-do="restore"]`)
	v.see("#empty", "The trash is empty.")
}

func distinctTitles(v *visitor) string {
	for n := range 31 {
		if v.is(`new Set([...document.querySelectorAll(".card-title")].map((e) => e.textContent)).size === ` + strconv.Itoa(n)) {
			return strconv.Itoa(n)
		}
	}
	return "more than 30"
}

// testNewerVersion changes a recipe that was changed elsewhere meanwhile.
func (s *browserSuite) testNewerVersion(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.add("Gnocchi")
	v.click(`[data-do="edit"]`)
	v.fill("#recipe-title", "Gnocchi with sage")
	v.fill("#recipe-notes", "Mine")
	v.elsewhere(`recipes.patch(id, { notes: "Theirs", servings: 3 })`)
	v.expect(refusal(412))
	v.click("#editor-save")
	v.see("#editor-problem", "changed somewhere else")
	v.keys(kb.Enter) // the offer has the focus
	v.see("#editor-notice", "The newer version is loaded.")
	v.see("#recipe-title", "Gnocchi with sage")
	v.see("#recipe-servings", "3")
	v.see("#recipe-notes", "Mine")
	v.see(".theirs", "Theirs")
	v.click("#editor-save")
	v.miss("#editor")
	v.see(".card-title", "Gnocchi with sage")
	v.see(".card-facts", "Serves 3")

	// And one that was deleted elsewhere: what was typed becomes a new one.
	v.click(`[data-do="edit"]`)
	v.fill("#recipe-description", "Worth keeping")
	v.elsewhere(`recipes.trash(id)`)
	v.expect(refusal(404))
	v.expect(refusal(409))
	v.click("#editor-save")
	v.see("#editor-problem", "saved as a new recipe")
	v.see("#recipe-description", "Worth keeping")
	v.see("#recipe-title", "Gnocchi with sage")
	v.click("#editor-save")
	v.miss("#editor")
	v.see(".card-about", "Worth keeping")
}

// elsewhere calls the API for the recipe on the page as another device would.
func (v *visitor) elsewhere(call string) {
	v.Helper()
	v.run(`import("/page/api.js").then(({ recipes }) => { const { id } = document.querySelector(".card").dataset; return ` + call + `; }).then(() => undefined)`)
}

func (s *browserSuite) testSessionEnds(t *testing.T) {
	v := s.visit(t)
	email, password := v.signUp()
	v.click("#add")
	v.fill("#recipe-title", "Slow bread")
	v.fill("#recipe-steps", "Wait.\n\nBake.")
	v.run(`import("/page/api.js").then(({ sessions }) => sessions.end())`)
	v.expect(refusal(401))
	v.click("#editor-save")
	v.see("#signin-notice", "What you typed is kept")
	v.miss("#editor")
	v.signIn(email, password)
	v.see("#recipe-title", "Slow bread")
	v.click("#editor-save")
	v.see(".card-title", "Slow bread")
	v.see("#count", "1")

	// Somebody else who signs in at this device does not get to see what was typed.
	v.click("#add")
	v.fill("#recipe-title", "A family secret")
	v.run(`import("/page/api.js").then(({ sessions }) => sessions.end())`)
	v.click("#editor-save")
	v.see("#signin-notice", "What you typed is kept")
	v.click("#demo")
	v.see("#who-name", "demo@pantry.example")
	v.see(".card-title", "Crêpes")
	v.miss("#editor")
	v.click("#add")
	v.wait(`document.querySelector("#recipe-title").value === ""`)
}

// testLostAnswer loses the answer to a recipe that was stored: trying again must not
// store it twice.
func (s *browserSuite) testLostAnswer(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.run(`(() => {
		const real = fetch;
		globalThis.fetch = async (url, request) => {
			const answer = await real(url, request);
			if (request.method !== "POST") return answer;
			globalThis.fetch = real;
			throw new TypeError("the connection is lost");
		};
	})()`)
	v.click("#add")
	v.fill("#recipe-title", "Once only")
	v.click("#editor-save")
	v.see("#editor-problem", "No answer came.")
	v.see("#recipe-title", "Once only")
	v.click("#editor-problem button")
	v.see(".card-title", "Once only")
	v.reload()
	v.see("#count", "1")
	v.wait(`document.querySelectorAll(".card").length === 1`)
}

// testTryAgain meets a service that is not available for a while.
func (s *browserSuite) testTryAgain(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.add("Patience")
	v.run(`(() => {
		const real = fetch;
		let left = 2;
		globalThis.fetch = async (url, request) => {
			if (!url.startsWith("/recipes") || left-- === 0) { globalThis.fetch = real; return real(url, request); }
			return new Response(JSON.stringify({ status: 503, code: "unavailable", detail: "The recipes cannot be reached just now." }),
				{ status: 503, headers: { "Content-Type": "application/problem+json", "Retry-After": "1" } });
		};
	})()`)
	v.click(`[data-do="favorite"]`)
	v.see(".card-problem", "The recipes cannot be reached just now.")
	v.see(".card-problem button", "Try again in 1 s")
	v.see(".card-problem button:not([aria-disabled=true])", "Try again")
	v.click(".card-problem button")
	v.see(".card-problem button", "Try again in 1 s")
	v.see(".card-problem button:not([aria-disabled=true])", "Try again")
	v.click(".card-problem button")
	v.wait(`document.querySelector('[data-do="favorite"]').ariaPressed === "true"`)
	v.miss(".card-problem .problem")
}

func (s *browserSuite) testRefusedFields(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.click("#add")
	v.fill("#recipe-url", "javascript:alert(1)")
	v.fill("#recipe-prep", "20000")
	v.expect(refusal(422))
	v.click("#editor-save")
	v.see("#recipe-title-error", "Must")
	v.see("#recipe-url-error", "Must start with http:// or https://.")
	v.see("#recipe-prep-error", "Must be at most 10080.")
	v.wait(`document.activeElement.id === "recipe-title"`)
	v.wait(`document.querySelector("#recipe-title").ariaInvalid === "true"`)
	v.fill("#recipe-title", "Refused no more")
	v.miss("#recipe-title-error")
	v.fill("#recipe-url", "https://example.com/")
	v.fill("#recipe-prep", "20")
	v.click("#editor-save")
	v.see(".card-title", "Refused no more")
}

// testHostileText shows what tries to be more than text.
func (s *browserSuite) testHostileText(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	title := `<img src=x onerror="document.title='owned'"><script>document.title="owned"</script>`
	v.add(title)
	v.elsewhere(`recipes.patch(id, { description: "</p><b>bold</b>", tags: ["<i>"], notes: "<svg onload=alert(1)>", imageUrl: "https://elsewhere.example/x.png" })`)
	v.reload()
	v.see(".card-title", title)
	v.see(".card-about", "</p><b>bold</b>")
	if v.is(`document.title !== "Pantry" || document.querySelector(".card img, .card b, .card i, .card script") !== null`) {
		t.Error("a recipe's text became part of the page")
	}
	for _, address := range []string{"javascript:alert(1)", " JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "//", "x"} {
		v.run(`import("/page/dom.js").then(({ link }) => { if (link("text", ` + quote(address) + `) !== null) throw new Error("linked"); })`)
	}
	v.expect("This document requires 'TrustedHTML' assignment.")
	if !v.is(`(() => { try { document.createElement("div").innerHTML = "x"; return false } catch { return true } })()`) {
		t.Error("the page's policy lets text become HTML")
	}
}
