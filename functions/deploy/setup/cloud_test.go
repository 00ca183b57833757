package setup_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

const project = "pantry-test"

// cloud is a Google Cloud that keeps state, for one project. It answers as gcloud and
// Firebase's APIs do, and knows new APIs and accounts only after a while.
type cloud struct {
	t        *testing.T
	now      time.Duration
	since    map[string]time.Duration // when something was made: "api iam", "account pantry-build@…"
	bindings map[string][]string      // by target: "role<tab>member"
	indexes  []string
	secret   []string // versions
	rules    map[string]string
	released string
	policy   string // what domain-restricted sharing allows

	calls []string   // what was changed or looked at
	argvs [][]string // of gcloud
	// The call with this number fails, before it has an effect or after it.
	failAt      int
	afterEffect bool
}

func newCloud(t *testing.T) *cloud {
	return &cloud{t: t, since: map[string]time.Duration{}, bindings: map[string][]string{}, rules: map[string]string{}}
}

var errBroken = errors.New("the network broke")

// call counts a call and makes it fail when it is its turn.
func (c *cloud) call(name string, effect func() (string, error)) (string, error) {
	c.calls = append(c.calls, name)
	fails := len(c.calls) == c.failAt
	if fails && !c.afterEffect {
		return "", errBroken
	}
	out, err := effect()
	if fails {
		return "", errBroken
	}
	return out, err
}

// made reports an error while name is not there or not known everywhere yet.
func (c *cloud) made(name, missing string) error {
	if at, ok := c.since[name]; !ok || c.now < at+20*time.Second {
		return errors.New(missing)
	}
	return nil
}

func (c *cloud) api(name string) error {
	return c.made("api "+name+".googleapis.com", "PERMISSION_DENIED: "+name+" API has not been used in project 1 before or it is disabled (SERVICE_DISABLED)")
}

// create makes something that must not be there.
func (c *cloud) create(name string) (string, error) {
	if _, ok := c.since[name]; ok {
		c.t.Errorf("%s is made twice", name)
		return "", errors.New("ALREADY_EXISTS: " + name)
	}
	c.since[name] = c.now
	return "", nil
}

// list prints the names of a kind.
func (c *cloud) list(kind string) (string, error) {
	var names []string
	for name := range c.since {
		if name, ok := strings.CutPrefix(name, kind+" "); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, "\n") + "\n", nil
}

func (c *cloud) gcloud(_ context.Context, stdin string, argv ...string) (string, error) {
	c.argvs = append(c.argvs, argv)
	var words []string
	flags := map[string]string{}
	for _, arg := range argv {
		if name, value, _ := strings.Cut(arg, "="); strings.HasPrefix(arg, "--") {
			flags[name] += " " + value
		} else {
			words = append(words, arg)
		}
	}
	if argv[0] != "auth" && (flags["--project"] != " "+project || !slices.Contains(argv, "--quiet")) {
		c.t.Errorf("gcloud %q asks questions, or another project", argv)
	}
	return c.call("gcloud "+strings.Join(argv, " "), func() (string, error) { return c.run(words, flags, stdin) })
}

func (c *cloud) run(words []string, flags map[string]string, stdin string) (string, error) {
	last := words[len(words)-1]
	switch command := strings.Join(words[:min(3, len(words))], " "); {
	case command == "auth print-access-token":
		return "ya29.token\n", nil
	case words[1] == "enable":
		for _, name := range words[2:] {
			c.since["api "+name] = c.now
		}
		return "", nil
	case words[1] == "list" && words[0] == "services":
		return c.list("api")
	case command == "resource-manager org-policies describe":
		if c.policy == "unreadable" {
			return "", errors.New("PERMISSION_DENIED: orgpolicy.policy.get")
		}
		return c.policy + "\n", c.api("cloudresourcemanager")
	case strings.Contains(command, "iam-policy") || len(words) > 2 && strings.HasSuffix(words[2], "iam-policy-binding"):
		return c.bind(words, flags)
	case words[0] == "iam":
		kind := map[string]string{"roles": "role", "service-accounts": "account"}[words[1]]
		if err := c.api("iam"); err != nil || words[2] == "list" {
			out, _ := c.list(kind)
			return out, err
		}
		if kind == "account" {
			last += "@" + project + ".iam.gserviceaccount.com"
		}
		return c.create(kind + " " + last)
	case words[0] == "firestore":
		return c.firestore(words, flags)
	case words[0] == "secrets":
		return c.secrets(command, last, stdin)
	}
	c.t.Errorf("gcloud %q is not known here", words)
	return "", errors.New("unknown")
}

// bind shows or changes a policy. A member and a role must be known.
func (c *cloud) bind(words []string, flags map[string]string) (string, error) {
	target := words[len(words)-1]
	if slices.Contains(words, "get-iam-policy") {
		return strings.Join(c.bindings[target], "\n") + "\n", nil
	}
	member, role := strings.TrimSpace(flags["--member"]), strings.TrimSpace(flags["--role"])
	if err := c.made("account "+strings.TrimPrefix(member, "serviceAccount:"), "INVALID_ARGUMENT: "+member+" does not exist."); err != nil {
		return "", err
	}
	if name, own := strings.CutPrefix(role, "projects/"+project+"/roles/"); own && c.made("role "+name, "") != nil {
		return "", errors.New("NOT_FOUND: " + role)
	}
	line := role + "\t" + member
	if slices.Contains(c.bindings[target], line) {
		c.t.Errorf("%s is bound to %s twice", line, target)
	}
	c.bindings[target] = append(c.bindings[target], line)
	return "", nil
}

