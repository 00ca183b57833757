package faults_test

import (
	"net/http"
	"testing"
	"time"

	"pantry.example/shared/emulator/google"
)

// testFirebase makes Firebase fail. Its word on each user is stale, so that each request
// asks it again.
func testFirebase(t *testing.T) {
	t.Helper()
	fails := func(status int, places ...string) (start, end func(w *world)) {
		well := map[string]http.HandlerFunc{}
		return func(w *world) {
				for _, place := range places {
					well[place] = w.google.Set(place, google.Answer(status, ""))
				}
			}, func(w *world) {
				for place, h := range well {
					w.google.Set(place, h)
				}
			}
	}
	hangs := func(place string) (start, end func(w *world)) {
		var recovered func()
		return func(w *world) { _, recovered = w.google.Hang(place) }, func(*world) { recovered() }
	}
	one := func(name string, start, end func(w *world)) fault { return fault{name: name, start: start, end: end} }
	newInstance := func(f fault) fault { // which knows no keys and has no access token
		begin := f.start
		f.start = func(w *world) { begin(w); w.restart() }
		return f
	}
	row := func(name string) func(start, end func(w *world)) fault {
		return func(start, end func(w *world)) fault { return one(name, start, end) }
	}
	faults := []fault{
		newInstance(row("key server unreachable")(fails(503, google.IDTokenKeys, google.CookieKeys))),
		newInstance(row("key server hangs")(hangs(google.CookieKeys))),
		newInstance(row("no access token")(fails(500, google.TokenServer))),
		row("look-up fails")(fails(500, google.Lookup)),
		row("look-up hangs")(hangs(google.Lookup)),
		row("minting 429")(fails(429, google.MintCookie)),
		row("minting 500")(fails(500, google.MintCookie)),
		row("minting hangs")(hangs(google.MintCookie)),
		row("revoking fails")(fails(500, google.Update)),
	}
	var rows [][]string
	var all []string
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			w := newWorld(t, google.New(t), false)
			w.maxAge = time.Nanosecond
			w.restart()
			f.limit = 8 * time.Second
			rows, all = append(rows, f.try(w, allCalls())), append(all, f.name)
		})
	}
	section(t, "Firebase", allCalls(), all, rows)
}
