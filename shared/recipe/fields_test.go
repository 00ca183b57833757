package recipe_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/recipe"
)

// filled returns a recipe in which every list, map and pointer holds something.
func filled(t *testing.T) recipe.Recipe {
	t.Helper()
	var r recipe.Recipe
	for _, f := range recipe.Fields {
		switch v := f.In(&r).(type) {
		case *[]string:
			*v = []string{"as it was"}
		case *map[string]string:
			*v = map[string]string{"name": "as it was"}
		case **time.Time:
			*v = new(time.Time)
		case *string, *int, *float64, *bool, *time.Time, *recipe.State: // a copy of these shares nothing
		default:
			t.Fatalf("%s is of the type %s: Clone and this test must know it", f.Name, reflect.TypeOf(v).Elem())
		}
	}
	return r
}

func TestCloneSharesNoMemory(t *testing.T) {
	r, want := filled(t), filled(t)
	clone := r.Clone()
	for _, f := range recipe.Fields {
		switch v := f.In(&clone).(type) {
		case *[]string:
			(*v)[0] = "changed"
		case *map[string]string:
			(*v)["name"] = "changed"
		case **time.Time:
			**v = time.Unix(1, 0)
		}
	}
	if diff := cmp.Diff(want, r); diff != "" {
		t.Errorf("a change of the clone changed the recipe (-want +got):\n%s", diff)
	}
}

func TestCloneHasNoNilList(t *testing.T) {
	clone := recipe.Recipe{}.Clone()
	for _, f := range recipe.Fields {
		if list, ok := f.In(&clone).(*[]string); ok && *list == nil {
			t.Errorf("%s is nil, want an empty list", f.Name)
		}
	}
}