func (c *cloud) firestore(words []string, flags map[string]string) (string, error) {
	if err := c.api("firestore"); err != nil {
		return "", err
	}
	last, what := words[len(words)-1], strings.Join(words[1:], " ")
	if !strings.HasPrefix(what, "databases") && c.made("database (default)", "") != nil {
		return "", errors.New("NOT_FOUND: The database (default) does not exist")
	}
	switch {
	case what == "databases list":
		return c.list("database")
	case what == "databases create":
		return c.create("database (default)")
	case what == "indexes composite list":
		return strings.Join(c.indexes, "\n") + "\n", nil
	case what == "indexes composite create":
		return "", c.index(strings.TrimSpace(flags["--collection-group"]), strings.Fields(flags["--field-config"]))
	case what == "indexes fields list", what == "fields ttls list":
		return c.list(words[len(words)-2])
	default: // indexes fields update, fields ttls update
		return c.create(words[len(words)-3] + " " + last)
	}
}

// index keeps an index as gcloud lists it.
func (c *cloud) index(group string, configs []string) error {
	var paths, orders, arrays []string
	for i, config := range configs {
		values := map[string]string{}
		for part := range strings.SplitSeq(config, ",") {
			name, value, _ := strings.Cut(part, "=")
			values[name] = value
		}
		paths, orders, arrays = append(paths, values["field-path"]), append(orders, strings.ToUpper(values["order"])), append(arrays, strings.ToUpper(values["array-config"]))
		if i == len(configs)-1 {
			paths, orders, arrays = append(paths, "__name__"), append(orders, orders[i]), append(arrays, "")
		}
	}
	line := strings.Join([]string{group, strings.Join(paths, ";"), strings.Join(orders, ";"), strings.Join(arrays, ";")}, "\t")
	if slices.Contains(c.indexes, line) {
		c.t.Errorf("the index %s is made twice", line)
	}
	c.indexes = append(c.indexes, line)
	return nil
}

func (c *cloud) secrets(command, last, stdin string) (string, error) {
	if err := c.api("secretmanager"); err != nil {
		return "", err
	}
	switch {
	case command == "secrets list":
		return c.list("secret")
	case strings.HasPrefix(command, "secrets create"):
		return c.create("secret " + last)
	case command == "secrets versions list":
		if len(c.secret) == 0 {
			return "", nil
		}
		return fmt.Sprintln(len(c.secret)), nil
	default: // secrets versions add
		c.secret = append(c.secret, stdin)
		return fmt.Sprintln(len(c.secret)), nil
	}
}

// RoundTrip is Firebase's APIs.
func (c *cloud) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Header.Get("X-Goog-User-Project") != project || r.Header.Get("Authorization") != "Bearer ya29.token" {
		c.t.Errorf("%s %s without the project or the token", r.Method, r.URL)
	}
	answer := func(status int, body string) (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
	}
	body, err := c.call(r.Method+" "+r.URL.String(), func() (string, error) { return c.serve(r) })
	var status statusError
	if errors.As(err, &status) {
		return answer(int(status), `{"error":{"status":"NO","message":"it says no"}}`)
	}
	if err != nil {
		return nil, err
	}
	return answer(http.StatusOK, body)
}

type statusError int

func (s statusError) Error() string { return fmt.Sprint(int(s)) }

func (c *cloud) serve(r *http.Request) (string, error) {
	path := r.URL.Host + r.URL.Path
	const firebase, rules = "firebase.googleapis.com/v1beta1/projects/" + project, "firebaserules.googleapis.com/v1/"
	switch {
	case path == firebase && c.made("firebase project", "") != nil:
		return "", statusError(http.StatusNotFound)
	case path == firebase:
		return "{}", nil
	case path == firebase+":addFirebase":
		if _, ok := c.since["firebase project"]; ok {
			return "", statusError(http.StatusConflict)
		}
		_, err := c.create("firebase project")
		return "{}", err
	case r.Method == http.MethodGet && strings.HasSuffix(path, "/releases/cloud.firestore"):
		if c.released == "" {
			return "", statusError(http.StatusNotFound)
		}
		return `{"rulesetName":"` + c.released + `"}`, nil
	case r.Method == http.MethodGet:
		return c.rules[strings.TrimPrefix(path, rules)], nil
	case strings.HasSuffix(path, "/rulesets"):
		name := fmt.Sprintf("projects/%s/rulesets/%d", project, len(c.rules)+1)
		body, err := io.ReadAll(r.Body)
		c.rules[name] = string(body)
		return `{"name":"` + name + `"}`, err
	}
	var in struct {
		RulesetName string
		Release     struct{ RulesetName string }
	}
	err := json.NewDecoder(r.Body).Decode(&in)
	if patched := r.Method == http.MethodPatch; patched != (c.released != "") {
		c.t.Errorf("%s of a release, and there is %q", r.Method, c.released)
	}
	c.released = in.RulesetName + in.Release.RulesetName
	return "{}", err
}

// state is all that a set-up leaves behind, for a comparison.
func (c *cloud) state() string {
	var lines []string
	lines = append(lines, slices.Collect(maps.Keys(c.since))...)
	for target, bound := range c.bindings {
		for _, b := range bound {
			lines = append(lines, "binding "+target+" "+b)
		}
	}
	for _, index := range c.indexes {
		lines = append(lines, "index "+index)
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\nrules " + c.rules[c.released] + "\nsecret " + strings.Join(c.secret, " ")
}
