package main_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// TestBrowserPage visits the page of the local runner with a real browser. Each story is
// one visitor, or two, with an account of their own.
func TestBrowserPage(t *testing.T) {
	s := newBrowserSuite(t)
	for name, story := range map[string]func(*testing.T){
		"story":                 s.testStory,
		"sign up":               s.testSignUp,
		"devices":               s.testDevices,
		"delete everything":     s.testDeleteEverything,
		"tabs":                  s.testTabs,
		"find":                  s.testFind,
		"address of the list":   s.testListAddress,
		"looked at again":       s.testLookedAtAgain,
		"skeleton":              s.testSkeleton,
		"trash":                 s.testTrash,
		"reading":               s.testReading,
		"nutrition":             s.testNutrition,
		"amounts":               s.testAmounts,
		"cooking":               s.testCooking,
		"print":                 s.testPrint,
		"picture":               s.testPicture,
		"import":                s.testImport,
		"import many":           s.testImportMany,
		"import problems":       s.testImportProblems,
		"export":                s.testExport,
		"newer version":         s.testNewerVersion,
		"session ends":          s.testSessionEnds,
		"lost answer":           s.testLostAnswer,
		"try again":             s.testTryAgain,
		"offline":               s.testOffline,
		"server gone":           s.testServerGone,
		"refused fields":        s.testRefusedFields,
		"hostile text":          s.testHostileText,
		"keyboard":              s.testKeyboard,
		"narrow and wide":       s.testWidths,
		"what a reader is told": s.testSaid,
		"axe":                   s.testAxe,
		"docs":                  s.testDocs,
		"import duplicate":      s.testImportDuplicate,
		"trash for good":        s.testTrashForGood,
		"sign out others":       s.testSignOutOthers,
	} {
		t.Run(name, story)
	}
}

// signUp makes an account of the test's own, whose pantry is empty.
func (v *visitor) signUp() (email, password string) {
	v.Helper()
	email, password = fmt.Sprintf("cook-%d@pantry.example", time.Now().UnixNano()), "a good password"
	v.click(`label:has([value="up"])`)
	v.fill("#account-email", email)
	v.fill("#account-password", password)
	v.keys(kb.Enter)
	v.see("#empty", "Your pantry is empty")
	return email, password
}

func (v *visitor) signIn(email, password string) {
	v.Helper()
	v.click(`label:has([value="in"])`)
	v.fill("#account-email", email)
	v.fill("#account-password", password)
	v.click("#account-go")
	v.see("#who", "")
	v.miss("#signin")
}

// add adds a recipe and leaves it open in the reading view.
func (v *visitor) add(title string) {
	v.Helper()
	v.click("#add")
	v.fill("#recipe-title", title)
	v.click("#editor-save")
	v.see("#reading-title", title)
	v.miss("#editor")
}

// store creates recipes by the API, as another device would.
func (v *visitor) store(recipes ...string) {
	v.Helper()
	for _, recipe := range recipes {
		v.run(`import("/page/api.js").then(({ recipes }) => recipes.create(` + recipe + `, crypto.randomUUID())).then(() => undefined)`)
	}
}

// open opens an address of the page, such as #/trash.
func (v *visitor) open(address string) {
	v.Helper()
	v.run(`location.hash = ` + quote(address))
}

func (v *visitor) menu(button string) {
	v.Helper()
	v.click("#who")
	v.see("#menu-time", "Signed in for")
	v.click(button)
}

func (s *browserSuite) testStory(t *testing.T) {
	v := s.visit(t)
	v.click("#demo")
	v.see("#who-name", "Demo Cook")
	v.see("#count", "8")
	v.wait(`document.title === "Recipes – Pantry"`)

	v.click("#add")
	v.fill("#recipe-title", "Apple crumble")
	v.fill("#recipe-url", "www.example.com/crumble")
	v.fill("#recipe-ingredients", "4 apples\n100 g butter")
	v.fill("#recipe-tags", "dessert, autumn")
	v.click("#editor-save")
	v.see("#reading-title", "Apple crumble")
	v.wait(`document.querySelector("#toast p") && getComputedStyle(document.querySelector("#toast")).pointerEvents === "none"`)
	v.wait(`document.activeElement.id === "reading-title"`)
	v.wait(`document.querySelector("#reading-source a").href === "https://www.example.com/crumble"`)
	v.see("#reading-tags", "autumn")

	v.click(`#reading-rating label:nth-of-type(5)`) // the first label is "No rating"
	v.click(`[data-do="made"]`)
	v.see("#reading-made", "Last made today")
	v.click(`#reading [data-do="favorite"]`)
	v.wait(`document.querySelector('#reading [data-do="favorite"]').ariaPressed === "true"`)
	v.wait(`!document.querySelector('#reading [aria-busy]')`)

	v.click(`#reading [data-do="edit"]`)
	v.see("#recipe-ingredients", "4 apples\n100 g butter")
	v.wait(`document.querySelector('#recipe-rating input:checked').value === "4"`)
	v.fill("#recipe-title", "Apple and pear crumble")
	v.click("#editor-save")
	v.see("#reading-title", "Apple and pear crumble")

	v.click("#reading-back")
	v.see("#count", "9")
	v.wait(`document.activeElement.textContent === "Apple and pear crumble"`)
	v.keys(kb.Enter)
	v.see("#reading-title", "Apple and pear crumble")
	v.click(`#reading [data-do="trash"]`)
	v.see("#toast", "“Apple and pear crumble” is in the trash.")
	v.see("#count", "8")
	v.wait(`document.activeElement.textContent === "Undo"`)
	v.keys(kb.Enter)
	v.see("#reading-title", "Apple and pear crumble")

	v.reload()
	v.see("#reading-title", "Apple and pear crumble")
	v.wait(`document.querySelector('#reading-rating input:checked').value === "4"`)
	v.click("#reading-back")
	v.see("#count", "9")

	v.menu("#sign-out")
	v.see("#signin-notice", "You are signed out.")
	v.wait(`!document.querySelector("#signin-notice").matches(".warn")`)
	v.miss(".card")
	v.reload()
	v.see("#signin", "E-mail")
}
