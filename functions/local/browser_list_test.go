package main_test

import (
	"strconv"
	"testing"

	"github.com/chromedp/chromedp"
)

// testFind searches, filters and pages through more recipes than one page holds.
func (s *browserSuite) testFind(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.run(`(async () => {
		const { recipes } = await import("/page/api.js");
		for (let n = 0; n < 30; n++) await recipes.create({ title: "Soup " + n, tags: n === 7 ? ["crème"] : [], favorite: n < 2, rating: n % 6 }, crypto.randomUUID());
	})()`)
	v.click(`#find label:has([value="made"])`)
	v.see("#empty", "No recipe is marked as made yet.")
	v.click("#empty-do")
	v.see("#count", "30")
	v.wait(`document.querySelectorAll("#list .card").length === 24`)
	v.click("#more")
	v.wait(`document.querySelectorAll("#list .card").length === 30`)
	v.wait(`document.activeElement === document.querySelectorAll("#list .card-title a")[24]`)
	v.wait(`location.hash === "#/?page=2"`)
	v.miss("#more")
	v.wait(`[...document.querySelectorAll("#list .card")].every((card, n, all) => n % 3 === 0 || card.offsetTop !== all[n - 1].offsetTop || card.offsetHeight === all[n - 1].offsetHeight)`)
	if got := distinctTitles(v); got != "30" {
		t.Errorf("%s distinct recipes after Show more, want 30", got)
	}

	v.fill("#find-q", "creme")
	v.see("#count", "1")
	v.see(".card-title", "Soup 7")
	v.fill("#find-q", "nothing like it")
	v.see("#empty", "No recipe has “nothing like it”")
	v.click("#empty-do")
	v.see("#count", "30")
	v.click(`#find label:has([value="favorite"])`)
	v.see("#count", "2")
	v.run(`(() => { const select = document.querySelector("#find-rating"); select.value = "5"; select.dispatchEvent(new Event("input", { bubbles: true })); })()`)
	v.see("#empty", "No recipe fits all of these filters.")
	v.click(`#find label:has([value="all"])`)
	v.see("#count", "5")
}

func distinctTitles(v *visitor) string {
	for n := range 31 {
		if v.is(`new Set([...document.querySelectorAll("#list .card-title")].map((e) => e.textContent)).size === ` + strconv.Itoa(n)) {
			return strconv.Itoa(n)
		}
	}
	return "more than 30"
}

// testListAddress: what the list shows is in its address, for the back button, a reload
// and a bookmark.
func (s *browserSuite) testListAddress(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.store(`{ title: "Tomato soup", rating: 4, tags: ["soup"], ingredients: ["garlic"] }`, `{ title: "Lentil dal", rating: 5, tags: ["soup"], ingredients: ["2 cloves of garlic"] }`,
		`{ title: "Aioli", rating: 3, tags: ["dip"], ingredients: ["garlic"] }`, `{ title: "Toast", rating: 4, tags: ["quick"] }`)
	v.reload()
	v.see("#count", "4")
	v.click(`.card-title a`)
	v.see("#reading-tags", "quick")
	v.click(`#reading-tags a`)
	v.wait(`location.hash.startsWith("#/?tag=")`)
	v.wait(`document.querySelector("#find-tag").value !== "" && document.querySelectorAll("#list .card").length === 1`)

	v.open("#/?q=garlic&order=title&rating=4")
	v.see("#count", "2")
	v.wait(`[...document.querySelectorAll("#list .card-title")].map((e) => e.textContent).join() === "Lentil dal,Tomato soup"`)
	v.reload()
	v.see("#count", "2")
	v.wait(`document.querySelector("#find-q").value === "garlic" && document.querySelector("#find-order").value === "title" && document.querySelector("#find-rating").value === "4"`)
	v.click(".card-title a")
	v.see("#reading-title", "Lentil dal")
	v.do("go back", chromedp.NavigateBack())
	v.see("#count", "2")
	v.wait(`document.activeElement.textContent === "Lentil dal"`)

	// What nobody can have meant is the list as usual.
	v.open("#/?order=hops&page=-3&rating=toString&show=constructor")
	v.see("#count", "4")
	v.open("#/nowhere/at%E0all")
	v.see("#list-title", "Recipes")
}

