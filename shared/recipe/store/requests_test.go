package store_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// TestRequests counts the requests that each call sends to Firestore. They are what a call
// costs, and most of its time.
func TestRequests(t *testing.T) {
	var mu sync.Mutex
	var sent []string
	note := func(method string) {
		mu.Lock()
		defer mu.Unlock()
		sent = append(sent, method[strings.LastIndex(method, "/")+1:])
	}
	s := store.NewFirestore(startEmulator(t,
		grpc.WithUnaryInterceptor(func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			note(method)
			return invoke(ctx, method, req, reply, cc, opts...)
		}),
		grpc.WithStreamInterceptor(func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
			note(method)
			return streamer(ctx, desc, cc, method, opts...)
		})))
	do := calls(s)
	yes := true
	list := func(q recipe.Query) func(context.Context) error {
		return func(ctx context.Context) error { _, err := s.List(ctx, "ada", q); return err }
	}
	put := func(title string) func(context.Context) error {
		return func(ctx context.Context) error {
			_, _, err := s.Put(ctx, "ada", "one", titled(title), recipe.Precondition{})
			return err
		}
	}
	const get, query, count = "BatchGetDocuments", "RunQuery", "RunAggregationQuery"
	for _, row := range []struct {
		name string
		call func(context.Context) error
		want []string
	}{
		{"put a new one", do["Put"], []string{get, "Commit"}},
		{"put without a change", do["Put"], []string{get}},
		{"put another title", put("Other"), []string{get, "Commit"}},
		{"get", do["Get"], []string{get}},
		{"create", do["Create"], []string{"Commit"}},
		{"create with a key", do["Create(k)"], []string{"Commit"}},
		{"create again", do["Create(k)"], []string{"Commit", get}},
		{"update", do["Update"], []string{get, "Commit"}},
		{"trash", do["Trash"], []string{get, "Commit"}},
		{"restore", do["Restore"], []string{get, "Commit"}},
		{"create with a new title", do["CreateTitled"], []string{count, "Commit"}},
		{"list", do["List"], []string{query}},
		{"list, favorites made", list(recipe.Query{Favorite: &yes, Made: &yes}), []string{query}},
		{"list, counted, all on the page", list(recipe.Query{Count: true}), []string{query}},
		{"list, counted", list(recipe.Query{Count: true, PageSize: 1}), []string{query, count}},
		{"search, one word", list(recipe.Query{Q: "cre"}), []string{query}},
		{"search, two words", list(recipe.Query{Q: "cre bru"}), []string{count, count, query}},
		{"search, a word that nothing has", list(recipe.Query{Q: "cre zzz"}), []string{count, count}},
		{"create exported", do["CreateExported"], []string{"Commit"}},
		{"create exported, existing", do["CreateExported"], []string{"Commit", get}},
		{"id by URL", do["IDByURL"], []string{query}},
		{"list, summary", list(recipe.Query{Summary: true}), []string{query}},
		{"all", do["All"], []string{query}},
		{"trash once more", do["Trash"], []string{get, "Commit"}},
		{"delete", do["Delete"], []string{get, "Commit"}},
		{"empty trash", do["EmptyTrash"], []string{query}},
		{"delete all", do["DeleteAll"], []string{query, "BatchWrite"}},
		{"add 18 of the largest", func(ctx context.Context) error { return addLargest(ctx, s, 18) }, slices.Repeat([]string{"Commit"}, 18)},
		{"all, five of the largest in each batch", do["All"], slices.Repeat([]string{query}, 4)},
	} {
		sent = nil
		if err := row.call(t.Context()); err != nil {
			t.Errorf("%s: %v", row.name, err)
		}
		if !slices.Equal(sent, row.want) {
			t.Errorf("%s: sent %v, want %v", row.name, sent, row.want)
		}
	}
}

// addLargest creates recipes of 250 KB.
func addLargest(ctx context.Context, s recipe.Store, n int) error {
	r := titled("Large")
	for range 62 {
		r.Steps = append(r.Steps, strings.Repeat("x", 4000))
	}
	for range n {
		if _, err := s.Create(ctx, "ada", r, ""); err != nil {
			return err
		}
	}
	return nil
}
