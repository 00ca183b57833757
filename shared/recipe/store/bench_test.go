package store_test

import (
	"fmt"
	"testing"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// large is an ordinary recipe on the long side.
func large() recipe.Recipe {
	r := full()
	r.Ingredients = nil
	for i := range 15 {
		r.Ingredients = append(r.Ingredients, fmt.Sprintf("%d g finely chopped fresh thing%d", 10*i, i))
	}
	return r
}

func BenchmarkValidateNormalize(b *testing.B) {
	r := large()
	for b.Loop() {
		if err := r.Validate(); err != nil {
			b.Fatal(err)
		}
		r.Normalize()
	}
}

func BenchmarkTerms(b *testing.B) {
	r := large()
	b.ReportMetric(float64(len(store.IndexTerms(r))), "terms")
	for b.Loop() {
		store.IndexTerms(r)
	}
}

func BenchmarkListMemory(b *testing.B) {
	for _, q := range []recipe.Query{{}, {Q: "fresh chop", Tag: "dessert"}} {
		b.Run(fmt.Sprintf("q=%s", q.Q), func(b *testing.B) {
			s := store.NewMemory()
			for range 1000 {
				if _, err := s.Create(b.Context(), "ada", large(), ""); err != nil {
					b.Fatal(err)
				}
			}
			for b.Loop() {
				if _, err := s.List(b.Context(), "ada", q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
