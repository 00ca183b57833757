package session

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"pantry.example/shared/identity"
)

// Check returns the session that h opens, and extends nothing: not its idle time
// either. Errors: ErrNoSession, ErrUnavailable.
func (c *Cache) Check(ctx context.Context, h Handle) (Session, error) {
	f, err := c.read(ctx, h)
	if err != nil {
		return Session{}, err
	}
	return c.admit(ctx, f, false)
}

// Authenticate returns the session that h opens and notes that it was used. It sends one
// command, and a second one when last seen or Firebase's last word has grown old. Errors:
// ErrNoSession, ErrUnavailable.
func (c *Cache) Authenticate(ctx context.Context, h Handle) (Session, error) {
	f, err := c.begin(ctx, h)
	if err != nil {
		return Session{}, err
	}
	return c.admit(ctx, f, true)
}

// begin is Authenticate before the user's standing is looked at.
func (c *Cache) begin(ctx context.Context, h Handle) (*found, error) {
	f, err := c.read(ctx, h)
	if err != nil {
		return nil, err
	}
	return f, c.verify(ctx, f)
}

// beginToAdmit returns the session of f. When Firebase has to be asked, that runs
// meanwhile, and the function says how it ended; else it is nil.
func (c *Cache) beginToAdmit(ctx context.Context, f *found) (Session, func() error, error) {
	last := c.recall(f.UID, f.last)
	if !last.Admits(f.AuthTime) {
		return Session{}, nil, ErrNoSession
	}
	if last.fresh(c.now(), c.o.MaxAge) {
		s, err := c.admit(ctx, f, true)
		return s, nil, err
	}
	s, result := f.Session, make(chan error, 1)
	go func() {
		_, err := c.admit(ctx, f, true)
		result <- err
	}()
	return s, sync.OnceValue(func() error { return <-result }), nil
}

// verifyTimeout is how long closing a session may wait for Google's keys.
const verifyTimeout = 300 * time.Millisecond

// Recognize returns the session that h opens, for a caller who only closes sessions or
// lets it vouch in Open. It asks Firebase for nothing: what was last heard of the user
// counts, however old. When Google's keys cannot be fetched, Verified is false. Errors:
// ErrNoSession, ErrUnavailable.
func (c *Cache) Recognize(ctx context.Context, h Handle) (Session, error) {
	f, err := c.recognize(ctx, h)
	return f.Session, err
}

func (c *Cache) recognize(ctx context.Context, h Handle, also ...string) (found, error) {
	f, err := c.read(ctx, h, also...)
	if err != nil {
		return found{}, err
	}
	keysCtx, cancel := context.WithTimeout(ctx, verifyTimeout)
	defer cancel()
	if err := c.verify(keysCtx, f); err != nil && !errors.Is(err, ErrUnavailable) {
		return found{}, err
	}
	if !c.recall(f.UID, f.last).Admits(f.AuthTime) {
		return found{}, ErrNoSession
	}
	return *f, nil
}

// found is a session as it stands in Redis.
type found struct {
	Session
	handle Handle
	text   string // the record, sealed
	record *opened
	last   standing
	also   []any // the values of further fields
}

// read opens the record that h names and holds it against the clock.
func (c *Cache) read(ctx context.Context, h Handle, also ...string) (*found, error) {
	ctx, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	values, err := c.rdb.HMGet(ctx, c.key(h.uid), append([]string{"s:" + h.id, "t:" + h.id, "v"}, also...)...).Result()
	if foreign(err) {
		return nil, ErrNoSession
	}
	if err != nil {
		return nil, unavailable("read session", err)
	}
	text, ok := values[0].(string)
	if !ok {
		return nil, ErrNoSession
	}
	r, err := c.open(h, text)
	if err != nil {
		return nil, ErrNoSession.With(fmt.Errorf("open session: %w", err))
	}
	seen, _ := values[1].(string)
	v, _ := values[2].(string)
	f := &found{
		Session: r.session(h.uid, h.id, seen), handle: h, text: text, record: r,
		last: parseStanding(v, c.now()), also: values[3:],
	}
	if !c.alive(f.Session) {
		return nil, ErrNoSession
	}
	return f, nil
}

