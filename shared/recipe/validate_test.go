package recipe_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pantry.example/shared/recipe"
)

// faults returns the faults of r as "pointer rule limit".
func faults(t *testing.T, r recipe.Recipe) []string {
	t.Helper()
	err := r.Validate()
	if err == nil {
		return nil
	}
	var v recipe.ValidationError
	if !errors.As(err, &v) || len(v) == 0 {
		t.Fatalf("got %T", err)
	}
	var list []string
	for _, f := range v {
		list = append(list, fmt.Sprintf("%s %s %d", f.Pointer, f.Rule, f.Limit))
		if f.Message == "" || !strings.Contains(err.Error(), f.Message) {
			t.Errorf("%s: the message %q is not in %q", f.Pointer, f.Message, err)
		}
	}
	return list
}

// TestLimits tries each limit from both sides.
func TestLimits(t *testing.T) {
	x := func(n int) string { return strings.Repeat("é", n) }
	items := func(n int) []string { return slices.Repeat([]string{"x"}, n) }
	numbered := func(n int) (list []string) {
		for i := range n {
			list = append(list, fmt.Sprint("tag ", i))
		}
		return list
	}
	link := func(n int) string { return "https://a.b/" + strings.Repeat("x", n-12) }
	type edit = func(*recipe.Recipe)
	for _, row := range []struct {
		good, bad edit
		want      string
	}{
		{func(r *recipe.Recipe) { r.Title = x(200) }, func(r *recipe.Recipe) { r.Title = x(201) }, "/title maxLength 200"},
		{func(r *recipe.Recipe) { r.Title = " a " }, func(r *recipe.Recipe) { r.Title = " \n " }, "/title minLength 1"},
		{func(r *recipe.Recipe) { r.Title = strings.Repeat("e\u0301", 200) }, func(r *recipe.Recipe) { r.Title = "a\x00b" }, "/title pattern 0"},
		{func(r *recipe.Recipe) { r.Title = "👩‍🍳 a\u200cb" }, func(r *recipe.Recipe) { r.Title = "a\nb" }, "/title pattern 0"},
		{func(r *recipe.Recipe) { r.Title = "\ufffd" }, func(r *recipe.Recipe) { r.Title = "a\xff" }, "/title utf8 0"},
		{func(r *recipe.Recipe) { r.Author = x(200) }, func(r *recipe.Recipe) { r.Author = x(201) }, "/author maxLength 200"},
		{func(r *recipe.Recipe) { r.Yield = x(200) }, func(r *recipe.Recipe) { r.Yield = x(201) }, "/yield maxLength 200"},
		{func(r *recipe.Recipe) { r.TotalMinutes = 10080 }, func(r *recipe.Recipe) { r.TotalMinutes = 10081 }, "/totalMinutes maximum 10080"},
		{func(r *recipe.Recipe) { r.Nutrition = map[string]string{"calories": x(100)} }, func(r *recipe.Recipe) { r.Nutrition = map[string]string{"calories": x(101)} }, "/nutrition/calories maxLength 100"},
		{func(r *recipe.Recipe) { r.Nutrition = map[string]string{"servingSize": ""} }, func(r *recipe.Recipe) { r.Nutrition = map[string]string{"calorie": "1"} }, "/nutrition enum 0"},
		{func(r *recipe.Recipe) { r.Title = "\u202ea" }, func(r *recipe.Recipe) { r.Title = "\u200b" }, "/title pattern 0"},
		{func(r *recipe.Recipe) { r.URL = link(2048) }, func(r *recipe.Recipe) { r.URL = link(2049) }, "/url maxLength 2048"},
		{func(r *recipe.Recipe) { r.URL = "" }, func(r *recipe.Recipe) { r.URL = "javascript:alert(1)" }, "/url format 0"},
		{func(r *recipe.Recipe) { r.ImageURL = "HTTPS://EXAMPLE.com" }, func(r *recipe.Recipe) { r.ImageURL = "data:image/png;base64,AA" }, "/imageUrl format 0"},
		{func(r *recipe.Recipe) { r.URL = " http://[::1]:80/a%20b?q=ü#x " }, func(r *recipe.Recipe) { r.URL = "//example.com/x" }, "/url format 0"},
		{func(r *recipe.Recipe) { r.URL = "http://例え.jp/ü" }, func(r *recipe.Recipe) { r.URL = "http://example.com@evil.example/" }, "/url format 0"},
		{func(r *recipe.Recipe) { r.URL = "http://a" }, func(r *recipe.Recipe) { r.URL = "http://" }, "/url format 0"},
		{func(r *recipe.Recipe) { r.URL = "http://a:1" }, func(r *recipe.Recipe) { r.URL = "http://:80/x" }, "/url format 0"},
		{func(r *recipe.Recipe) { r.URL = "http://a/b" }, func(r *recipe.Recipe) { r.URL = `http://a\b` }, "/url format 0"},
		{func(r *recipe.Recipe) { r.URL = "http://a/b" }, func(r *recipe.Recipe) { r.URL = "http://a/b c" }, "/url format 0"},
		{func(r *recipe.Recipe) { r.URL = "http://a/b" }, func(r *recipe.Recipe) { r.URL = "http://a/\u202egpj.exe" }, "/url format 0"},
		{func(r *recipe.Recipe) { r.URL = "http://a/b" }, func(r *recipe.Recipe) { r.URL = "http://a/\xff" }, "/url utf8 0"},
		{func(r *recipe.Recipe) { r.Rating = 5 }, func(r *recipe.Recipe) { r.Rating = 5.01 }, "/rating maximum 5"},
		{func(r *recipe.Recipe) { r.Rating = math.Copysign(0, -1) }, func(r *recipe.Recipe) { r.Rating = -0.1 }, "/rating minimum 0"},
		{func(r *recipe.Recipe) { r.Rating = 0.5 }, func(r *recipe.Recipe) { r.Rating = math.NaN() }, "/rating minimum 0"},
		{func(r *recipe.Recipe) { r.Rating = 0 }, func(r *recipe.Recipe) { r.Rating = math.Inf(1) }, "/rating maximum 5"},
		{func(r *recipe.Recipe) { r.LastMadeAt = ptr(time.Time{}) }, func(r *recipe.Recipe) { r.LastMadeAt = ptr(time.Time{}.Add(-1)) }, "/lastMadeAt format 0"},
		{func(r *recipe.Recipe) { r.LastMadeAt = ptr(time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)) }, func(r *recipe.Recipe) {
			r.LastMadeAt = ptr(time.Date(9999, 12, 31, 23, 59, 0, 0, time.FixedZone("", -3600)))
		}, "/lastMadeAt format 0"},
		{func(r *recipe.Recipe) { r.Description = x(10000) }, func(r *recipe.Recipe) { r.Description = x(10001) }, "/description maxLength 10000"},
		{func(r *recipe.Recipe) { r.Description = "a\r\n\tb" }, func(r *recipe.Recipe) { r.Description = "a\x1bb" }, "/description pattern 0"},
		{func(r *recipe.Recipe) { r.Servings = 1000 }, func(r *recipe.Recipe) { r.Servings = 1001 }, "/servings maximum 1000"},
		{func(r *recipe.Recipe) { r.Servings = 0 }, func(r *recipe.Recipe) { r.Servings = -1 }, "/servings minimum 0"},
		{func(r *recipe.Recipe) { r.PrepMinutes = 10080 }, func(r *recipe.Recipe) { r.PrepMinutes = 10081 }, "/prepMinutes maximum 10080"},
		{func(r *recipe.Recipe) { r.CookMinutes = 10080 }, func(r *recipe.Recipe) { r.CookMinutes = math.MinInt }, "/cookMinutes minimum 0"},
		{func(r *recipe.Recipe) { r.Ingredients = items(200) }, func(r *recipe.Recipe) { r.Ingredients = items(201) }, "/ingredients maxItems 200"},
		{func(r *recipe.Recipe) { r.Ingredients = append(items(200), " ", "") }, func(r *recipe.Recipe) { r.Ingredients = []string{"a", "", x(501)} }, "/ingredients/2 maxLength 500"},
		{func(r *recipe.Recipe) { r.Ingredients = []string{x(500)} }, func(r *recipe.Recipe) { r.Ingredients = []string{"a", "b\u2028c"} }, "/ingredients/1 pattern 0"},
		{func(r *recipe.Recipe) { r.Steps = items(100) }, func(r *recipe.Recipe) { r.Steps = items(101) }, "/steps maxItems 100"},
		{func(r *recipe.Recipe) { r.Steps = []string{x(4000)} }, func(r *recipe.Recipe) { r.Steps = []string{x(4001)} }, "/steps/0 maxLength 4000"},
		{func(r *recipe.Recipe) { r.Steps = []string{"a\nb"} }, func(r *recipe.Recipe) { r.Steps = []string{"a\x7fb"} }, "/steps/0 pattern 0"},
		{func(r *recipe.Recipe) { r.Tags = numbered(30) }, func(r *recipe.Recipe) { r.Tags = numbered(31) }, "/tags maxItems 30"},
		{func(r *recipe.Recipe) { r.Tags = append(numbered(30), "TAG 0") }, func(r *recipe.Recipe) { r.Tags = []string{x(51)} }, "/tags/0 maxLength 50"},
		{func(r *recipe.Recipe) { r.Notes = x(10000) }, func(r *recipe.Recipe) { r.Notes = x(10001) }, "/notes maxLength 10000"},
		{
			func(r *recipe.Recipe) { r.Steps = append(slices.Repeat([]string{x(4000)}, 32), x(3071)) }, // with the title 256 KiB
			func(r *recipe.Recipe) { r.Steps = append(slices.Repeat([]string{x(4000)}, 32), x(3072)) }, " maxBytes 262144",
		},
	} {
		good, bad := titled("xx"), titled("xx")
		row.good(&good)
		row.bad(&bad)
		equal(t, row.want+", within", faults(t, good), []string(nil))
		equal(t, row.want, faults(t, bad), []string{row.want})
	}
}

