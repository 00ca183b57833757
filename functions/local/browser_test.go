package main_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// TestPage visits the page of the local runner with a real browser.
func TestPage(t *testing.T) {
	s := newBrowserSuite(t)
	t.Run("story", s.testStory)
	t.Run("devices", s.testDevices)
	t.Run("tabs", s.testTabs)
	t.Run("sign up", s.testSignUp)
	t.Run("keyboard", s.testKeyboard)
	t.Run("phone", s.testPhone)
	t.Run("find", s.testFind)
	t.Run("newer version", s.testNewerVersion)
	t.Run("session ends while typing", s.testSessionEnds)
	t.Run("lost answer", s.testLostAnswer)
	t.Run("try again", s.testTryAgain)
	t.Run("refused fields", s.testRefusedFields)
	t.Run("hostile text", s.testHostileText)
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
	v.see("#recipes-title", "Recipes")
}

func (v *visitor) add(title string) {
	v.Helper()
	v.click("#add")
	v.fill("#recipe-title", title)
	v.click("#editor-save")
	v.see(".card-title", title)
	v.miss("#editor")
}

func (s *browserSuite) testStory(t *testing.T) {
	v := s.visit(t)
	v.click("#demo")
	v.see("#who-name", "demo@pantry.example")
	v.see("#count", "6")
	v.see("#clock", "6 days 23:59")

	v.click("#add")
	v.fill("#recipe-title", "Apple crumble")
	v.fill("#recipe-url", "https://example.com/crumble")
	v.fill("#recipe-ingredients", "4 apples\n100 g butter")
	v.fill("#recipe-tags", "dessert, autumn")
	v.click("#editor-save")
	v.see(".card-title", "Apple crumble")
	v.see("#count", "7")
	card := `.card:has([href="https://example.com/crumble"]) `
	v.see(card+".tags", "autumn")
	v.wait(`document.activeElement.textContent === "Apple crumble"`)

	v.click(card + `.stars label:nth-of-type(5)`) // the first label is "No rating"
	v.click(card + `[data-do="made"]`)
	v.see(card+".card-facts", "Made ")
	v.click(card + `[data-do="favorite"]`)
	v.wait(`document.querySelector('` + card + `[data-do="favorite"]').ariaPressed === "true"`)
	v.wait(`!document.querySelector('` + card + `[aria-busy]')`)

	v.click(card + `[data-do="edit"]`)
	v.see("#recipe-ingredients", "4 apples\n100 g butter")
	v.wait(`document.querySelector('#recipe-rating input:checked').value === "4"`)
	v.fill("#recipe-title", "Apple and pear crumble")
	v.click("#editor-save")
	v.see(card+".card-title", "Apple and pear crumble")

	v.click(card + `[data-do="trash"]`)
	v.see(".gone", "“Apple and pear crumble” is in the trash.")
	v.see("#count", "6")
	v.wait(`document.activeElement.textContent === "Undo"`)
	v.keys(kb.Enter)
	v.see(card+".card-title", "Apple and pear crumble")
	v.see("#count", "7")

	v.reload()
	v.see(card+".card-title", "Apple and pear crumble")
	v.wait(`document.querySelector('` + card + `.stars input:checked').value === "4"`)

	v.click("#sign-out")
	v.see("#signin-notice", "You are signed out.")
	v.miss(".card")
	v.reload()
	v.see("#signin", "E-mail")
}

func (s *browserSuite) testDevices(t *testing.T) {
	first, second := s.visit(t), s.visit(t)
	email, password := first.signUp()
	first.see("#no-others", "None is signed in.")
	second.signIn(email, password)
	first.click("#look")
	first.see("#others", "Chrome on Linux")
	first.miss("#no-others")

	second.click("#add")
	second.fill("#recipe-title", "Half a recipe")
	first.click("#others button")
	first.see("#no-others", "None is signed in.")
	second.expect(refusal(401))
	second.click("#editor-save")
	second.see("#signin-notice", "Your session has ended")

	second.signIn(email, password)
	second.see("#recipe-title", "Half a recipe")
	second.click("#editor-cancel")
	second.click("#editor-throw")
	second.miss("#editor")

	first.click("#sign-out-all")
	first.see("#everywhere", "Every device")
	first.click("#everywhere-yes")
	first.see("#signin-notice", "You are signed out on every device.")
	second.expect(refusal(401))
	second.click("#look")
	second.see("#signin-notice", "Your session has ended")
}

