package doctor

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"cloud.google.com/go/firestore"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"pantry.example/shared/config"
	"pantry.example/shared/identity/deadline"
	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

const (
	checkFirestore = "firestore-access"
	checkIndexes   = "firestore-indexes"
	checkPurge     = "firestore-ttl"
)

// firestoreTimeout is the limit of one question to Firestore. The first one also connects.
const firestoreTimeout = 8 * time.Second

func (r *report) firestore(ctx context.Context, cfg config.Config, bad bool) {
	var client *firestore.Client
	links := []link{
		{[]string{checkFirestore}, "Firestore cannot be asked", func() bool {
			var err error
			// The context of a client must outlive the call that makes it.
			client, err = deadline.Do(ctx, firestoreTimeout, func(ctx context.Context) (*firestore.Client, error) {
				return firestore.NewClient(context.WithoutCancel(ctx), cfg.ProjectID)
			})
			if err != nil {
				r.fail(checkFirestore, "this machine has no credentials for Google Cloud", credentials)
				return false
			}
			return r.firestoreAccess(ctx, cfg, store.NewFirestore(client))
		}},
		{[]string{checkIndexes}, "", func() bool {
			r.firestoreIndexes(ctx, cfg, queries(client, store.NewFirestore(client)))
			return true
		}},
		{[]string{checkPurge}, "", func() bool {
			return r.judge(checkPurge,
				finding{cfg.FirestoreEmulator != "", skip, "an emulator purges nothing", ""},
				finding{true, info, "whether the trash is emptied cannot be seen from here", "This must show purgeAt as ACTIVE: gcloud firestore fields ttls list --collection-group=recipes --project=" + cfg.ProjectID})
		}},
	}
	switch {
	case bad:
		r.skipAll("the project's ID cannot be read", links)
	case embedded(cfg, cfg.FirestoreEmulator):
		r.skipAll("GOOGLE_CLOUD_PROJECT names no real project ("+cfg.ProjectID+"): go run ./functions/local keeps recipes in memory", links)
	default:
		r.chain(links)
		if client != nil {
			_ = client.Close()
		}
	}
}

// madeUpUser returns a new random uid, which has no recipes.
func madeUpUser() string { return "pantry-doctor-" + rand.Text() }

func (r *report) firestoreAccess(ctx context.Context, cfg config.Config, recipes recipe.Store) bool {
	ctx, cancel := context.WithTimeout(ctx, firestoreTimeout)
	defer cancel()
	start := time.Now()
	err := first(ctx, recipes)
	name := "project " + cfg.ProjectID
	if cfg.FirestoreEmulator != "" {
		name = "the emulator at " + cfg.FirestoreEmulator
	}
	said, code := errorText(err), status.Code(err)
	denied := code == codes.PermissionDenied
	return r.judge(checkFirestore, []finding{
		{err == nil, pass, fmt.Sprintf("%s answers, the first time after %s", name, round(time.Since(start))), ""},
		{errors.Is(err, errHasRecipes), fail, name + " has a recipe of a user who was made up just now", "See whether something else than Firestore answers there"},
		{code == codes.NotFound, fail, name + " has no Firestore database (default)", "gcloud firestore databases create --location=REGION --project=" + cfg.ProjectID},
		{denied && (strings.Contains(said, "has not been used") || strings.Contains(said, "SERVICE_DISABLED")), fail, "the Firestore API is not enabled in " + name, "gcloud services enable firestore.googleapis.com --project=" + cfg.ProjectID},
		{denied, fail, name + " does not let these credentials read (PermissionDenied)", "Give the recipes function's service account roles/datastore.user. " + credentials},
		{code == codes.FailedPrecondition, fail, name + " has a Firestore in Datastore mode", "Pantry needs native mode: make another database or project"},
		{code == codes.Unauthenticated, fail, "the credentials were refused", credentials},
		{code == codes.ResourceExhausted, fail, "the quota of " + name + " is used up", "Firebase console > Usage; the free quota starts again at midnight, Pacific time"},
		{cfg.FirestoreEmulator != "", fail, "no answer from " + name, "Start it, or correct FIRESTORE_EMULATOR_HOST"},
		{true, fail, "no answer from Firestore" + inParentheses(code.String()), "Check this machine's network to firestore.googleapis.com, and its credentials"},
	}...)
}

var errHasRecipes = errors.New("a made-up user has recipes")

// first reads the recipes of a made-up user. There must be none. This query needs no composite
// index.
func first(ctx context.Context, recipes recipe.Store) error {
	for _, err := range recipes.All(ctx, madeUpUser()) {
		if err != nil {
			return err
		}
		return errHasRecipes
	}
	return nil
}

// query is a query that needs its own index.
type query struct {
	index string
	ask   func(ctx context.Context, uid string) error
}

// queries returns one query for each index of firestore.indexes.json.
func queries(client *firestore.Client, recipes recipe.Store) []query {
	var all []query
	list := func(index string, q recipe.Query) {
		all = append(all, query{index, func(ctx context.Context, uid string) error {
			_, err := recipes.List(ctx, uid, q)
			return err
		}})
	}
	for _, field := range []string{"updatedAt", "createdAt", "title", "rating"} {
		list("terms, "+field, recipe.Query{PageSize: 1, OrderBy: field})
		list("terms, "+field+" desc", recipe.Query{PageSize: 1, OrderBy: field + " desc"})
	}
	// No call of the store sends this query for a user with an empty trash.
	all = append(all, query{"terms, purgeAt", func(ctx context.Context, uid string) error {
		_, err := client.Collection("users").Doc(uid).Collection("recipes").Where("terms", "array-contains", "doctor").
			Where("purgeAt", ">", time.Now()).OrderBy("purgeAt", firestore.Asc).Limit(1).Documents(ctx).GetAll()
		return err
	}})
	return all
}

// indexLink finds the console page in Firestore's error. That page makes the index.
var indexLink = regexp.MustCompile(`https://console\.firebase\.google\.com/[A-Za-z0-9/?=_.~%&-]+`)

func (r *report) firestoreIndexes(ctx context.Context, cfg config.Config, all []query) {
	ctx, cancel := context.WithTimeout(ctx, firestoreTimeout)
	defer cancel()
	uid := madeUpUser()
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for i, q := range all {
		wg.Go(func() { errs[i] = q.ask(ctx, uid) })
	}
	wg.Wait()
	before := len(r.results)
	for i, err := range errs {
		missing := status.Code(err) == codes.FailedPrecondition
		fix := "From the clone: go run ./functions/deploy setup -project " + cfg.ProjectID + " -only indexes"
		if err != nil {
			if link := indexLink.FindString(err.Error()); link != "" {
				fix += ". For this one alone, open: " + link
			}
		}
		r.judge(checkIndexes, []finding{
			{missing && strings.Contains(err.Error(), "building"), warn, "the index of " + all[i].index + " is being built", "Wait some minutes: until then such lists are answered 503"},
			{missing, fail, "there is no index of " + all[i].index, fix},
			{err != nil, fail, "the query for " + all[i].index + " failed" + inParentheses(status.Code(err).String()), "Run the doctor again"},
		}...)
	}
	if len(r.results) > before {
		return
	}
	seen := fmt.Sprintf("%d queries are served", len(all))
	if cfg.FirestoreEmulator != "" {
		seen += "; an emulator asks for no indexes"
	}
	r.pass(checkIndexes, seen)
}