// TestAllFaultsAtOnce, in the order of the fields.
func TestAllFaultsAtOnce(t *testing.T) {
	r := recipe.Recipe{
		URL: "ftp://x", ImageURL: "x", Rating: 9, Servings: -1, PrepMinutes: -1, CookMinutes: 1e6,
		Ingredients: []string{"ok", "\x00", strings.Repeat("x", 501)}, Tags: []string{"a\tb"}, Notes: "\xff",
	}
	equal(t, "faults", faults(t, r), []string{
		"/title minLength 1", "/url format 0", "/imageUrl format 0", "/rating maximum 5", "/servings minimum 0",
		"/prepMinutes minimum 0", "/cookMinutes maximum 10080", "/ingredients/1 pattern 0", "/ingredients/2 maxLength 500",
		"/tags/0 pattern 0", "/notes utf8 0",
	})
	r.Ingredients = slices.Repeat([]string{"\x00"}, 1e5)
	if n := len(faults(t, r)); n > 300 {
		t.Errorf("%d faults of one list", n)
	}
}

// TestFaultsDoNotRepeatValues: what was sent may be private or huge.
func TestFaultsDoNotRepeatValues(t *testing.T) {
	r := titled("secret\x00secret")
	r.URL, r.Tags = "https://user:secret@example.com", []string{strings.Repeat("secret", 20)}
	err := r.Validate()
	b, _ := json.Marshal(err)
	if strings.Contains(string(b)+err.Error(), "secret") {
		t.Errorf("the error repeats what was sent: %v", err)
	}
}

