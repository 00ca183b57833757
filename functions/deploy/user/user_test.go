package user_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/firestore"
	"github.com/alicebob/miniredis/v2"
	"github.com/google/go-cmp/cmp"

	"pantry.example/functions/deploy/user"
	"pantry.example/shared/config"
	"pantry.example/shared/emulator"
	"pantry.example/shared/emulator/firebaseauth"
	"pantry.example/shared/identity"
	"pantry.example/shared/identity/firebase"
	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
	"pantry.example/shared/session"
)

// world is a Pantry with users, for an operator to look at.
type world struct {
	t        *testing.T
	env      map[string]string
	auth     emulator.Accounts
	accounts *firebase.Firebase
	sessions *session.Cache
	recipes  user.Recipes
	real     bool // Run opens the recipes itself
}

// eachWorld runs a test with recipes in memory and in the real Firestore emulator.
func eachWorld(t *testing.T, run func(t *testing.T, w *world)) {
	t.Run("memory", func(t *testing.T) {
		run(t, newWorld(t, "127.0.0.1:1", func(string) user.Recipes { return store.NewMemory() }))
	})
	t.Run("firestore", func(t *testing.T) {
		host := emulator.Firestore(t)
		w := newWorld(t, host, func(project string) user.Recipes {
			t.Setenv("FIRESTORE_EMULATOR_HOST", host)
			client, err := firestore.NewClient(t.Context(), project)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = client.Close() })
			return store.NewFirestore(client, store.WithTimeout(30*time.Second))
		})
		w.real = true
		run(t, w)
	})
}

func newWorld(t *testing.T, firestoreHost string, open func(project string) user.Recipes) *world {
	t.Helper()
	project := "demo-" + strings.ToLower(rand.Text()[:20]) // of this test alone, in a Firestore that others use too
	srv := httptest.NewServer(firebaseauth.New(project))
	t.Cleanup(srv.Close)
	w := &world{t: t, auth: emulator.NewAccounts(t, strings.TrimPrefix(srv.URL, "http://"), project), env: map[string]string{}}
	w.env["REDIS_SERVER"] = miniredis.RunT(t).Addr()
	w.env["GOOGLE_CLOUD_PROJECT"] = project
	w.env["FIREBASE_AUTH_EMULATOR_HOST"] = w.auth.Host
	w.env["FIRESTORE_EMULATOR_HOST"] = firestoreHost
	t.Setenv("FIREBASE_AUTH_EMULATOR_HOST", w.auth.Host)
	w.recipes = open(project)
	cfg, err := config.Load(w.getenv)
	if err != nil {
		t.Fatal(err)
	}
	if w.accounts, err = firebase.Open(t.Context(), cfg.ProjectID, cfg.AuthEmulator); err != nil {
		t.Fatal(err)
	}
	if w.sessions, err = session.FromConfig(cfg, w.accounts.Lookup, w.accounts.VerifySessionCookie); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) getenv(name string) string { return w.env[name] }

// cook adds an account with two open sessions and two recipes, one of them in the trash. It
// returns the uid.
func (w *world) cook() string {
	w.t.Helper()
	uid, token := w.auth.SignUp()
	for _, device := range []string{"Firefox on Linux", "Safari on iPhone"} {
		if err := w.signIn(token, device); err != nil {
			w.t.Fatal(err)
		}
	}
	for _, title := range []string{"Leek pie", "Soup"} {
		r, err := w.recipes.Create(w.t.Context(), uid, recipe.Recipe{Title: title}, "")
		if err == nil && title == "Soup" {
			_, err = w.recipes.Trash(w.t.Context(), uid, r.ID, recipe.Precondition{})
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	return uid
}

func (w *world) signIn(token, device string) error {
	ctx := w.t.Context()
	signIn, err := w.accounts.Exchange(ctx, token, time.Hour, func(identity.Token) error { return nil })
	if err == nil {
		_, _, err = w.sessions.Open(ctx, session.SignIn{SignIn: signIn, Device: device})
	}
	return err
}

// delete deletes the account at Firebase, and nothing else.
func (w *world) delete(uid string) { w.auth.Admin("accounts:delete", map[string]any{"localId": uid}) }

// has is how many sessions and recipes a user has.
type has struct{ Sessions, Recipes int }

func (w *world) has(uid string) has {
	w.t.Helper()
	sessions, err := w.sessions.List(w.t.Context(), uid)
	if err != nil {
		w.t.Fatal(err)
	}
	h := has{Sessions: len(sessions)}
	for _, err := range w.recipes.All(w.t.Context(), uid) {
		if err != nil {
			w.t.Fatal(err)
		}
		h.Recipes++
	}
	return h
}

func (w *world) want(uid string, want has) {
	w.t.Helper()
	if diff := cmp.Diff(want, w.has(uid)); diff != "" {
		w.t.Errorf("%s has (-want +got):\n%s", uid, diff)
	}
}

func (w *world) run(args ...string) (string, error) {
	var out bytes.Buffer
	if w.real {
		err := user.Run(w.t.Context(), args, w.getenv, &out)
		return out.String(), err
	}
	err := user.RunOn(w.t.Context(), w.recipes, args, w.getenv, &out)
	return out.String(), err
}

// says runs the command and wants its output to match.
func (w *world) says(pattern string, args ...string) {
	w.t.Helper()
	out, err := w.run(args...)
	if err != nil || !regexp.MustCompile(pattern).MatchString(out) {
		w.t.Errorf("user %s = %v, want a match of %q:\n%s", strings.Join(args, " "), err, pattern, out)
	}
}

func TestUser(t *testing.T) {
	eachWorld(t, func(_ *testing.T, w *world) {
		ada := w.cook()
		w.says(ada+` has an account in demo-\w+, 2 open sessions and 2 recipes, 1 of them in the trash`, ada)
		w.says(`(?s)SESSION +DEVICE .*\n\S+ +Safari on iPhone +20\d\d-\d\d-\d\d \d\d:\d\dZ +20`, ada)
		w.says(`nobody has no account in demo-\w+, 0 open sessions and 0 recipes`, "nobody")
	})
}

func TestClose(t *testing.T) {
	eachWorld(t, func(_ *testing.T, w *world) {
		ada, bob := w.cook(), w.cook()
		w.says(`Add -yes to close`, ada, "-close")
		w.want(ada, has{2, 2})
		w.says(`are closed`, "-yes", "-close", ada)
		w.want(ada, has{0, 2})
		w.want(bob, has{2, 2})
	})
}

// TestCloseEndsSignIns: a sign-in from before opens nothing any more.
func TestCloseEndsSignIns(t *testing.T) {
	w := newWorld(t, "127.0.0.1:1", func(string) user.Recipes { return store.NewMemory() })
	ada, token := w.auth.SignUp()
	w.says(`are closed`, ada, "-close", "-yes")
	if err := w.signIn(token, "Firefox"); err == nil {
		t.Error("a sign-in from before opens a session, want an error")
	}
}

func TestForget(t *testing.T) {
	eachWorld(t, func(_ *testing.T, w *world) {
		ada, bob := w.cook(), w.cook()
		w.says(`Add -yes to close the sessions and to remove the recipes`, ada, "-forget")
		w.want(ada, has{2, 2})
		w.says(`(?s)are removed\..*The account still exists`, ada, "-forget", "-yes")
		w.want(ada, has{0, 0})
		w.want(bob, has{2, 2})
		w.delete(bob)
		w.says(`are removed\.\n$`, bob, "-forget", "-yes")
		w.want(bob, has{0, 0})
	})
}

func TestOrphans(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		ada, bob := w.cook(), w.cook()
		w.auth.Admin("accounts:update", map[string]any{"localId": ada, "disableUser": true}) // still an account
		w.says(`^0 of 2 users with recipes have no account in demo-\w+\n$`, "-orphans")
		w.delete(bob)
		w.says(`(?s)^`+bob+`\n1 of 2 users.*Add -yes`, "-orphans")
		w.want(bob, has{2, 2})
		w.says(`The recipes of `+bob+` are removed`, "-orphans", "-yes")
		if got := w.has(bob).Recipes; got != 0 {
			t.Errorf("bob has %d recipes, want none", got)
		}
		if got := w.has(ada).Recipes; got != 2 {
			t.Errorf("ada has %d recipes, want 2", got)
		}
	})
}

