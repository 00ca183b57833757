package jsonld

import (
	"slices"
	"strings"
)

// instructions takes recipeInstructions as steps. The name of a section is a step
// of its own in front of the section's steps.
func (m *mapper) instructions() {
	var list []located
	for _, name := range []string{"recipeinstructions", "instructions", "step", "steps"} {
		w := stepWalker{m: m}
		for loc, v := range m.values(name) {
			if w.walk(loc, v, 0); len(w.found) >= maxListed {
				break
			}
		}
		if list = w.steps(); len(list) > 0 {
			break
		}
	}
	if !m.literal {
		list = m.fitSteps(list)
	}
	for _, s := range list {
		m.r.Steps = append(m.r.Steps, s.text)
	}
}

// stepWalker collects the raw texts of instructions in their order.
type stepWalker struct {
	m     *mapper
	found []rawStep
	seen  map[*object]bool
}

type rawStep struct {
	located
	lines    []string // cleaned
	sections bool     // the name of a section
}

func (w *stepWalker) walk(loc string, v any, depth int) {
	v = w.m.resolve(v)
	switch x := v.(type) {
	case []any:
		w.m.each(loc, x, func(at string, e any) bool {
			w.walk(at, e, depth+1)
			return len(w.found) < maxListed
		})
	case *object:
		// References may lead back to where they came from.
		if w.seen[x] || depth > maxDepth {
			return
		}
		if w.seen == nil {
			w.seen = map[*object]bool{}
		}
		w.seen[x] = true
		w.object(loc, x, depth)
	case string, number:
		w.text(loc, w.m.text(x))
	}
}

func (w *stepWalker) text(loc, s string) {
	if w.m.literal {
		w.found = append(w.found, rawStep{located: located{loc, s}})
		return
	}
	lines := paragraphs(s)
	switch {
	case len(lines) == 0:
	case len(lines) == 1 && isLink(lines[0]):
		w.m.drop(loc, "is only a link")
	default:
		w.found = append(w.found, rawStep{located: located{loc, s}, lines: lines})
	}
}

func isLink(s string) bool {
	return (strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")) && !strings.ContainsRune(s, ' ')
}

// object reads a HowToStep, HowToSection, HowToDirection, HowToTip, ListItem or
// ItemList, or something that looks like one.
func (w *stepWalker) object(loc string, o *object, depth int) {
	m := w.m
	if m.literal {
		w.text(loc, m.text(o.get("text")))
		return
	}
	name := oneLine(m.text(o.get("name", "headline", "title")))
	children, key := o.get("itemlistelement"), "itemListElement"
	for _, other := range []string{"steps", "step", "recipeinstructions", "item", "haspart"} {
		if children == nil {
			children, key = o.get(other), other
		}
	}
	body := o.get("text", "articlebody", "description", "instruction", "value")
	if s, ok := children.(string); ok && body == nil {
		body, children = s, nil
	}
	if o.get("image", "video") != nil {
		m.drop(listOf(loc), "Pantry keeps no pictures or videos of steps")
	}
	switch {
	case children != nil && (o.isType("howtostep") || o.isType("howtodirection")):
		w.directions(pointer(loc, key), name, body, children, depth)
	case children != nil:
		if name != "" && !w.m.sameAsTitle(name) {
			w.found = append(w.found, rawStep{located: located{pointer(loc, "name"), name}, lines: []string{name}, sections: true})
		}
		if s := m.text(body); s != "" {
			w.text(loc, s)
		}
		w.walk(pointer(loc, key), children, depth+1)
	case body != nil:
		w.named(loc, name, m.text(body))
	case name != "":
		w.text(loc, name)
	default:
		if s := m.text(o); s != "" {
			w.text(loc, s)
		} else if o.get("url", "@id") != nil {
			m.drop(loc, "is only a link")
		} else {
			m.drop(loc, "has no text")
		}
	}
}

// directions makes one step of the directions and tips inside a HowToStep.
func (w *stepWalker) directions(loc, name string, body, children any, depth int) {
	inner := stepWalker{m: w.m, seen: w.seen}
	if s := w.m.text(body); s != "" {
		inner.text(loc, s)
	}
	inner.walk(loc, children, depth+1)
	var lines []string
	for _, s := range inner.found {
		for _, line := range s.lines {
			if !slices.Contains(lines[max(0, len(lines)-8):], line) {
				lines = append(lines, line)
			}
		}
	}
	w.addNamed(loc, name, lines)
}

func (w *stepWalker) named(loc, name, text string) {
	lines := paragraphs(text)
	if len(lines) == 0 {
		w.text(loc, name)
		return
	}
	w.addNamed(loc, name, lines)
}

// addNamed adds a step with its name in front, unless the name says nothing: a
// number, or the beginning of the text, as many plugins fill it in.
func (w *stepWalker) addNamed(loc, name string, lines []string) {
	switch {
	case len(lines) == 0 && name == "":
		return
	case len(lines) == 0:
		lines = []string{name}
	case name == "" || stepLabel(name) == "" || isLink(name) || w.m.sameAsTitle(name):
	case strings.HasPrefix(strings.ToLower(strings.Join(lines, " ")), strings.ToLower(strings.TrimRight(name, " .…:"))):
	case len(lines) == 1 && len(lines[0]) < len(name) && strings.HasPrefix(name, strings.TrimRight(lines[0], " .…")):
		lines = []string{name} // the text is the shortened one
	default:
		if !strings.ContainsRune(".:!?。！？", lastRune(name)) {
			name += ":"
		}
		lines = append([]string{name + " " + lines[0]}, lines[1:]...)
	}
	w.found = append(w.found, rawStep{located: located{loc, ""}, lines: lines})
}

func lastRune(s string) rune {
	r := rune(0)
	for _, c := range s[max(0, len(s)-4):] {
		r = c
	}
	return r
}

func (m *mapper) sameAsTitle(name string) bool {
	return strings.EqualFold(name, m.r.Title)
}

// steps returns the collected texts as steps. A single text is parted at its line
// ends or its numbers; one of many stays one step.
func (w *stepWalker) steps() []located {
	if w.m.literal {
		list := make([]located, 0, len(w.found))
		for _, s := range w.found {
			list = append(list, s.located)
		}
		return list
	}
	found := w.found
	if len(found) == 2 && found[0].sections {
		found = found[1:] // one text under a heading such as "Method"
		if !genericHeading(w.found[0].text) {
			found = w.found
		}
	} else if n := countSections(found); n == 1 && len(found) > 0 && found[0].sections && genericHeading(found[0].text) {
		found = found[1:]
	}
	var list []located
	for _, s := range found {
		if len(found) == 1 || len(found) == 2 && found[0].sections {
			for _, line := range splitSteps(s.lines) {
				list = append(list, located{s.loc, line})
			}
			continue
		}
		if text := strings.Join(unnumbered(joinWrapped(s.lines)), "\n"); text != "" {
			list = append(list, located{s.loc, text})
		}
	}
	return list
}

func countSections(list []rawStep) int {
	n := 0
	for _, s := range list {
		if s.sections {
			n++
		}
	}
	return n
}
