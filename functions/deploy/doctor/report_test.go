package doctor_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"pantry.example/functions/deploy/doctor"
)

// run returns what a person sees.
func run(t *testing.T, env map[string]string, args ...string) (string, int) {
	t.Helper()
	var out bytes.Buffer
	code := doctor.Run(t.Context(), args, func(name string) string { return env[name] }, &out)
	return out.String(), code
}

func TestTextReport(t *testing.T) {
	m := miniredis.RunT(t)
	m.RequireAuth("another")
	text, code := run(t, redisEnv("redis://default:"+password+"@"+m.Addr()))
	if code != 1 {
		t.Errorf("exit code %d, want 1", code)
	}
	for _, want := range []string{"\nfail  redis-password", "WRONGPASS", "→ Copy the address again", "1 failed"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, password) {
		t.Errorf("the report holds the password:\n%s", text)
	}
}

// TestServersCannotSteerTheTerminal: what a server says of itself is shown without its
// control characters.
func TestServersCannotSteerTheTerminal(t *testing.T) {
	text, _ := run(t, redisEnv(scripted(t, facts("redis_version", "7.2.4\x1b[2J\x07", "valkey_version", "8\x1b]0;owned\x07"))))
	if strings.ContainsAny(text, "\x1b\x07") {
		t.Errorf("control characters in %q", text)
	}
}

func TestSkipsOfOneReasonAreOneLine(t *testing.T) {
	text, code := run(t, nil)
	if n := strings.Count(text, "brings an embedded Redis"); n != 1 || code != 0 {
		t.Errorf("%d lines say the same, exit code %d:\n%s", n, code, text)
	}
	if !strings.Contains(text, "A line with skip also stands for the checks after it") {
		t.Errorf("nothing explains why more are skipped than are shown:\n%s", text)
	}
}

func TestCommandLine(t *testing.T) {
	for _, row := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"-h"}, 0, "-url"},
		{[]string{"-wait", "2h"}, 2, "1h"},
		{[]string{"-nonsense"}, 2, "nonsense"},
		{[]string{"https://example.com"}, 2, "flags only"},
		{[]string{"-timeout", "31s"}, 2, "at most 30s"},
		{[]string{"-timeout", "0s"}, 2, "more than 0s"},
		{[]string{"-url", " "}, 2, "it is empty"},
	} {
		if text, code := run(t, nil, row.args...); code != row.code || !strings.Contains(text, row.says) {
			t.Errorf("%q: exit code %d, want %d; no %q in %q", row.args, code, row.code, row.says, text)
		}
	}
}
