package doctor

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
)

// The outcomes of a check. Only fail makes the run fail.
const (
	pass = "pass"
	info = "info" // nothing to judge, something to know
	warn = "warn" // works, and is unwise or could not be seen
	fail = "fail"
	skip = "skip" // not tried, because of what is said under seen
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
	for _, x := range r.results {
		if x.Status == fail {
			return false
		}
	}
	return true
}

// printable keeps what a server sent from steering the terminal, and short.
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
			continue // the line before says it of all that follow from it
		}
		fmt.Fprintf(&s, "%-5s %-18s %s\n", x.Status, x.Check, x.Seen)
		if x.Fix != "" {
			fmt.Fprintf(&s, "%25s→ %s\n", "", strings.TrimSuffix(x.Fix, ".")+".")
		}
	}
	fmt.Fprintf(&s, "\n%d passed, %d warned, %d failed, %d skipped\n", counts[pass], counts[warn], counts[fail], counts[skip])
	_, err := io.WriteString(out, s.String())
	return err
}
