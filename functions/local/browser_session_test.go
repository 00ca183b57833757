package main_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

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
	v.see("#who-name", "Cook Example")

	// The sign-in of this tab can begin the session's time again.
	v.click("#who")
	v.see("#menu-time", "Signed in for 7 days more, until "+time.Now().AddDate(0, 0, 7).Format("Monday, January 2 at"))
	v.wait(`document.querySelector("#account").elements.mode.value === "in"`) // it has an account now
	v.run(`globalThis.firstEnd = document.querySelector("#session-end").dateTime`)
	v.run(`new Promise((done) => setTimeout(done, 1100))`) // a session ends at a full second
	v.click("#renew")
	v.see("#toast", "Your session’s time starts again.")
	v.wait(`document.querySelector("#session-end").dateTime > firstEnd`)
	v.see("#devices-count", "1") // it replaced this device's session
}

func (s *browserSuite) testDevices(t *testing.T) {
	first, second := s.visit(t), s.visit(t)
	email, password := first.signUp()
	second.signIn(email, password)
	first.click("#who")
	first.see("#devices-count", "2")
	first.click("#devices summary")
	first.see("#devices-list", "This device")
	first.see("#devices-list", "Chrome on Linux")

	second.click("#add")
	second.fill("#recipe-title", "Half a recipe")
	first.click("#devices-list button")
	first.see("#devices-count", "1")
	first.wait(`document.activeElement.matches("#devices summary")`)
	second.expect(refusal(401))
	second.click("#editor-save")
	second.see("#signin-notice", "Your session has ended")
	second.wait(`document.querySelector("#signin-notice").matches(".warn")`)

	second.signIn(email, password)
	second.see("#recipe-title", "Half a recipe")
	second.click("#editor-cancel")
	second.click("#editor-throw")
	second.miss("#editor")

	first.click("#sign-out-all")
	first.see("#ask", "Every device")
	first.click("#ask-yes")
	first.see("#signin-notice", "You are signed out on every device.")
	second.expect(refusal(401))
	second.click("#who")
	second.see("#signin-notice", "Your session has ended")
}

// testSignOutOthers: with ten devices everything in the menu can be reached, on a laptop
// and on a small phone.
func (s *browserSuite) testSignOutOthers(t *testing.T) {
	v := s.visit(t)
	email, password := v.signUp()
	v.run(`(async () => {
		const { signIn } = await import("/page/session/firebase.js");
		for (let n = 0; n < 9; n++) {
			const user = await signIn(` + quote(email) + `, ` + quote(password) + `);
			const answer = await fetch("/set-cache", { method: "POST", credentials: "omit", headers: { "Content-Type": "application/json" },
				body: JSON.stringify({ UserID: user.userID, AuthToken: user.idToken, Transport: "bearer" }) });
			if (!answer.ok) throw new Error(await answer.text());
		}
	})()`)
	for _, size := range [][2]int64{{320, 568}, {1366, 768}} {
		v.do("resize", chromedp.EmulateViewport(size[0], size[1]))
		v.click("#who")
		v.see("#devices-count", "10")
		v.click("#devices summary")
		v.wait(`document.querySelectorAll("#devices-list .device").length === 10`)
		v.do("scroll", chromedp.ScrollIntoView(chromedp.CSS("#delete-account"), chromedp.NodeVisible))
		for _, button := range []string{"#sign-out-others", "#sign-out-all", "#delete-account"} {
			v.reaches(button)
		}
		v.click("#devices summary")
		v.run(`document.querySelector("#menu").hidePopover()`)
	}
	v.click("#who")
	v.see("#devices-count", "10")
	v.click("#sign-out-others")
	v.see("#toast", "Your other devices are signed out.")
	v.see("#devices-count", "1")
	v.miss("#sign-out-others")
}

// reaches checks that a pointer hits an element once it is scrolled to.
func (v *visitor) reaches(selector string) {
	v.Helper()
	if !v.is(`(() => {
		const e = document.querySelector(` + quote(selector) + `);
		e.scrollIntoView({ block: "nearest" });
		const box = e.getBoundingClientRect();
		return e.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
	})()`) {
		v.must(fmt.Errorf("%s cannot be reached", selector))
	}
}

func (s *browserSuite) testDeleteEverything(t *testing.T) {
	v := s.visit(t)
	email, password := v.signUp()
	v.add("Soon gone")
	v.menu("#delete-recipes")
	v.see("#ask", "Every recipe of this account")
	v.keys("\x1b")
	v.miss("#ask")
	v.see("#reading-title", "Soon gone")

	// The server wants a sign-in of the last ten minutes: the dialog asks for one.
	v.run(`(() => {
		const real = fetch;
		globalThis.fetch = async (url, request) => {
			if (request?.method !== "DELETE" || !url.includes("all=true")) return real(url, request);
			globalThis.fetch = real;
			return new Response(JSON.stringify({ status: 401, code: "recent_login_required", detail: "Sign in again." }), { status: 401, headers: { "Content-Type": "application/problem+json" } });
		};
	})()`)
	v.menu("#delete-recipes")
	v.click("#ask-yes")
	v.see("#ask", "Sign in once more")
	v.wait(`document.activeElement.id === "ask-password"`)
	v.expect(refusal(400))
	v.fill("#ask-password", "a wrong password")
	v.click("#ask-yes")
	v.see("#ask-password-error", "password is wrong")
	v.fill("#ask-password", password)
	v.click("#ask-yes")
	v.see("#toast", "All recipes are deleted.")
	v.miss("#ask")
	v.expect(refusal(404))
	v.see("#reading-problem", "There is no such recipe.")
	v.open("#/")
	v.see("#empty", "Your pantry is empty")

	v.menu("#delete-account")
	v.see("#ask", email)
	v.fill("#ask-password", password)
	v.click("#ask-yes")
	v.see("#signin-notice", "Your account and all of its recipes are deleted.")
	v.click(`label:has([value="in"])`)
	v.fill("#account-email", email)
	v.fill("#account-password", password)
	v.click("#account-go")
	v.see("#account-email-error", "no account with this address")
}

// testTabs: what one tab does to the session shows in the other.
func (s *browserSuite) testTabs(t *testing.T) {
	first := s.visit(t)
	email, password := first.signUp()
	second := first.tab()
	for _, tab := range []*visitor{first, second} {
		tab.expect(refusal(401)) // a tab may ask for the devices while the other one signs out
	}
	second.wait(`document.querySelector("#menu-email").textContent === ` + quote(email))
	second.click("#add")
	second.fill("#recipe-title", "Typed in the other tab")
	first.menu("#sign-out")
	second.see("#signin-notice", "You signed out in another tab. What you typed is kept")
	second.wait(`document.querySelector("#signin-notice").matches(".warn")`)
	first.signIn(email, password)
	second.see("#recipe-title", "Typed in the other tab")
	second.click("#editor-cancel")
	second.click("#editor-throw")

	first.menu("#sign-out")
	second.see("#signin-notice", "You signed out in another tab.")
	first.click("#demo")
	second.see("#who-name", "Demo Cook")
	second.see(".card-title", "Crêpes")
	second.menu("#sign-out")
	first.see("#signin", "E-mail")
	first.signIn(email, password)
	second.see("#empty", "Your pantry is empty")
}
