package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// With DATA_DIR, accounts and recipes are there again after a restart, and after a crash.
func TestDataDir(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "pantry")
	start := func() (*runner, *pantry) {
		r := runnerWith(t, "DATA_DIR="+dir)
		return r, &pantry{url: r.url, auth: authURL(t, r.url)}
	}
	first, p := start()
	u := p.newPerson(t)
	u.open().want(t, 200)
	soup := u.call("POST", "/recipes", map[string]any{"title": "Soup"}, "Idempotency-Key", "soup-1").want(t, 201)
	gone := u.call("POST", "/recipes", map[string]any{"title": "Gone"}).want(t, 201).id(t)
	trashed := u.call("POST", "/recipes", map[string]any{"title": "Trashed"}).want(t, 201).id(t)
	u.call("DELETE", "/recipes/"+trashed, nil).want(t, 200)
	u.call("DELETE", "/recipes/"+gone, nil).want(t, 200)
	u.call("DELETE", "/recipes/"+gone+"?permanent=true", nil).want(t, 204)
	first.end(t)

	crashed, p := start()
	u.pantry = p
	u.firebase("signInWithPassword")
	u.open().want(t, 200)
	again := u.call("GET", "/recipes/"+soup.id(t), nil).want(t, 200, `"title":"Soup"`)
	if again.body != soup.body || again.header.Get("ETag") != soup.header.Get("ETag") {
		t.Errorf("the recipe is now %s, want %s", again.body, soup.body)
	}
	u.call("POST", "/recipes", map[string]any{"title": "Soup"}, "Idempotency-Key", "soup-1").want(t, 201, `"id":"`+soup.id(t)+`"`)
	u.call("POST", "/recipes/"+trashed+":restore", nil).want(t, 200)
	u.call("GET", "/recipes/"+gone, nil).want(t, 404)
	u.call("PATCH", "/recipes/"+trashed, map[string]any{"rating": 3}).want(t, 200)
	crashed.crash(t)

	_, p = start()
	u.pantry = p
	u.firebase("signInWithPassword")
	u.open().want(t, 200)
	u.call("GET", "/recipes/"+trashed, nil).want(t, 200, `"rating":3`)
	names, err := filepath.Glob(filepath.Join(dir, "*", ".*"))
	if err != nil || len(names) > 0 {
		t.Errorf("temporary files are left: %v, %v", names, err)
	}
}

// A damaged file is set aside and told; the runner starts, and the other users keep theirs.
func TestDamagedData(t *testing.T) {
	dir := t.TempDir()
	first := runnerWith(t, "DATA_DIR="+dir)
	p := &pantry{url: first.url, auth: authURL(t, first.url)}
	u := p.newPerson(t)
	u.open().want(t, 200)
	kept := u.call("POST", "/recipes", map[string]any{"title": "Kept"}).want(t, 201).id(t)
	first.end(t)
	for name, content := range map[string]string{
		"accounts.json": `{"demo":`, "recipes/half.json": `{"uid":"x","recipes":[{"id":"a"`, "recipes/empty.json": "",
		"recipes/wrong.json": `{"uid":"y","recipes":[{"id":"a","title":""}]}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	again := runnerWith(t, "DATA_DIR="+dir)
	for _, name := range []string{"accounts.json", "half.json", "empty.json", "wrong.json"} {
		if !strings.Contains(again.printed, name+" is damaged") || !strings.Contains(again.printed, name+".damaged-") {
			t.Errorf("%s is not told:\n%s", name, again.printed)
		}
	}
	aside, err := filepath.Glob(filepath.Join(dir, "*", "*.damaged-*"))
	if err != nil || len(aside) != 3 {
		t.Errorf("set aside in recipes/: %v, %v", aside, err)
	}
	again.end(t)
	files, _ := filepath.Glob(filepath.Join(dir, "recipes", "*.json"))
	found := false
	for _, name := range files {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		found = found || strings.Contains(string(content), kept)
	}
	if !found {
		t.Error("the recipes of the other user are gone")
	}
}
