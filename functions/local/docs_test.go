package main_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestDocuments runs every command of every document of the repository (*.md), from top to
// bottom, and follows every link to a file. To have a document tested, write it; nothing has
// to be registered. Each document gets a bash in an empty folder; go works there as it does
// in the root of the repository.
//
//   - A block ```console is a transcript: lines with "$ " are commands, the lines below one
//     are its output. … stands for any text in a line, and for any number of lines when it
//     is alone. A command without output below must print nothing and succeed.
//   - A block ```sh is a script. Its output is free, and every command must succeed.
//   - A block ```sh not run: WHY (or ```console not run: WHY) is only checked for its
//     syntax. Blocks of other languages are left alone.
//   - The command go run ./functions/local, alone or after variables, starts a runner that
//     answers the commands below it; one is started for a document that has no such command.
//     When its output begins with "pantry: " it is expected to fail.
//
// Write the usual ports, 8080 and 9099, or those of the command's PORT and AUTH_PORT: the
// test puts free ports in their place. $PANTRY is the address of the runner, and $SESSION a
// session of a new account, for a document that takes both as given. go test is not run.
func TestDocuments(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	documents := strings.Fields(gitFiles(t, root, "*.md"))
	if len(documents) == 0 {
		t.Fatal("there is no document")
	}
	for _, path := range documents {
		t.Run(path, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join(root, path))
			if err != nil {
				t.Fatal(err)
			}
			followLinks(t, root, path, string(text))
			r := newReader(t, root, string(text))
			for _, b := range blocks(t, string(text)) {
				r.read(b)
			}
		})
	}
}

func gitFiles(t *testing.T, root, pattern string) string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard", pattern)
	cmd.Dir = root
	out, err := cmd.Output()
	if err != nil {
		t.Skip("this is no clone: git ls-files finds no documents")
	}
	return string(out)
}

var (
	linkPattern = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	anchorStrip = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// followLinks wants a file, and a heading in it, for each link that leads to one.
func followLinks(t *testing.T, root, path, text string) {
	t.Helper()
	for _, m := range linkPattern.FindAllStringSubmatch(text, -1) {
		file, anchor, _ := strings.Cut(m[1], "#")
		if strings.Contains(file, "://") || strings.HasPrefix(file, "mailto:") {
			continue
		}
		linked := text
		if file != "" {
			b, err := os.ReadFile(filepath.Join(root, filepath.Dir(path), file))
			if info, statErr := os.Stat(filepath.Join(root, filepath.Dir(path), file)); err != nil && (statErr != nil || !info.IsDir()) {
				t.Errorf("%s links to %s, which is not there", path, m[1])
				continue
			}
			linked = string(b)
		}
		if anchor != "" && !strings.Contains(anchors(linked), "#"+anchor+"\n") {
			t.Errorf("%s links to %s, and there is no such heading", path, m[1])
		}
	}
}

// anchors returns the anchors of all headings, as GitHub makes them, a line each.
func anchors(text string) string {
	var out strings.Builder
	for line := range strings.Lines(text) {
		if title, ok := strings.CutPrefix(strings.TrimLeft(line, "#"), " "); ok && strings.HasPrefix(line, "#") {
			title = anchorStrip.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
			out.WriteString("#" + strings.ReplaceAll(title, " ", "-") + "\n")
		}
	}
	return out.String()
}

// block is a fenced block of a document.
type block struct {
	line     int // of the opening fence
	language string
	notRun   bool
	text     string
}

func blocks(t *testing.T, text string) []block {
	t.Helper()
	var out []block
	var open *block
	n := 0
	for line := range strings.Lines(text) {
		n++
		info, fence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence && open == nil:
			language, rest, _ := strings.Cut(strings.TrimSpace(info), " ")
			why, notRun := strings.CutPrefix(rest, "not run: ")
			if rest != "" && (!notRun || why == "") {
				t.Errorf("line %d: write ```%s, or ```%s not run: WHY", n, language, language)
			}
			open = &block{line: n, language: language, notRun: notRun}
		case fence:
			out = append(out, *open)
			open = nil
		case open != nil:
			open.text += line
		}
	}
	if open != nil {
		t.Errorf("the block of line %d has no end", open.line)
	}
	return out
}

// step is one command and the output that a transcript shows for it.
type step struct {
	command string
	output  []string
}

// transcript takes a console block apart. A command goes on in the next line after a
// backslash, and as long as bash finds it unfinished.
func transcript(text string) []step {
	var steps []step
	unfinished := false
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case unfinished:
			steps[len(steps)-1].command += "\n" + line
		case isCommand:
			steps = append(steps, step{command: command})
		case len(steps) > 0:
			last := &steps[len(steps)-1]
			last.output = append(last.output, line)
			continue
		default:
			continue
		}
		last := steps[len(steps)-1].command
		unfinished = strings.HasSuffix(last, `\`) || syntax(last) != nil
	}
	return steps
}

// syntax returns what bash says of a script that it does not understand.
func syntax(script string) error {
	cmd := exec.Command("bash", "-n")
	cmd.Stdin = strings.NewReader(script)
	out, err := cmd.CombinedOutput()
	if err != nil || len(out) > 0 { // an unfinished here-document is a warning
		return fmt.Errorf("bash does not understand it: %s", out)
	}
	return nil
}

// matches compares what was printed with what a transcript shows.
func matches(want []string, got string) bool {
	var pattern strings.Builder
	pattern.WriteString(`\A`)
	for _, line := range want {
		if strings.TrimSpace(line) == "…" {
			pattern.WriteString(`(?:.*\n)*?`)
			continue
		}
		parts := strings.Split(strings.TrimRight(line, " "), "…")
		for i, part := range parts {
			parts[i] = regexp.QuoteMeta(part)
		}
		pattern.WriteString(strings.Join(parts, `.*`) + `[ \t]*\n`)
	}
	pattern.WriteString(`\n*\z`)
	if got != "" && !strings.HasSuffix(got, "\n") {
		got += "\n"
	}
	return regexp.MustCompile(pattern.String()).MatchString(got)
}

// TestTranscripts: a document that shows something else than what is printed is found.
func TestTranscripts(t *testing.T) {
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("install bash to run this")
	}
	steps := transcript("$ echo a \\\n  b\na b\n$ cat <<END\nx\nEND\nx\n\n$ true\n")
	want := []step{{"echo a \\\n  b", []string{"a b"}}, {"cat <<END\nx\nEND", []string{"x", ""}}, {command: "true"}}
	if diff := cmp.Diff(want, steps, cmp.AllowUnexported(step{})); diff != "" {
		t.Errorf("transcript (-want +got):\n%s", diff)
	}
	for _, row := range []struct {
		want, got string
		ok        bool
	}{
		{"a", "a\n", true},
		{"a", "b\n", false},
		{"a", "a\nb\n", false},
		{"a…c", "abc\n", true},
		{"a…c", "ab\nc\n", false},
		{"a\n…\nc", "a\nb\nb\nc\n", true},
		{"a\n…\nc", "a\nb\n", false},
		{"a.c", "abc\n", false},
		{"…", "", true},
	} {
		if got := matches(strings.Split(row.want, "\n"), row.got); got != row.ok {
			t.Errorf("%q for %q: %v, want %v", row.got, row.want, got, row.ok)
		}
	}
}
