package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"
)

// The outcomes of a check. Only fail makes the run fail.
const (
	pass = "pass"
	info = "info" // a fact that is neither right nor wrong
	warn = "warn" // it works, but is unwise or could not be seen
	fail = "fail"
	skip = "skip" // not tried; seen says why
)

// result is one line of the report. Its JSON names and the names of checks do not change.
type result struct {
	Check  string `json:"check"`
	Status string `json:"status"`
	Seen   string `json:"seen"`
	Fix    string `json:"fix,omitempty"`
}

// report collects results. It is not safe for concurrent use: each part has its own.
type report struct{ results []result }

func (r *report) add(check, status, seen, fix string) {
	r.results = append(r.results, result{check, status, printable(seen), printable(fix)})
}

func (r *report) pass(check, seen string)      { r.add(check, pass, seen, "") }
func (r *report) info(check, seen, fix string) { r.add(check, info, seen, fix) }
func (r *report) warn(check, seen, fix string) { r.add(check, warn, seen, fix) }
func (r *report) fail(check, seen, fix string) { r.add(check, fail, seen, fix) }

// skip says of each check why it was not tried.
func (r *report) skip(why string, checks ...string) {
	for _, check := range checks {
		r.add(check, skip, why, "")
	}
}

func (r *report) ok() bool {
	return !slices.ContainsFunc(r.results, func(x result) bool { return x.Status == fail })
}

// finding is what a check reports when its condition holds.
type finding struct {
	when              bool
	status, seen, fix string
}

// judge reports the first finding whose condition holds. It returns false if that is a
// failure.
func (r *report) judge(check string, findings ...finding) bool {
	for _, f := range findings {
		if f.when {
			r.add(check, f.status, f.seen, f.fix)
			return f.status != fail
		}
	}
	return true
}

// link is a step of a chain: one check, or several that are skipped for the same reason.
type link struct {
	checks []string
	broken string      // why the later links are skipped when this one fails
	try    func() bool // reports whether the later links can be tried
}

// chain tries the links in order. When one fails, it skips the later ones.
func (r *report) chain(links []link) {
	for i, l := range links {
		if !l.try() {
			r.skipAll(l.broken, links[i+1:])
			return
		}
	}
}

func (r *report) skipAll(why string, links []link) {
	for _, l := range links {
		r.skip(why, l.checks...)
	}
}

// sideBySide runs parts at the same time, and adds their results in the order of parts.
func (r *report) sideBySide(parts ...func(*report)) {
	reports := make([]report, len(parts))
	var wg sync.WaitGroup
	for i, part := range parts {
		wg.Go(func() { part(&reports[i]) })
	}
	wg.Wait()
	for i := range reports {
		r.results = append(r.results, reports[i].results...)
	}
}

// printable shortens the text and removes control characters, because a server could use
// them to change what the terminal shows.
func printable(s string) string {
	s = strings.Map(func(c rune) rune {
		if c == '\n' || c == '\r' || c == '\t' {
			return ' '
		}
		if !unicode.IsPrint(c) {
			return -1
		}
		return c
	}, s)
	const most = 600
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most]) + "…"
	}
	return s
}

func (r *report) writeJSON(out io.Writer) error {
	e := json.NewEncoder(out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(struct {
		OK     bool     `json:"ok"`
		Checks []result `json:"checks"`
	}{r.ok(), r.results})
}

func (r *report) writeText(out io.Writer) error {
	var s strings.Builder
	counts := map[string]int{}
	for i, x := range r.results {
		counts[x.Status]++
		if i > 0 && x.Status == skip && r.results[i-1].Status == skip && r.results[i-1].Seen == x.Seen {
			continue // the line before gives the same reason
		}
		fmt.Fprintf(&s, "%-5s %-18s %s\n", x.Status, x.Check, x.Seen)
		if x.Fix != "" {
			fmt.Fprintf(&s, "%25s→ %s\n", "", x.Fix)
		}
	}
	fmt.Fprintf(&s, "\n%d passed, %d warned, %d failed, %d skipped\n", counts[pass], counts[warn], counts[fail], counts[skip])
	if counts[skip] > 0 {
		s.WriteString("A line with skip also stands for the checks after it that are skipped for the same reason. To check everything, set REDIS_SERVER and GOOGLE_CLOUD_PROJECT, or add -project PROJECT -secret to check what is deployed.\n")
	}
	_, err := io.WriteString(out, s.String())
	return err
}
