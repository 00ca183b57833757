package doctor_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"pantry.example/functions/deploy/doctor"
)

// password stands for every secret: no output of any test may hold it.
const password = "Zq7XvK2pWm4TsB9c"

// line is one check of the JSON report.
type line struct{ Check, Status, Seen, Fix string }

// diagnosis is the report of one run.
type diagnosis struct {
	t     *testing.T
	code  int
	OK    bool   `json:"ok"`
	Lines []line `json:"checks"`
}

// examine runs the doctor twice, as a person and as a machine would, and holds the two
// reports against each other.
func examine(t *testing.T, env map[string]string, args ...string) diagnosis {
	t.Helper()
	getenv := func(name string) string { return env[name] }
	var out bytes.Buffer
	d := diagnosis{t: t, code: doctor.Run(t.Context(), append([]string{"-json"}, args...), getenv, &out)}
	if err := json.Unmarshal(out.Bytes(), &d); err != nil {
		t.Fatalf("-json wrote %q: %v", out.String(), err)
	}
	text := out.String()
	if strings.Contains(text, password) {
		t.Errorf("the report holds the password:\n%s", text)
	}
	failed := 0
	for _, l := range d.Lines {
		if l.Status == "fail" {
			failed++
		}
		if (l.Status == "fail" || l.Status == "warn") && l.Fix == "" {
			t.Errorf("%s does not say what to do: %s", l.Check, l.Seen)
		}
		if l.Check == "" || l.Seen == "" || !strings.Contains("pass info warn fail skip", l.Status) {
			t.Errorf("not a line of a report: %+v", l)
		}
	}
	if d.OK != (failed == 0) || (d.code == 0) != d.OK {
		t.Errorf("%d checks failed, ok is %v and the exit code %d", failed, d.OK, d.code)
	}
	return d
}

// want returns the one line of a check that has the status, and whose text holds the words.
func (d diagnosis) want(check, status string, words ...string) line {
	d.t.Helper()
	var found []line
	for _, l := range d.Lines {
		if l.Check != check {
			continue
		}
		found = append(found, l)
		if l.Status == status && containsAll(l.Seen+" → "+l.Fix, words) {
			return l
		}
	}
	d.t.Errorf("no %s of %s with %q, but %+v", status, check, words, found)
	return line{}
}

func containsAll(s string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(s, w) {
			return false
		}
	}
	return true
}
