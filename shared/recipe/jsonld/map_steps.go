package jsonld

import (
	"slices"
	"strings"
)

// instructions sets the steps, from recipeInstructions or another name of it. The name of a
// section becomes a step. So does the name of a step, if its text does not begin with it.
func (m *mapper) instructions() {
	var list []located
	for _, name := range []string{"recipeinstructions", "instructions", "step", "steps", ".instructions"} {
		w := stepWalker{mapper: m, seen: map[*object]bool{}}
		for loc, v := range m.values(name) {
			if w.walk(loc, v, 0); len(w.found) >= maxListed {
				break
			}
		}
		if list = w.steps(); len(list) > 0 {
			break
		}
	}
	for _, s := range m.fitSteps(withoutRepeat(list)) {
		m.r.Steps = append(m.r.Steps, s.text)
	}
}

// maxNameCompared is how many characters of a step are compared with its name.
const maxNameCompared = 2000

// stepWalker collects the texts of instructions in their order.
type stepWalker struct {
	*mapper
	found []foundStep
	seen  map[*object]bool // references may form a circle
}

type foundStep struct {
	loc     string
	lines   []string
	heading bool // the name of a section or a step
}

func (w *stepWalker) walk(loc string, v any, depth int) {
	switch x := w.resolve(v).(type) {
	case []any:
		w.each(loc, x, func(at string, e any) bool {
			w.walk(at, e, depth+1)
			return len(w.found) < maxListed
		})
	case *object:
		if !w.seen[x] && depth <= maxDepth {
			w.seen[x] = true
			w.object(loc, x, depth)
		}
	case string, number:
		w.text(loc, w.mapper.text(x))
	}
}

// object reads a HowToStep, HowToSection, HowToDirection, HowToTip, ListItem or ItemList, or
// an object with the properties of one.
func (w *stepWalker) object(loc string, o *object, depth int) {
	name := oneLine(w.mapper.text(o.get("name", "headline", "title")))
	children, key := o.get("itemlistelement"), "itemListElement"
	for _, other := range []string{"steps", "step", "recipeinstructions", "item", "haspart"} {
		if children == nil {
			children, key = o.get(other), other
		}
	}
	body := w.mapper.text(o.get("text", "articlebody", "description", "instruction", "value"))
	if s, ok := children.(string); ok && body == "" {
		body, children = w.mapper.text(s), nil
	}
	if o.get("image", "video") != nil {
		w.drop(listOf(loc), "Pantry keeps no pictures or videos of steps")
	}
	switch {
	case children != nil && o.isType("howtostep", "howtodirection"):
		lines := w.directions(pointer(loc, key), body, children, depth)
		w.heading(loc, name, strings.Join(lines, " "))
		w.add(loc, lines)
	case children != nil:
		w.heading(pointer(loc, "name"), name, "")
		w.text(loc, body)
		w.walk(pointer(loc, key), children, depth+1)
	case body != "":
		text := oneLine(clip(body, maxNameCompared))
		if len(text) < len(name) && text != "" && strings.HasPrefix(name, strings.TrimRight(text, " .…")) {
			w.text(loc, name) // the text is only the beginning of the name
			return
		}
		w.heading(loc, name, text)
		w.text(loc, body)
	case name != "":
		w.text(loc, name)
	case o.get("url", "@id") != nil:
		w.drop(loc, "is only a link")
	default:
		w.text(loc, w.mapper.text(o))
	}
}

// directions returns the lines of the directions and tips inside a HowToStep. Together they
// are one step.
func (w *stepWalker) directions(loc, body string, children any, depth int) []string {
	inner := stepWalker{mapper: w.mapper, seen: w.seen}
	inner.text(loc, body)
	inner.walk(loc, children, depth+1)
	var lines []string
	for _, s := range inner.found {
		for _, line := range s.lines {
			if !slices.Contains(lines[max(0, len(lines)-8):], line) {
				lines = append(lines, line)
			}
		}
	}
	return lines
}

// heading adds a name, unless it is only a number, the title, or the beginning of the text.
// Many plugins fill in such names.
func (w *stepWalker) heading(loc, name, text string) {
	begin := strings.ToLower(strings.TrimRight(name, " .…:"))
	cut := strings.HasSuffix(name, "...") || strings.HasSuffix(name, "…")
	if begin == "" || cut && text != "" || stepLabel(name) == "" || isLink(name) || strings.EqualFold(name, w.r.Title) || strings.HasPrefix(strings.ToLower(text), begin) {
		return
	}
	w.found = append(w.found, foundStep{loc, []string{name}, true})
}

func (w *stepWalker) text(loc, s string) {
	if s != "" {
		w.add(loc, paragraphs(s))
	}
}

func (w *stepWalker) add(loc string, lines []string) {
	said := slices.DeleteFunc(lines, func(line string) bool { return !strings.ContainsFunc(line, isWordRune) })
	switch {
	case len(said) == 0:
		w.drop(loc, "has no text")
	case len(said) == 1 && isLink(said[0]):
		w.drop(loc, "is only a link")
	default:
		w.found = append(w.found, foundStep{loc: loc, lines: said})
	}
}

// steps returns the collected texts as steps. It splits a single text at its line ends or
// numbers. One of several texts stays one step.
func (w *stepWalker) steps() []located {
	headings := 0
	for _, s := range w.found {
		if s.heading {
			headings++
		}
	}
	found := w.found
	if headings == 1 && found[0].heading && genericHeading(found[0].lines[0]) {
		found, headings = found[1:], 0
	}
	var list []located
	for _, s := range found {
		steps := s.lines
		switch {
		case s.heading:
		case len(found)-headings == 1:
			steps = splitSteps(s.lines)
		default:
			steps = []string{strings.Join(unnumbered(joinWrapped(s.lines)), "\n")}
		}
		for _, step := range steps {
			if step != "" {
				list = append(list, located{s.loc, step})
			}
		}
	}
	return list
}
