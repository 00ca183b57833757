package doctor_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"pantry.example/shared/emulator"
	"pantry.example/shared/emulator/firebaseauth"
	"pantry.example/shared/emulator/google"
)

// answers are the answers of a fake of Google, by the end of the request's path.
type answers map[string]http.HandlerFunc

const project = "pantry-prod"

// failed is an error of a Google API.
func failed(status int, name, message string) http.HandlerFunc {
	body, _ := json.Marshal(map[string]any{"error": map[string]any{"code": status, "message": message, "status": name}})
	return google.Answer(status, string(body))
}

// newGoogle starts a fake of Google that answers as for a project without problems, except
// for the answers in changed.
func newGoogle(t *testing.T, changed answers) {
	t.Helper()
	has := answers{
		"/token":               google.Answer(200, `{"access_token":"`+password+`","token_type":"Bearer","expires_in":3600}`),
		"accounts:lookup":      google.Answer(200, `{"kind":"identitytoolkit#GetAccountInfoResponse"}`),
		":createSessionCookie": failed(400, "INVALID_ARGUMENT", "INVALID_ID_TOKEN"),
	}
	for at, h := range changed {
		has[at] = h
	}
	google.Serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for at, h := range has {
			if strings.HasSuffix(r.URL.Path, at) {
				h(w, r)
				return
			}
		}
		t.Errorf("a request to %s%s", r.Host, r.URL.Path)
	}))
	t.Setenv("FIREBASE_AUTH_EMULATOR_HOST", "")
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", google.ServiceAccount(t, project, "https://oauth2.googleapis.com/token"))
}

// production is an environment with a real project, and a Firestore on this machine.
func production(t *testing.T) map[string]string {
	t.Helper()
	_, env := firestore(t, nil)
	env["GOOGLE_CLOUD_PROJECT"] = project
	return env
}

func TestFirebaseInProduction(t *testing.T) {
	newGoogle(t, nil)
	d := examine(t, production(t), "-timeout", "3s")
	d.want("firebase-lookup", "pass", project, "does not exist")
	d.want("firebase-session", "pass", "createSession is permitted")
}

func TestFirebaseFailures(t *testing.T) {
	denied := failed(403, "PERMISSION_DENIED", "caller lacks permission "+password)
	for name, row := range map[string]struct {
		google answers
		check  string
		status string
		words  []string
	}{
		"no look-up":     {answers{"accounts:lookup": denied}, "lookup", "fail", []string{"403", "firebaseauth.users.get"}},
		"bad token":      {answers{"accounts:lookup": failed(401, "UNAUTHENTICATED", password)}, "lookup", "fail", []string{"401", "application-default login"}},
		"no auth":        {answers{"accounts:lookup": failed(400, "INVALID_ARGUMENT", "CONFIGURATION_NOT_FOUND")}, "lookup", "fail", []string{"no Firebase Authentication", "Get started"}},
		"broken":         {answers{"accounts:lookup": failed(500, "INTERNAL", "x")}, "lookup", "fail", []string{"status 500"}},
		"breaks off":     {answers{"accounts:lookup": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }}, "lookup", "fail", []string{"no connection"}},
		"knows everyone": {answers{"accounts:lookup": everyone}, "lookup", "fail", []string{"made up just now"}},
		"no credentials": {answers{"/token": google.Answer(400, `{"error":"invalid_grant","error_description":"`+password+`"}`)}, "lookup", "fail", []string{"no access token", "application-default login"}},
		"no session":     {answers{":createSessionCookie": denied}, "session", "fail", []string{"not permitted", "createSession", "503"}},
		"refused":        {answers{":createSessionCookie": failed(401, "UNAUTHENTICATED", password)}, "session", "fail", []string{"refused"}},
		"quota":          {answers{":createSessionCookie": failed(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED")}, "session", "warn", []string{"quota"}},
	} {
		t.Run(name, func(t *testing.T) {
			newGoogle(t, row.google)
			d := examine(t, production(t), "-timeout", "12s")
			d.want("firebase-"+row.check, row.status, row.words...)
			if strings.Contains(name, "no look-up") {
				d.want("firebase-session", "pass") // each permission is asked for by itself
			}
		})
	}
}

// everyone answers look-ups as if every user existed.
func everyone(w http.ResponseWriter, r *http.Request) {
	var in struct{ LocalID []string }
	_ = json.NewDecoder(r.Body).Decode(&in)
	_ = json.NewEncoder(w).Encode(map[string]any{"users": []map[string]string{{"localId": in.LocalID[0]}}})
}

// TestFirebaseHangs: when Firebase does not answer, the doctor says so within its -timeout.
func TestFirebaseHangs(t *testing.T) {
	release := make(chan struct{})
	newGoogle(t, answers{"accounts:lookup": func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}})
	defer close(release)
	d := examine(t, production(t), "-timeout", "1s")
	d.want("firebase-lookup", "fail", "no answer in time", "network")
	d.want("firebase-session", "skip")
}

func TestNoCredentials(t *testing.T) {
	t.Setenv("FIREBASE_AUTH_EMULATOR_HOST", "")
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", filepath.Join(t.TempDir(), "none.json"))
	d := examine(t, map[string]string{"GOOGLE_CLOUD_PROJECT": project}, "-timeout", "10s")
	d.want("firebase-lookup", "fail", "no credentials", "gcloud auth application-default login")
	d.want("firebase-session", "skip")
	d.want("firestore-access", "fail", "no credentials")
	d.want("firestore-indexes", "skip")
}

func TestAuthEmulators(t *testing.T) {
	check := func(t *testing.T, host string) {
		t.Helper()
		t.Setenv("FIREBASE_AUTH_EMULATOR_HOST", host) // the Admin SDK reads it there
		d := examine(t, map[string]string{"FIREBASE_AUTH_EMULATOR_HOST": host})
		d.want("firebase-lookup", "pass", "emulator at "+host)
		d.want("firebase-session", "pass", "permitted")
	}
	t.Run("embedded", func(t *testing.T) {
		srv := httptest.NewServer(firebaseauth.New("demo-pantry"))
		t.Cleanup(srv.Close)
		check(t, strings.TrimPrefix(srv.URL, "http://"))
	})
	t.Run("official", func(t *testing.T) { check(t, emulator.Auth(t)) })
	t.Run("not running", func(t *testing.T) {
		t.Setenv("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:1")
		d := examine(t, map[string]string{"FIREBASE_AUTH_EMULATOR_HOST": "127.0.0.1:1"})
		d.want("firebase-lookup", "fail", "no connection", "FIREBASE_AUTH_EMULATOR_HOST")
	})
}
