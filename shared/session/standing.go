package session

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"pantry.example/shared/identity"
)

// standing is what Firebase last said of a user's account, and when. In the field v it is
// <checked ms>:<valid after s>:<disabled, 0 or 1>.
type standing struct {
	checked time.Time
	identity.State
}

// hardBound is the greatest age of an answer that counts while Firebase gives no new one.
const hardBound = 5 * time.Minute

// parseStanding reads v. A v that is missing, damaged or more than a minute in the future
// counts as never checked, so that Firebase is asked again.
func parseStanding(text string, now time.Time) standing {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return standing{}
	}
	checked, err1 := strconv.ParseInt(parts[0], 10, 64)
	validAfter, err2 := strconv.ParseInt(parts[1], 10, 64)
	if err1 != nil || err2 != nil {
		return standing{}
	}
	s := standing{time.UnixMilli(checked), identity.State{ValidAfter: time.Unix(validAfter, 0), Disabled: parts[2] != "0"}}
	if s.checked.After(now.Add(time.Minute)) {
		s.checked = time.Time{}
	}
	return s
}

// fresh reports whether the answer is younger than bound.
func (s standing) fresh(now time.Time, bound time.Duration) bool { return now.Sub(s.checked) < bound }

// answer is what this instance remembers of a user, in case Redis takes no writes.
type answer struct {
	standing
	silent time.Time // when Firebase last gave no answer
}

// recall returns the later standing of the one in Redis and the one that this instance
// remembers. ValidAfter never goes back.
func (c *Cache) recall(uid string, inRedis standing) standing {
	a, ok := c.users.Get(uid)
	if !ok {
		return inRedis
	}
	later, earlier := a.standing, inRedis
	if inRedis.checked.After(a.checked) {
		later, earlier = inRedis, a.standing
	}
	if earlier.ValidAfter.After(later.ValidAfter) {
		later.ValidAfter = earlier.ValidAfter
	}
	return later
}

// standing returns the user's standing. When the last one is older than MaxAge, it asks
// Firebase. While Firebase does not answer, the last one counts up to hardBound. asked says
// that this call got a new answer, which is not in Redis yet.
func (c *Cache) standing(ctx context.Context, uid string, inRedis standing) (_ standing, asked bool, err error) {
	last := c.recall(uid, inRedis)
	if last.fresh(c.now(), c.o.MaxAge) {
		return last, false, nil
	}
	// One look-up runs for all requests of the user. It goes on when the request that began
	// it ends, because others wait for it.
	isNew := new(bool)
	flight := c.lookups.DoChan(uid, func() (_ any, err error) {
		*isNew, err = c.ask(context.WithoutCancel(ctx), uid, last)
		return nil, err
	})
	select {
	case result := <-flight:
		asked, err = *isNew, result.Err
	case <-ctx.Done():
		err = fmt.Errorf("look up account: %w", ctx.Err())
	}
	if last = c.recall(uid, inRedis); err != nil && !last.fresh(c.now(), hardBound) {
		return standing{}, false, ErrUnavailable.With(err)
	}
	return last, asked, nil
}

// ask looks the user up and remembers the answer. Only one call runs at a time for a user.
// It asks nothing when the call before it has got an answer, or failed, a moment ago.
func (c *Cache) ask(ctx context.Context, uid string, last standing) (asked bool, _ error) {
	now := c.now()
	a, _ := c.users.Get(uid)
	if a.fresh(now, c.o.MaxAge) {
		return false, nil
	}
	if since := now.Sub(a.silent); since >= 0 && since < pauseAfterFailure {
		return false, fmt.Errorf("look up account: %w: no answer a moment ago", identity.ErrUnavailable)
	}
	state, err := c.o.Lookup(ctx, uid)
	if err != nil {
		c.users.Add(uid, answer{last, now})
		if !errors.Is(err, identity.ErrUnavailable) {
			err = fmt.Errorf("look up account: %w: %w", identity.ErrUnavailable, err)
		}
		return false, err
	}
	c.users.Add(uid, answer{standing: standing{now, state}})
	return true, nil
}
