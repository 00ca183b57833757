package setup

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// addFirebase adds Firebase to the project
// (firebase.google.com/docs/reference/firebase-management/rest/v1beta1/projects/addFirebase).
func addFirebase(ctx context.Context, r *runner) error {
	at := "https://firebase.googleapis.com/v1beta1/projects/" + r.project
	r.tell("  $ POST %s:addFirebase\n", at)
	err := r.call(ctx, http.MethodGet, at, nil, nil)
	switch {
	case err == nil:
		r.tell("    already so\n")
		return nil
	case !errors.Is(err, errNotThere):
		return err
	}
	// Google adds it in the background. 409: an earlier run has begun that.
	err = r.call(ctx, http.MethodPost, at+":addFirebase", struct{}{}, nil)
	if err != nil && !strings.Contains(err.Error(), "409") {
		return err
	}
	err = r.again(ctx, []string{errNotThere.Error()}, func() error { return r.call(ctx, http.MethodGet, at, nil, nil) })
	if err != nil {
		return fmt.Errorf("wait for Firebase: %w", err)
	}
	r.tell("    done\n")
	return nil
}

// release says which rules apply to the database (default)
// (firebase.google.com/docs/reference/rules/rest/v1/projects.releases).
type release struct {
	Name        string `json:"name"`
	RulesetName string `json:"rulesetName"`
}

type ruleset struct {
	Name   string `json:"name,omitempty"`
	Source struct {
		Files []file `json:"files"`
	} `json:"source"`
}

type file struct {
	Name    string `json:"name"`
	Content string `json:"content"`
}

// releaseRules gives the database the rules of this clone.
func releaseRules(ctx context.Context, r *runner) error {
	content, err := os.ReadFile(filepath.Join(r.root, "shared/recipe/store/firestore.rules"))
	if err != nil {
		return fmt.Errorf("read the rules: %w", err)
	}
	const api = "https://firebaserules.googleapis.com/v1/"
	project := "projects/" + r.project
	wanted := release{Name: project + "/releases/cloud.firestore"}
	r.tell("  $ POST %s%s/rulesets, and its release as cloud.firestore\n", api, project)
	var now release
	var rules ruleset
	err = r.call(ctx, http.MethodGet, api+wanted.Name, nil, &now)
	released := err == nil
	if released {
		err = r.call(ctx, http.MethodGet, api+now.RulesetName, nil, &rules)
	}
	if err != nil && !errors.Is(err, errNotThere) {
		return err
	}
	if len(rules.Source.Files) == 1 && rules.Source.Files[0].Content == string(content) {
		r.tell("    already so\n")
		return nil
	}
	var made, source ruleset
	source.Source.Files = []file{{"firestore.rules", string(content)}}
	if err := r.call(ctx, http.MethodPost, api+project+"/rulesets", source, &made); err != nil {
		return err
	}
	wanted.RulesetName = made.Name
	if released {
		err = r.call(ctx, http.MethodPatch, api+wanted.Name, map[string]release{"release": wanted}, nil)
	} else {
		err = r.call(ctx, http.MethodPost, api+project+"/releases", wanted, nil)
	}
	if err == nil {
		r.tell("    done\n")
	}
	return err
}

var errNotThere = errors.New("404: it is not there")

// call sends a request to an API of Google with the account of gcloud. Without
// X-Goog-User-Project Google would use the quota and the APIs of gcloud's own project.
func (r *runner) call(ctx context.Context, method, url string, in, out any) error {
	token, err := r.Gcloud(ctx, "", "auth", "print-access-token", "--quiet")
	if err != nil {
		return err
	}
	body := []byte{}
	if in != nil {
		if body, err = json.Marshal(in); err != nil {
			return err
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+strings.TrimSpace(token))
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Goog-User-Project", r.project)
	resp, err := r.HTTP.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, url, err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	switch {
	case err != nil:
		return fmt.Errorf("%s %s: the answer is incomplete", method, url)
	case resp.StatusCode == http.StatusNotFound:
		return fmt.Errorf("%s %s: %w", method, url, errNotThere)
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("%s %s: %d: %s", method, url, resp.StatusCode, message(answer))
	case out == nil:
		return nil
	}
	return json.Unmarshal(answer, out)
}

// message returns the text of an error of a Google API.
func message(answer []byte) string {
	var problem struct {
		Error struct{ Status, Message string }
	}
	if json.Unmarshal(answer, &problem) != nil {
		return "the answer is not from a Google API"
	}
	return problem.Error.Status + ": " + problem.Error.Message
}
