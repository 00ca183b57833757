package faults_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// call is one call of a client's. Each call of a fault has a user of its own.
type call struct {
	name string
	send func(w *world, u user) *httptest.ResponseRecorder
	// again is what the same call is answered when everything works again: one of these.
	again []int
	// check looks for something that was half done. It returns what is wrong.
	check func(w *world, u user) string
}

var (
	callSignIn = call{"sign in", func(w *world, u user) *httptest.ResponseRecorder {
		return w.send(user{}, http.MethodPost, "/set-cache", signIn(w.t, u.uid), nil)
	}, []int{200}, sessionsAtMost(3)}
	callSessions = call{"list sessions", func(w *world, u user) *httptest.ResponseRecorder {
		return w.send(u, http.MethodGet, "/set-cache", "", nil)
	}, []int{200}, sessionsAtMost(1)}
	callSignOut = call{"sign out", func(w *world, u user) *httptest.ResponseRecorder {
		return w.send(u, http.MethodDelete, "/set-cache", "", nil)
	}, []int{204}, closed}
	callSignOutAll = call{"sign out everywhere", func(w *world, u user) *httptest.ResponseRecorder {
		return w.send(u, http.MethodDelete, "/set-cache?all=true", "", nil)
	}, []int{204, 401}, closed} // 401 when it was done although the answer was an error
	callExpired = call{"check-expiration", func(w *world, u user) *httptest.ResponseRecorder {
		return w.send(u, http.MethodGet, "/check-expiration?userID="+u.uid, "", nil)
	}, []int{200}, nil}
	callPut = call{"save a recipe", func(w *world, u user) *httptest.ResponseRecorder {
		return w.send(u, http.MethodPut, "/recipes/soup", `{"title":"Soup"}`, nil)
	}, []int{200, 201}, oneRecipe}
	callExport = call{"export", func(w *world, u user) *httptest.ResponseRecorder {
		return w.send(u, http.MethodGet, "/recipes/:export", "", nil)
	}, []int{200}, nil}
	callList = call{"list recipes", func(w *world, u user) *httptest.ResponseRecorder {
		return w.send(u, http.MethodGet, "/recipes", "", nil)
	}, []int{200}, nil}
	callCreate = call{"create a recipe", func(w *world, u user) *httptest.ResponseRecorder {
		return w.send(u, http.MethodPost, "/recipes", `{"title":"Soup"}`, map[string]string{"Idempotency-Key": "once"})
	}, []int{201}, oneRecipe}
)

func allCalls() []call {
	return []call{callSignIn, callSessions, callSignOut, callSignOutAll, callExpired, callList, callCreate}
}

// closed: the session opens nothing any more.
func closed(w *world, u user) string {
	if r := w.send(u, http.MethodGet, "/set-cache", "", nil); r.Code != http.StatusUnauthorized {
		return fmt.Sprintf("the session still answers %d", r.Code)
	}
	return ""
}

// sessionsAtMost: no more sessions are left than the calls opened.
func sessionsAtMost(most int) func(w *world, u user) string {
	return func(w *world, u user) string {
		var list struct{ Sessions []any }
		r := w.send(u, http.MethodGet, "/set-cache", "", nil)
		if err := json.Unmarshal(r.Body.Bytes(), &list); err != nil || r.Code == http.StatusOK && (len(list.Sessions) == 0 || len(list.Sessions) > most) {
			return fmt.Sprintf("%d sessions are left (%v)", len(list.Sessions), err)
		}
		return ""
	}
}

// oneRecipe: both tries with one Idempotency-Key made one recipe.
func oneRecipe(w *world, u user) string {
	var list struct{ Recipes []any }
	r := w.send(u, http.MethodGet, "/recipes", "", nil)
	if err := json.Unmarshal(r.Body.Bytes(), &list); err != nil || len(list.Recipes) != 1 {
		return fmt.Sprintf("%d recipes are stored (%d %v), want 1", len(list.Recipes), r.Code, err)
	}
	return ""
}

// outcome is one cell of the table: status, code and Retry-After.
func outcome(r *httptest.ResponseRecorder) string {
	var problem struct{ Code string }
	_ = json.Unmarshal(r.Body.Bytes(), &problem) // other answers have no code
	cell := fmt.Sprint(r.Code)
	if body := strings.TrimSpace(r.Body.String()); body == "true" || body == "false" {
		cell += " " + body
	}
	if problem.Code != "" {
		cell += " " + problem.Code
	}
	if retry := r.Header().Get("Retry-After"); retry != "" {
		cell += ", retry after " + retry + " s"
	}
	return cell
}

// moment is the longest wait that the table does not mention. Longer waits come from a
// deadline, of 2 s or more. Sign-out everywhere takes up to a second when all is well.
const moment = 1800 * time.Millisecond

// fault is one row of the table.
type fault struct {
	name  string
	start func(w *world)
	end   func(w *world)
	limit time.Duration // how long a client waits at most
	quick bool          // some answers come sooner, some at the deadline: the table has no waits
	lost  bool          // the sessions are gone afterwards
}

// try makes the fault happen, sends all the calls at once, ends the fault and sends them
// again. It returns the row's cells.
func (f fault) try(w *world, calls []call) []string {
	users := make([]user, len(calls))
	for i := range calls {
		users[i] = w.newUser()
	}
	together(len(calls), func(i int) { // connections for all of them
		w.send(users[i], http.MethodGet, "/recipes", "", nil)
	})
	f.start(w)
	cells := make([]string, len(calls))
	together(len(calls), func(i int) {
		start := time.Now()
		r := calls[i].send(w, users[i])
		waited := time.Since(start)
		cells[i] = outcome(r)
		if waited > moment && !f.quick {
			cells[i] += ", waits"
		}
		if waited > f.limit {
			w.t.Errorf("%s: %s took %v, want at most %v", f.name, calls[i].name, waited, f.limit)
		}
	})
	f.end(w)
	for i, c := range calls {
		r := c.send(w, users[i])
		// go-redis tries a server that was down once a second: Retry-After says so.
		for tries := 0; r.Code == http.StatusServiceUnavailable && tries < 3; tries++ {
			time.Sleep(time.Second)
			r = c.send(w, users[i])
		}
		expected := c.again
		if f.lost && c.name != callSignIn.name && c.name != callExpired.name {
			expected = append(expected[:len(expected):len(expected)], http.StatusUnauthorized)
		}
		ok := false
		for _, status := range expected {
			ok = ok || r.Code == status
		}
		if !ok {
			w.t.Errorf("%s: %s is answered %d after recovery, want one of %v:\n%s", f.name, c.name, r.Code, expected, &w.log)
		}
		if c.check == nil || f.lost {
			continue
		}
		if wrong := c.check(w, users[i]); wrong != "" {
			w.t.Errorf("%s: %s: %s", f.name, c.name, wrong)
		}
	}
	return cells
}

// together calls do with 0 to n-1 at the same time.
func together(n int, do func(i int)) {
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() { do(i) })
	}
	wait.Wait()
}
