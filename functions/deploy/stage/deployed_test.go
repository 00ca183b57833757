package stage_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"pantry.example/functions"
	"pantry.example/functions/deploy/doctor"
	"pantry.example/shared/emulator"
	"pantry.example/shared/emulator/firebaseauth"
)

// backends are what the functions of a test run on.
type backends struct {
	gate *gate
	auth string
	env  []string
}

const password = "correct horse"

func newBackends(t *testing.T) backends {
	t.Helper()
	redis := miniredis.RunT(t)
	emulator := firebaseauth.New("demo-pantry")
	if err := emulator.AddUser(firebaseauth.User{UID: "ada", Email: "ada@example.com", Password: password}); err != nil {
		t.Fatal(err)
	}
	auth := httptest.NewServer(emulator)
	t.Cleanup(auth.Close)
	g := newGate(t, redis.Addr())
	return backends{g, auth.URL, []string{
		"REDIS_SERVER=" + g.addr, "FIREBASE_AUTH_EMULATOR_HOST=" + strings.TrimPrefix(auth.URL, "http://"),
		"GOOGLE_CLOUD_PROJECT=demo-pantry", "ALLOWED_ORIGINS=" + origin,
	}}
}

// TestDeployed builds what is staged as the buildpack does and asks the program. To
// compile everything for deployment takes minutes where nothing is cached, so a plain go
// test only resolves every import from what was vendored.
func TestDeployed(t *testing.T) {
	if os.Getenv("CI") != "true" {
		resolves(t, write(t, t.TempDir(), "recipes")) // the one that links the most
		return
	}
	b := newBackends(t)
	b.env = append(b.env, "FIRESTORE_EMULATOR_HOST="+emulator.Firestore(t))
	running := map[string]*process{}
	bearer := ""
	for _, f := range functions.All() {
		binary := build(t, write(t, t.TempDir(), f.Name))
		running[f.Name] = start(t, binary, f.EntryPoint, b.env...)
		if bearer == "" {
			bearer = signIn(t, b, running["set-cache"].url)
		}
		t.Run(f.Name+" refuses a bad configuration", func(t *testing.T) { refusesConfiguration(t, binary, f) })
		t.Run(f.Name+" finishes before it ends", func(t *testing.T) { finishes(t, binary, f, b, bearer) })
		t.Run(f.Name+" answers", func(t *testing.T) { answers(t, running[f.Name], f.Name) })
	}
	t.Run("the main job", func(t *testing.T) { mainJob(t, b, running) })
}

// answers asks for what needs no session, at every path that a function answers at.
func answers(t *testing.T, p *process, name string) {
	var out bytes.Buffer
	for _, path := range []string{"", "/" + name, "/api/" + name} {
		args := []string{"-origin", origin, "-url", name + "=" + p.url + path}
		if doctor.Run(t.Context(), args, func(string) string { return "" }, &out) != 0 {
			t.Errorf("doctor of %q:\n%s", path, out.String())
		}
		sub := mustCall(t, http.MethodPost, p.url+path+"/a/b/c", "{}", "Origin", origin)
		if sub.status != http.StatusNotFound && sub.status != http.StatusUnauthorized || sub.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("POST %s/a/b/c = %d %s, want a problem of the function's own", path, sub.status, sub.body)
		}
	}
}

func refusesConfiguration(t *testing.T, binary string, f functions.Function) {
	// K_SERVICE says that this is the cloud, where an emulator's variable opens every door.
	p := start(t, binary, f.EntryPoint, "K_SERVICE="+f.Name, "REDIS_SERVER=https://default:hunter2hunter2@eu1.upstash.io",
		"FIREBASE_AUTH_EMULATOR_HOST=127.0.0.1:9099", "ALLOWED_ORIGINS=*")
	got := mustCall(t, http.MethodGet, p.url+"/", "")
	if got.status != http.StatusServiceUnavailable || got.field("code") != "not_configured" {
		t.Errorf("GET / = %d %s, want a 503 problem not_configured", got.status, got.body)
	}
	p.end(t)
	line := ""
	for _, l := range strings.Split(p.log.String(), "\n") {
		if strings.Contains(l, "REDIS_SERVER") {
			line = l
			break
		}
	}
	for _, want := range []string{`"severity":"ERROR"`, "GOOGLE_CLOUD_PROJECT", "FIREBASE_AUTH_EMULATOR_HOST", "ALLOWED_ORIGINS"} {
		if !strings.Contains(line, want) {
			t.Errorf("the log line of the configuration lacks %s: %s", want, line)
		}
	}
	if strings.Contains(p.log.String()+got.body, "hunter2") {
		t.Error("the log or the answer holds the password")
	}
}

