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
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
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

// firestoreTimeout bounds a question to Firestore; the first one connects too.
const firestoreTimeout = 8 * time.Second

const deployIndexes = "Deploy shared/recipe/store/firestore.indexes.json: firebase deploy --only firestore:indexes --project PROJECT"

func (r *report) firestore(ctx context.Context, cfg config.Config, bad bool) {
	switch {
	case bad:
		r.skip("the project's ID cannot be read", checkFirestore, checkIndexes, checkPurge)
		return
	case embedded(cfg, cfg.FirestoreEmulator):
		r.skip("project "+cfg.ProjectID+" is for local runs: go run ./functions/local keeps recipes in memory", checkFirestore, checkIndexes, checkPurge)
		return
	}
	client, err := deadline.Do(ctx, firestoreTimeout, func(context.Context) (*firestore.Client, error) { return openFirestore(cfg) })
	if err != nil {
		r.fail(checkFirestore, "this machine has no credentials for Google Cloud", credentials)
		r.skip("Firestore cannot be asked", checkIndexes, checkPurge)
		return
	}
	defer func() { _ = client.Close() }()
	store := store.NewFirestore(client)
	if !r.firestoreAccess(ctx, cfg, store) {
		r.skip("Firestore cannot be asked", checkIndexes, checkPurge)
		return
	}
	r.firestoreIndexes(ctx, cfg, queries(client, store))
	if cfg.FirestoreEmulator == "" {
		r.info(checkPurge, "whether the trash is emptied cannot be seen from here", "Once: gcloud firestore fields ttls list --collection-group=recipes must show purgeAt as ACTIVE; firestore.indexes.json sets it")
		return
	}
	r.skip("an emulator purges nothing", checkPurge)
}

// openFirestore takes the emulator from the configuration; the library would take it
// from the process. The context of a client must outlive the call that makes it.
func openFirestore(cfg config.Config) (*firestore.Client, error) {
	var options []option.ClientOption
	if cfg.FirestoreEmulator != "" {
		options = []option.ClientOption{
			option.WithEndpoint(cfg.FirestoreEmulator), option.WithoutAuthentication(),
			option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())),
			option.WithGRPCDialOption(grpc.WithPerRPCCredentials(owner{})),
		}
	}
	return firestore.NewClient(context.Background(), cfg.ProjectID, options...)
}

// owner is whom an emulator lets past the rules, as the Admin SDK is let past them.
type owner struct{}

// GetRequestMetadata is for grpc.PerRPCCredentials.
func (owner) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer owner"}, nil
}

// RequireTransportSecurity is for grpc.PerRPCCredentials.
func (owner) RequireTransportSecurity() bool { return false }

// nobody is a user who has no recipes.
func nobody() string { return "pantry-doctor-" + rand.Text() }

func (r *report) firestoreAccess(ctx context.Context, cfg config.Config, store recipe.Store) bool {
	ctx, cancel := context.WithTimeout(ctx, firestoreTimeout)
	defer cancel()
	start := time.Now()
	err := first(ctx, store)
	name := "project " + cfg.ProjectID
	if cfg.FirestoreEmulator != "" {
		name = "the emulator at " + cfg.FirestoreEmulator
	}
	said := ""
	if err != nil {
		said = err.Error()
	}
	switch code := status.Code(err); {
	case err == nil:
		r.pass(checkFirestore, fmt.Sprintf("%s answers, the first time after %s", name, round(time.Since(start))))
		return true
	case errors.Is(err, errSomebody):
		r.fail(checkFirestore, name+" has a recipe of a user who was made up just now", "Is something else than Firestore answering there?")
	case code == codes.NotFound:
		r.fail(checkFirestore, name+" has no Firestore database (default)", "gcloud firestore databases create --location=REGION")
	case code == codes.PermissionDenied && (strings.Contains(said, "has not been used") || strings.Contains(said, "SERVICE_DISABLED")):
		r.fail(checkFirestore, "the Firestore API is not enabled in "+name, "gcloud services enable firestore.googleapis.com")
	case code == codes.PermissionDenied:
		r.fail(checkFirestore, name+" does not let these credentials read (PermissionDenied)", "Give the recipes function's service account roles/datastore.user. "+credentials)
	case code == codes.FailedPrecondition:
		r.fail(checkFirestore, name+" has a Firestore in Datastore mode", "Pantry needs native mode: make another database or project")
	case code == codes.Unauthenticated:
		r.fail(checkFirestore, "the credentials were refused", credentials)
	case code == codes.ResourceExhausted:
		r.fail(checkFirestore, "the quota of "+name+" is used up", "Firebase console > Usage; the free quota starts again at midnight, Pacific time")
	case cfg.FirestoreEmulator != "":
		r.fail(checkFirestore, "no answer from "+name, "Start it, or correct FIRESTORE_EMULATOR_HOST")
	default:
		r.fail(checkFirestore, "no answer from Firestore"+behind(code.String()), "Check this machine's network to firestore.googleapis.com, and its credentials")
	}
	return false
}

