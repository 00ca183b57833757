package recipes_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pantry.example/shared/web"
)

// Every fault of a body and of the request's other parts is named at once, with its
// rule and limit.
func TestEveryFaultIsNamed(t *testing.T) {
	s := start(t, nil)
	r := s.do(request{
		method: "PUT", path: "/x", header: map[string]string{"If-Match": "unquoted"},
		body: `{"url":"javascript:alert(1)","rating":5.5,"servings":-1,"ingredients":["ok","` + strings.Repeat("x", 501) + `"],"a/b~c":1,"Title":"wrong case","lastMadeAt":"yesterday"}`,
	})
	e := problem(t, r, http.StatusBadRequest, "invalid_parameter")
	want := []web.FieldError{
		{Location: "header.If-Match", Rule: "format"},
		{Location: "/a~1b~0c", Rule: "unknown"},
		{Location: "/Title", Rule: "unknown"},
		{Location: "/lastMadeAt", Rule: "format"},
		{Location: "/title", Rule: "required"},
		{Location: "/url", Rule: "format"},
		{Location: "/rating", Rule: "maximum", Limit: 5.0},
		{Location: "/servings", Rule: "minimum", Limit: 0.0},
		{Location: "/ingredients/1", Rule: "maxLength", Limit: 500.0},
	}
	if diff := cmp.Diff(want, e.Errors, cmpopts.IgnoreFields(web.FieldError{}, "Message")); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	for _, f := range e.Errors {
		if f.Message == "" {
			t.Errorf("%s has no message", f.Location)
		}
	}
}

// The limits that the document names are those that are enforced.
func TestLimitsAreThoseOfTheDocument(t *testing.T) {
	s := start(t, nil)
	quote := func(n int) string { return `"` + strings.Repeat("ä", n) + `"` }
	list := func(n int, item string) string {
		return "[" + strings.TrimSuffix(strings.Repeat(item+",", n), ",") + "]"
	}
	for name, schema := range document().Components.Schemas["RecipeInput"].Properties {
		var at, over string
		switch {
		case schema.ReadOnly, name == "url", name == "imageUrl", schema.is("boolean"), schema.Format == "date-time":
			continue
		case schema.is("string"):
			at, over = quote(*schema.MaxLength), quote(*schema.MaxLength+1)
		case schema.is("object"):
			at, over = `{"calories":`+quote(100)+`}`, `{"calories":`+quote(101)+`}`
			e := problem(t, s.do(request{method: "POST", path: "/", body: `{"title":"x","nutrition":{"kilojoule":"1"}}`}), http.StatusUnprocessableEntity, "invalid_recipe")
			if len(e.Errors) != 1 || e.Errors[0].Location != "/nutrition" || e.Errors[0].Rule != "enum" {
				t.Errorf("an unknown nutrient: %+v", e.Errors)
			}
		case schema.is("array"):
			at, over = list(*schema.MaxItems, `"a"`), list(*schema.MaxItems+1, `"a"`)
			checkLimit(t, s, name, "["+quote(*schema.Items.MaxLength)+"]", "["+quote(*schema.Items.MaxLength+1)+"]")
			if name == "tags" {
				continue // equal tags are one
			}
		default:
			at, over = fmt.Sprint(*schema.Maximum), fmt.Sprint(*schema.Maximum+1)
			checkLimit(t, s, name, "0", "-1")
		}
		checkLimit(t, s, name, at, over)
	}
	checkLimit(t, s, "url", `"https://a.example/`+strings.Repeat("x", 2048-18)+`"`, `"https://a.example/`+strings.Repeat("x", 2048-17)+`"`)
}

func checkLimit(t *testing.T, s *service, name, at, over string) {
	t.Helper()
	body := func(value string) string {
		if name == "title" {
			return `{"title":` + value + `}`
		}
		return `{"title":"x","` + name + `":` + value + `}`
	}
	if r := s.do(request{method: "POST", path: "/", body: body(at)}); r.status != http.StatusCreated {
		t.Errorf("%s at its limit: %d %s", name, r.status, r.body)
	}
	e := problem(t, s.do(request{method: "POST", path: "/", body: body(over)}), http.StatusUnprocessableEntity, "invalid_recipe")
	if len(e.Errors) != 1 || !strings.HasPrefix(e.Errors[0].Location, "/"+name) || e.Errors[0].Limit == nil {
		t.Errorf("%s over its limit: %+v", name, e.Errors)
	}
}

// Values of the wrong type are 400 and named too.
func TestWrongTypes(t *testing.T) {
	s := start(t, nil)
	for name, schema := range document().Components.Schemas["RecipeInput"].Properties {
		if schema.ReadOnly {
			continue
		}
		for _, wrong := range []string{`{}`, `null`, `[[]]`, `[null]`, `{"a":[]}`} {
			if name == "lastMadeAt" && wrong == "null" || name == "nutrition" && wrong == "{}" {
				continue
			}
			body := `{"` + name + `":` + wrong + `}`
			e := problem(t, s.do(request{method: "POST", path: "/", body: body}), http.StatusBadRequest, "malformed_body")
			if len(e.Errors) == 0 || !strings.HasPrefix(e.Errors[0].Location, "/"+name) || e.Errors[0].Rule != "type" {
				t.Errorf("%s: errors %+v", body, e.Errors)
			}
		}
	}
	for _, body := range []string{`{"title":1}`, `{"title":"x","rating":"5"}`, `{"title":"x","servings":1.5}`, `{"title":"x","made":"true"}`, `{"title":"x","tags":["a",1]}`, `{"title":"x","tags":"a"}`} {
		problem(t, s.do(request{method: "POST", path: "/", body: body}), http.StatusBadRequest, "malformed_body")
	}
	for _, body := range []string{`{"title":"x","servings":99999999999999999999}`, `{"title":"x","servings":1e400}`, `{"title":"x","rating":1e999}`, `{"title":"x","servings":-1e400}`} {
		problem(t, s.do(request{method: "POST", path: "/", body: body}), http.StatusUnprocessableEntity, "invalid_recipe")
	}
	for _, body := range []string{`{"title":"x","servings":4.0}`, `{"title":"x","servings":4e0,"rating":-0}`} {
		if r := s.do(request{method: "POST", path: "/", body: body}); r.status != http.StatusCreated {
			t.Errorf("%s: %d %s", body, r.status, r.body)
		}
	}
}