// open opens a record, or finds it among those that this very handle has opened.
func (c *Cache) open(h Handle, text string) (*opened, error) {
	hash := h.hash(text)
	if r, ok := c.records.Get(hash); ok {
		return r, nil
	}
	record, err := h.open(text)
	if err != nil {
		return nil, err
	}
	record.token = ""
	r := &opened{record: record}
	if first, ok, _ := c.records.PeekOrAdd(hash, r); ok { // a burst of requests gets the same one
		return first, nil
	}
	return r, nil
}

// alive holds a session against the absolute and the idle timeout.
func (c *Cache) alive(s Session) bool {
	now := c.now()
	return now.Before(s.Expires) && now.Before(s.LastSeen.Add(c.o.Idle))
}

// verify checks that the record holds a token that Firebase signed for the user, and
// remembers that.
func (c *Cache) verify(ctx context.Context, f *found) error {
	if c.o.Verify == nil {
		return errors.New("verify cached token: this session cache verifies no tokens")
	}
	if c.now().UnixMilli() >= f.record.verified.Load() {
		sealed, err := f.handle.open(f.text)
		if err != nil {
			return ErrNoSession.With(fmt.Errorf("open session: %w", err))
		}
		token, err := c.o.Verify(ctx, sealed.token)
		switch {
		case errors.Is(err, identity.ErrUnavailable):
			return ErrUnavailable.With(err)
		case err != nil:
			return ErrNoSession.With(fmt.Errorf("verify cached token: %w", err))
		case token.UID != f.UID, !token.AuthTime.Equal(f.record.authTime):
			return ErrNoSession.With(errors.New("verify cached token: it is not this session's"))
		}
		f.record.verified.Store(token.Expires.UnixMilli())
	}
	f.Verified = true
	return nil
}

// admit holds a session against the user's standing, and notes in Redis what is due: that
// the session was used, and what Firebase said. When Redis takes no note the session
// stands all the same: it was just read.
func (c *Cache) admit(ctx context.Context, f *found, used bool) (Session, error) {
	last, asked, err := c.standing(ctx, f.UID, f.last)
	if err != nil {
		return Session{}, err
	}
	admitted := last.Admits(f.AuthTime)
	touch := used && admitted && c.touchDue(f)
	if touch || asked {
		stands, err := c.note(ctx, f, touch, asked, last)
		if err == nil {
			admitted = stands.Admits(f.AuthTime)
		} else if errors.Is(err, ErrNoSession) {
			return Session{}, err
		}
	}
	if !admitted {
		return Session{}, ErrNoSession
	}
	return f.Session, nil
}

// touchDue reports whether it is time to note that the session was used. Of a burst of
// requests one notes it.
func (c *Cache) touchDue(f *found) bool {
	now := c.now()
	if now.Sub(f.LastSeen) < min(touchEvery, c.o.Idle/4) {
		return false
	}
	last := f.record.touched.Load()
	return now.Sub(time.UnixMilli(last)) >= leaveAlone && f.record.touched.CompareAndSwap(last, now.UnixMilli())
}

// note writes down the session's use, Firebase's word, or both, and returns the word that
// stands: other instances may have heard something later.
func (c *Cache) note(ctx context.Context, f *found, touch, asked bool, s standing) (identity.State, error) {
	now := c.now()
	if now.Sub(time.UnixMilli(c.noNotes.Load())) < leaveAlone {
		return s.State, nil
	}
	used, checked := "", ""
	if touch {
		used = millis(now)
	}
	if asked {
		checked = millis(s.checked)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTimeout)
	defer cancel()
	v, err := noteScript.Run(ctx, c.rdb, []string{c.key(f.UID)}, f.ID, used, checked, s.ValidAfter.Unix(), flag(s.Disabled)).Result()
	if err != nil {
		c.noNotes.Store(now.UnixMilli())
		return s.State, unavailable("note session", err)
	}
	text, ok := v.(string)
	if !ok {
		return s.State, ErrNoSession
	}
	if touch {
		f.LastSeen = now.UTC()
	}
	return c.recall(f.UID, parseStanding(text, now)).State, nil
}

func flag(set bool) string {
	if set {
		return "1"
	}
	return "0"
}