// testTabs: what one tab does to the session shows in the other.
func (s *browserSuite) testTabs(t *testing.T) {
	first := s.visit(t)
	email, password := first.signUp()
	second := first.tab()
	second.see("#who-name", email)
	first.click("#sign-out")
	second.see("#signin", "E-mail")
	first.click("#demo")
	second.see("#who-name", "demo@pantry.example")
	second.see(".card-title", "Crêpes")
	second.click("#sign-out")
	first.see("#signin", "E-mail")
	first.signIn(email, password)
	second.see("#who-name", email)
	second.see("#empty", "Your pantry is empty")
}

func (s *browserSuite) testSignUp(t *testing.T) {
	v := s.visit(t)
	v.expect(refusal(400))
	v.click("#account-go")
	v.see("#account-email-error", "not an e-mail address")
	v.fill("#account-email", "nobody@pantry.example")
	v.fill("#account-password", "short")
	v.click("#account-go")
	v.see("#account-email-error", "no account with this address")
	v.click(`label:has([value="up"])`)
	v.click("#account-go")
	v.see("#account-password-error", "at least 6 characters")
	v.wait(`document.activeElement.id === "account-password"`)

	v.click("#google")
	v.fill("#google-email", fmt.Sprintf("google-%d@gmail.example", time.Now().UnixNano()))
	v.click("#google-form .primary")
	v.see("#empty", "Your pantry is empty")

	// The sign-in of this tab can begin the session's time again.
	v.wait(`!document.querySelector("#clock").textContent.endsWith("23:59:59")`) // a session ends at a full second
	v.run(`globalThis.firstEnd = document.querySelector("#session-end").dateTime`)
	v.click("#renew")
	v.see("#toast", "The session’s time starts again.")
	v.wait(`document.querySelector("#session-end").dateTime > firstEnd`)
	v.see("#no-others", "None is signed in.") // it replaced this device's session
}

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
	v.wait(`document.activeElement.id === "recipes-title"`)

	v.tabTo("#add")
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
	v.see(".card-title", "Toast")
	v.wait(`document.querySelector(".card .stars input:checked").value === "3"`)

	v.tabTo(".card .stars input:checked")
	v.keys(kb.ArrowLeft)
	v.wait(`document.activeElement.value === "2"`)
	v.tabTo(`[data-do="made"]`)
	v.keys(" ")
	v.see(".card-facts", "Made ")
	v.wait(`document.activeElement.dataset.do === "made"`)
	v.reload()
	v.see(".card-facts", "Made ")
	v.wait(`document.querySelector(".card .stars input:checked").value === "2"`)
}

func (s *browserSuite) testPhone(t *testing.T) {
	v := s.visit(t)
	v.do("take a phone", chromedp.EmulateViewport(320, 568, chromedp.EmulateMobile, chromedp.EmulateTouch), chromedp.Reload())
	v.see("#signin", "E-mail")
	v.fits()
	v.signUp()
	v.wait(`!document.querySelector("#session").open`)
	v.see("#session-brief", "7 days left")
	v.click("#session summary")
	v.see("#clock", "23:59")
	v.fits()
	v.click("#add")
	v.fits()
	v.fill("#recipe-title", "Donaudampfschifffahrtsgesellschaftskapitänsmützenkuchenrezept "+"👩‍🍳"+" طبق اليوم")
	v.fill("#recipe-ingredients", "1 averyveryveryveryveryveryveryveryveryveryveryveryveryverylongword")
	v.click("#editor-save")
	v.see(".card-title", "Donaudampf")
	v.click(".how summary")
	v.fits()
	v.click(`[data-do="trash"]`)
	v.see(".gone", "Donaudampf")
	v.fits()
}

// fits checks that nothing has to be scrolled sideways to, and that what can be pressed is
// large enough for a thumb (WCAG 2.2, 2.5.8).
func (v *visitor) fits() {
	v.Helper()
	if !v.is(`document.documentElement.scrollWidth <= innerWidth && [...document.querySelectorAll("dialog[open] .sheet-body")].every((e) => e.scrollWidth <= e.clientWidth)`) {
		v.must(fmt.Errorf("the page scrolls sideways"))
	}
	if !v.is(`[...document.querySelectorAll("button, summary, select, label:has(input), .stars label")].filter((e) => e.checkVisibility({ visibilityProperty: true }))
		.every((e) => e.offsetHeight >= 24 && e.offsetWidth >= 24)`) {
		v.must(fmt.Errorf("something is too small to press"))
	}
}
