package store_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/firestore"
	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"pantry.example/shared/emulator"
	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// opener opens an empty store.
type opener func(t testing.TB, options ...store.Option) recipe.Store

func openMemory(_ testing.TB, options ...store.Option) recipe.Store {
	return store.NewMemory(options...)
}

// openFirestore opens a store in the real emulator. Its timeout is long, because the emulator
// is slow on a busy machine.
func openFirestore(t testing.TB, options ...store.Option) recipe.Store {
	options = append([]store.Option{store.WithTimeout(30 * time.Second)}, options...)
	return store.NewFirestore(startEmulator(t), options...)
}

// eachStore runs the test over both stores, which must behave alike.
func eachStore(t *testing.T, test func(t *testing.T, open opener)) {
	t.Helper()
	t.Run("memory", func(t *testing.T) { test(t, openMemory) })
	t.Run("firestore", func(t *testing.T) { emulator.Firestore(t); test(t, openFirestore) })
}

// startEmulator returns a client for a new project in the real emulator. The project is
// deleted after the test.
func startEmulator(t testing.TB, dial ...grpc.DialOption) *firestore.Client {
	t.Helper()
	host := emulator.Firestore(t)
	project := "demo-" + strings.ToLower(rand.Text()[:20])
	t.Cleanup(func() {
		url := "http://" + host + "/emulator/v1/projects/" + project + "/databases/(default)/documents"
		req, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			t.Errorf("emptying the emulator: %s", resp.Status)
		}
	})
	return client(t, host, project, dial...)
}

// client returns a client for a project at host. It is the owner, to whom no rules apply. It
// checks every query against the declared indexes, because the emulator does not.
func client(t testing.TB, host, project string, dial ...grpc.DialOption) *firestore.Client {
	t.Helper()
	indexes := declaredIndexes(t)
	dial = append(dial,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithPerRPCCredentials(emulator.Owner{}),
		grpc.WithChainStreamInterceptor(indexes.watch(t)))
	options := []option.ClientOption{option.WithEndpoint(host), option.WithoutAuthentication()}
	for _, d := range dial {
		options = append(options, option.WithGRPCDialOption(d))
	}
	client, err := firestore.NewClient(t.Context(), project, options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

// clock is a clock that a test moves. It starts at a time with microseconds.
type clock struct{ t time.Time }

func newClock() *clock {
	return &clock{time.Date(2026, 3, 4, 5, 6, 7, 123456789, time.UTC)}
}
func (c *clock) now() time.Time          { return c.t }
func (c *clock) advance(d time.Duration) { c.t = c.t.Add(d) }

// full is a recipe with something in each field.
func full() recipe.Recipe {
	made := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC)
	return recipe.Recipe{
		Title: "Crème brûlée", URL: "https://example.com/creme?x=1#a", ImageURL: "http://example.com/c.jpg",
		Rating: 4.5, Made: true, LastMadeAt: &made, Favorite: true, Description: "Rich\n\tand soft", Servings: 4,
		PrepMinutes: 20, CookMinutes: 40, Ingredients: []string{"500 ml cream", "6 egg yolks"},
		Steps: []string{"Whisk.", "Bake."}, Tags: []string{"Dessert", "French"}, Notes: "Use a torch 🔥",
		TotalMinutes: 300, Yield: "4 small bowls", Author: "Auguste", Nutrition: map[string]string{"calories": "450 kcal", "fatContent": "40 g"},
	}
}

// titled is a recipe with a title only.
func titled(title string) recipe.Recipe { return recipe.Recipe{Title: title} }

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// all reads every recipe.
func all(t testing.TB, s recipe.Store, uid string) []recipe.Recipe {
	t.Helper()
	var list []recipe.Recipe
	for r, err := range s.All(t.Context(), uid) {
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

// pages lists all pages of q and returns the titles.
func pages(t testing.TB, s recipe.Store, uid string, q recipe.Query) []string {
	t.Helper()
	titles := []string{}
	for {
		page, err := s.List(t.Context(), uid, q)
		if err != nil {
			t.Fatalf("List(%+v): %v", q, err)
		}
		for _, r := range page.Recipes {
			titles = append(titles, r.Title)
		}
		if q.PageToken = page.NextPageToken; q.PageToken == "" {
			return titles
		}
	}
}
