package doctor_test

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pantry.example/shared/emulator/google"
)

// TestCredentialsOfAPerson: with the files that gcloud auth application-default login
// writes, both checks reach Firebase. A person's own token needs a project that pays; the
// token of an impersonated account brings its own.
func TestCredentialsOfAPerson(t *testing.T) {
	const person = `"type":"authorized_user","client_id":"1","client_secret":"s","refresh_token":"r"`
	const account = "pantry-recipes@" + project + ".iam.gserviceaccount.com"
	for name, row := range map[string]struct{ file, pays, token string }{
		"with a quota project":    {`{` + person + `,"quota_project_id":"pantry-quota"}`, "pantry-quota", "person"},
		"without a quota project": {`{` + person + `}`, project, "person"},
		"impersonated": {`{"type":"impersonated_service_account","source_credentials":{` + person + `},"service_account_impersonation_url":` +
			`"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/` + account + `:generateAccessToken"}`, "", "account"},
	} {
		t.Run(name, func(t *testing.T) {
			signedIn := func(h http.HandlerFunc) http.HandlerFunc {
				return func(w http.ResponseWriter, r *http.Request) {
					if got := r.Header.Get("Authorization"); got != "Bearer "+row.token {
						failed(401, "UNAUTHENTICATED", "no")(w, r)
					} else if got := r.Header.Get("X-Goog-User-Project"); got != row.pays {
						t.Errorf("%s: the project %q pays, want %q", r.URL.Path, got, row.pays)
						failed(403, "PERMISSION_DENIED", "The API requires a quota project")(w, r)
					} else {
						h(w, r)
					}
				}
			}
			newGoogle(t, answers{
				"/token":               google.Answer(200, `{"access_token":"person","token_type":"Bearer","expires_in":3600}`),
				":generateAccessToken": google.Answer(200, `{"accessToken":"account","expireTime":"2999-01-01T00:00:00Z"}`),
				"accounts:lookup":      signedIn(google.Answer(200, `{"kind":"identitytoolkit#GetAccountInfoResponse"}`)),
				":createSessionCookie": signedIn(failed(400, "INVALID_ARGUMENT", "INVALID_ID_TOKEN")),
			})
			file := filepath.Join(t.TempDir(), "credentials.json")
			if err := os.WriteFile(file, []byte(row.file), 0o600); err != nil {
				t.Fatal(err)
			}
			t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", file)
			d := examine(t, production(t), "-timeout", "12s")
			d.want("firebase-lookup", "pass", "does not exist")
			d.want("firebase-session", "pass", "createSession is permitted")
		})
	}
}

// TestSilentAuthEmulator: an emulator that never answers has nothing to do with Google.
func TestSilentAuthEmulator(t *testing.T) {
	release := make(chan struct{})
	host := serve(t, func(net.Conn) { <-release })
	defer close(release)
	t.Setenv("FIREBASE_AUTH_EMULATOR_HOST", host)
	d := examine(t, map[string]string{"FIREBASE_AUTH_EMULATOR_HOST": host}, "-timeout", "1s")
	line := d.want("firebase-lookup", "fail", "the emulator at "+host+" gave no answer", "Start the emulator")
	if strings.Contains(line.Fix, "googleapis") {
		t.Errorf("fix = %s", line.Fix)
	}
}
