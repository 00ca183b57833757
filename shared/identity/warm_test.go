package identity_test

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"pantry.example/shared/emulator/google"
	"pantry.example/shared/identity"
)

// With a person's own credentials, the header names the project whose quota is used.
func TestQuotaProject(t *testing.T) {
	g := google.New(t)
	file := filepath.Join(t.TempDir(), "person.json")
	text := `{"type":"authorized_user","client_id":"1","client_secret":"s","refresh_token":"r","quota_project_id":"pantry-prod"}`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", file)
	d, err := identity.NewDirectory(t.Context(), google.Project, "")
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan string, 1)
	well := g.Set(google.Lookup, nil)
	g.Set(google.Lookup, func(w http.ResponseWriter, r *http.Request) {
		sent <- r.Header.Get("X-Goog-User-Project")
		well(w, r)
	})
	if _, err := d.Lookup(t.Context(), "ann"); err != nil {
		t.Fatal(err)
	}
	if got := <-sent; got != "pantry-prod" {
		t.Errorf("X-Goog-User-Project = %q, want pantry-prod", got)
	}
}