func (s *browserSuite) testTrash(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.store(`{ title: "One" }`, `{ title: "Two" }`, `{ title: "Three" }`)
	v.run(`(async () => {
		const { recipes } = await import("/page/api.js");
		for (const { id } of (await recipes.list({})).recipes) await recipes.trash(id);
	})()`)
	v.open("#/trash")
	v.see("#trash-count", "3")
	v.see("#trash-list", "30 days left")
	v.wait(`document.activeElement.id === "trash-title"`)
	v.click(`[data-do="restore"][aria-label="Put it back: One"]`)
	v.see("#toast", "“One” is back in your recipes.")
	v.see("#trash-count", "2")

	v.click(`.trashed-row a`)
	v.see("#reading-trashed", "30 days left")
	v.miss("#reading-cook")
	v.do("go back", chromedp.NavigateBack())
	v.see("#trash-count", "2")
	v.wait(`!document.querySelector("#trash-list").ariaBusy`)
}

// testTrashForGood deletes one recipe for good, and then all that are in the trash.
func (s *browserSuite) testTrashForGood(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.store(`{ title: "One" }`, `{ title: "Two" }`, `{ title: "Three" }`)
	v.run(`(async () => {
		const { recipes } = await import("/page/api.js");
		for (const { id, title } of (await recipes.list({})).recipes) if (title !== "One") await recipes.trash(id);
	})()`)
	v.reload()
	v.see("#count", "1")
	v.open("#/trash")
	v.see("#trash-count", "2")
	v.click(`#trash-list [data-do="erase"][aria-label="Delete for good: Two"]`)
	v.see("#ask", "“Two” cannot be brought back then.")
	v.click("#ask-no")
	v.miss("#ask")
	v.click(`#trash-list [data-do="erase"][aria-label="Delete for good: Two"]`)
	v.click("#ask-yes")
	v.see("#toast", "“Two” is deleted for good.")
	v.see("#trash-count", "1")
	v.click("#trash-empty")
	v.click("#ask-yes")
	v.see("#trash-none", "The trash is empty.")
	v.miss("#trash-empty")
	v.click("#trash-none a")
	v.see("#count", "1")
}

// testLookedAtAgain: somebody who comes back to the tab sees what was added elsewhere, and
// does not lose their place.
func (s *browserSuite) testLookedAtAgain(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.add("Toast")
	v.open("#/")
	v.wait(`document.activeElement.textContent === "Toast"`)
	v.store(`{ title: "From the phone" }`)
	v.run(`document.dispatchEvent(new Event("visibilitychange"))`)
	v.see("#list", "From the phone")
	v.wait(`document.activeElement.textContent === "Toast"`)

	v.click(`.card-title a[href*="/"]`)
	v.see("#reading-title", "From the phone")
	v.store(`{ title: "Once more" }`)
	v.run(`document.dispatchEvent(new Event("visibilitychange"))`)
	v.click("#reading-back")
	v.see("#list", "Once more")
	v.see("#count", "3")
	v.wait(`document.activeElement.textContent === "From the phone"`)
}

// testSkeleton: what the list will look like stands there until it has come.
func (s *browserSuite) testSkeleton(t *testing.T) {
	v := s.visit(t)
	v.run(`(() => {
		const real = fetch;
		globalThis.fetch = async (url, request) => { if (url.startsWith("/recipes")) await new Promise((go) => { globalThis.go = go; }); return real(url, request); };
	})()`)
	v.click("#demo")
	v.see("#skeleton", "")
	v.wait(`document.querySelectorAll("#skeleton .card").length > 3 && document.querySelector("#list-said").textContent === "Loading the recipes."`)
	v.run(`go()`)
	v.see(".card-title", "Crêpes")
	v.miss("#skeleton")
}
