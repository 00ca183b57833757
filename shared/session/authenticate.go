package session

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"sync"
	"time"

	"pantry.example/shared/identity"
)

// Check returns the session that h opens. It does not count as a use of the session, so it
// does not extend the idle timeout. Errors: ErrNoSession, ErrUnavailable.
func (c *Cache) Check(ctx context.Context, h Handle) (Session, error) {
	f, err := c.read(ctx, h)
	if err != nil {
		return Session{}, err
	}
	return c.admit(ctx, f, false)
}

// Authenticate returns the session that h opens and counts as a use of it. It sends one
// command, and a second one when it must write the last use or Firebase's answer. Errors:
// ErrNoSession, ErrUnavailable.
func (c *Cache) Authenticate(ctx context.Context, h Handle) (Session, error) {
	f, err := c.begin(ctx, h)
	if err != nil {
		return Session{}, err
	}
	return c.admit(ctx, f, true)
}

// begin is the part of Authenticate that needs no answer from Firebase.
func (c *Cache) begin(ctx context.Context, h Handle) (*found, error) {
	f, err := c.read(ctx, h)
	if err != nil {
		return nil, err
	}
	return f, c.verify(ctx, f)
}

// startAdmit is the other part. When Firebase must be asked, it returns at once, with a
// function that waits for the result. Otherwise that function is nil.
func (c *Cache) startAdmit(ctx context.Context, f *found) (Session, func() error, error) {
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

// verifyTimeout is how long Recognize waits for Google's keys.
const verifyTimeout = 300 * time.Millisecond

// Recognize returns the session that h opens, for a caller who only closes sessions or
// lets it vouch in Open. It does not ask Firebase about the user: the last answer counts,
// however old. When Google's keys cannot be fetched, Verified is false. Errors:
// ErrNoSession, ErrUnavailable.
func (c *Cache) Recognize(ctx context.Context, h Handle) (Session, error) {
	f, err := c.recognize(ctx, h)
	return f.Session, err
}

func (c *Cache) recognize(ctx context.Context, h Handle, more ...string) (found, error) {
	f, err := c.read(ctx, h, more...)
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

// found is a session that read has found in Redis.
type found struct {
	Session
	handle Handle
	text   string // the sealed record
	record *opened
	last   standing
	more   []any // the values of the further fields that read was asked for
}

// read fetches the session of h, opens its record, and checks its timeouts. It returns the
// values of more fields of the user's hash too. It waits for Redis at most opTimeout. When
// ctx ends earlier, it still waits, because to watch ctx costs time in each request.
func (c *Cache) read(ctx context.Context, h Handle, more ...string) (*found, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), opTimeout)
	defer cancel()
	values, err := c.rdb.HMGet(ctx, c.key(h.uid), append([]string{"s:" + h.id, "t:" + h.id, "v"}, more...)...).Result()
	if notAHash(err) {
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
		last: parseStanding(v, c.now()), more: values[3:],
	}
	if !c.alive(f.Session) {
		return nil, ErrNoSession
	}
	return f, nil
}

// open returns the record that h opens. It remembers the last ones.
func (c *Cache) open(h Handle, text string) (*opened, error) {
	key := recordKey{h, maphash.String(recordSeed, text)}
	if r, ok := c.records.Get(key); ok {
		return r, nil
	}
	record, err := h.open(text)
	if err != nil {
		return nil, err
	}
	record.token = ""
	r := &opened{record: record}
	if first, ok, _ := c.records.PeekOrAdd(key, r); ok { // another request was first
		return first, nil
	}
	return r, nil
}

// alive checks the absolute and the idle timeout.
func (c *Cache) alive(s Session) bool {
	now := c.now()
	return now.Before(s.Expires) && now.Before(s.LastSeen.Add(c.o.Idle))
}

// verify checks that the record holds a token that Firebase signed for this user and this
// sign-in. It remembers that until the token expires.
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

// admit checks that Firebase still admits the user. It writes to Redis that the session was
// used, and what Firebase answered, when either is due. A write that fails refuses nobody:
// the session was read a moment ago.
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
