package costs_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/functions/checkexpiration"
	"pantry.example/functions/recipes"
	"pantry.example/functions/setcache"
	"pantry.example/shared/emulator"
	"pantry.example/shared/emulator/firebaseauth"
	"pantry.example/shared/recipe/store"
)

var update = flag.Bool("update", false, "write costs.md again (needs the real servers)")

// row is what one call costs.
type row struct {
	name                   string
	sent, inside           int // Redis commands, and those that its script runs inside
	lookups, others        int // requests to Firebase
	reads, writes, deletes int // Firestore documents
}

func (r row) commands() int { return r.sent + r.inside }

// TestCostsEmbedded checks what can be counted with nothing but Go: all but Firestore,
// whose columns it takes from costs.md.
func TestCostsEmbedded(t *testing.T) {
	auth := httptest.NewServer(firebaseauth.New(project))
	t.Cleanup(auth.Close)
	w := newWorld(t, embeddedRedis(t), strings.TrimPrefix(auth.URL, "http://"), store.NewMemory(), &firestoreCounter{})
	rows := w.measure()
	golden := read(t)
	known := firestoreColumns(t, golden)
	for i := range rows {
		have, ok := known[rows[i].name]
		if !ok {
			t.Fatalf("costs.md has no row %q: run the test with the real servers and -update", rows[i].name)
		}
		rows[i].reads, rows[i].writes, rows[i].deletes = have[0], have[1], have[2]
	}
	compare(t, golden, document(t, rows))
}

// TestCosts counts everything at the real servers.
func TestCosts(t *testing.T) {
	rc, auth, fire := realRedis(t, emulator.Redis(t)), emulator.Auth(t), emulator.Firestore(t)
	fc := &firestoreCounter{}
	w := newWorld(t, rc, auth, store.NewFirestore(fc.client(t, fire)), fc)
	got := document(t, w.measure())
	if *update {
		if err := os.WriteFile("costs.md", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	compare(t, read(t), got)
}

func read(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile("costs.md")
	if err != nil && !*update {
		t.Fatal(err)
	}
	return string(b)
}

func compare(t *testing.T, want, got string) {
	t.Helper()
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		t.Errorf("costs.md is not what was measured; if the change is meant, write it again with -update (-file +measured):\n%s", diff)
	}
}

// firestoreColumns reads the last three columns of the table back.
func firestoreColumns(t *testing.T, text string) map[string][3]int {
	t.Helper()
	known := map[string][3]int{}
	for line := range strings.Lines(text) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		if len(cells) != 10 {
			continue
		}
		var n [3]int
		if _, err := fmt.Sscan(strings.Join(cells[6:9], " "), &n[0], &n[1], &n[2]); err == nil {
			known[strings.TrimSpace(cells[1])] = n
		}
	}
	return known
}

// measure makes each call once and counts. What has to be there for it is made before
// the counting, so that no script has to be sent in full.
func (w *world) measure() []row {
	w.t.Helper()
	var rows []row
	count := func(name string, handlers map[string]http.Handler, c call) *httptest.ResponseRecorder {
		w.t.Helper()
		w.redis.pass()
		ran, sent, lookups, others := w.redis.ran(), w.redis.sentSoFar(), w.lookups.Load(), w.others.Load()
		reads, writes, deletes := w.firestore.soFar()
		out := w.do(handlers, c)
		r := row{name: name, sent: w.redis.sentSoFar() - sent, lookups: int(w.lookups.Load() - lookups), others: int(w.others.Load() - others)}
		r.inside = w.redis.ran() - ran - r.sent
		r.reads, r.writes, r.deletes = w.firestore.soFar()
		r.reads, r.writes, r.deletes = r.reads-reads, r.writes-writes, r.deletes-deletes
		rows = append(rows, r)
		return out
	}
	w.warm()
	w.sessions(count)
	w.api(count)
	w.article(count)
	return rows
}

type counting func(name string, handlers map[string]http.Handler, c call) *httptest.ResponseRecorder

// warm runs every script once.
func (w *world) warm() {
	p := w.signUp()
	h := w.open(p)
	w.unseen(p)
	w.do(w.stale, call{function: recipes.Name, method: "GET", path: "/", as: h, status: 200})
	w.do(w.handlers, call{function: setcache.Name, method: "DELETE", path: "/?all=true", as: h, status: 204})
}

// The names of rows that the bill uses too.
const (
	rowSignIn  = "set-cache: POST / (sign in)"
	rowSignOut = "set-cache: DELETE / (sign out)"
	rowCheck   = "check-expiration: GET /"
	rowRecheck = "check-expiration: GET /, Firebase's word is older than a minute"
	rowTouch   = "recipes: GET /, last seen more than 5 minutes ago"
	rowList    = "recipes: GET / (25 of 100 recipes)"
	rowGet     = "recipes: GET /{id}"
	rowCreate  = "recipes: POST /"
	rowPatch   = "recipes: PATCH /{id}"
	rowTrash   = "recipes: DELETE /{id}"
	rowSearch  = "recipes: GET /?q= (two words, 100 match)"
)

func (w *world) sessions(count counting) {
	p := w.signUp()
	first := w.open(p)
	count(rowSignIn, w.handlers, w.signIn(p, ""))
	count("set-cache: POST / with a session to replace", w.handlers, w.signIn(p, w.open(p)))
	count("set-cache: GET / (the devices)", w.handlers, call{function: setcache.Name, method: "GET", path: "/", as: first, status: 200})
	count("set-cache: DELETE /{id}", w.handlers, call{function: setcache.Name, method: "DELETE", path: "/" + w.otherSessions(first)[0], as: first, status: 204})
	check := call{function: checkexpiration.Name, method: "GET", path: "/?userID=" + p.uid, as: first, status: 200}
	count(rowCheck, w.handlers, check)
	count("check-expiration: GET / without a session", w.handlers, call{function: checkexpiration.Name, method: "GET", path: "/", status: 200})
	count(rowRecheck, w.stale, check)
	count(rowSignOut, w.handlers, call{function: setcache.Name, method: "DELETE", path: "/", as: first, status: 204})
	count("set-cache: DELETE /?all=true (2 sessions)", w.handlers, call{function: setcache.Name, method: "DELETE", path: "/?all=true", as: w.open(p), status: 204})
}
