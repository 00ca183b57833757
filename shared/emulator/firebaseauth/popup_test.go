package firebaseauth_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"

	"pantry.example/shared/emulator"
)

// signInWithPopup and signInWithRedirect in a real browser with the real SDK. Both need Google's
// api.js. The test serves a script in its place, and tries that with the official emulator too.
func TestPopupAndRedirect(t *testing.T) {
	chromium, packages := emulator.Chromium(t), filepath.Join(browserSDK(t), "node_modules")
	eachEmulator(t, func(t *testing.T, e firebaseAuth) {
		page := browser(t, chromium)
		app := application(t, packages)
		address := app + "/page.html?" + url.Values{"emulator": {"http://" + e.host}, "project": {project}}.Encode()
		newAccount, oldAccount := `document.querySelector("form button").click()`, `document.querySelector("[data-claims]").click()`
		if e.official {
			newAccount = `toggleForm(true); runAutogen(); document.getElementById("sign-in").click()`
		}
		page.do(chromedp.Navigate(address), chromedp.WaitReady(`body[data-ready]`))
		first := page.popup(newAccount)
		if !first.IsNew || first.Provider != "google.com" || first.Name == "" {
			t.Errorf("the popup signed in %+v, want a new Google account with a name", first)
		}
		if e.official {
			return // its accounts are shared with other tests
		}
		if again := page.popup(oldAccount); again.UID != first.UID || again.IsNew {
			t.Errorf("picking the account again signed in %+v, want %s", again, first.UID)
		}
		page.do(chromedp.Click("#redirect"), chromedp.WaitReady("form"))
		page.loaded()
		page.do(chromedp.Evaluate[chromedp.Void](oldAccount), chromedp.WaitReady(`body[data-ready]`))
		if back := page.result(); back.UID != first.UID {
			t.Errorf("the redirect signed in %+v, want %s", back, first.UID)
		}
	})
}

// The picker shows what users typed; it must be text there.
func TestPopupEscapes(t *testing.T) {
	e := embedded(t, project)
	claims, err := json.Marshal(object{"sub": "x", "email": "a@b.c", "name": `"><script>alert(1)</script>`})
	if err != nil {
		t.Fatal(err)
	}
	e.client(t, "accounts:signInWithIdp", object{
		"requestUri": "http://localhost", "postBody": url.Values{"id_token": {string(claims)}, "providerId": {"google.com"}}.Encode(),
	}).ok(t)
	got := e.do(t, request{method: "GET", path: "/emulator/auth/handler?apiKey=k&providerId=google.com"})
	if got.status != http.StatusOK || !strings.Contains(got.text, "a@b.c") || strings.Contains(got.text, "<script>alert") {
		t.Errorf("the picker = %d: %s", got.status, got.text)
	}
	if policy := got.header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("Content-Security-Policy = %q", policy)
	}
	e.do(t, request{method: "GET", path: "/emulator/auth/iframe?apiKey=k&appName=a"}).ok(t)
	if got := e.do(t, request{method: "GET", path: "/emulator/auth/handler?apiKey=k"}); got.status != http.StatusBadRequest {
		t.Errorf("the picker without a provider = %d, want 400", got.status)
	}
}

// application serves the page and the SDK's packages.
func application(t *testing.T, packages string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.Handle("/node_modules/", http.StripPrefix("/node_modules/", http.FileServer(http.Dir(packages))))
	mux.Handle("/page.html", http.FileServer(http.Dir("testdata/popup")))
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	return srv.URL
}

// browser starts a Chromium that finds Google's api.js here and no other host at all.
func browser(t *testing.T, chromium string) tab {
	t.Helper()
	google := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, "testdata/popup/api.js")
	}))
	t.Cleanup(google.Close)
	rules := fmt.Sprintf("MAP apis.google.com:443 %s, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", google.Listener.Addr().(*net.TCPAddr))
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("ignore-certificate-errors", true),
		chromedp.Flag("disable-popup-blocking", true), chromedp.Flag("host-resolver-rules", rules), chromedp.UserDataDir(t.TempDir()))
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewExecAllocator(ctx, opts...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	page := tab{t, ctx}
	page.do()
	return page
}

// tab is a tab of a browser.
type tab struct {
	*testing.T
	ctx context.Context
}

func (t tab) do(steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(t.ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

// loaded waits until the scripts of a page have run.
func (t tab) loaded() {
	t.Helper()
	if _, err := chromedp.Run(t.ctx, chromedp.Poll[bool](`document.readyState === "complete"`)); err != nil {
		t.Fatal(err)
	}
}

type signedInUser struct {
	UID, Provider, Name string
	IsNew               bool
}

// popup opens the emulator's popup, runs a script in it and returns whom it signed in.
func (t tab) popup(script string) signedInUser {
	t.Helper()
	opened := chromedp.WaitNewTarget(t.ctx, func(i *target.Info) bool { return strings.Contains(i.URL, "/emulator/auth/handler") })
	t.do(chromedp.Click("#popup"))
	window, leave := chromedp.NewContext(t.ctx, chromedp.WithTargetID(<-opened))
	defer leave()
	picker := tab{t.T, window}
	picker.do(chromedp.WaitReady("form"))
	picker.loaded()
	// The window closes while the script runs, which ends the call with an error. Only the
	// result counts.
	_ = chromedp.Do(window, chromedp.Evaluate[chromedp.Void](script))
	return t.result()
}

func (t tab) result() signedInUser {
	t.Helper()
	t.do(chromedp.WaitReady("body[data-result]"))
	text, err := chromedp.Run(t.ctx, chromedp.Evaluate[string]("document.body.dataset.result"))
	if err != nil {
		t.Fatal(err)
	}
	var out signedInUser
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("signing in ended with %s", text)
	}
	return out
}
