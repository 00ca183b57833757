package jsonld

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"pantry.example/shared/recipe"
)

// mapper makes a Recipe of one object.
type mapper struct {
	doc     *document
	obj     *object
	props   []prop
	r       recipe.Recipe
	dropped []Dropped
	// literal: Pantry wrote the object itself, so that its texts are taken as they
	// are. Everywhere else texts hold HTML, entities and lists in one line.
	literal bool
}

// prop is one property of the object.
type prop struct {
	name string // its schema.org term
	ptr  string // where it stands
	val  any
	used bool
}

func (d *document) item(o *object) Item {
	m := &mapper{doc: d, obj: o}
	seen := map[string]int{}
	for _, mem := range o.members {
		p := prop{name: term(mem.key), ptr: pointer("", mem.key), val: mem.val}
		if isEmpty(p.val) {
			continue
		}
		if i, ok := seen[p.name]; ok && !repeatable(m.props[i].val, p.val) {
			m.props[i].val, m.props[i].ptr = p.val, p.ptr // as in every JSON parser
			continue
		}
		seen[p.name] = len(m.props)
		m.props = append(m.props, p)
	}
	m.literal = m.text(m.first("pantry:format")) == formatVersion
	m.fill()
	m.leftOver()
	err := m.finish()
	return Item{Recipe: m.r, Dropped: m.dropped, Err: err}
}

// repeatable: templates that print "recipeIngredient" once for every ingredient
// mean all of them.
func repeatable(a, b any) bool {
	x, first := a.(string)
	y, second := b.(string)
	return first && second && x != y
}

func (m *mapper) fill() {
	m.title()
	m.r.Description = m.description()
	m.urls()
	m.image()
	m.rating()
	m.servings()
	m.times()
	m.ingredients()
	m.instructions()
	m.tags()
	m.own()
}

// first returns the value of the first of the properties that is there, and
// marks it as used.
func (m *mapper) first(names ...string) any {
	for _, name := range names {
		found := any(nil)
		for i := range m.props {
			if m.props[i].name == name {
				m.props[i].used = true
				found = m.props[i].val
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}

// values yields the single values of the first of the properties that is there,
// with their places: lists are taken apart, references followed.
func (m *mapper) values(names ...string) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for _, name := range names {
			found := false
			for i := range m.props {
				if p := &m.props[i]; p.name == name {
					p.used, found = true, true
					if !m.each(p.ptr, p.val, yield) {
						return
					}
				}
			}
			if found {
				return
			}
		}
	}
}

// each yields the values of nested lists one by one.
func (m *mapper) each(ptr string, v any, yield func(string, any) bool) bool {
	if m.doc.visits++; m.doc.visits > maxVisits {
		return true
	}
	v = m.doc.resolve(v)
	list, ok := v.([]any)
	if !ok {
		return isEmpty(v) || yield(ptr, v)
	}
	for i, e := range list {
		if !m.each(pointerIndex(ptr, i), e, yield) {
			return false
		}
	}
	return true
}

// text returns the raw text of a value: of an object its text or its name, of a
// list its first.
func (m *mapper) text(v any) string {
	for range 8 {
		switch x := m.doc.resolve(v).(type) {
		case string:
			return x
		case number:
			return string(x)
		case []any:
			i := slices.IndexFunc(x, func(e any) bool { return !isEmpty(e) })
			if i < 0 {
				return ""
			}
			v = x[i]
		case *object:
			v = x.get("text", "name", "value", "title", "label", "description")
		default:
			return ""
		}
	}
	return ""
}

// line returns a value as one line of plain text.
func (m *mapper) line(v any) string {
	if m.literal {
		return strings.TrimSpace(m.text(v))
	}
	return oneLine(m.text(v))
}

func (m *mapper) title() {
	for _, name := range []string{"name", "headline", "title", "alternatename"} {
		for loc, v := range m.values(name) {
			if t := m.line(v); t != "" && m.r.Title == "" {
				m.r.Title = m.cutText(t, loc, recipe.MaxTitle)
			}
		}
		if m.r.Title != "" {
			return
		}
	}
	m.r.Title = clip(oneLine(m.doc.page.title), recipe.MaxTitle)
}

func (m *mapper) description() string {
	for loc, v := range m.values("description", "abstract") {
		s := m.text(v)
		if !m.literal {
			s = strings.Join(paragraphs(s), "\n")
		}
		if s != "" {
			return m.cutText(s, loc, recipe.MaxDescription)
		}
	}
	return ""
}

// own reads what schema.org has no term for, from recipes that Pantry wrote.
func (m *mapper) own() {
	m.r.State = recipe.Active
	if !m.literal {
		return
	}
	m.r.Notes = m.cutText(m.text(m.first("pantry:notes")), "/pantry:notes", recipe.MaxNotes)
	m.r.Made, _ = m.first("pantry:made").(bool)
	m.r.Favorite, _ = m.first("pantry:favorite").(bool)
	if m.text(m.first("pantry:state")) == string(recipe.Trashed) {
		m.r.State = recipe.Trashed
	}
	if s := m.text(m.first("pantry:lastmadeat")); s != "" {
		if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
			m.r.LastMadeAt = &t
		} else {
			m.drop("/pantry:lastMadeAt", "is not a time as RFC 3339 writes it")
		}
	}
	m.first("datecreated")
	m.first("datemodified")
	m.first("identifier")
}

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

