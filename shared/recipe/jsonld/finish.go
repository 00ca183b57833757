package jsonld

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"pantry.example/shared/recipe"
)

// finish normalizes the recipe and takes out what Validate refuses.
func (m *mapper) finish() error {
	m.r = m.r.Normalize()
	if m.r.Title == "" {
		return errors.New("the recipe has no name: give it a \"name\"")
	}
	m.fitBytes()
	var faults recipe.ValidationError
	if errors.As(m.r.Validate(), &faults) {
		for _, f := range faults {
			m.clear(f)
		}
	}
	m.r = m.r.Normalize()
	if err := m.r.Validate(); err != nil {
		return fmt.Errorf("the recipe cannot be kept: %w", err)
	}
	return nil
}

// clear empties the field of a fault.
func (m *mapper) clear(f recipe.FieldError) {
	field, index, _ := strings.Cut(strings.TrimPrefix(f.Pointer, "/"), "/")
	m.drop(schemaPointer(field), f.Message)
	i, err := strconv.Atoi(index)
	blank := func(list []string) {
		if err == nil && i < len(list) {
			list[i] = ""
		}
	}
	switch field {
	case "url":
		m.r.URL = ""
	case "imageUrl":
		m.r.ImageURL = ""
	case "rating":
		m.r.Rating = 0
	case "lastMadeAt":
		m.r.LastMadeAt = nil
	case "description":
		m.r.Description = ""
	case "servings":
		m.r.Servings = 0
	case "prepMinutes":
		m.r.PrepMinutes = 0
	case "cookMinutes":
		m.r.CookMinutes = 0
	case "notes":
		m.r.Notes = ""
	case "ingredients":
		blank(m.r.Ingredients)
	case "steps":
		blank(m.r.Steps)
	case "tags":
		blank(m.r.Tags)
	}
}

func schemaPointer(field string) string {
	if name, ok := map[string]string{
		"title": "name", "imageUrl": "image", "rating": "aggregateRating", "servings": "recipeYield", "prepMinutes": "prepTime",
		"cookMinutes": "cookTime", "ingredients": "recipeIngredient", "steps": "recipeInstructions", "tags": "keywords",
		"notes": "pantry:notes", "lastMadeAt": "pantry:lastMadeAt",
	}[field]; ok {
		return "/" + name
	}
	return "/" + field
}

// fitBytes drops steps from the end until the whole fits.
func (m *mapper) fitBytes() {
	over := textBytes(m.r) - recipe.MaxBytes
	if over <= 0 {
		return
	}
	n := len(m.r.Steps)
	for n > 0 && over > 0 {
		n--
		over -= len(m.r.Steps[n])
	}
	m.drop("/recipeInstructions", fmt.Sprintf("the last %d steps were left out: a recipe holds at most %d KiB of text", len(m.r.Steps)-n, recipe.MaxBytes>>10))
	m.r.Steps = m.r.Steps[:n]
}

func textBytes(r recipe.Recipe) int {
	n := len(r.Title) + len(r.URL) + len(r.ImageURL) + len(r.Description) + len(r.Notes)
	for _, list := range [][]string{r.Ingredients, r.Steps, r.Tags} {
		for _, s := range list {
			n += len(s)
		}
	}
	return n
}
