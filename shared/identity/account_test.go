package identity_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/emulator"
	"pantry.example/shared/identity"
)

func TestAdmits(t *testing.T) {
	t.Parallel()
	at := time.Unix(1_700_000_000, 0)
	for _, row := range []struct {
		name  string
		state identity.State
		want  bool
	}{
		{"nothing was ever revoked", identity.State{}, true},
		{"revoked before the sign-in", identity.State{ValidAfter: at.Add(-time.Second)}, true},
		{"revoked in the second of the sign-in", identity.State{ValidAfter: at}, true},
		{"revoked after the sign-in", identity.State{ValidAfter: at.Add(time.Second)}, false},
		{"disabled", identity.State{Disabled: true}, false},
	} {
		if got := row.state.Admits(at); got != row.want {
			t.Errorf("%s: Admits() = %v, want %v", row.name, got, row.want)
		}
	}
}

func TestNewDirectoryNeedsAProject(t *testing.T) {
	t.Parallel()
	if _, err := identity.NewDirectory(t.Context(), "", "127.0.0.1:9"); err == nil {
		t.Error("NewDirectory() = nil error, want one about the project id")
	}
}

func TestLookup(t *testing.T) {
	emulator.OnEachAuth(t, func(t *testing.T, a emulator.Accounts) {
		d := open(t, a.Host)
		lookup := func(uid string) identity.State {
			t.Helper()
			s, err := d.Lookup(t.Context(), uid)
			if err != nil {
				t.Fatalf("Lookup: %v", err)
			}
			return s
		}

		t.Run("a live account", func(t *testing.T) {
			before := time.Now().Truncate(time.Second)
			uid, _ := a.SignUp()
			s := lookup(uid)
			// The sign-up set a password, which also sets validSince.
			if s.Disabled || s.ValidAfter.After(time.Now()) || !s.Admits(before.Add(time.Second)) {
				t.Errorf("Lookup() = %+v, want a live account", s)
			}
		})
		t.Run("a revoked one", func(t *testing.T) {
			uid, _ := a.SignUp()
			at := time.Now().Add(-time.Hour).Truncate(time.Second)
			a.Admin("accounts:update", map[string]any{"localId": uid, "validSince": strconv.FormatInt(at.Unix(), 10)})
			if diff := cmp.Diff(identity.State{ValidAfter: at}, lookup(uid)); diff != "" {
				t.Errorf("Lookup() (-want +got):\n%s", diff)
			}
		})
		t.Run("a disabled one", func(t *testing.T) {
			uid, _ := a.SignUp()
			a.Admin("accounts:update", map[string]any{"localId": uid, "disableUser": true})
			if s := lookup(uid); !s.Disabled {
				t.Errorf("Lookup() = %+v, want Disabled", s)
			}
			a.Admin("accounts:update", map[string]any{"localId": uid, "disableUser": false})
			if s := lookup(uid); s.Disabled {
				t.Errorf("Lookup() = %+v, want one that is not disabled any longer", s)
			}
		})
		t.Run("a deleted one", func(t *testing.T) {
			uid, _ := a.SignUp()
			a.Admin("accounts:delete", map[string]any{"localId": uid})
			if diff := cmp.Diff(identity.State{Disabled: true}, lookup(uid)); diff != "" {
				t.Errorf("Lookup() (-want +got):\n%s", diff)
			}
		})
		t.Run("one that never was", func(t *testing.T) {
			for _, uid := range []string{"nobody", `"}]`, "ü{:*}", "../../x"} {
				if diff := cmp.Diff(identity.State{Disabled: true}, lookup(uid)); diff != "" {
					t.Errorf("Lookup(%q) (-want +got):\n%s", uid, diff)
				}
			}
		})
	})
}

// One look-up is one request, with all that Google needs.
func TestLookupRequest(t *testing.T) {
	t.Parallel()
	var requests []string
	d := fake(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests = append(requests, fmt.Sprintf("%s %s %s %s %s", r.Method, r.URL, r.Header.Get("Content-Type"), r.Header.Get("Authorization"), body))
		_, _ = io.WriteString(w, `{"users":[{"localId":"ann"}]}`)
	})
	if _, err := d.Lookup(t.Context(), "ann"); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`POST /identitytoolkit.googleapis.com/v1/projects/demo-pantry/accounts:lookup application/json Bearer owner {"localId":["ann"]}`,
	}
	if diff := cmp.Diff(want, requests); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

