package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// visitor is one person at one device: a browser window with cookies of its own. When the
// test ends, it fails if the page wrote an error, threw, or asked another host for anything.
type visitor struct {
	*testing.T
	suite *browserSuite
	ctx   context.Context

	mu       sync.Mutex
	axe      string // the source of axe-core
	requests int
	faults   []string
	expected []string
}

func (s *browserSuite) visit(t *testing.T) *visitor {
	t.Helper()
	v := s.visitor(s.browser, t, chromedp.WithNewBrowserContext())
	v.see("#signin", "E-mail")
	return v
}

// tab opens one more tab in the same window, with the same cookies.
func (v *visitor) tab() *visitor {
	v.Helper()
	return v.suite.visitor(v.ctx, v.T)
}

func (s *browserSuite) visitor(parent context.Context, t *testing.T, options ...chromedp.ContextOption) *visitor {
	t.Helper()
	ctx, stop := chromedp.NewContext(parent, options...)
	v := &visitor{T: t, suite: s, ctx: ctx}
	v.must(chromedp.Listen(ctx, v.watchRequest))
	messages := chromedp.Console(ctx)
	read := make(chan struct{})
	go func() {
		defer close(read)
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == "error" || m.Type == "warning" {
				v.fault(fmt.Sprintf("console: %s (%s)", m, m.URL))
			}
		}
	}()
	t.Cleanup(func() {
		stop()
		<-read
		v.report()
	})
	v.must(chromedp.Do(ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(s.url)))
	return v
}

func (v *visitor) watchRequest(event any) {
	sent, ok := event.(*network.EventRequestWillBeSent)
	if !ok {
		return
	}
	v.mu.Lock()
	v.requests++
	v.mu.Unlock()
	if !v.suite.hosts[hostOf(sent.Request.URL)] && !strings.HasPrefix(sent.Request.URL, "data:") {
		v.fault("request to another host: " + sent.Request.URL)
	}
}

func (v *visitor) fault(what string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.faults = append(v.faults, what)
}

// refusal is what the browser itself notes as an error when an answer has this status; no
// page can prevent it.
func refusal(status int) string {
	return "the server responded with a status of " + strconv.Itoa(status)
}

// expect says which faults belong to the test.
func (v *visitor) expect(text string) { v.expected = append(v.expected, text) }

func (v *visitor) report() {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.requests == 0 {
		v.Error("the browser told of no request, so none was checked")
	}
	for _, fault := range v.faults {
		known := false
		for _, text := range v.expected {
			known = known || strings.Contains(fault, text)
		}
		if !known {
			v.Errorf("%s", fault)
		}
	}
}

// must fails the test, with a picture of the page when there is a place for it.
func (v *visitor) must(err error) {
	v.Helper()
	if err == nil {
		return
	}
	if dir := os.Getenv("TEST_SCREENSHOTS"); dir != "" {
		if picture, shotErr := chromedp.Run(v.ctx, chromedp.CaptureScreenshot()); shotErr == nil {
			_ = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(v.Name(), "/", "_")+".png"), picture, 0o600)
		}
	}
	v.Fatal(err)
}

// do runs steps, each of which has to come about in time.
func (v *visitor) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	v.Helper()
	for _, step := range steps {
		ctx, stop := context.WithTimeout(v.ctx, patience)
		err := chromedp.Do(ctx, step)
		stop()
		if err != nil {
			v.must(fmt.Errorf("%s: %w", what, err))
		}
	}
}

func (v *visitor) click(selector string) {
	v.Helper()
	v.do("click "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

func (v *visitor) reload() {
	v.Helper()
	v.do("reload", chromedp.Reload())
}

// fill replaces what a field holds, as pasting does.
func (v *visitor) fill(selector, text string) {
	v.Helper()
	v.do("fill "+selector, chromedp.Focus(chromedp.CSS(selector), chromedp.NodeVisible))
	v.run(`document.activeElement.select()`)
	v.do("fill "+selector, chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

// keys presses the keys of a text, wherever the focus is.
func (v *visitor) keys(keys string) {
	v.Helper()
	v.do("press keys", chromedp.KeyEvent(keys))
}

// tabTo presses Tab until the focus is on an element, as somebody without a mouse does.
func (v *visitor) tabTo(selector string) {
	v.Helper()
	for range 60 {
		v.keys(kb.Tab)
		if v.is(`document.activeElement.matches(` + quote(selector) + `)`) {
			return
		}
	}
	v.must(fmt.Errorf("the Tab key does not reach %s", selector))
}

// see waits until an element that can be seen has a text in it.
func (v *visitor) see(selector, text string) {
	v.Helper()
	v.wait(`[...document.querySelectorAll(` + quote(selector) + `)].some((e) => e.checkVisibility() && (/^(INPUT|TEXTAREA)$/.test(e.tagName) ? e.value : e.innerText).includes(` + quote(text) + `))`)
}

// miss waits until no element that can be seen matches.
func (v *visitor) miss(selector string) {
	v.Helper()
	v.wait(`![...document.querySelectorAll(` + quote(selector) + `)].some((e) => e.checkVisibility())`)
}

// wait waits until a condition holds on the page.
func (v *visitor) wait(condition string) {
	v.Helper()
	v.run(`new Promise((done) => { const look = () => { if (` + condition + `) done(); else setTimeout(look, 15); }; look(); })`)
}

// run evaluates a script on the page and waits for its promise.
func (v *visitor) run(script string) {
	v.Helper()
	v.do("run "+script, chromedp.Evaluate[chromedp.Void](script, chromedp.EvalAwaitPromise))
}

func (v *visitor) is(condition string) bool {
	v.Helper()
	answer, err := chromedp.Run(v.ctx, chromedp.Evaluate[bool](condition))
	if err != nil {
		v.must(fmt.Errorf("ask %s: %w", condition, err))
	}
	return answer
}

func quote(text string) string {
	literal, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always encodes
	}
	return string(literal)
}
