package session_test

import (
	"bytes"
	"encoding/json"
	"errors"
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
	h, err := session.ParseHandle(good)
	if err != nil || h.Reveal() != good || h.UID() != uid {
		t.Fatalf("ParseHandle of a handle: %v", err)
	}
	dot := strings.IndexByte(good, '.')
	for name, text := range map[string]string{
		"empty": "", "dot": ".", "uid alone": good[:dot], "secret alone": good[dot:], "no uid": "." + good[dot+1:],
		"short": good[:len(good)-1], "long": good + "A", "padded": good + "=", "line end": good + "\n", "line end inside": good[:dot+5] + "\r\n" + good[dot+5:],
		"space": " " + good, "other alphabet": good[:dot] + "." + strings.Repeat("+", 43), "three parts": good + "." + good,
		"loose bits": good[:len(good)-1] + "B", "uid too long": strings.Repeat("A", 172) + good[dot:],
	} {
		if h, err := session.ParseHandle(text); !errors.Is(err, session.ErrNoSession) {
			// The last character of 32 bytes has four loose bits: B is never canonical.
			t.Errorf("%s: got %v, %v; want ErrNoSession", name, h, err)
		}
	}
}

func TestHandleIsNotPrinted(t *testing.T) {
	w := newWorld(t, connect(t, miniredis.RunT(t).Addr()))
	h := w.signIn(user(w))
	secret := h.Reveal()[strings.IndexByte(h.Reveal(), '.')+1:]
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

func FuzzParseHandle(f *testing.F) {
	f.Add("YQ." + strings.Repeat("A", 43))
	f.Add("YQ." + strings.Repeat("A", 42) + "\n")
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, text string) {
		h, err := session.ParseHandle(text)
		if err == nil && h.Reveal() != text {
			t.Errorf("ParseHandle took %q, whose text is %q", text, h.Reveal())
		}
	})
}