// times takes prepTime and cookTime, and what totalTime adds to them.
func (m *mapper) times() {
	prep, hasPrep := m.duration("preptime", "preparationtime")
	cook, hasCook := m.duration("cooktime", "performtime", "cookingtime")
	switch {
	case m.literal:
		m.first("totaltime")
	case !hasPrep || !hasCook || prep == 0 && cook == 0:
		total, ok := m.duration("totaltime")
		switch rest := total - prep - cook; {
		case !ok:
		case rest < 0:
			m.drop("/totalTime", "is shorter than its parts")
		case cook == 0:
			cook = rest
		case prep == 0 && !hasPrep:
			prep = rest
		}
	default:
		if total, ok := m.duration("totaltime"); ok && total != prep+cook && total != 0 {
			m.drop("/totalTime", fmt.Sprintf("Pantry adds up preparation and cooking (%d minutes); the page says %d in all", prep+cook, total))
		}
	}
	m.r.PrepMinutes, m.r.CookMinutes = prep, cook
}

// duration returns the minutes of the first of the properties that is there.
func (m *mapper) duration(names ...string) (int, bool) {
	for loc, v := range m.values(names...) {
		s := m.text(v)
		if o, ok := v.(*object); ok {
			s = m.text(o.get("maxvalue", "value", "minvalue", "text", "duration", "name"))
			if unit := m.text(o.get("unittext", "unitcode")); strings.Trim(s, "0123456789.") == "" {
				s += " " + unit
			}
		}
		n, ok := minutes(oneLine(s))
		switch {
		case !ok:
			m.drop(loc, "names no time that Pantry understands, such as PT1H30M")
		case n > recipe.MaxMinutes:
			m.drop(loc, "is longer than a week")
		default:
			return n, true
		}
	}
	return 0, false
}

// rating takes the user's own rating from a recipe that Pantry wrote, and
// everywhere else what the site's users gave, on a scale of 5 with one decimal.
func (m *mapper) rating() {
	if m.literal {
		if review, ok := m.first("review").(*object); ok {
			if o, ok := review.get("reviewrating").(*object); ok {
				m.r.Rating, _ = strconv.ParseFloat(m.text(o.get("ratingvalue")), 64)
			}
		}
		return
	}
	for loc, v := range m.values("aggregaterating") {
		value, why := m.rated(v)
		if why != "" {
			m.drop(loc, why)
		}
		if value > 0 {
			m.r.Rating = value
			return
		}
	}
	sum, n := 0.0, 0.0
	at := ""
	for loc, v := range m.values("review", "reviews") {
		if o, ok := v.(*object); ok {
			if value, _ := m.rated(m.doc.resolve(o.get("reviewrating", "rating"))); value > 0 {
				sum, n, at = sum+value, n+1, loc
			}
		}
	}
	if n > 0 {
		m.r.Rating = math.Round(sum/n*10) / 10
		m.drop(strings.TrimRight(at, "/0123456789"), "only the rating was taken: Pantry keeps no reviews")
	}
}

// rated returns a Rating on a scale of 5, 0 when there is none, and what is to be
// said about it.
func (m *mapper) rated(v any) (float64, string) {
	best, s := 0.0, m.text(v)
	if o, ok := v.(*object); ok {
		if c := o.get("ratingcount", "reviewcount"); c != nil && o.get("ratingvalue") != nil {
			if list := tokens(m.text(c)); len(list) > 0 && list[0].isNum && list[0].num == 0 {
				return 0, "nobody has rated it"
			}
		}
		s = m.text(o.get("ratingvalue"))
		if list := tokens(m.text(o.get("bestrating"))); len(list) > 0 {
			best = list[0].num
		}
	}
	list := tokens(oneLine(strings.ReplaceAll(s, "/", " of ")))
	if len(list) == 0 || !list[0].isNum {
		if s == "" {
			return 0, ""
		}
		return 0, "is not a number"
	}
	value := list[0].num
	if last := list[len(list)-1]; len(list) > 1 && last.isNum && best == 0 {
		best = last.num // 4.5/5, 9 out of 10
	} else if last.sym == '%' {
		best = 100
	}
	if best <= 0 {
		switch best = 5; {
		case value > 10:
			best = 100
		case value > 5:
			best = 10
		}
	}
	why := ""
	if value > best {
		value, why = best, "is more than the best rating: taken as the best"
	}
	return math.Round(value/best*recipe.MaxRating*10) / 10, why
}
