package main_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// testNewerVersion changes a recipe that was changed elsewhere meanwhile.
func (s *browserSuite) testNewerVersion(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.add("Gnocchi")
	v.click(`#reading [data-do="edit"]`)
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
	v.see("#reading-title", "Gnocchi with sage")
	v.see("#reading-facts", "3 servings")

	// And one that was deleted elsewhere: what was typed becomes a new one.
	v.click(`#reading [data-do="edit"]`)
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
	v.see("#reading-about", "Worth keeping")
}

// elsewhere calls the API for the recipe on the page as another device would.
func (v *visitor) elsewhere(call string) {
	v.Helper()
	v.run(`import("/page/api.js").then(({ recipes }) => { const id = location.hash.split(/[/?]/)[2]; return ` + call + `; }).then(() => undefined)`)
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
	v.see("#reading-title", "Slow bread")

	// Somebody else who signs in at this device does not get to see what was typed.
	v.click("#add")
	v.fill("#recipe-title", "A family secret")
	v.run(`import("/page/api.js").then(({ sessions }) => sessions.end())`)
	v.click("#editor-save")
	v.see("#signin-notice", "What you typed is kept")
	v.click("#demo")
	v.see("#who-name", "Demo Cook")
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
	v.see("#reading-title", "Once only")
	v.open("#/")
	v.reload()
	v.see("#count", "1")
	v.wait(`document.querySelectorAll("#list .card").length === 1`)
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
	v.click(`#reading [data-do="favorite"]`)
	v.see("#reading-change", "The recipes cannot be reached just now.")
	v.see("#reading-change button", "Try again in 1 s")
	v.see("#reading-change button:not([aria-disabled=true])", "Try again")
	v.click("#reading-change button")
	v.see("#reading-change button", "Try again in 1 s")
	v.see("#reading-change button:not([aria-disabled=true])", "Try again")
	v.click("#reading-change button")
	v.wait(`document.querySelector('#reading [data-do="favorite"]').ariaPressed === "true"`)
	v.miss("#reading-change .problem")
}

// testOffline loses the server while the list is read, and gets it back without a reload.
func (s *browserSuite) testOffline(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	v.add("Patience")
	v.run(`(() => {
		globalThis.real = fetch;
		globalThis.fetch = async () => { throw new TypeError("no network"); };
	})()`)
	v.open("#/?order=title")
	v.see("#list-problem", "No answer came.")
	v.see("#connection", "The server does not answer. Next try in")
	v.run(`globalThis.fetch = real`)
	v.see(".card-title", "Patience") // by itself
	v.miss("#connection")
	v.miss("#list-problem .problem")

	v.run(`(() => {
		globalThis.fetch = async () => { throw new TypeError("no network"); };
		Object.defineProperty(navigator, "onLine", { configurable: true, get: () => globalThis.fetch === real });
		dispatchEvent(new Event("offline"));
	})()`)
	v.see("#connection", "You are offline.")
	v.fill("#find-q", "pat")
	v.see("#list-problem", "No answer came.")
	v.run(`globalThis.fetch = real; dispatchEvent(new Event("online"))`)
	v.miss("#connection")
	v.miss("#list-problem .problem")
	v.see("#count", "1")

	// The problem of one list is not that of another one, which is still there.
	v.open("#/")
	v.see("#count", "1")
	v.run(`globalThis.fetch = () => Promise.reject(new TypeError())`)
	v.open("#/?q=oven")
	v.see("#list-problem", "No answer came.")
	v.open("#/")
	v.miss("#list-problem .problem")
	v.run(`globalThis.fetch = real`)
}

// testServerGone ends the server while somebody types, and starts it again. It has
// forgotten the session then; the page has not forgotten what was typed.
func (s *browserSuite) testServerGone(t *testing.T) {
	server := runnerWith(t)
	auth := hostOf(authURL(t, server.url))
	at := &browserSuite{url: server.url, hosts: map[string]bool{hostOf(server.url): true, auth: true}, browser: s.browser}
	v := at.visit(t)
	v.click("#demo")
	v.see("#count", "8")
	v.click("#add")
	v.fill("#recipe-title", "Typed in vain?")
	server.end(t)
	v.expect("net::ERR_CONNECTION_REFUSED")
	v.click("#editor-save")
	v.see("#editor-problem", "No answer came.")
	v.open("#/trash")
	v.see("#connection", "The server does not answer.")

	_, port, _ := strings.Cut(hostOf(server.url), ":")
	_, authPort, _ := strings.Cut(auth, ":")
	runnerWith(t, "PORT="+port, "AUTH_PORT="+authPort)
	v.expect(refusal(401))
	v.see("#signin-notice", "Your session has ended. Sign in again. What you typed is kept") // by itself
	v.miss("#connection")
	v.click("#demo")
	v.see("#recipe-title", "Typed in vain?")
	v.click("#editor-save")
	v.see("#reading-title", "Typed in vain?")
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
	v.see("#editor-summary", "3 things have to be changed:")
	v.wait(`document.activeElement.matches(".summary")`)
	v.wait(`document.querySelector("#recipe-title").ariaInvalid === "true"`)
	v.click("#editor-summary li:last-child a")
	v.wait(`document.activeElement.id === "recipe-prep"`)
	v.fill("#recipe-title", "Refused no more")
	v.miss("#recipe-title-error")
	v.fill("#recipe-url", "example.com")
	v.fill("#recipe-prep", "20")
	v.click("#editor-save")
	v.see("#reading-title", "Refused no more")
	v.wait(`document.querySelector("#reading-source a").href === "https://example.com/"`)
}

// testHostileText shows what tries to be more than text.
func (s *browserSuite) testHostileText(t *testing.T) {
	v := s.visit(t)
	v.signUp()
	title := `<img src=x onerror="document.title='owned'"><script>document.title="owned"</script>`
	v.add(title)
	v.elsewhere(`recipes.patch(id, { description: "</p><b>bold</b>", tags: ["<i>"], notes: "<svg onload=alert(1)>" })`)
	v.reload()
	v.see("#reading-title", title)
	v.see("#reading-about", "</p><b>bold</b>")
	if v.is(`document.title === "owned" || document.querySelector("#reading :is(img, b, i, script, svg:not([aria-hidden]))") !== null`) {
		t.Error("a recipe's text became part of the page")
	}
	for _, address := range []string{"javascript:alert(1)", " JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "//", "x"} {
		v.run(`import("/page/ui/dom.js").then(({ link }) => { if (link("text", ` + quote(address) + `) !== null) throw new Error("linked"); })`)
	}
	v.expect("This document requires 'TrustedHTML' assignment.")
	if !v.is(`(() => { try { document.createElement("div").innerHTML = "x"; return false } catch { return true } })()`) {
		t.Error("the page's policy lets text become HTML")
	}
}
