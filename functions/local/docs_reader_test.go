package main_test

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// reader does what a document says, as a person at a terminal would.
type reader struct {
	t       *testing.T
	in      io.Writer // of the bash
	out     *bufio.Reader
	count   int
	runners map[string]*runner // by the port of its functions in the document
	ports   map[string]string  // from ports of the document to real ones
}

// endOfOutput is printed after each command, with its exit status.
const endOfOutput = "end-of-output"

// shell is what bash does first. go test would run this test again, and the others reach
// out of this machine.
const shell = `exec 2>&1
go() { if [ "$1" = test ]; then refused; else (cd "$ROOT" && command go "$@"); fi; }
refused() { echo 'this command is not for a test: write "not run: WHY" after the name of the language'; return 1; }
for name in gcloud npm npx git docker firebase ssh; do eval "$name() { refused; }"; done`

// newReader starts a bash for the document text.
func newReader(t *testing.T, root, text string) *reader {
	t.Helper()
	r := &reader{t: t, runners: map[string]*runner{}, ports: map[string]string{}}
	bash := exec.CommandContext(t.Context(), "bash", "--norc", "--noprofile")
	bash.Dir = t.TempDir()
	bash.Env = append(os.Environ(), "ROOT="+root, "HOME="+bash.Dir, "GOCACHE="+goEnv(t, "GOCACHE"), "GOMODCACHE="+goEnv(t, "GOMODCACHE"))
	in, err := bash.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := bash.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := bash.Start(); err != nil {
		t.Skipf("start bash: %v", err)
	}
	late := time.AfterFunc(3*time.Minute, func() { _ = bash.Process.Kill() }) // a command that does not end
	t.Cleanup(func() {
		late.Stop()
		_ = in.Close()
		_ = bash.Wait()
	})
	r.in, r.out = in, bufio.NewReader(out)
	r.run(shell)
	if strings.Contains(text, "$PANTRY") {
		r.start("", nil)
		r.run("PANTRY=" + r.runners["8080"].url)
	}
	if strings.Contains(text, "$SESSION") && len(r.runners) > 0 {
		url := r.runners["8080"].url
		u := (&pantry{url: url, auth: authURL(t, url)}).newPerson(t)
		u.open().want(t, 200)
		r.run("SESSION=" + u.session)
	}
	return r
}

func goEnv(t *testing.T, name string) string {
	t.Helper()
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		t.Fatalf("go env %s: %v", name, err)
	}
	return strings.TrimSpace(string(out))
}

var startPattern = regexp.MustCompile(`^((?:[A-Z_]+=\S+ +)*)go run \./functions/local(?: +#.*)?$`)

func (r *reader) read(b block) {
	r.t.Helper()
	if b.language != "sh" && b.language != "console" {
		return
	}
	script := b.language == "sh"
	if b.notRun {
		if err := syntax(strings.ReplaceAll("\n"+b.text, "\n$ ", "\n")); script && err != nil {
			r.t.Errorf("line %d: %v", b.line, err)
		}
		return
	}
	steps := transcript(b.text)
	if script {
		steps = nil
		for _, part := range splitStarts(b.text) {
			steps = append(steps, step{command: part})
		}
	}
	for _, s := range steps {
		got, status := r.do(s)
		switch {
		case script && status != "0":
			r.t.Errorf("line %d: a command fails:\n%s\nIt printed:\n%s", b.line, s.command, got)
		case !script && (!matches(s.output, got) || len(s.output) == 0 && status != "0"):
			r.t.Errorf("line %d: $ %s\nprinted (exit status %s):\n%s\nThe document has:\n%s", b.line, s.command, status, got, strings.Join(s.output, "\n"))
		}
	}
}

// splitStarts takes the commands that start a runner out of a script.
func splitStarts(script string) []string {
	var parts []string
	rest := ""
	for line := range strings.Lines(script) {
		if startPattern.MatchString(strings.TrimSpace(line)) {
			parts = append(parts, rest, strings.TrimSpace(line))
			rest = ""
			continue
		}
		rest += line
	}
	parts = append(parts, rest)
	var out []string
	for _, part := range parts {
		if strings.TrimSpace(part) != "" {
			out = append(out, part)
		}
	}
	return out
}

