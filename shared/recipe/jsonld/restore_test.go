package jsonld_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/jsonld"
)

func exported(n int) recipe.Recipe {
	at := time.Date(2025, 1, 2, 3, 4, 5, 6000, time.UTC).Add(time.Duration(n) * time.Second)
	r := recipe.Recipe{
		ID: fmt.Sprintf("id%d", n), Title: fmt.Sprintf("Recipe %d <&>", n), Servings: n % 10, Rating: 4.5, Made: true, LastMadeAt: &at,
		Ingredients: []string{"1. egg", "• salt"}, Steps: []string{"1. Mix\n<b>"}, Tags: []string{"a, b"}, Notes: "&amp;", PrepMinutes: 90,
		TotalMinutes: 200, Yield: "4 servings", Author: "Ann, Bob", Nutrition: map[string]string{"calories": "240 kcal"},
		State: recipe.Active, CreatedAt: at, UpdatedAt: at.Add(time.Hour),
	}
	if n%2 == 1 {
		r.State = recipe.Trashed
	}
	return r.Normalize()
}

// read returns what ReadExport yields, and its last error.
func read(ctx context.Context, r io.Reader) (list []recipe.Recipe, err error) {
	for got, e := range jsonld.ReadExport(ctx, r) {
		if e != nil {
			err = e
			continue
		}
		list = append(list, got)
	}
	return list, err
}

// ReadExport reads an export of any size, with ids, states and times. It never reads far ahead
// of the recipe that it yields.
func TestExportComesBackWhole(t *testing.T) {
	pr, pw := io.Pipe()
	go func() {
		enc := jsonld.NewEncoder(pw)
		for n := range jsonld.MaxExportItems {
			if enc.Encode(exported(n)) != nil {
				break
			}
		}
		_ = enc.Close()
		_ = pw.Close()
	}()
	counted := &counter{r: pr}
	n := 0
	for got, err := range jsonld.ReadExport(context.Background(), counted) {
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(exported(n), got); diff != "" {
			t.Fatalf("recipe %d (-want +got):\n%s", n, diff)
		}
		n++
		if ahead := counted.n - n*400; ahead > 300_000+n*400 {
			t.Fatalf("after %d recipes %d bytes were read", n, counted.n)
		}
	}
	if n != jsonld.MaxExportItems {
		t.Errorf("%d recipes came back", n)
	}
}

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

func TestExportThatIsNone(t *testing.T) {
	whole := string(export(t, exported(0), exported(1), exported(2)))
	gone := errors.New("gone")
	var many bytes.Buffer
	enc := jsonld.NewEncoder(&many)
	for n := range jsonld.MaxExportItems + 1 {
		_ = enc.Encode(recipe.Recipe{Title: fmt.Sprint(n)})
	}
	_ = enc.Close()
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	for _, c := range []struct {
		name  string
		r     io.Reader
		ctx   context.Context
		whole int // recipes before the error
		want  error
	}{
		{"nothing", strings.NewReader(""), nil, 0, jsonld.ErrNotExport},
		{"another document", strings.NewReader(`{"@type":"Recipe","name":"x"}`), nil, 0, jsonld.ErrNotExport},
		{"recipes of others", strings.NewReader(`{"@context":"https://schema.org","@graph":[{"@type":"Recipe","name":"x"}]}`), nil, 0, jsonld.ErrNotExport},
		{"cut in a recipe", strings.NewReader(whole[:len(whole)*2/3]), nil, 1, jsonld.ErrSyntax},
		{"cut after a recipe", strings.NewReader(strings.TrimSuffix(whole, "]}\n")), nil, 3, jsonld.ErrSyntax},
		{"two exports in one", strings.NewReader(whole + whole), nil, 3, jsonld.ErrSyntax},
		{"broken JSON after it", strings.NewReader(whole + "}"), nil, 3, jsonld.ErrSyntax},
		{"a duration that is none", strings.NewReader(strings.Replace(whole, "PT1H30M", "soon", 1)), nil, 0, jsonld.ErrSyntax},
		{"too many", &many, nil, jsonld.MaxExportItems, jsonld.ErrTooMany},
		{"a recipe without an end", io.MultiReader(strings.NewReader(whole[:200]), endless('x')), nil, 0, jsonld.ErrTooLarge},
		{"an unknown context without an end", io.MultiReader(strings.NewReader(`{"@context":"`), endless('x')), nil, 0, jsonld.ErrTooLarge},
		{"spaces without an end", io.MultiReader(strings.NewReader(strings.TrimSuffix(whole, "\n]}\n")), endless(' ')), nil, 3, jsonld.ErrTooLarge},
		{"a reader that fails", io.MultiReader(strings.NewReader(whole[:200]), &failingReader{gone}), nil, 0, gone},
		{"a context that has ended", strings.NewReader(whole), ended, 0, context.Canceled},
	} {
		if c.ctx == nil {
			c.ctx = context.Background()
		}
		list, err := read(c.ctx, c.r)
		if !errors.Is(err, c.want) || len(list) != c.whole {
			t.Errorf("%s: %d recipes and %v, want %d and %v", c.name, len(list), err, c.whole, c.want)
		}
	}
}

// endless is one byte without an end.
type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

type failingReader struct{ err error }

func (f *failingReader) Read([]byte) (int, error) { return 0, f.err }

// A recipe that breaks a rule does not stop the others.
func TestExportWithAnInvalidRecipe(t *testing.T) {
	doc := strings.Replace(string(export(t, exported(0), exported(1))), `"name":"Recipe 0`, `"name":"  ","x":"`, 1)
	list, err := read(context.Background(), strings.NewReader(doc))
	var invalid recipe.ValidationError
	if !errors.As(err, &invalid) || len(list) != 1 || list[0].ID != "id1" {
		t.Errorf("%d recipes, %v", len(list), err)
	}
}

// A recipe with an unknown state becomes active.
func TestExportWithAnUnknownState(t *testing.T) {
	doc := strings.Replace(string(export(t, exported(1))), `"trashed"`, `"gone"`, 1)
	list, err := read(context.Background(), strings.NewReader(doc))
	if err != nil || len(list) != 1 || list[0].State != recipe.Active {
		t.Errorf("%v, %v", list, err)
	}
}

// ReadExport stops when its caller stops.
func TestExportIsReadNoFurtherThanWanted(t *testing.T) {
	for range jsonld.ReadExport(context.Background(), bytes.NewReader(export(t, exported(0), exported(1)))) {
		break
	}
}

func FuzzReadExport(f *testing.F) {
	f.Add(export(f, exported(0), exported(1)))
	f.Add([]byte(`{"@context":[],"@graph":[]}`))
	f.Add([]byte(`{"@context":1,"@graph":[{"pantry:format":"1","name":"x","keywords":[{"name":"a"},"b"],"prepTime":"PT1M"}]}`))
	f.Fuzz(func(t *testing.T, doc []byte) {
		for r, err := range jsonld.ReadExport(context.Background(), bytes.NewReader(doc)) {
			if err == nil && r.Validate() != nil {
				t.Errorf("yielded an invalid recipe: %v", r.Validate())
			}
		}
	})
}