// TestNormalize: what a stored recipe looks like.
func TestNormalize(t *testing.T) {
	local := time.Date(2026, 5, 6, 7, 8, 9, 123456789, time.FixedZone("x", 7200))
	in := recipe.Recipe{
		Title: " \u00a0Cre\u0300me\n", URL: " http://a ", Rating: math.Copysign(0, -1), LastMadeAt: &local, Description: "a\r\nb\rc\n",
		Ingredients: []string{" ", "x ", ""}, Tags: []string{"Soup", " soup", "", "SOUP", "Stew"},
	}
	got := in.Normalize()
	equal(t, "normalized", got, recipe.Recipe{
		Title: "Crème", URL: "http://a", LastMadeAt: ptr(time.Date(2026, 5, 6, 5, 8, 9, 123456000, time.UTC)), Description: "a\nb\nc",
		Ingredients: []string{"x"}, Steps: []string{}, Tags: []string{"Soup", "Stew"},
	})
	if math.Signbit(got.Rating) {
		t.Error("the rating is -0")
	}
	equal(t, "the argument", in.Tags, []string{"Soup", " soup", "", "SOUP", "Stew"})
	b, _ := json.Marshal(got)
	if strings.Contains(string(b), "null") {
		t.Errorf("null in %s", b)
	}
}

// TestNormalizeAndValidateAgree: normalizing twice is normalizing once, and changes
// nothing about whether a recipe is valid.
func TestNormalizeAndValidateAgree(t *testing.T) {
	text := rapid.OneOf(rapid.String(), rapid.StringOf(rapid.SampledFrom([]rune(" \t\r\n\u0301e\u00e9\u2028\u1100\u1161\u0344\u2000ab"))),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }))
	rapid.Check(t, func(t *rapid.T) {
		r := recipe.Recipe{
			Title: text.Draw(t, "title"), Notes: text.Draw(t, "notes"), URL: text.Draw(t, "url"),
			Rating: rapid.Float64().Draw(t, "rating"), Tags: rapid.SliceOf(text).Draw(t, "tags"),
		}
		once := r.Normalize()
		if math.IsNaN(r.Rating) {
			once.Rating = 0
		}
		if diff := cmp.Diff(once, once.Normalize()); diff != "" {
			t.Fatalf("normalized twice (-want +got):\n%s", diff)
		}
		once = r.Normalize()
		if before, after := r.Validate(), once.Validate(); (before == nil) != (after == nil) {
			t.Fatalf("valid before: %v, after: %v", before, after)
		}
	})
}

// TestIDs: which ids may name a recipe, and that new ones do.
func TestIDs(t *testing.T) {
	for id, want := range map[string]bool{
		"a": true, "A-z_09": true, strings.Repeat("x", 64): true, "_": true, "-": true, "Recipes": true,
		"": false, strings.Repeat("x", 65): false, "recipes": false, "api": false, "__": false, "__x__": false, "a/b": false,
		"a.b": false, "..": false, "a:restore": false, "ü": false, "a b": false, "a\n": false, "a\x00": false, "%41": false,
	} {
		if got := recipe.ValidID(id); got != want {
			t.Errorf("ValidID(%q) = %v", id, got)
		}
	}
	seen := make(map[string]bool)
	for range 1000 {
		id := recipe.NewID()
		if !recipe.ValidID(id) || len(id) < 20 || seen[id] {
			t.Fatalf("NewID() = %q", id)
		}
		seen[id] = true
	}
}

func titled(title string) recipe.Recipe { return recipe.Recipe{Title: title} }

func equal(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func ptr[T any](v T) *T { return &v }
