package doctor_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"
)

// fakeGcloud puts a gcloud into PATH that lists functions and reads one secret.
func fakeGcloud(t *testing.T, functions, secret string) {
	t.Helper()
	bin := t.TempDir()
	script := `#!/bin/sh
show() { while IFS= read -r line || [ -n "$line" ]; do printf '%s\n' "$line"; done < "$1"; }
case "$*" in
"functions list --project=` + project + ` --format=json --quiet") show "$0.functions" ;;
"secrets versions access 3 --secret=redis --project=` + project + ` --quiet") show "$0.secret" ;;
*) echo "ERROR: PERMISSION_DENIED" >&2; exit 1 ;;
esac
`
	for name, text := range map[string]string{"gcloud": script, "gcloud.functions": functions, "gcloud.secret": secret} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
}

// listed is what gcloud functions list prints of a function.
func listed(name, uri, version string) string {
	return fmt.Sprintf(`{"name":"projects/%s/locations/europe-west1/functions/%s","serviceConfig":{"uri":"%s",
		"environmentVariables":{"GOOGLE_CLOUD_PROJECT":"%[1]s","ALLOWED_ORIGINS":"%[4]s"},
		"secretEnvironmentVariables":[{"key":"REDIS_SERVER","projectId":"1","secret":"redis","version":"%[5]s"}]}}`, project, name, uri, app, version)
}

func TestDeployed(t *testing.T) {
	m := miniredis.RunT(t)
	m.RequireAuth(password)
	url := functions(t, "redis://:"+password+"@"+m.Addr())
	newGoogle(t, nil)
	fakeGcloud(t, "["+listed("recipes", url+"/api/recipes", "3")+","+listed("other", url, "3")+"]", "redis://:"+password+"@"+m.Addr())
	production(t) // Firestore's library finds the fake in the process
	d := examine(t, map[string]string{"REDIS_SERVER": "127.0.0.1:1"}, "-project", project, "-secret", "-timeout", "5s")
	d.want("firestore-access", "pass", project)
	d.want("deployed", "pass", "recipes in "+project)
	d.want("redis-password", "pass", "accepted")
	d.want("allowed-origins", "pass", app)
	d.want("url-recipes", "pass")
	d.want("firebase-lookup", "pass", project)
}

func TestDeployedFailures(t *testing.T) {
	newGoogle(t, nil)
	production(t)
	t.Run("no secret is read without -secret", func(t *testing.T) {
		fakeGcloud(t, "["+listed("recipes", "http://127.0.0.1:1/recipes", "3")+"]", password)
		d := examine(t, nil, "-project", project, "-timeout", "1s")
		d.want("redis-address", "skip", "-secret")
	})
	t.Run("versions differ, and one may not be read", func(t *testing.T) {
		fakeGcloud(t, "["+listed("recipes", "http://127.0.0.1:1/recipes", "3")+","+listed("set-cache", "http://127.0.0.1:1/set-cache", "4")+"]", password)
		d := examine(t, nil, "-project", project, "-secret", "-timeout", "1s")
		d.want("deployed", "warn", "different versions of REDIS_SERVER")
		d.want("deployed", "fail", "version 4", "PERMISSION_DENIED", "secretAccessor")
	})
	t.Run("nothing is deployed", func(t *testing.T) {
		fakeGcloud(t, "[]", "")
		d := examine(t, nil, "-project", project, "-timeout", "1s")
		d.want("deployed", "warn", "no function of Pantry")
	})
	t.Run("not permitted", func(t *testing.T) {
		fakeGcloud(t, "[]", "")
		d := examine(t, nil, "-project", "another-project", "-timeout", "1s")
		d.want("deployed", "fail", "PERMISSION_DENIED", "gcloud auth login")
	})
	t.Run("an emulator in the shell", func(t *testing.T) {
		fakeGcloud(t, "[]", "")
		d := examine(t, map[string]string{"FIRESTORE_EMULATOR_HOST": "127.0.0.1:1"}, "-project", project, "-timeout", "1s")
		d.want("deployed", "fail", "FIRESTORE_EMULATOR_HOST", ".env")
	})
	t.Run("no gcloud", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		d := examine(t, nil, "-project", project, "-timeout", "1s")
		d.want("deployed", "fail", "gcloud is not installed")
	})
}

// TestArgumentsInJSON: a program reads wrong flags as it reads every other report.
func TestArgumentsInJSON(t *testing.T) {
	for _, args := range [][]string{{"-json", "-what"}, {"-what", "--json"}, {"-json", "-secret"}, {"-json", "-timeout", "1h"}} {
		text, code := run(t, nil, args...)
		if code != 2 || !strings.HasPrefix(text, "{\n  \"ok\": false,\n") || !strings.Contains(text, `"check": "arguments"`) {
			t.Errorf("doctor %q exits with %d and writes %s", args, code, text)
		}
	}
}
