package session_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"pantry.example/shared/session"
)

func TestParseHandle(t *testing.T) {
	w := newWorld(t, connect(t, miniredis.RunT(t).Addr()))
	uid := user(w)
	good := w.signIn(uid).Reveal()
	h, issued := w.ParseHandle(good)
	if !issued || h.Reveal() != good || h.UID() != uid {
		t.Fatalf("a handle that was issued: got %v of %q", issued, h.UID())
	}
	parts := strings.Split(good, ".")
	other := strings.Split(w.signIn(user(w)).Reveal(), ".")
	join := func(parts ...string) string { return strings.Join(parts, ".") }
	for name, text := range map[string]string{
		"empty": "", "dots": "..", "one part": parts[0], "without a MAC": join(parts[0], parts[1]), "four parts": good + ".A",
		"no uid": join("", parts[1], parts[2]), "no secret": join(parts[0], "", parts[2]), "empty MAC": join(parts[0], parts[1], ""),
		"short": good[:len(good)-1], "long": good + "A", "padded": good + "=", "space": " " + good,
		"line end": good + "\n", "line end inside": good[:4] + "\r\n" + good[4:],
		"other alphabet": join(parts[0], strings.Repeat("+", 43), parts[2]), "uid too long": join(strings.Repeat("A", 172), parts[1], parts[2]),
		// The last character of 32 bytes has unused bits. They must be 0, so B is not valid.
		"unused bits":    join(parts[0], parts[1][:42]+"B", parts[2]),
		"another uid":    join(other[0], parts[1], parts[2]),
		"another secret": join(parts[0], other[1], parts[2]),
		"another MAC":    join(parts[0], parts[1], other[2]),
	} {
		if h, issued := w.ParseHandle(text); issued {
			t.Errorf("%s: it is accepted, for %q", name, h.UID())
		}
	}
}

func TestHandleIsNotPrinted(t *testing.T) {
	w := newWorld(t, connect(t, miniredis.RunT(t).Addr()))
	h := w.signIn(user(w))
	secret := strings.Split(h.Reveal(), ".")[1]
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		_, _ = fmt.Fprintf(&out, verb+" "+verb+"\n", h, struct{ H *session.Handle }{&h})
		_, _ = fmt.Fprintf(&out, verb+"\n", struct{ H session.Handle }{h})
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "handle", h, "pointer", &h)
	body, err := json.Marshal(map[string]any{"handle": h})
	if err != nil {
		t.Fatal(err)
	}
	out.Write(body)
	if strings.Contains(out.String(), secret) {
		t.Errorf("a handle was printed: %s", out.String())
	}
}