func TestLookupAnswers(t *testing.T) {
	t.Parallel()
	const secret = "hunter2"
	text := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
		}
	}
	for _, row := range []struct {
		name   string
		answer http.HandlerFunc
		want   identity.State
		err    string // after "look up account: firebase unavailable: "
	}{
		{
			name: "times are whole seconds", answer: text(200, `{"users":[{"localId":"ann","validSince":"1700000000"}]}`),
			want: identity.State{ValidAfter: time.Unix(1_700_000_000, 0)},
		},
		{name: "nothing was ever revoked", answer: text(200, `{"users":[{"localId":"ann"}]}`), want: identity.State{ValidAfter: time.Unix(0, 0)}},
		{name: "no such account", answer: text(200, `{"kind":"identitytoolkit#GetAccountInfoResponse"}`), want: identity.State{Disabled: true}},
		{name: "another account", answer: text(200, `{"users":[{"localId":"eve"}]}`), err: "the answer is about another account"},
		{name: "another account too", answer: text(200, `{"users":[{"localId":"ann"},{"localId":"eve"}]}`), err: "the answer is about another account"},
		{name: "an account without a name", answer: text(200, `{"users":[{}]}`), err: "the answer is about another account"},
		{name: "broken JSON", answer: text(200, `{"users":[{"localId":"ann"`+secret), err: "the answer is not a JSON object"},
		{name: "null is not an answer", answer: text(200, `null`), err: "the answer is not a JSON object"},
		{name: "a page", answer: text(200, `<html>`+secret), err: "the answer is not a JSON object"},
		{name: "nothing", answer: text(200, ``), err: "the answer is not a JSON object"},
		{name: "a validSince that is no number", answer: text(200, `{"users":[{"localId":"ann","validSince":"`+secret+`"}]}`), err: "the answer has no readable validSince"},
		{name: "a validSince that is negative is in the past", answer: text(200, `{"users":[{"localId":"ann","validSince":"-1"}]}`), want: identity.State{ValidAfter: time.Unix(-1, 0)}},
		{name: "401", answer: text(401, secret), err: "status 401"},
		{name: "403 says which role", answer: text(403, secret), err: "status 403: the service account lacks firebaseauth.users.get"},
		{name: "404", answer: text(404, `{"users":[{"localId":"ann"}]}`), err: "status 404"},
		{name: "429", answer: text(429, secret), err: "status 429"},
		{name: "500", answer: text(500, `{"users":[{"localId":"ann"}]}`), err: "status 500"},
		{name: "204", answer: text(204, ""), err: "status 204"},
		{name: "a huge one", answer: func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, `{"users":[{"localId":"ann","displayName":"`)
			for range 3 << 10 {
				_, _ = io.WriteString(w, strings.Repeat("x", 1<<10))
			}
			_, _ = io.WriteString(w, `"}]}`)
		}, err: "the answer is not a JSON object"},
		{name: "one that breaks off", answer: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"users":[{"localId":"ann"}]}`+secret)
		}, err: "the answer is incomplete"},
		{name: "none", answer: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, err: "no connection"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, err := fake(t, row.answer).Lookup(t.Context(), "ann")
			if diff := cmp.Diff(row.want, got); diff != "" {
				t.Errorf("Lookup() (-want +got):\n%s", diff)
			}
			if row.err == "" {
				if err != nil {
					t.Errorf("Lookup() = %v, want no error", err)
				}
				return
			}
			if want := "look up account: firebase unavailable: " + row.err; !errors.Is(err, identity.ErrUnavailable) || err.Error() != want {
				t.Errorf("Lookup() = %v, want %s", err, want)
			}
		})
	}
}

// A redirect would send the access token to another host.
func TestLookupFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int64
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		elsewhere.Add(1)
		_, _ = io.WriteString(w, `{"users":[{"localId":"ann"}]}`)
	}))
	t.Cleanup(other.Close)
	for _, status := range []int{301, 302, 307, 308} {
		d := fake(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, other.URL, status) })
		if _, err := d.Lookup(t.Context(), "ann"); !errors.Is(err, identity.ErrUnavailable) || !strings.HasSuffix(err.Error(), strconv.Itoa(status)) {
			t.Errorf("%d: Lookup() = %v, want ErrUnavailable with the status", status, err)
		}
	}
	if n := elsewhere.Load(); n != 0 {
		t.Errorf("%d requests went to where a redirect led, want none", n)
	}
}

func TestLookupWithNobodyThere(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = open(t, addr).Lookup(t.Context(), "ann")
	if !errors.Is(err, identity.ErrUnavailable) || strings.Contains(err.Error(), addr) {
		t.Errorf("Lookup() = %v, want ErrUnavailable without the address", err)
	}
}

// A server that accepts the connection and never answers delays a caller for three seconds,
// or until the caller's deadline.
func TestLookupHasADeadline(t *testing.T) {
	t.Parallel()
	hang, asked := make(chan struct{}), make(chan struct{}, 2)
	d := fake(t, func(http.ResponseWriter, *http.Request) { asked <- struct{}{}; <-hang })
	t.Cleanup(func() { close(hang) }) // before the server is closed, which waits for its handlers

	t.Run("of its own", func(t *testing.T) {
		start := time.Now()
		_, err := d.Lookup(t.Context(), "ann")
		if took := time.Since(start); took < 2900*time.Millisecond || took > 6*time.Second {
			t.Errorf("Lookup() took %v, want 3s", took)
		}
		wantOutOfTime(t, err)
	})
	t.Run("of the caller's", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		start := time.Now()
		_, err := d.Lookup(ctx, "ann")
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("Lookup() took %v, want 50ms", took)
		}
		wantOutOfTime(t, err)
	})
	t.Run("a caller who leaves", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		for range len(asked) {
			<-asked
		}
		go func() { <-asked; cancel() }()
		if _, err := d.Lookup(ctx, "ann"); !errors.Is(err, identity.ErrUnavailable) || !errors.Is(err, context.Canceled) {
			t.Errorf("Lookup() = %v, want ErrUnavailable and Canceled", err)
		}
	})
}

func wantOutOfTime(t *testing.T, err error) {
	t.Helper()
	if !errors.Is(err, identity.ErrUnavailable) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Lookup() = %v, want ErrUnavailable and DeadlineExceeded", err)
	}
}

// fake returns a Directory whose server is answer.
func fake(t *testing.T, answer http.HandlerFunc) *identity.Directory {
	t.Helper()
	srv := httptest.NewServer(answer)
	t.Cleanup(srv.Close)
	return open(t, strings.TrimPrefix(srv.URL, "http://"))
}

func open(t *testing.T, emulatorAddr string) *identity.Directory {
	t.Helper()
	d, err := identity.NewDirectory(t.Context(), emulator.Project, emulatorAddr)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
