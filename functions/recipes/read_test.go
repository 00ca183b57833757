package recipes_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/functions/recipes"
)

func titles(list recipes.RecipeList) []string {
	found := []string{}
	for _, r := range list.Recipes {
		found = append(found, r.Title)
	}
	return found
}

func TestListIsEmptyNotNull(t *testing.T) {
	r := start(t, nil).do(request{path: "/"})
	if r.status != http.StatusOK || r.body != `{"recipes":[]}`+"\n" || r.header.Get("Content-Type") != "application/json" {
		t.Errorf("%d %s %s", r.status, r.header.Get("Content-Type"), r.body)
	}
}

// A client that follows Link, or nextPageToken, sees each recipe once, under each name
// of the function.
func TestPages(t *testing.T) {
	s := start(t, nil)
	var want []string
	for i := range 7 {
		title := fmt.Sprintf("Soup %d", i)
		s.add(`{"title":"` + title + `","tags":["soup & co"]}`)
		want = append(want, title)
	}
	s.add(`{"title":"Bread"}`)
	for _, name := range []string{"/", "/recipes", "/api/recipes"} {
		var byLink []string
		base, err := url.Parse(s.url + name + "?pageSize=3&orderBy=title&tag=soup+%26+co&count=true")
		if err != nil {
			t.Fatal(err)
		}
		for next := base; next != nil; {
			r := s.do(request{path: next.RequestURI()})
			page := as[recipes.RecipeList](t, r, http.StatusOK)
			if page.TotalSize == nil || *page.TotalSize != 7 {
				t.Errorf("totalSize %v, want 7", page.TotalSize)
			}
			byLink = append(byLink, titles(page)...)
			link := r.header.Get("Link")
			if (link == "") != (page.NextPageToken == "") {
				t.Fatalf("Link %q with nextPageToken %q", link, page.NextPageToken)
			}
			next = nil
			if ref, ok := strings.CutSuffix(link, `>; rel="next"`); ok {
				if next, err = base.Parse(strings.TrimPrefix(ref, "<")); err != nil {
					t.Fatal(err)
				}
				if got := next.Query().Get("pageToken"); got != page.NextPageToken {
					t.Errorf("pageToken of Link %q, of the body %q", got, page.NextPageToken)
				}
			}
		}
		if diff := cmp.Diff(want, byLink); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestPageTokenBelongsToItsQueryAndUser(t *testing.T) {
	s := start(t, nil)
	for i := range 3 {
		s.add(fmt.Sprintf(`{"title":"Soup %d","made":true}`, i))
	}
	token := as[recipes.RecipeList](t, s.do(request{path: "/?pageSize=1&made=true"}), http.StatusOK).NextPageToken
	if token == "" {
		t.Fatal("no next page")
	}
	if got := as[recipes.RecipeList](t, s.do(request{path: "/?pageSize=2&count=true&made=true&pageToken=" + token}), http.StatusOK); len(got.Recipes) != 2 {
		t.Errorf("with another page size: %d recipes", len(got.Recipes))
	}
	for _, q := range []request{
		{path: "/?pageToken=" + token},
		{path: "/?made=false&pageToken=" + token},
		{path: "/?made=true&orderBy=title&pageToken=" + token},
		{path: "/?made=true&q=soup&pageToken=" + token},
		{path: "/?made=true&state=trashed&pageToken=" + token},
		{path: "/?made=true&pageToken=" + token[1:]},
		{path: "/?made=true&pageToken=%00"},
		{as: "bob", path: "/?made=true&pageToken=" + token},
	} {
		e := problem(t, s.do(q), http.StatusBadRequest, "invalid_parameter")
		if len(e.Errors) != 1 || e.Errors[0].Location != "query.pageToken" {
			t.Errorf("%s: errors %+v", q.path, e.Errors)
		}
	}
}

func TestListFilters(t *testing.T) {
	s := start(t, nil)
	s.add(`{"title":"Crème brûlée","rating":5,"favorite":true,"tags":["Dessert"],"ingredients":["4 eggs"]}`)
	s.add(`{"title":"Omelette","rating":3,"made":true,"ingredients":["3 eggs"]}`)
	gone := s.add(`{"title":"Toast"}`)
	s.do(request{method: "DELETE", path: "/" + gone.ID})
	for query, want := range map[string][]string{
		"":                                {"Crème brûlée", "Omelette"},
		"?orderBy=title+desc":             {"Crème brûlée", "Omelette"},
		"?q=CREME":                        {"Crème brûlée"},
		"?q=egg":                          {"Crème brûlée", "Omelette"},
		"?ingredient=crème":               {},
		"?tag=dessert":                    {"Crème brûlée"},
		"?made=true":                      {"Omelette"},
		"?made=true&favorite=":            {"Omelette"},
		"?made":                           {"Crème brûlée", "Omelette"}, // no value, no filter
		"?made&q=":                        {"Crème brûlée", "Omelette"},
		"?made=false":                     {"Crème brûlée"},
		"?favorite=true":                  {"Crème brûlée"},
		"?favorite=false&made=true":       {"Omelette"},
		"?minRating=3.5":                  {"Crème brûlée"},
		"?state=trashed":                  {"Toast"},
		"?state=active":                   {"Crème brûlée", "Omelette"},
		"?pageSize=0&made=&q=":            {"Crème brûlée", "Omelette"},
		"?pageSize=1000":                  {"Crème brûlée", "Omelette"},
		"?pageSize=9223372036854775807":   {"Crème brûlée", "Omelette"},
		"?orderBy=rating&minRating=5":     {"Crème brûlée"},
		"?orderBy=createdAt%20desc&count": {"Crème brûlée", "Omelette"},
	} {
		got := titles(as[recipes.RecipeList](t, s.do(request{path: "/" + query}), http.StatusOK))
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("GET /%s (-want +got):\n%s", query, diff)
		}
	}
}

func TestPageSizeIsCoerced(t *testing.T) {
	s := start(t, nil)
	for i := range 101 {
		s.add(fmt.Sprintf(`{"title":"%d"}`, i))
	}
	for query, want := range map[string]int{"": 25, "?pageSize=0": 25, "?pageSize=7": 7, "?pageSize=100": 100, "?pageSize=101": 100, "?pageSize=5000": 100} {
		if got := len(as[recipes.RecipeList](t, s.do(request{path: "/" + query}), http.StatusOK).Recipes); got != want {
			t.Errorf("GET /%s: %d recipes, want %d", query, got, want)
		}
	}
}

func TestBadParametersAreAllNamed(t *testing.T) {
	s := start(t, nil)
	for query, want := range map[string]string{
		"?pageSize=-1":             "query.pageSize minimum",
		"?pageSize=ten":            "query.pageSize type",
		"?pageSize=1e400":          "query.pageSize type",
		"?made=maybe":              "query.made type",
		"?minRating=NaN":           "query.minRating maximum",
		"?minRating=Inf":           "query.minRating maximum",
		"?minRating=x":             "query.minRating type",
		"?minRating=-0.1":          "query.minRating maximum",
		"?state=gone":              "query.state enum",
		"?orderBy=title+sideways":  "query.orderBy enum",
		"?q=" + long(201):          "query.q maxLength",
		"?tag=%ff":                 "query.tag utf8",
		"?tag=a&tag=b":             "query.tag maxItems",
		"?count=2":                 "query.count type",
		"?pageSize=x&state=y&made": "query.pageSize type, query.state enum",
	} {
		e := problem(t, s.do(request{path: "/" + query}), http.StatusBadRequest, "invalid_parameter")
		var got []string
		for _, f := range e.Errors {
			got = append(got, f.Location+" "+f.Rule)
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("GET /%s: %v, want %s", query, got, want)
		}
	}
	for _, query := range []string{"?q=%zz", "?a;b", "?%"} {
		problem(t, s.do(request{path: "/" + query}), http.StatusBadRequest, "malformed_query")
	}
}

// The fault of an unknown parameter names the nearest known one.
func TestUnknownParameters(t *testing.T) {
	s := start(t, nil)
	for _, c := range []struct{ method, path, location, nearest string }{
		{"GET", "/?favourite=true", "query.favourite", "the nearest one is favorite"},
		{"GET", "/?page_size=5&q=x", "query.page_size", "the nearest one is pageSize"},
		{"GET", "/?Made=true", "query.Made", "the nearest one is made"},
		{"GET", "/?" + long(5000) + "=1", "query." + long(100) + "…", "the nearest one is "},
		{"DELETE", "/?al=true", "query.al", "the nearest one is all"},
		{"POST", "/:import?dryrun=true", "query.dryrun", "the nearest one is dryRun"},
		{"POST", "/?q=x", "query.q", "it has none"},
		{"GET", "/x?q", "query.q", "it has none"},
		{"PUT", "/x?dryRun=true", "query.dryRun", "it has none"},
		{"PATCH", "/x?q", "query.q", "it has none"},
		{"DELETE", "/x?permanently=true", "query.permanently", "the nearest one is permanent"},
		{"POST", "/x:restore?q", "query.q", "it has none"},
		{"GET", "/:export?format=csv", "query.format", "it has none"},
	} {
		e := problem(t, s.do(request{method: c.method, path: c.path}), http.StatusBadRequest, "invalid_parameter")
		if len(e.Errors) != 1 || e.Errors[0].Location != c.location || !strings.Contains(e.Errors[0].Message, c.nearest) {
			t.Errorf("%s %.60s: errors %+v, want %s and %q", c.method, c.path, e.Errors, c.location, c.nearest)
		}
	}
}

func long(n int) string { return strings.Repeat("x", n) }

func TestConditionalGet(t *testing.T) {
	s := start(t, nil)
	first := s.do(request{method: "POST", path: "/", body: `{"title":"Soup"}`})
	tag, path := first.header.Get("ETag"), first.header.Get("Location")
	for _, c := range []struct {
		header, value string
		want          int
	}{
		{"If-None-Match", tag, 304},
		{"If-None-Match", "W/" + tag, 304}, // compared weakly (RFC 9110, section 13.1.2)
		{"If-None-Match", `"other", ` + tag, 304},
		{"If-None-Match", `"a,b",W/"c",,` + tag + ` ,`, 304},
		{"If-None-Match", "*", 304},
		{"If-None-Match", `"other"`, 200},
		{"If-None-Match", `"a,` + strings.Trim(tag, `"`) + `"`, 200},
		{"If-Match", tag, 200},
		{"If-Match", "*", 200},
		{"If-Match", "W/" + tag, 412}, // compared strongly
		{"If-Match", `"other"`, 412},
		{"If-Match", `"other", ` + tag, 200},
		{"If-Match", strings.Trim(tag, `"`), 400},
		{"If-Match", "", 400},
		{"If-Match", `*, "a"`, 400},
		{"If-Match", `"a" "b"`, 400},
		{"If-Match", `"a`, 400},
		{"If-Match", `"a b"`, 400},
		{"If-Match", `w/"a"`, 400},
		{"If-None-Match", strings.Repeat(`"a",`, 101), 400},
		{"If-None-Match", `x`, 400},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			r := s.do(request{method: method, path: path, header: map[string]string{c.header: c.value}})
			if r.status != c.want {
				t.Errorf("%s with %s: %s is %d, want %d", method, c.header, c.value, r.status, c.want)
			}
			if got := r.header.Get("ETag"); r.status != http.StatusBadRequest && got != tag {
				t.Errorf("%s %d: ETag %q, want %q", method, r.status, got, tag)
			}
			if (r.status == 304 || method == "HEAD") && r.body != "" {
				t.Errorf("%s %d has a body: %s", method, r.status, r.body)
			}
		}
	}
}

// Several lines of one header are one list.
func TestConditionsOfSeveralLines(t *testing.T) {
	s := start(t, nil)
	before := s.add(`{"title":"Soup"}`)
	req, err := http.NewRequest(http.MethodGet, s.url+"/"+before.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"Authorization": {"Bearer alice"}, "If-None-Match": {`"x"`, `"` + before.ETag + `"`}}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusNotModified {
		t.Errorf("status %d, want 304", resp.StatusCode)
	}
}
