package main_test

import (
	"bytes"
	"cmp"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"pantry.example/functions"
	"pantry.example/shared/config"
	"pantry.example/shared/emulator"
	"pantry.example/shared/session"
)

// TestRefusesToStart: what is wrong is said once, in plain words, without a secret.
func TestRefusesToStart(t *testing.T) {
	port, other := takenPort(t), takenPort(t)
	binary := buildRunner(t)
	for name, row := range map[string]struct {
		env, dotenv string
		want        []string
	}{
		"every wrong variable": {
			env:  "REDIS_SERVER=https://hunter2@eu1-x.upstash.io SESSION_TTL=1s ALLOWED_ORIGINS=* PORT=x LOG_LEVEL=loud",
			want: []string{"REDIS_SERVER", "SESSION_TTL", "ALLOWED_ORIGINS", "PORT", "LOG_LEVEL"},
		},
		"both ports taken": {env: "PORT=" + port + " AUTH_PORT=" + other, want: []string{"port " + port + " is taken", "port " + other + " is taken", "set PORT", "set AUTH_PORT"}},
		"port taken":       {env: "AUTH_PORT=0 PORT=" + port, want: []string{"port " + port + " is taken", "set PORT"}},
		"auth port taken":  {env: "PORT=0 AUTH_PORT=" + port, want: []string{"port " + port + " is taken", "set AUTH_PORT"}},
		"no such function": {env: "FUNCTION_TARGET=Recipe PORT=0 AUTH_PORT=0", want: []string{"FUNCTION_TARGET"}},
		"deployed":         {env: "K_SERVICE=recipes", want: []string{"REDIS_SERVER", "GOOGLE_CLOUD_PROJECT"}},
		"broken .env":      {env: "PORT=0", dotenv: "REDIS_SERVER=\"hunter2\nX", want: []string{".env"}},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.Command(binary)
			cmd.Dir = t.TempDir()
			if row.dotenv != "" {
				if err := os.WriteFile(filepath.Join(cmd.Dir, ".env"), []byte(row.dotenv), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd.Env = strings.Fields(row.env)
			var stderr, stdout bytes.Buffer
			cmd.Stdout, cmd.Stderr = &stdout, &stderr
			err := cmd.Run()
			if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 {
				t.Errorf("it ended with %v, want exit status 1", err)
			}
			for _, part := range row.want {
				if !strings.Contains(stderr.String(), part) {
					t.Errorf("standard error lacks %q:\n%s", part, stderr.String())
				}
			}
			if strings.Contains(stderr.String(), "hunter2") || strings.Contains(stderr.String(), "goroutine") {
				t.Errorf("standard error has a secret or a stack:\n%s", stderr.String())
			}
			if stdout.Len() > 0 {
				t.Errorf("standard output has %q", stdout.String())
			}
		})
	}
}

// takenPort returns a port that another program listens on.
func takenPort(t *testing.T) string {
	t.Helper()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = taken.Close() })
	return strconv.Itoa(taken.Addr().(*net.TCPAddr).Port)
}

func TestArguments(t *testing.T) {
	for argument, want := range map[string]int{"--help": 0, "-h": 0, "-help": 0, "--port": 2, "serve": 2} {
		cmd := exec.Command(buildRunner(t), argument)
		out, _ := cmd.CombinedOutput() // the exit code tells
		if got := cmd.ProcessState.ExitCode(); got != want || !strings.Contains(string(out), "go run ./functions/local") {
			t.Errorf("%s: exit status %d, want %d and the usage: %s", argument, got, want, out)
		}
	}
}

// TestOneFunction serves each function alone at /, and says nothing of the others.
func TestOneFunction(t *testing.T) {
	paths := map[string]string{"SetCache": "/x", "Recipes": "/some-id"} // the others at /
	for _, f := range functions.All() {
		t.Run(f.EntryPoint, func(t *testing.T) {
			r := runnerWith(t, "FUNCTION_TARGET="+f.EntryPoint)
			resp, err := http.Get(r.url + cmp.Or(paths[f.EntryPoint], "/"))
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			want := cmp.Or(map[string]int{"SetCache": 405, "CheckExpiration": 200}[f.EntryPoint], 401)
			if resp.StatusCode != want {
				t.Errorf("GET %s: %d, want %d", paths[f.EntryPoint], resp.StatusCode, want)
			}
			for _, other := range functions.All() {
				if other != f && strings.Contains(r.printed, other.EntryPoint) {
					t.Errorf("it printed something of %s:\n%s", other.EntryPoint, r.printed)
				}
			}
		})
	}
}

// TestOtherHosts: a page that points its own name at this machine gets nothing.
func TestOtherHosts(t *testing.T) {
	url := startRunner(t)
	for host, want := range map[string]int{"evil.example": 421, "evil.example:8080": 421, "localhost:1": 200, "[::1]:1": 200} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url+"/check-expiration", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("Host %s: %d, want %d", host, resp.StatusCode, want)
		}
	}
}

// TestOneCommandARequest counts on the Redis server what requests over HTTP cost.
func TestOneCommandARequest(t *testing.T) {
	url := startRunner(t, realServers(t)...)
	p := &pantry{url: url, auth: authURL(t, url)}
	u := p.newPerson(t)
	u.open().want(t, 200)
	parsed, err := config.ParseRedis(emulator.Redis(t))
	if err != nil {
		t.Fatal(err)
	}
	rdb, err := session.NewClient(parsed)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = rdb.Close() })
	processed := func() int {
		info, err := rdb.Info(t.Context(), "commandstats").Result()
		if err != nil {
			t.Fatal(err)
		}
		sum := 0
		for line := range strings.Lines(info) {
			name, stats, ok := strings.Cut(line, ":calls=")
			if !ok || name == "cmdstat_info" || name == "cmdstat_hello" {
				continue
			}
			n, _, _ := strings.Cut(stats, ",")
			calls, err := strconv.Atoi(n)
			if err != nil {
				t.Fatal(err)
			}
			sum += calls
		}
		return sum
	}
	id := u.call("POST", "/recipes", map[string]any{"title": "Soup"}).want(t, 201).id(t)
	for _, call := range []string{
		"GET /check-expiration", "GET /recipes", "POST /recipes", "GET /recipes/" + id, "DELETE /recipes/" + id, "GET /recipes?userID=" + u.uid,
	} {
		method, path, _ := strings.Cut(call, " ")
		var body any
		if method == "POST" {
			body = map[string]any{"title": "Bread"}
		}
		// A re-check of the account, due every second here, would be a second command:
		// the count that has none is the request's.
		least := 1 << 30
		for range 4 {
			before := processed()
			u.call(method, path, body)
			least = min(least, processed()-before)
		}
		if least != 1 {
			t.Errorf("%s costs %d Redis commands, want 1", call, least)
		}
	}
}
