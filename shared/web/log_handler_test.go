package web_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/slogtest"
	"time"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/emulator"
	"pantry.example/shared/web"
)

// lines returns the lines of a log.
func lines(t *testing.T, log string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(log) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("the line %q is no JSON: %v", line, err)
		}
		all = append(all, m)
	}
	return all
}

func TestLoggerNames(t *testing.T) {
	t.Parallel()
	var log emulator.Output
	l := web.NewLogger(&log, slog.LevelDebug)
	l.Debug("one")
	l.Warn("two", slog.Group("group", slog.String("msg", "kept"), slog.String("level", "kept")))
	l.With("by", "With").Warn("three")
	web.NewLogger(&log, nil).Debug("not written")
	got := lines(t, log.String())
	for _, m := range got {
		delete(m, "time")
	}
	want := []map[string]any{
		{"severity": "DEBUG", "message": "one"},
		{"severity": "WARNING", "message": "two", "group": map[string]any{"msg": "kept", "level": "kept"}},
		{"severity": "WARNING", "message": "three", "by": "With"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
}

func TestLoggerIsASlogHandler(t *testing.T) {
	t.Parallel()
	var log emulator.Output
	err := slogtest.TestHandler(web.NewLogger(&log, nil).Handler(), func() []map[string]any {
		all := lines(t, log.String())
		for _, m := range all { // slogtest knows only slog's names
			m[slog.LevelKey], m[slog.MessageKey] = m["severity"], m["message"]
		}
		return all
	})
	if err != nil {
		t.Error(err)
	}
}

type named struct{ Name string }

// The logger's own encoding is that of slog's JSONHandler, which a logger of With uses.
func TestLoggerValues(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 600, time.FixedZone("", 3600))
	for _, v := range []any{
		"text", "", "<a href=\"x\">\\ \n\t\x00\x7f é 😀 \u2028\u2029", "half \xff a character", -1, uint64(math.MaxUint64), 1.5, 1e21, true, nil,
		time.Minute, at, errors.New("an <error>"),
		named{"<x>"},
		&named{"y"},
		[]string{"a", "b"},
		map[string]int{"k": 1},
		json.RawMessage(`{"a":1}`),
		slog.GroupValue(slog.String("a", "b"), slog.Group("empty"), slog.Group("", slog.Int("inline", 1))), slog.GroupValue(),
	} {
		var own, slogs emulator.Output
		web.NewLogger(&own, nil).Info("m", "key", v)
		web.NewLogger(&slogs, nil).With("key", v).Info("m")
		got, want := lines(t, own.String())[0], lines(t, slogs.String())[0]
		delete(got, "time")
		delete(want, "time")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%T %[1]v (-slog +own):\n%s", v, diff)
		}
	}
	var log emulator.Output
	web.NewLogger(&log, nil).Info("m", "key", math.NaN(), "next", 1)
	if got := lines(t, log.String())[0]; got["next"] != 1.0 || !strings.HasPrefix(fmt.Sprint(got["key"]), "!ERROR:") {
		t.Errorf("NaN is logged as %v, want an error and the next attribute", got)
	}
}

// gatedWriter holds its first write back until the gate is closed, and counts the writes.
type gatedWriter struct {
	gate   chan struct{}
	began  chan struct{}
	mu     sync.Mutex
	writes int
	text   bytes.Buffer
}

func (w *gatedWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	w.writes++
	first := w.writes == 1
	w.text.Write(p)
	w.mu.Unlock()
	if first {
		close(w.began)
		<-w.gate
	}
	return len(p), nil
}

// While a write is going on, the next line waits for it. The lines of all others go with that
// one, and their callers do not wait.
func TestLinesOfOneMoment(t *testing.T) {
	t.Parallel()
	w := &gatedWriter{gate: make(chan struct{}), began: make(chan struct{})}
	l := web.NewLogger(w, nil)
	const others = 50
	written := make(chan struct{}, others+2)
	write := func() { l.Info("line"); written <- struct{}{} }
	go write()
	<-w.began
	for range others + 1 {
		go write()
	}
	for range others {
		<-written
	}
	close(w.gate)
	<-written
	<-written
	if got := len(lines(t, w.text.String())); got != others+2 || w.writes != 2 {
		t.Errorf("%d lines in %d writes, want %d in 2", got, w.writes, others+2)
	}
}

// A log that is not read must not fill the memory.
func TestLinesWaitForASlowWriter(t *testing.T) {
	t.Parallel()
	w := &gatedWriter{gate: make(chan struct{}), began: make(chan struct{})}
	l := web.NewLogger(w, nil)
	long := strings.Repeat("x", 1000)
	go l.Info(long)
	<-w.began
	returned := make(chan struct{}, 1000)
	var all sync.WaitGroup
	for range 1000 {
		all.Go(func() { l.Info(long); returned <- struct{}{} })
	}
	for range 50 {
		<-returned
	}
	time.Sleep(50 * time.Millisecond) // long enough for all, if they did not wait
	if got := 50 + len(returned); got > 70 {
		t.Errorf("%d lines of 1000 bytes wait in memory, want about 64", got)
	}
	close(w.gate)
	all.Wait()
	if got := len(lines(t, w.text.String())); got != 1001 {
		t.Errorf("%d lines are written in the end, want 1001", got)
	}
}
