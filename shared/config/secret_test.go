package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pantry.example/shared/config"
)

// TestSecretIsNeverSeen prints a whole Config in every way that a log line can. The output
// must not have the password as text, in hexadecimal or as bytes.
func TestSecretIsNeverSeen(t *testing.T) {
	c, err := config.Load(env("REDIS_SERVER", "rediss://default:"+pw+"@"+upstash))
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Redis.Password.Reveal(); got != pw {
		t.Fatalf("Reveal() = %q, want %q", got, pw)
	}
	var out strings.Builder
	type unexported struct { // fmt calls no methods below such a field
		c config.Config
		p *config.Config
		s config.Secret
	}
	for _, value := range []any{
		c, &c, c.Redis, &c.Redis, c.Redis.Password, &c.Redis.Password,
		[]config.Secret{c.Redis.Password},
		map[string]any{"config": c},
		unexported{c, &c, c.Redis.Password},
		&unexported{c, &c, c.Redis.Password},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "% x", "%d", "%o", "%t", "%e", "%c", "%U", "%10.3s", "%!", "%w", "%p", "%[9]v", "%*d"} {
			fmt.Fprintf(&out, verb+"\n", value)
			fmt.Fprintln(&out, fmt.Errorf(verb, value))
		}
		fmt.Fprintln(&out, value)
		if err := json.NewEncoder(&out).Encode(value); err != nil {
			t.Error(err)
		}
		for _, handler := range []slog.Handler{slog.NewJSONHandler(&out, nil), slog.NewTextHandler(&out, nil)} {
			slog.New(handler).With("with", value).Info("configured", "config", value, slog.Group("group", "config", value))
		}
	}
	text, err := c.Redis.Password.MarshalText()
	if err != nil {
		t.Error(err)
	}
	out.Write(text)
	bare := strings.ToLower(strings.ReplaceAll(out.String(), " ", ""))
	for _, form := range []string{pw, fmt.Sprintf("%x", pw), strings.Trim(fmt.Sprintf("%d", []byte(pw)), "[]"), pw[:8]} {
		if strings.Contains(out.String(), form) || strings.Contains(bare, strings.ToLower(form)) {
			t.Errorf("the output has the password as %q", form)
		}
	}
	if !bytes.Equal(text, []byte("[secret]")) || !strings.Contains(out.String(), "[secret]") {
		t.Errorf("got %q in place of a secret, want [secret]", text)
	}
}

func TestSecretEmpty(t *testing.T) {
	js, err := json.Marshal(struct{ S config.Secret }{})
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprintf("%v|%q|%#v|%s", config.Secret{}, config.NewSecret(""), config.Secret{}, js)
	if want := `|||{"S":""}`; got != want {
		t.Errorf("an empty secret prints %s, want %s", got, want)
	}
}

func TestSecretEqual(t *testing.T) {
	a, b := config.NewSecret("a"), config.NewSecret("b")
	if !a.Equal(config.NewSecret("a")) || a.Equal(b) || a.Equal(config.Secret{}) || !config.NewSecret("").Equal(config.Secret{}) {
		t.Error("Equal does not compare the values")
	}
}

// env is a look-up of names and values in turn.
func env(pairs ...string) func(string) string {
	m := make(map[string]string, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i]] = pairs[i+1]
	}
	return func(name string) string { return m[name] }
}