// finishes tells a function to end while a request waits for Redis.
func finishes(t *testing.T, binary string, f functions.Function, b backends, bearer string) {
	p := start(t, binary, f.EntryPoint, b.env...)
	first := mustCall(t, http.MethodGet, p.url+"/", "", "Authorization", bearer)
	release := b.gate.shut()
	var second reply
	var failed error
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		second, failed = call(t.Context(), http.MethodGet, p.url+"/", "", "Authorization", bearer)
	}()
	select {
	case <-b.gate.waiting:
	case <-answered:
		t.Errorf("the request did not wait for Redis: %d %s, %v", second.status, second.body, failed)
	}
	err := p.cmd.Process.Signal(syscall.SIGTERM)
	release()
	if err != nil {
		t.Fatal(err)
	}
	<-answered
	if failed != nil || second.status != first.status {
		t.Errorf("the request in flight = %d %s, %v, want %d as before", second.status, second.body, failed, first.status)
	}
	p.ended(t)
}

// signIn opens a session at set-cache and returns what a request carries for it.
func signIn(t *testing.T, b backends, setCache string) string {
	t.Helper()
	return signInAs(t, "ada", "ada@example.com", password, b.auth, setCache+"/api/set-cache")
}

func signInAs(t *testing.T, uid, email, password, auth, setCache string) string {
	t.Helper()
	signedIn := mustCall(t, http.MethodPost, auth+"/identitytoolkit.googleapis.com/v1/accounts:signInWithPassword?key=demo",
		`{"email":"`+email+`","password":"`+password+`","returnSecureToken":true}`)
	opened := mustCall(t, http.MethodPost, setCache, `{"UserID":"`+uid+`","AuthToken":"`+signedIn.field("idToken")+`","Transport":"bearer"}`)
	if opened.status != http.StatusOK || opened.field("session") == "" {
		t.Fatalf("POST %s = %d, want 200 and a session", setCache, opened.status)
	}
	return "Bearer " + opened.field("session")
}

// mainJob goes through all three programs: sign in, ask, add, list, sign out.
func mainJob(t *testing.T, b backends, running map[string]*process) {
	bearer := signIn(t, b, running["set-cache"].url)
	expired := running["check-expiration"].url + "/check-expiration?userID=ada"
	if got := mustCall(t, http.MethodGet, expired, "", "Authorization", bearer); got.body != "false" {
		t.Errorf("GET /check-expiration = %d %s, want false", got.status, got.body)
	}
	recipes := running["recipes"].url
	add := func() reply {
		return mustCall(t, http.MethodPost, recipes+"/api/recipes", `{"title":"Leek pie"}`, "Authorization", bearer, "Idempotency-Key", "leek-pie")
	}
	created := add()
	// A Firestore emulator that has just started can take longer for its first write than
	// a request may: ask again, as a client would.
	for range 5 {
		if created.status == http.StatusServiceUnavailable {
			created = add()
		}
	}
	if created.status != http.StatusCreated {
		t.Fatalf("POST /api/recipes = %d %s, want 201", created.status, created.body)
	}
	for _, path := range []string{"/", "/recipes", "/api/recipes/"} {
		id := strings.TrimSuffix(path, "/") + "/" + created.field("id")
		if got := mustCall(t, http.MethodGet, recipes+id, "", "Authorization", bearer); got.field("title") != "Leek pie" {
			t.Errorf("GET %s = %d %s, want the recipe", id, got.status, got.body)
		}
		if got := mustCall(t, http.MethodGet, recipes+path, "", "Authorization", bearer); !strings.Contains(got.body, "Leek pie") {
			t.Errorf("GET %s = %d %s, want the recipe in it", path, got.status, got.body)
		}
	}
	if got := mustCall(t, http.MethodDelete, running["set-cache"].url+"/", "", "Authorization", bearer); got.status != http.StatusNoContent {
		t.Errorf("DELETE / = %d %s, want 204", got.status, got.body)
	}
	if got := mustCall(t, http.MethodGet, expired, "", "Authorization", bearer); got.body != "true" {
		t.Errorf("GET /check-expiration after sign-out = %d %s, want true", got.status, got.body)
	}
}