// TestOrphansOfAnotherProject: where nobody has an account, the project is wrong.
func TestOrphansOfAnotherProject(t *testing.T) {
	eachWorld(t, func(t *testing.T, w *world) {
		ada := w.cook()
		w.delete(ada)
		if out, err := w.run("-orphans", "-yes"); err == nil || !strings.Contains(err.Error(), "wrong project") {
			t.Errorf("-orphans -yes = %v, want an error of the wrong project:\n%s", err, out)
		}
		if got := w.has(ada).Recipes; got != 2 {
			t.Errorf("%d recipes are left, want 2", got)
		}
	})
}

func TestRefused(t *testing.T) {
	w := newWorld(t, "127.0.0.1:1", func(string) user.Recipes { return store.NewMemory() })
	w.says(`(?s)-forget +close all sessions.*SESSION_IDLE decides`, "-h")
	for _, args := range [][]string{
		{}, {"ada", "bob"}, {"ada", "-orphans"}, {"ada", "-close", "-forget"}, {"-orphans", "-close"}, {"ada", "-yes"}, {"-all", "ada"}, {""},
	} {
		if out, err := w.run(args...); err == nil || out != "" {
			t.Errorf("user %q = %v, want an error and no output: %s", args, err, out)
		}
	}
	for name, want := range map[string]string{"REDIS_SERVER": "REDIS_SERVER", "FIRESTORE_EMULATOR_HOST": "neither"} {
		var out bytes.Buffer
		without := func(n string) string {
			if n == name {
				return ""
			}
			return w.env[n]
		}
		if err := user.Run(t.Context(), []string{"ada"}, without, &out); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("without %s: %v, want an error with %s", name, err, want)
		}
	}
	none := func(n string) string { return map[string]string{"REDIS_SERVER": w.env["REDIS_SERVER"]}[n] }
	if err := user.Run(t.Context(), []string{"ada"}, none, &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), "GOOGLE_CLOUD_PROJECT is not set") {
		t.Errorf("without a project: %v, want an error that names GOOGLE_CLOUD_PROJECT", err)
	}
}

// broken is a store that fails to remove.
type broken struct{ user.Recipes }

func (broken) DeleteAll(context.Context, string) error { return recipe.ErrUnavailable }

// TestFailures: what is not reached is an error, and says what to run again.
func TestFailures(t *testing.T) {
	w := newWorld(t, "127.0.0.1:1", func(string) user.Recipes { return store.NewMemory() })
	ada := w.cook()
	w.recipes = broken{w.recipes}
	if _, err := w.run(ada, "-forget", "-yes"); !errors.Is(err, recipe.ErrUnavailable) || !strings.Contains(err.Error(), "run this again") {
		t.Errorf("-forget with a dead Firestore = %v, want unavailable and what to do", err)
	}
	w.env["FIREBASE_AUTH_EMULATOR_HOST"] = "127.0.0.1:1"
	t.Setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:1")
	if _, err := w.run(ada, "-forget", "-yes"); !errors.Is(err, identity.ErrUnavailable) {
		t.Errorf("with a dead Firebase = %v, want unavailable", err)
	}
}
