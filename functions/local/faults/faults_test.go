// Package faults_test makes every fault of Redis, Firebase and Firestore happen to the
// three functions, and writes down what a client gets. faults.md is the result. It is
// written again with
//
//	.ci/services -only redis,firestore go test ./functions/local/faults -update
package faults_test

import (
	"flag"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/emulator/google"
)

var update = flag.Bool("update", false, "write faults.md again")

const document = "faults.md"

// TestMain lets many faults happen at the same time, however few processors there are: the
// tests mostly wait.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "6"); err != nil {
		panic(err)
	}
	m.Run()
}

// TestFaults compares what clients get with the document.
func TestFaults(t *testing.T) {
	t.Setenv("FIRESTORE_EMULATOR_HOST", "") // the client would connect past the proxy
	g := google.New(t)
	t.Run("at the same time", func(t *testing.T) {
		t.Run("Redis", func(t *testing.T) {
			t.Parallel()
			testRedis(t, g)
		})
		t.Run("Firestore", func(t *testing.T) {
			t.Parallel()
			testFirestore(t, g)
		})
	})
	t.Run("Firebase", testFirebase) // each of its faults has a Google of its own
}

var writing sync.Mutex

// section compares the rows with those of the document, or writes them into it.
func section(t *testing.T, title string, calls []call, names []string, rows [][]string) {
	t.Helper()
	var text strings.Builder
	text.WriteString("| " + title)
	for _, c := range calls {
		text.WriteString(" | " + c.name)
	}
	text.WriteString(" |\n|" + strings.Repeat("---|", len(calls)+1) + "\n")
	for i, row := range rows {
		text.WriteString("| **" + names[i] + "** | " + strings.Join(row, " | ") + " |\n")
	}
	writing.Lock()
	defer writing.Unlock()
	whole, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, found := strings.Cut(string(whole), "<!-- "+title+" -->\n")
	old, tail, closed := strings.Cut(rest, "<!-- end -->")
	if !found || !closed {
		t.Fatalf("%s has no place for %s", document, title)
	}
	if *update {
		whole := head + "<!-- " + title + " -->\n" + text.String() + "<!-- end -->" + tail
		if err := os.WriteFile(document, []byte(whole), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(old, text.String()); diff != "" {
		t.Errorf("%s differs; run with -update when it is meant to (-document +now):\n%s", document, diff)
	}
}
