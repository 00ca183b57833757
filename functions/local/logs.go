package main

import (
	"context"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/lmittmann/tint"

	"pantry.example/shared/web"
)

// newLogger writes for a person when w is a terminal, and otherwise JSON as in the cloud.
// NO_COLOR leaves the colours out (https://no-color.org).
func newLogger(w *os.File, level slog.Leveler) *slog.Logger {
	info, err := w.Stat()
	null, _ := os.Stat(os.DevNull) // is a character device too
	if err != nil || info.Mode()&os.ModeCharDevice == 0 || os.SameFile(info, null) {
		return web.NewLogger(w, level)
	}
	return readable(w, level, os.Getenv("NO_COLOR") != "")
}

// readable writes one short line a request: the time, the level, what was asked and
// answered, how long it took, and what went wrong.
func readable(w io.Writer, level slog.Leveler, noColor bool) *slog.Logger {
	return slog.New(shortLines{tint.NewTextHandler(w, &tint.Options{Level: level, TimeFormat: time.TimeOnly, NoColor: noColor})})
}

// shortLines leaves out what a person at a terminal does not need, and escapes the rest.
type shortLines struct{ slog.Handler }

func (h shortLines) Handle(ctx context.Context, r slog.Record) error {
	short := slog.NewRecord(r.Time, r.Level, printable(r.Message), 0)
	r.Attrs(func(a slog.Attr) bool {
		short.AddAttrs(shortened(a)...)
		return true
	})
	return h.Handler.Handle(ctx, short)
}

func (h shortLines) WithAttrs(attrs []slog.Attr) slog.Handler {
	var short []slog.Attr
	for _, a := range attrs {
		short = append(short, shortened(a)...)
	}
	return shortLines{h.Handler.WithAttrs(short)}
}

func (h shortLines) WithGroup(name string) slog.Handler {
	return shortLines{h.Handler.WithGroup(name)}
}

func shortened(a slog.Attr) []slog.Attr {
	switch {
	case a.Key == "httpRequest":
		for _, part := range a.Value.Group() {
			if took, err := time.ParseDuration(part.Value.String()); part.Key == "latency" && err == nil {
				return []slog.Attr{slog.String("took", took.Round(10*time.Microsecond).String())}
			}
		}
		return nil
	case a.Key == "function" || a.Key == "requestId" || strings.Contains(a.Key, "/trace"):
		return nil
	case a.Value.Kind() == slog.KindString:
		a.Value = slog.StringValue(printable(a.Value.String()))
	}
	return []slog.Attr{a}
}

// printable escapes what could move the cursor, colour the screen or begin a new line: a
// client chooses a part of what is logged.
func printable(s string) string {
	var out strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) {
			out.WriteRune(r)
			continue
		}
		out.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
	}
	return out.String()
}
