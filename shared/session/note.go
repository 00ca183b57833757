package session

import (
	"context"
	"time"

	"pantry.example/shared/identity"
)

// touchDue reports whether it is time to write that the session was used. Of several requests
// at the same moment, only one gets true.
func (c *Cache) touchDue(f *found) bool {
	now := c.now()
	if now.Sub(f.LastSeen) < min(touchEvery, c.o.Idle/4) {
		return false
	}
	last := f.record.touched.Load()
	return now.Sub(time.UnixMilli(last)) >= pauseAfterFailure && f.record.touched.CompareAndSwap(last, now.UnixMilli())
}

// note writes that the session was used, what Firebase answered, or both. It returns the
// account's state after that: another instance may have asked Firebase later. The error is
// ErrNoSession when the session has been closed.
func (c *Cache) note(ctx context.Context, f *found, touch, asked bool, last standing) (identity.State, error) {
	now := c.now()
	if now.Sub(time.UnixMilli(c.writeFailed.Load())) < pauseAfterFailure {
		return last.State, nil
	}
	used, checked := "", ""
	if touch {
		used = millis(now)
	}
	if asked {
		checked = millis(last.checked)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), noteTimeout)
	defer cancel()
	v, err := noteScript.Run(ctx, c.rdb, []string{c.key(f.UID)}, f.ID, used, checked, last.ValidAfter.Unix(), flag(last.Disabled)).Result()
	if err != nil {
		c.writeFailed.Store(now.UnixMilli())
		return last.State, unavailable("note session", err)
	}
	text, ok := v.(string)
	if !ok {
		return last.State, ErrNoSession
	}
	if touch {
		f.LastSeen = now.UTC()
	}
	return c.recall(f.UID, parseStanding(text, now)).State, nil
}

// flag is how the scripts read a bool.
func flag(set bool) string {
	if set {
		return "1"
	}
	return "0"
}
