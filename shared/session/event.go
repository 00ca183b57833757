package session

import (
	"context"
	"log/slog"
	"net/http"

	"pantry.example/shared/web"
)

// event puts what happened to a session on the request's log line.
func event(ctx context.Context, name string, s Session) {
	web.Annotate(ctx, slog.String("event", "session_"+name), slog.String("uid", s.UID), slog.String("sessionId", s.ID), slog.String("device", s.Device))
}

// Refused puts a refusal on the request's log line: err refuses the session s, or a new
// session for the user of s.
func Refused(ctx context.Context, err error, s Session) {
	switch web.AsError(err).Status {
	case http.StatusTooManyRequests:
		event(ctx, "limited", s)
	case http.StatusUnauthorized, http.StatusForbidden:
		event(ctx, "refused", s)
	}
}
