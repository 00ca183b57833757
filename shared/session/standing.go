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

// standing is what Firebase last said of a user, and when. As the field v its text is
// <checked ms>:<valid after s>:<0 or 1, disabled>.
type standing struct {
	checked time.Time
	identity.State
}

// hardBound is how long the last answer serves while Firebase gives none.
const hardBound = 5 * time.Minute

// parseStanding reads v. What is missing or damaged, or claims to be a minute ahead of
// the clock, counts as never checked: else it would never be asked for again.
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

// answer is what an instance remembers of a user. Redis may take no writes.
type answer struct {
	standing
	silent time.Time // when Firebase last gave no answer
}

// recall returns the later of what Redis says and what this instance has heard.
// Valid-after only rises.
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

// standing returns what Firebase says of the user: the last word while it is fresh, a new
// one else. While Firebase gives none, the last one serves up to hardBound. asked says
// that this call brought a new answer, which Redis does not know yet.
func (c *Cache) standing(ctx context.Context, uid string, inRedis standing) (_ standing, asked bool, err error) {
	last := c.recall(uid, inRedis)
	if last.fresh(c.now(), c.o.MaxAge) {
		return last, false, nil
	}
	// One flight an instance and user. It outlives the request that began it: others wait.
	brought := new(bool)
	flight := c.lookups.DoChan(uid, func() (_ any, err error) {
		*brought, err = c.ask(context.WithoutCancel(ctx), uid, last)
		return nil, err
	})
	select {
	case result := <-flight:
		asked, err = *brought, result.Err
	case <-ctx.Done():
		err = fmt.Errorf("look up account: %w", ctx.Err())
	}
	if last = c.recall(uid, inRedis); err != nil && !last.fresh(c.now(), hardBound) {
		return standing{}, false, ErrUnavailable.With(err)
	}
	return last, asked, nil
}

// ask looks the user up and remembers the answer. It is called once at a time for a user,
// and does nothing when the call before has just brought an answer, or none.
func (c *Cache) ask(ctx context.Context, uid string, last standing) (asked bool, _ error) {
	now := c.now()
	a, _ := c.users.Get(uid)
	if a.fresh(now, c.o.MaxAge) {
		return false, nil
	}
	if since := now.Sub(a.silent); since >= 0 && since < leaveAlone {
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
