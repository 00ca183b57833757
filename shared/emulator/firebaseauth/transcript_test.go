package firebaseauth_test

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/emulator"
)

var update = flag.Bool("update", false, "write testdata/transcript.txt anew from the official emulator's answers")

const transcript = "testdata/transcript.txt"

// The transcript holds requests and the official emulator's answers to them, as far as an SDK
// reads them. The embedded emulator gives the same ones.
func TestTranscript(t *testing.T) {
	script, err := os.ReadFile(transcript)
	if err != nil {
		t.Fatal(err)
	}
	t.Run("embedded", func(t *testing.T) {
		p := &player{t: t, run: unique(), emulator: embedded(t, project)}
		if diff := cmp.Diff(lines(string(script)), lines(p.play(string(script)))); diff != "" {
			t.Errorf("the embedded emulator answers otherwise than the official one (-want +got):\n%s", diff)
		}
	})
	t.Run("official", func(t *testing.T) {
		p := &player{t: t, run: unique(), emulator: firebaseAuth{host: emulator.Auth(t), official: true}}
		got := p.play(string(script))
		if *update {
			if err := os.WriteFile(transcript, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
			return
		}
		if diff := cmp.Diff(lines(string(script)), lines(got)); diff != "" {
			t.Errorf("the official emulator has changed its answers; look, then run with -update (-want +got):\n%s", diff)
		}
	})
}

func lines(s string) []string { return strings.Split(s, "\n") }

// player sends the requests of a transcript. Values of earlier answers are $name.field in
// later ones.
type player struct {
	t        *testing.T
	run      string // $run: what makes addresses unique
	emulator firebaseAuth
	vars     []string // pairs of a variable and its value
}

// play returns the transcript with this emulator's answers.
func (p *player) play(script string) string {
	p.vars = []string{"$run", p.run}
	var out []string
	for _, line := range lines(script) {
		switch {
		case strings.HasPrefix(line, "< "):
			continue
		case strings.HasPrefix(line, "> "):
			out = append(out, line, "< "+p.exchange(strings.TrimPrefix(line, "> ")))
		default:
			out = append(out, line)
		}
	}
	return strings.Join(out, "\n")
}

// exchange sends `[name =] verb target [body]` and returns the answer in a comparable form.
func (p *player) exchange(line string) string {
	name, rest, named := strings.Cut(line, " = ")
	if !named {
		name, rest = "", line
	}
	res := p.send(p.expand(rest))
	if named {
		for field, value := range res.json {
			if s, ok := value.(string); ok {
				p.vars = append(p.vars, "$"+name+"."+field, s)
			}
		}
	}
	if res.json == nil {
		return strconv.Itoa(res.status) + " " + p.contract(res.text)
	}
	if e, ok := res.json["error"].(object); ok {
		delete(e, "errors") // they repeat the message
		if res.status == http.StatusNotImplemented {
			delete(e, "message")
		}
	}
	var answer strings.Builder
	enc := json.NewEncoder(&answer)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(p.comparable("", res.json)); err != nil {
		p.t.Fatal(err)
	}
	return strconv.Itoa(res.status) + " " + strings.TrimSpace(answer.String())
}

func (p *player) send(line string) response {
	verb, rest, _ := strings.Cut(line, " ")
	target, body, _ := strings.Cut(rest, " ")
	const v1 = "/identitytoolkit.googleapis.com/v1/"
	in := request{method: "POST", header: map[string]string{"Content-Type": "application/json"}, body: body}
	switch verb {
	case "client":
		in.path = v1 + target + "?key=fake-api-key"
	case "owner":
		in.path = v1 + "projects/" + project + "/" + target
		in.path = strings.Replace(in.path, "/:", ":", 1)
		in.header["Authorization"] = "Bearer owner"
	case "form":
		in.path, in.header["Content-Type"] = target, "application/x-www-form-urlencoded"
	default: // a method
		in.method, in.path = verb, target
		if body == "" {
			in.header = map[string]string{"Authorization": "Bearer owner"}
			in.body = nil
		}
	}
	return p.emulator.do(p.t, in)
}

func (p *player) expand(s string) string {
	s = strings.NewReplacer("$future", strconv.FormatInt(time.Now().Add(time.Minute).Unix(), 10)).Replace(s)
	for i := len(p.vars) - 2; i >= 0; i -= 2 { // the longest and latest names first
		s = strings.ReplaceAll(s, p.vars[i], p.vars[i+1])
	}
	return s
}
