package firebaseauth_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (p *player) contract(s string) string {
	for i := 0; i < len(p.vars); i += 2 {
		name, value := p.vars[i], p.vars[i+1]
		if name == "$run" || strings.HasSuffix(name, ".localId") {
			s = strings.ReplaceAll(s, value, name)
		}
	}
	return strings.ReplaceAll(s, p.emulator.host, "$host")
}

// unread are fields that no SDK reads, or that mean the same to it when they are empty and when
// they are missing.
var unread = []string{"salt", "lastRefreshAt", "status", "initialEmail", "context", "passwordUpdatedAt", "apiSpec"}

// opaque are fields whose values no client can know in advance.
var opaque = []string{"refreshToken", "refresh_token", "passwordHash"}

// comparable replaces what differs between two runs of the same emulator.
func (p *player) comparable(field string, v any) any {
	switch v := v.(type) {
	case object:
		return p.comparableObject(v)
	case []any:
		list := []any{}
		for _, e := range v {
			list = append(list, p.comparable(field, e))
		}
		slices.SortFunc(list, func(a, b any) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		return list
	case float64:
		return moment(v)
	case string:
		return p.comparableText(field, v)
	}
	return v
}

func isEmptyList(v any) bool {
	list, ok := v.([]any)
	return ok && len(list) == 0
}

func (p *player) comparableObject(v object) object {
	out := object{}
	for name, value := range v {
		switch {
		case slices.Contains(unread, name), value == false, value == "", isEmptyList(value):
		case slices.Contains(opaque, name) && value != "":
			out[name] = "<" + name + ">"
		default:
			out[name] = p.comparable(name, value)
		}
	}
	return out
}

func (p *player) comparableText(field, v string) any {
	if parts := strings.Split(v, "."); len(parts) == 3 && strings.HasPrefix(v, "eyJ") {
		return p.decoded(parts[1], base64.RawURLEncoding)
	}
	if n, err := strconv.ParseFloat(v, 64); err == nil && n > 1e9 {
		return moment(n)
	}
	switch field {
	case "rawUserInfo":
		return p.decoded(v, nil)
	case "message", "error":
		v, _, _ = strings.Cut(v, " : ") // what follows is for people
		v, _, _ = strings.Cut(v, ": ")
		v, _, _ = strings.Cut(v, ". ")
	}
	return p.contract(v)
}

func (p *player) decoded(v string, enc *base64.Encoding) any {
	text := []byte(v)
	if enc != nil {
		var err error
		if text, err = enc.DecodeString(v); err != nil {
			p.t.Fatal(err)
		}
	}
	var claims object
	if err := json.Unmarshal(text, &claims); err != nil {
		p.t.Fatal(err)
	}
	return p.comparable("", claims)
}

// moment names a time near this one, in seconds or milliseconds: now, now+60m.
func moment(n float64) any {
	if n > 1e11 {
		n /= 1000
	}
	minutes := math.Round((n - float64(time.Now().Unix())) / 60)
	switch {
	case n < 1e9 || math.Abs(minutes) > 21*24*60:
		return n
	case minutes == 0:
		return "now"
	}
	return fmt.Sprintf("now%+.0fm", minutes)
}