// do runs one command and returns its output, as the document would have it, and its exit
// status.
func (r *reader) do(s step) (output, status string) {
	r.t.Helper()
	if m := startPattern.FindStringSubmatch(s.command); m != nil {
		return r.start(m[1], s.output)
	}
	if len(r.runners) == 0 && strings.Contains(s.command, ":8080") {
		r.start("", nil)
	}
	output, status = r.run("trap 'failed=1' ERR; failed=0\n" + r.real(s.command) + "\n(exit $failed)")
	return r.documented(output), status
}

// run gives bash a command and reads what it prints.
func (r *reader) run(command string) (output, status string) {
	r.t.Helper()
	r.count++
	end := endOfOutput + strconv.Itoa(r.count)
	if _, err := fmt.Fprintf(r.in, "%s\necho %s $?\n", command, end); err != nil {
		r.t.Fatal(err)
	}
	for {
		line, err := r.out.ReadString('\n')
		if err != nil {
			r.t.Fatalf("bash ended in the middle of:\n%s\n%s", command, output+line)
		}
		if before, after, ended := strings.Cut(line, end+" "); ended {
			return output + before, strings.TrimSpace(after)
		}
		output += line
	}
}

// start starts a runner with the variables of a command, in place of the one that has its
// port.
func (r *reader) start(variables string, want []string) (output, status string) {
	r.t.Helper()
	port, auth := "8080", "9099"
	var env []string
	for _, v := range strings.Fields(r.real(variables)) {
		name, value, _ := strings.Cut(v, "=")
		switch name {
		case "PORT":
			port = value
		case "AUTH_PORT":
			auth = value
		default:
			value, _ = r.run("printf %s " + value) // with ~ and $HOME
			env = append(env, name+"="+value)
		}
	}
	if len(want) > 0 && strings.HasPrefix(want[0], "pantry: ") {
		return r.startRefused(append(env, "PORT="+r.realPort(port), "AUTH_PORT="+r.realPort(auth)))
	}
	if old := r.runners[port]; old != nil {
		old.end(r.t)
	}
	started := runnerWith(r.t, env...)
	r.runners[port] = started
	r.ports[port] = portOf(started.url)
	for line := range strings.Lines(started.printed) {
		if fields := strings.Fields(line); len(fields) > 2 && fields[0] == "Firebase" && strings.Contains(line, "(embedded") {
			r.ports[auth] = portOf(fields[2])
		}
	}
	return r.documented(started.printed + "ready " + started.url + "\n"), "0"
}

func (r *reader) startRefused(env []string) (output, status string) {
	r.t.Helper()
	cmd := exec.Command(buildRunner(r.t))
	cmd.Dir = r.t.TempDir()
	cmd.Env = env
	out, err := cmd.CombinedOutput()
	if err == nil {
		r.t.Errorf("the runner started with %s", env)
	}
	return r.documented(string(out)) + fmt.Sprintf("exit status %d\n", cmd.ProcessState.ExitCode()), "1"
}

// real puts the real ports into a command of the document.
func (r *reader) real(command string) string {
	for from, to := range r.ports {
		command = regexp.MustCompile(`(127\.0\.0\.1|localhost):`+from+`\b`).ReplaceAllString(command, "${1}:"+to)
	}
	return command
}

func (r *reader) realPort(port string) string {
	if to, ok := r.ports[port]; ok {
		return to
	}
	return port
}

// documented puts the document's ports into what was printed.
func (r *reader) documented(output string) string {
	for from, to := range r.ports {
		output = regexp.MustCompile(`\b`+to+`\b`).ReplaceAllString(output, from)
	}
	return output
}

func portOf(address string) string { return address[strings.LastIndexByte(address, ':')+1:] }
