package session

import (
	"strconv"
	"strings"
	"time"

	"pantry.example/shared/identity"
)

// standing is the value of the field v: what Firebase last said of the user, and when.
// Its text is <checked ms>:<valid after s>:<0 or 1, disabled>.
type standing struct {
	checked time.Time
	identity.State
}

// hardBound is how long the last answer serves while Firebase gives none.
const hardBound = 5 * time.Minute

// parseStanding reads v. What is missing or damaged counts as never checked.
func parseStanding(text string) standing {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return standing{}
	}
	checked, err1 := strconv.ParseInt(parts[0], 10, 64)
	validAfter, err2 := strconv.ParseInt(parts[1], 10, 64)
	if err1 != nil || err2 != nil {
		return standing{}
	}
	return standing{
		checked: time.UnixMilli(checked),
		State:   identity.State{ValidAfter: time.Unix(validAfter, 0), Disabled: parts[2] != "0"},
	}
}

// fresh reports whether the answer is younger than bound. One from the future is not:
// it would never be asked for again.
func (s standing) fresh(now time.Time, bound time.Duration) bool {
	age := now.Sub(s.checked)
	return age < bound && age > -time.Minute
}
