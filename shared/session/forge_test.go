package session_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"pantry.example/shared/session"
)

// TestWriterCannotForge: a writer to Redis has no handle of another user, and no token that
// Firebase signed for another user.
func TestWriterCannotForge(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		victim, attacker := user(w), user(w)
		theirs := w.signIn(victim)
		mine := w.signIn(attacker)
		record := w.fields(attacker)["s:"+mine.SessionID()]

		t.Run("own record under the victim's key", func(t *testing.T) {
			planted := mine.For(w.Cache, victim)
			rdb.HSet(t.Context(), "user:"+project+":"+victim, "s:"+planted.SessionID(), record)
			w.wantClosed(planted)
		})
		t.Run("own token sealed for the victim", func(*testing.T) {
			in := w.signed(attacker)
			in.Token.UID = victim // the attacker runs Open against this Redis
			w.wantRefused(w.openSession(in))
		})
		t.Run("unsigned token sealed for the victim", func(*testing.T) {
			in := w.signed(victim)
			in.Cookie = "eyJ.forged."
			w.wantRefused(w.openSession(in))
		})
		t.Run("sign-in time made later", func(*testing.T) {
			in := w.signed(victim)
			in.Token.AuthTime = in.Token.AuthTime.Add(time.Second)
			w.wantRefused(w.openSession(in))
		})
		for name, change := range map[string]func(string) string{
			"later expiry": func(s string) string { return replacePart(s, 2, fmt.Sprint(w.clock().Add(10*ttl).UnixMilli())) },
			"later auth":   func(s string) string { return replacePart(s, 3, fmt.Sprint(w.clock().Add(ttl).Unix())) },
			"other device": func(s string) string { return replacePart(s, 4, "AAAA") },
			"cut":          func(s string) string { return s[:len(s)-3] },
			"empty":        func(string) string { return "" },
			"version":      func(s string) string { return "2" + s[1:] },
			"no dots":      func(string) string { return "1" },
		} {
			t.Run(name, func(t *testing.T) {
				h := w.signIn(attacker)
				field := "s:" + h.SessionID()
				rdb.HSet(t.Context(), "user:"+project+":"+attacker, field, change(w.fields(attacker)[field]))
				w.wantClosed(h)
			})
		}
		w.wantOpen(theirs)
	})
}

// TestWriterCannotStopTheList: List answers whatever fields a writer adds to the hash.
func TestWriterCannotStopTheList(t *testing.T) {
	onEach(t, func(t *testing.T, rdb *redis.Client) {
		w := newWorld(t, rdb)
		uid := user(w)
		h := w.signIn(uid)
		const largest = "9223372036854775807"
		for field, value := range map[string]string{
			"t:" + h.SessionID(): largest,
			"s:b":                "1.0." + largest + ".0..AAAA",
			"s:c":                "1." + largest + "." + largest + ".0..AAAA",
			"s:d":                "1.-" + largest + "." + millis(w.clock().Add(ttl)) + ".0..AAAA",
			"t:d":                millis(w.clock()),
		} {
			rdb.HSet(t.Context(), "user:"+project+":"+uid, field, value)
		}
		open, err := w.List(t.Context(), uid)
		if err != nil || len(open) != 1 {
			t.Errorf("List: %v, %v, want one session", open, err)
		}
		if _, err := json.Marshal(open); err != nil {
			t.Error(err)
		}
	})
}

func millis(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

// wantRefused checks a session that is in Redis with a token that is not its user's.
func (w *world) wantRefused(h session.Handle) {
	w.t.Helper()
	if _, err := w.Authenticate(w.t.Context(), h); !errors.Is(err, session.ErrNoSession) {
		w.t.Errorf("Authenticate: got %v, want ErrNoSession", err)
	}
}

func replacePart(record string, i int, part string) string {
	parts := strings.Split(record, ".")
	parts[i] = part
	return strings.Join(parts, ".")
}
