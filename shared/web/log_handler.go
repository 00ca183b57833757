package web

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"strconv"
	"time"

	fastjson "github.com/segmentio/encoding/json"
)

// NewLogger returns a logger in Cloud Logging's structured format: each line is a JSON object
// with severity, message and time
// (https://cloud.google.com/logging/docs/structured-logging). Lines of the same moment become
// one write to w.
func NewLogger(w io.Writer, level slog.Leveler) *slog.Logger {
	lines := &lineWriter{out: w}
	return slog.New(&logHandler{
		Handler: slog.NewJSONHandler(lines, &slog.HandlerOptions{Level: level, ReplaceAttr: cloudNames}),
		lines:   lines,
	})
}

// cloudNames gives slog's own attributes the names that Cloud Logging reads.
func cloudNames(groups []string, a slog.Attr) slog.Attr {
	if len(groups) > 0 {
		return a
	}
	switch a.Key {
	case slog.LevelKey:
		return slog.String("severity", severity(a.Value.Any().(slog.Level))) //nolint:forcetypeassert // as slog promises
	case slog.MessageKey:
		a.Key = "message"
	}
	return a
}

func severity(level slog.Level) string {
	if level == slog.LevelWarn {
		return "WARNING"
	}
	return level.String()
}

// logHandler writes the lines that slog's JSONHandler would write, in a third of the time. A
// logger of With or WithGroup uses the JSONHandler.
type logHandler struct {
	slog.Handler
	lines *lineWriter
}

// Handle implements slog.Handler.
func (h *logHandler) Handle(_ context.Context, r slog.Record) error {
	line := buffers.Get().(*[]byte)
	defer buffers.Put(line)
	b := append((*line)[:0], '{')
	if !r.Time.IsZero() {
		b = appendAttr(b, slog.Time(slog.TimeKey, r.Time.Round(0)))
	}
	b = appendAttr(b, slog.String("severity", severity(r.Level)))
	b = appendAttr(b, slog.String("message", r.Message))
	r.Attrs(func(a slog.Attr) bool {
		b = appendAttr(b, a)
		return true
	})
	*line = append(b, '}', '\n')
	_, err := h.lines.Write(*line)
	return err
}

// appendAttr adds an attribute to an object that is not closed yet.
func appendAttr(object []byte, a slog.Attr) []byte {
	v := a.Value.Resolve()
	switch {
	case a.Key == "" && v.Kind() == slog.KindGroup: // its attributes belong to the object
		return appendAttrs(object, v.Group())
	case v.Kind() == slog.KindGroup:
		group := append(appendKey(object, a.Key), '{')
		if all := appendAttrs(group, v.Group()); len(all) > len(group) {
			return append(all, '}')
		}
		return object // slog leaves an empty group out
	case a.Equal(slog.Attr{}):
		return object
	}
	return appendValue(appendKey(object, a.Key), v)
}

func appendAttrs(object []byte, attrs []slog.Attr) []byte {
	for _, a := range attrs {
		object = appendAttr(object, a)
	}
	return object
}

func appendKey(object []byte, key string) []byte {
	if object[len(object)-1] != '{' {
		object = append(object, ',')
	}
	return append(fastjson.AppendEscape(object, key, 0), ':')
}

// appendValue adds a value that is no group.
func appendValue(b []byte, v slog.Value) []byte {
	switch v.Kind() {
	case slog.KindString:
		return fastjson.AppendEscape(b, v.String(), 0)
	case slog.KindInt64:
		return strconv.AppendInt(b, v.Int64(), 10)
	case slog.KindTime:
		b = v.Time().AppendFormat(append(b, '"'), time.RFC3339Nano)
		return append(b, '"')
	}
	value := v.Any()
	if err, ok := value.(error); ok {
		return fastjson.AppendEscape(b, err.Error(), 0)
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return fastjson.AppendEscape(b, "!ERROR:"+err.Error(), 0)
	}
	return append(b, encoded...)
}
