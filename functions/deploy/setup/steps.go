package setup

import (
	"context"
	"strings"

	"pantry.example/functions"
)

// step is one part of the set-up. The help, the script of -dry-run and the list in
// README.md are made from the steps.
type step struct {
	name  string // for -only
	title string
	why   string
	// commands run in this order. A step without commands has its own code in do.
	commands []command
	do       func(context.Context, *runner) error
	// retry has texts of errors that go away by themselves. Google can need some minutes
	// until it knows a change everywhere.
	retry []string
}

// command is one gcloud command. It is skipped when look prints all lines of want.
type command struct {
	argv []string
	look []string
	want []string
}

// apis are what the functions, their build and this set-up call. cloudresourcemanager is
// for gcloud functions deploy, which reads the project when it sets a secret or a build
// account.
var apis = []string{
	"artifactregistry", "cloudbuild", "cloudfunctions", "cloudresourcemanager", "firebase", "firebaserules", "firestore", "iam",
	"identitytoolkit", "logging", "run", "secretmanager", "storage",
}

const (
	builder = "pantry-build"
	secret  = "redis-server"
)

var (
	apiIsNew     = []string{"has not been used in project", "SERVICE_DISABLED", "it is disabled"}
	accountIsNew = append([]string{"does not exist", "NOT_FOUND", "not found", "concurrent policy changes"}, apiIsNew...)
)

// plan is what is set up where.
type plan struct {
	project, region string
	root            string // of the clone
}

func (p plan) gcloud(words string, more ...string) []string {
	return append(append(strings.Fields(words), more...), "--project="+p.project, "--quiet")
}

// steps returns all steps in order. The step that reads the Redis address is the last one.
// Otherwise it would read the next lines of a pasted script as the address.
func (p plan) steps() ([]step, error) {
	indexes, err := p.indexes()
	if err != nil {
		return nil, err
	}
	return []step{
		{name: "apis", title: "Switch on the APIs", why: "Functions, builds, secrets, Firestore and Firebase are each an API of the project.", commands: p.enable()},
		{name: "firebase", title: "Add Firebase to the project", why: "Firebase Authentication signs people in. You must have accepted the terms of Firebase in its console.", do: addFirebase, retry: apiIsNew},
		{name: "sharing", title: "Check whether the organization allows public functions", why: "A browser has no Google credentials, so everyone must be allowed to call the functions. Where the organization forbids that (domain-restricted sharing), the build needs another setting. The end of the set-up shows it.", do: askSharing},
		{name: "roles", title: "Make two roles", why: "Google's own role, roles/firebaseauth.admin, may also delete users. These two may only look users up, or open and revoke sessions.", commands: p.customRoles(), retry: apiIsNew},
		{name: "accounts", title: "Make a service account for each function, and one for the build", why: "Each function may do what it does, and no more.", commands: p.accounts(), retry: apiIsNew},
		{name: "grants", title: "Give the accounts their roles in the project", why: "set-cache opens and revokes sessions, the others look users up, recipes uses Firestore, and the build deploys. run.admin lets the build make the functions callable by everyone.", commands: p.grants(), retry: accountIsNew},
		{name: "act-as", title: "Let the build run functions and builds as these accounts", why: "The permission is on each account, and not on the whole project.", commands: p.actAs(), retry: accountIsNew},
		{name: "database", title: "Make the Firestore database", why: "Recipes live there. Its region cannot be changed later. It is protected against deletion.", retry: apiIsNew, commands: []command{{
			argv: p.gcloud("firestore databases create --delete-protection", "--location="+p.region),
			look: p.gcloud("firestore databases list --format=value(name.basename())"), want: []string{"(default)"},
		}}},
		{name: "indexes", title: "Make Firestore's indexes, and let Firestore empty the trash", why: "Searches and filters need the indexes, and fail until they are built. That takes minutes.", commands: indexes, retry: accountIsNew},
		{name: "rules", title: "Close Firestore to everyone except the functions", why: "A page with an ID token could otherwise write to it without the checks of the API.", do: releaseRules, retry: apiIsNew},
		{name: "secret", title: "Make the secret for the Redis address, and let the functions read it", why: "The address holds the password of the Redis database.", commands: p.secret(), retry: accountIsNew},
		{name: "redis", title: "Store the Redis address", why: "Paste the rediss:// line with its password shown: Upstash console > your database > Connect > TCP. It is tried before it is stored.", do: storeRedis, retry: apiIsNew},
	}, nil
}

