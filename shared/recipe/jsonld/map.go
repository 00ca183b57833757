package jsonld

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pantry.example/shared/recipe"
)

func (g *graph) item(o *object) Item {
	if item, ok := g.own(o); ok {
		return item
	}
	m := &mapper{graph: g, byName: map[string]*prop{}}
	for _, mem := range o.members {
		m.property(mem)
	}
	m.title()
	m.description()
	m.r.URL = m.url()
	m.r.ImageURL = m.image()
	m.servings()
	m.times()
	m.ingredients()
	m.instructions()
	m.tags()
	m.author()
	m.nutrition()
	m.leftOver()
	err := m.finish()
	return Item{Recipe: m.r, Dropped: m.dropped, Err: err}
}

func (m *mapper) title() {
	for _, name := range []string{"name", "headline", "title", "alternatename", ".name"} {
		for loc, v := range m.values(name) {
			switch t := m.line(v); {
			case t == "":
			case m.r.Title == "":
				m.r.Title = m.cutText(t, loc, recipe.MaxTitle)
			case t != m.r.Title:
				m.drop(loc, "Pantry keeps one name")
			}
		}
		if m.r.Title != "" {
			return
		}
	}
	m.r.Title = clip(oneLine(m.page.title), recipe.MaxTitle)
}

func (m *mapper) description() {
	for loc, v := range m.values("description", "abstract", "summary", ".summary") {
		switch s := strings.Join(joinWrapped(paragraphs(m.text(v))), "\n"); {
		case s == "":
		case m.r.Description == "":
			m.r.Description = m.cutText(s, loc, recipe.MaxDescription)
		case s != m.r.Description:
			m.drop(loc, "Pantry keeps one description")
		}
	}
	if m.r.Description == "" {
		m.r.Description = clip(oneLine(m.page.description), recipe.MaxDescription)
	}
}

// finish normalizes the recipe.
func (m *mapper) finish() error {
	m.r.State = recipe.Active
	m.r = m.r.Normalize()
	if m.r.Title == "" {
		return errors.New("the recipe has no name: give it a \"name\"")
	}
	m.fitBytes()
	if err := m.r.Validate(); err != nil {
		return fmt.Errorf("the recipe cannot be kept: %w", err)
	}
	return nil
}

// fitBytes drops steps from the end until the whole fits.
func (m *mapper) fitBytes() {
	over := m.r.Size() - recipe.MaxBytes
	n := len(m.r.Steps)
	for ; n > 0 && over > 0; n-- {
		over -= len(m.r.Steps[n-1])
	}
	if left := len(m.r.Steps) - n; left > 0 {
		m.drop("/recipeInstructions", fmt.Sprintf("the last %d steps were left out: a recipe holds at most %d KiB of text", left, recipe.MaxBytes>>10))
		m.r.Steps = m.r.Steps[:n]
	}
}

// items maps every recipe of the graph.
func (g *graph) items() ([]Item, error) {
	found := g.recipes()
	if len(found) > MaxItems {
		return nil, fmt.Errorf("%w: the document holds %d, send at most %d at a time", ErrTooMany, len(found), MaxItems)
	}
	var items []Item
	for i, o := range found {
		item := g.item(o)
		item.Index = i
		items = append(items, item)
	}
	return items, nil
}

// leftOver adds an entry for each property that no field used.
func (m *mapper) leftOver() {
	for _, p := range m.props {
		if p.name == "" || p.used || notContent[p.name] || strings.IndexByte("@.", p.name[0]) >= 0 || p.name == "headline" && m.line(p.val) == m.r.Title {
			continue
		}
		m.drop(p.loc, cmp.Or(reasons[p.name], "Pantry has no field for this"))
	}
}

// author sets the names of the authors.
func (m *mapper) author() {
	const most = 5
	var names []string
	for loc, v := range m.values("author", "creator", "contributor") {
		switch name := m.line(v); {
		case name == "", isLink(name), slices.Contains(names, name):
		case len(names) == most:
			m.drop(loc, "Pantry keeps 5 authors")
		default:
			names = append(names, name)
		}
	}
	m.r.Author = m.cutText(strings.Join(names, ", "), "/author", recipe.MaxAuthor)
}
