// Report reads the events of `go test -json` on standard input and prints what plain
// `go test` would: a line a package and the output of the tests that failed. Unlike
// go test it fails when a test was skipped, or when none ran.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// event is one line of `go test -json`; see `go doc test2json`.
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
}

// report collects the output of what still runs, and counts what has ended.
type report struct {
	output                  map[[2]string]*strings.Builder // by package and test
	passed, failed, skipped int
}

func main() {
	r := report{output: map[[2]string]*strings.Builder{}}
	lines := bufio.NewReader(os.Stdin)
	for {
		line, err := lines.ReadString('\n')
		var e event
		if json.Unmarshal([]byte(line), &e) == nil {
			r.add(e)
		} else {
			fmt.Print(line) // not go test's: a message of the go command itself
		}
		if err != nil {
			break
		}
	}
	fmt.Printf("\n%d passed, %d failed, %d skipped\n", r.passed, r.failed, r.skipped)
	switch {
	case r.failed > 0:
	case r.skipped > 0:
		fmt.Println("report: a test was skipped; with every server there, nothing may skip")
	case r.passed == 0:
		fmt.Println("report: no test ran")
	default:
		return
	}
	os.Exit(1)
}

func (r *report) add(e event) {
	if e.Action == "build-output" {
		fmt.Print(e.Output)
		return
	}
	key := [2]string{e.Package, e.Test}
	out := r.output[key]
	if out == nil {
		out = &strings.Builder{}
		r.output[key] = out
	}
	switch e.Action {
	case "output":
		out.WriteString(e.Output)
		return
	case "pass", "fail", "skip":
	default:
		return
	}
	delete(r.output, key)
	if e.Test == "" {
		r.endPackage(e, out.String())
		return
	}
	switch e.Action {
	case "pass":
		r.passed++
	case "fail":
		r.failed++
		fmt.Print(out)
	case "skip":
		r.skipped++
		fmt.Print(out)
	}
}

// endPackage prints one line of a package that passed or has no tests, and everything of
// one that failed: its own output and that of tests that did not come to their end.
func (r *report) endPackage(e event, output string) {
	if e.Action != "fail" {
		for line := range strings.Lines(output) {
			if strings.HasPrefix(line, "ok ") || strings.HasPrefix(line, "? ") {
				fmt.Print(line)
			}
		}
		return
	}
	for key, out := range r.output {
		if key[0] == e.Package {
			fmt.Print(out)
			delete(r.output, key)
			r.failed++
		}
	}
	fmt.Print(output)
}
