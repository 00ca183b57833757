package store_test

import (
	"errors"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// TestStoreIsItsModel does random actions with a store and with the model, and compares every
// answer. It also reads whole lists, with pages of any size.
func TestStoreIsItsModel(t *testing.T) {
	eachStore(t, func(t *testing.T, open opener) {
		if t.Name() == "TestStoreIsItsModel/firestore" {
			old := flag.Lookup("rapid.checks").Value.String()
			_ = flag.Set("rapid.checks", "30") // the emulator takes milliseconds for each answer
			t.Cleanup(func() { _ = flag.Set("rapid.checks", old) })
		}
		c := newClock()
		stores := []recipe.Store{open(t, store.WithClock(c.now)), open(t, store.WithClock(c.now), store.WithMaxScan(3))}
		user := 0
		rapid.Check(t, func(rt *rapid.T) {
			user++ // an empty store
			m := &machine{
				s: rapid.SampledFrom(stores).Draw(rt, "store"), uid: fmt.Sprint("user", user), clock: c,
				model: model{recipes: make(map[string]kept)}, tests: t,
			}
			rt.Repeat(rapid.StateMachineActions(m))
		})
	})
}

// machine runs a store beside its model.
type machine struct {
	s     recipe.Store
	uid   string
	clock *clock
	model model
	tests *testing.T
}

// Check is called before each action.
func (m *machine) Check(*rapid.T) {
	m.model.now = m.clock.now().Truncate(time.Microsecond)
}

// id draws an id, mostly of a recipe that there is.
func (m *machine) id(t *rapid.T) string {
	ids := []string{"one", "two", "Three", "_4"}
	for id := range m.model.recipes {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return rapid.SampledFrom(ids).Draw(t, "id")
}

func (m *machine) precondition(t *rapid.T, id string) recipe.Precondition {
	tag := m.model.recipes[id].ETag
	return rapid.SampledFrom([]recipe.Precondition{
		{},
		{},
		{},
		{IfMatch: []string{tag}},
		{IfMatch: []string{"x", tag}},
		{IfMatch: []string{"x"}},
		{IfMatchAny: true},
		{IfNoneMatchAny: true},
		{IfNoneMatch: []string{tag}},
		{IfNoneMatch: []string{"x"}},
	}).Draw(t, "precondition")
}

// holds is RFC 9110 in the order of its section 13.2.2.
func holds(p recipe.Precondition, k kept, found error) bool {
	if p.IfMatchAny && found != nil || len(p.IfMatch) > 0 && (found != nil || !slices.Contains(p.IfMatch, k.ETag)) {
		return false
	}
	return found != nil || !p.IfNoneMatchAny && !slices.Contains(p.IfNoneMatch, k.ETag)
}

// agree compares the answers of the store and of the model. The model takes the ETag, and the
// id of a new recipe, from the store.
func (m *machine) agree(t *rapid.T, what string, got recipe.Recipe, err error, want kept, wantErr error) {
	t.Helper()
	if !errors.Is(err, wantErr) {
		t.Fatalf("%s: got the error %v, want %v", what, err, wantErr)
	}
	if wantErr != nil {
		return
	}
	before, ok := m.model.recipes[want.ID]
	unchanged := ok && want.UpdatedAt.Equal(before.UpdatedAt)
	if got.ETag == "" || ok && unchanged != (before.ETag == got.ETag) {
		t.Fatalf("%s: the tag is %q after %q, unchanged %v", what, got.ETag, before.ETag, unchanged)
	}
	if want.ID == "" {
		want.ID = got.ID
	}
	want.ETag = got.ETag
	same(t, what, got, want.Recipe)
	m.model.recipes[want.ID] = want
}

func same(t *rapid.T, what string, got, want any) {
	t.Helper()
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func (m *machine) born(id string, r recipe.Recipe) kept {
	r = r.Normalize()
	r.ID, r.State, r.CreatedAt, r.UpdatedAt = id, recipe.Active, m.model.now, m.model.now
	return kept{Recipe: r}
}

func (m *machine) changed(k kept, r recipe.Recipe) kept {
	r = r.Normalize()
	r.ID, r.State, r.CreatedAt, r.UpdatedAt = k.ID, k.State, k.CreatedAt, m.model.later(k)
	return kept{Recipe: r, sent: k.sent}
}

// edited is k with the content of r; one that has it already stays as it is.
func (m *machine) edited(k kept, r recipe.Recipe) kept {
	next := m.changed(k, r)
	if gocmp.Equal(k.Recipe, next.Recipe, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(recipe.Recipe{}, "ETag", "UpdatedAt")) {
		return k
	}
	return next
}

func (m *machine) Create(t *rapid.T) {
	r := genRecipe().Draw(t, "recipe")
	got, err := m.s.Create(t.Context(), m.uid, r, "")
	m.agree(t, "create", got, err, m.born("", r), nil)
}

func (m *machine) CreateOnce(t *rapid.T) {
	key := rapid.SampledFrom([]string{"k1", "k2"}).Draw(t, "key")
	r := titled(rapid.SampledFrom([]string{"pie", "crêpe"}).Draw(t, "title"))
	want, wantErr := m.born("", r), error(nil)
	want.sent = &r
	id := recipe.IDForKey(m.uid, key)
	if k, err := m.model.find(id); err == nil {
		got, err := m.s.Create(t.Context(), m.uid, r, key)
		if k.sent == nil || k.sent.Title != r.Title {
			wantErr = recipe.ErrKeyReused
		}
		if !errors.Is(err, wantErr) {
			t.Fatalf("create again: got %v, want %v", err, wantErr)
		}
		if wantErr == nil {
			same(t, "create again", got, k.Recipe)
		}
		return
	}
	got, err := m.s.Create(t.Context(), m.uid, r, key)
	m.agree(t, "create once", got, err, want, nil)
}

func (m *machine) Put(t *rapid.T) {
	id, r := m.id(t), genRecipe().Draw(t, "recipe")
	p := m.precondition(t, id)
	k, found := m.model.find(id)
	want, wantErr := m.born(id, r), error(nil)
	switch {
	case found == nil && k.State == recipe.Trashed:
		wantErr = recipe.ErrTrashed
	case !holds(p, k, found):
		wantErr = recipe.ErrPrecondition
	case found == nil:
		want = m.edited(k, r)
	}
	got, created, err := m.s.Put(t.Context(), m.uid, id, r, p)
	m.agree(t, "put", got, err, want, wantErr)
	if err == nil && created != (found != nil) {
		t.Fatalf("put: created %v", created)
	}
}

func (m *machine) Update(t *rapid.T) {
	id, r := m.id(t), genRecipe().Draw(t, "recipe")
	p := m.precondition(t, id)
	k, wantErr := m.model.find(id)
	switch {
	case wantErr != nil:
	case k.State == recipe.Trashed:
		wantErr = recipe.ErrTrashed
	case !holds(p, k, nil):
		wantErr = recipe.ErrPrecondition
	}
	got, err := m.s.Update(t.Context(), m.uid, id, p, func(old recipe.Recipe) (recipe.Recipe, error) {
		same(t, "handed to edit", old, k.Recipe)
		return r, nil
	})
	m.agree(t, "update", got, err, m.edited(k, r), wantErr)
}

func (m *machine) Trash(t *rapid.T) {
	id := m.id(t)
	p := m.precondition(t, id)
	k, wantErr := m.model.find(id)
	switch {
	case wantErr != nil:
	case k.State == recipe.Trashed:
		wantErr = recipe.ErrNotFound
	case !holds(p, k, nil):
		wantErr = recipe.ErrPrecondition
	}
	want := m.changed(k, k.Recipe)
	want.State, want.gone = recipe.Trashed, want.UpdatedAt.Add(recipe.TrashTTL)
	got, err := m.s.Trash(t.Context(), m.uid, id, p)
	m.agree(t, "trash", got, err, want, wantErr)
}

func (m *machine) Restore(t *rapid.T) {
	id := m.id(t)
	k, wantErr := m.model.find(id)
	if wantErr == nil && k.State == recipe.Active {
		wantErr = recipe.ErrNotTrashed
	}
	want := m.changed(k, k.Recipe)
	want.State = recipe.Active
	got, err := m.s.Restore(t.Context(), m.uid, id)
	m.agree(t, "restore", got, err, want, wantErr)
}

func (m *machine) Get(t *rapid.T) {
	id := m.id(t)
	k, wantErr := m.model.find(id)
	got, err := m.s.Get(t.Context(), m.uid, id)
	if !errors.Is(err, wantErr) {
		t.Fatalf("get: got the error %v, want %v", err, wantErr)
	}
	if err == nil {
		same(t, "get", got, k.Recipe)
	}
}

// Time passes: mostly not enough for another microsecond, sometimes half the time
// that the trash keeps.
func (m *machine) Time(t *rapid.T) {
	m.clock.advance(rapid.SampledFrom([]time.Duration{300, 1000, time.Second, recipe.TrashTTL / 2}).Draw(t, "time"))
}

func (m *machine) CreateTitled(t *rapid.T) {
	r := titled(genText(2).Draw(t, "title"))
	var wantErr error
	if slices.ContainsFunc(m.model.list(recipe.Query{}), func(other recipe.Recipe) bool { return foldedText(r.Title) == foldedText(other.Title) }) {
		wantErr = recipe.ErrTitleTaken
	}
	got, err := m.s.CreateTitled(t.Context(), m.uid, r)
	m.agree(t, "create titled", got, err, m.born("", r), wantErr)
}

func (m *machine) List(t *rapid.T) {
	q := genQuery().Draw(t, "query")
	want := m.model.list(q)
	var got []recipe.Recipe
	for turn := 0; ; turn++ {
		page, err := m.s.List(t.Context(), m.uid, q)
		switch {
		case err != nil:
			t.Fatalf("list: %v", err)
		case len(page.Recipes) > q.PageSize:
			t.Fatalf("a page of %d", len(page.Recipes))
		case page.TotalSize != nil && (!q.Count || *page.TotalSize != len(want)):
			t.Fatalf("a total of %d, want %d", *page.TotalSize, len(want))
		case q == recipe.Query{PageSize: q.PageSize, OrderBy: q.OrderBy, PageToken: q.PageToken, Count: true} && page.TotalSize == nil:
			t.Fatal("no total of the whole list")
		case turn > 3*len(m.model.recipes)+3:
			t.Fatal("the list does not end")
		}
		for _, r := range page.Recipes {
			got = append(got, *r)
		}
		if q.PageToken = page.NextPageToken; q.PageToken == "" {
			break
		}
	}
	same(t, "list", got, want)
}

func (m *machine) All(t *rapid.T) {
	var want []recipe.Recipe
	for id := range m.model.recipes {
		if k, err := m.model.find(id); err == nil {
			want = append(want, k.Recipe)
		}
	}
	slices.SortFunc(want, func(a, b recipe.Recipe) int { return strings.Compare(a.ID, b.ID) })
	same(t, "all", all(m.tests, m.s, m.uid), want)
}

func (m *machine) DeleteAll(t *rapid.T) {
	if rapid.IntRange(0, 5).Draw(t, "really") > 0 {
		return
	}
	if err := m.s.DeleteAll(t.Context(), m.uid); err != nil {
		t.Fatalf("delete all: %v", err)
	}
	clear(m.model.recipes)
}