func (p plan) enable() []command {
	var names []string
	for _, api := range apis {
		names = append(names, api+".googleapis.com")
	}
	return []command{{
		argv: p.gcloud("services enable", names...),
		look: p.gcloud("services list --enabled --format=value(config.name)"), want: names,
	}}
}

func (p plan) customRoles() []command {
	role := func(name, title, permissions string) command {
		return command{
			argv: p.gcloud("iam roles create", name, "--title="+title, "--stage=GA", "--permissions="+permissions),
			look: p.gcloud("iam roles list --format=value(name.basename())"), want: []string{name},
		}
	}
	return []command{
		role("pantrySessions", "Pantry: open and revoke sessions", "firebaseauth.users.createSession,firebaseauth.users.get,firebaseauth.users.update"),
		role("pantryLookup", "Pantry: look up users", "firebaseauth.users.get"),
	}
}

// account is the service account that a function runs as.
func account(f functions.Function) string { return "pantry-" + f.Name }

func (p plan) email(account string) string {
	return account + "@" + p.project + ".iam.gserviceaccount.com"
}

// everyAccount returns the accounts of the functions and of the build.
func everyAccount() []string {
	var all []string
	for _, f := range functions.All() {
		all = append(all, account(f))
	}
	return append(all, builder)
}

func (p plan) accounts() []command {
	var all []command
	for _, name := range everyAccount() {
		all = append(all, command{
			argv: p.gcloud("iam service-accounts create", name, "--display-name="+name),
			look: p.gcloud("iam service-accounts list --format=value(email)"), want: []string{p.email(name)},
		})
	}
	return all
}

// bind gives an account a role on a target. A binding with a condition does not count.
func (p plan) bind(words, target, look, account, role string) command {
	member := "serviceAccount:" + p.email(account)
	return command{
		argv: p.gcloud(words, target, "--member="+member, "--role="+role, "--condition=None"),
		look: p.gcloud(look, target, "--flatten=bindings[].members", "--format=value(bindings.role,bindings.members,bindings.condition.expression)"),
		want: []string{role + "\t" + member},
	}
}

// roles returns the roles of a function in the project.
func (p plan) roles(f functions.Function) []string {
	lookup := "projects/" + p.project + "/roles/pantryLookup"
	switch f.Name {
	case "set-cache":
		return []string{"projects/" + p.project + "/roles/pantrySessions"}
	case "recipes":
		return []string{lookup, "roles/datastore.user"}
	}
	return []string{lookup}
}

func (p plan) grants() []command {
	var all []command
	grant := func(account, role string) {
		c := p.bind("projects add-iam-policy-binding", p.project, "projects get-iam-policy", account, role)
		all = append(all, c)
	}
	for _, f := range functions.All() {
		for _, role := range p.roles(f) {
			grant(account(f), role)
		}
	}
	for _, role := range []string{"roles/cloudbuild.builds.builder", "roles/cloudfunctions.developer", "roles/run.admin"} {
		grant(builder, role)
	}
	return all
}

func (p plan) actAs() []command {
	var all []command
	for _, name := range everyAccount() {
		all = append(all, p.bind("iam service-accounts add-iam-policy-binding", p.email(name), "iam service-accounts get-iam-policy", builder, "roles/iam.serviceAccountUser"))
	}
	return all
}

func (p plan) secret() []command {
	all := []command{{
		argv: p.gcloud("secrets create --replication-policy=automatic", secret),
		look: p.gcloud("secrets list --format=value(name.basename())"), want: []string{secret},
	}}
	for _, f := range functions.All() {
		all = append(all, p.bind("secrets add-iam-policy-binding", secret, "secrets get-iam-policy", account(f), "roles/secretmanager.secretAccessor"))
	}
	return all
}
