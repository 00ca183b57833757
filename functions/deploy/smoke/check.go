package smoke

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

// answer is what came back, as far as it is looked at.
type answer struct {
	status int
	header http.Header
	body   string
}

// problem is the part of a problem document (RFC 9457) that a check reads.
type problem struct {
	Code      string `json:"code"`
	RequestID string `json:"requestId"`
}

// check is one question and what must come back.
type check struct {
	what   string
	method string
	origin string // of the page that asks; empty for none
	judge  func(answer) error
}

func checksOf(t target, origins []string) []check {
	var checks []check
	for _, origin := range origins {
		checks = append(checks, check{"a page of " + origin + " may call it (preflight)", http.MethodOptions, origin, func(a answer) error {
			if a.status != http.StatusNoContent && a.status != http.StatusOK {
				return unexpected(a, "204")
			}
			return allowed(a, origin)
		}})
	}
	origin := "" // of the page that asks the rest
	if len(origins) > 0 {
		origin = origins[0]
	}
	if t.name == "check-expiration" {
		return append(checks, check{"a session that nobody opened has expired (true)", http.MethodGet, origin, func(a answer) error {
			if a.status != http.StatusOK || strings.TrimSpace(a.body) != "true" {
				return unexpected(a, "200 and true")
			}
			return allowed(a, origin)
		}})
	}
	return append(checks, check{"a session that nobody opened is refused (401)", http.MethodGet, origin, func(a answer) error {
		var p problem
		if a.status != http.StatusUnauthorized || json.Unmarshal([]byte(a.body), &p) != nil || p.Code == "" {
			return unexpected(a, "401 and a problem document")
		}
		return allowed(a, origin)
	}})
}

// allowed says whether a page of origin can read the answer.
func allowed(a answer, origin string) error {
	if origin == "" {
		return nil
	}
	if got := a.header.Values("Access-Control-Allow-Origin"); !slices.Equal(got, []string{origin}) {
		return fmt.Errorf("a page of %s cannot read the answer: Access-Control-Allow-Origin is %q.\n"+
			"Add the origin to ALLOWED_ORIGINS, exactly as a browser sends it, and deploy again", origin, got)
	}
	if a.header.Get("Access-Control-Allow-Credentials") != "true" {
		return errors.New("Access-Control-Allow-Credentials is missing: something between here and the function takes headers away")
	}
	return nil
}

// try puts one question.
func (v visitor) try(ctx context.Context, t target, c check) error {
	r, err := http.NewRequestWithContext(ctx, c.method, t.url, nil)
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	if c.origin != "" {
		r.Header.Set("Origin", c.origin)
	}
	if c.method == http.MethodOptions {
		r.Header.Set("Access-Control-Request-Method", http.MethodPost)
		r.Header.Set("Access-Control-Request-Headers", "authorization,content-type")
	} else {
		r.Header.Set("Authorization", "Bearer "+v.handle)
	}
	resp, err := v.client.Do(r)
	if err != nil {
		return unreachable(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return unreachable(err)
	}
	a := answer{resp.StatusCode, resp.Header, string(body)}
	if a.header.Get("X-Request-Id") == "" {
		return notTheFunction(t, a)
	}
	return c.judge(a)
}