var errSomebody = errors.New("a made-up user has recipes")

// first reads the first of a made-up user's recipes, of which there are none. It needs
// no composite index. Get would not do: to it a missing database is a missing recipe.
func first(ctx context.Context, store recipe.Store) error {
	for _, err := range store.All(ctx, nobody()) {
		if err != nil {
			return err
		}
		return errSomebody
	}
	return nil
}

// query is one question that needs an index of its own.
type query struct {
	index string
	ask   func(ctx context.Context, uid string) error
}

// queries need each index of firestore.indexes.json once.
func queries(client *firestore.Client, store recipe.Store) []query {
	var all []query
	list := func(index string, q recipe.Query) {
		all = append(all, query{index, func(ctx context.Context, uid string) error {
			_, err := store.List(ctx, uid, q)
			return err
		}})
	}
	for _, field := range []string{"updatedAt", "createdAt", "title", "rating"} {
		list("terms, "+field, recipe.Query{PageSize: 1, OrderBy: field})
		list("terms, "+field+" desc", recipe.Query{PageSize: 1, OrderBy: field + " desc"})
	}
	// The store counts a trash only when it has more than a page: a made-up user has none.
	all = append(all, query{"terms, purgeAt", func(ctx context.Context, uid string) error {
		_, err := client.Collection("users").Doc(uid).Collection("recipes").Where("terms", "array-contains", "doctor").
			Where("purgeAt", ">", time.Now()).OrderBy("purgeAt", firestore.Asc).Limit(1).Documents(ctx).GetAll()
		return err
	}})
	return all
}

// indexLink is what Firestore adds: a page of the console that makes the index.
var indexLink = regexp.MustCompile(`https://console\.firebase\.google\.com/[A-Za-z0-9/?=_.~%&-]+`)

func (r *report) firestoreIndexes(ctx context.Context, cfg config.Config, all []query) {
	ctx, cancel := context.WithTimeout(ctx, firestoreTimeout)
	defer cancel()
	uid := nobody()
	errs := make([]error, len(all))
	var wg sync.WaitGroup
	for i, q := range all {
		wg.Go(func() { errs[i] = q.ask(ctx, uid) })
	}
	wg.Wait()
	before := len(r.results)
	for i, err := range errs {
		switch {
		case err == nil:
		case status.Code(err) == codes.FailedPrecondition && strings.Contains(err.Error(), "building"):
			r.warn(checkIndexes, "the index of "+all[i].index+" is being built", "Wait some minutes: until then such lists are answered 500")
		case status.Code(err) == codes.FailedPrecondition:
			fix := strings.ReplaceAll(deployIndexes, "PROJECT", cfg.ProjectID)
			if link := indexLink.FindString(err.Error()); link != "" {
				fix += ", or for this one alone open " + link
			}
			r.fail(checkIndexes, "there is no index of "+all[i].index, fix)
		default:
			r.fail(checkIndexes, "the query for "+all[i].index+" failed"+behind(status.Code(err).String()), "Run the doctor again")
		}
	}
	switch {
	case len(r.results) > before:
	case cfg.FirestoreEmulator != "":
		r.pass(checkIndexes, fmt.Sprintf("%d queries are served; an emulator asks for no indexes", len(all)))
	default:
		r.pass(checkIndexes, fmt.Sprintf("%d queries are served", len(all)))
	}
}
