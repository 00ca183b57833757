package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"pantry.example/functions"
	"pantry.example/shared/config"
)

// target is one function at one address.
type target struct {
	name string // as in the table of functions
	url  *url.URL
}

func (t target) check() string     { return "url-" + t.name }
func (t target) preflight() string { return "url-" + t.name + "-preflight" }

// urls checks the functions at the URLs in raw. After a wrong answer it asks again, but not
// later than until. A new function can refuse everyone for a minute.
func (r *report) urls(ctx context.Context, raw, origins []string, until time.Time) {
	if len(raw) == 0 {
		r.skip("no -url was given: -url https://… asks deployed functions too", "url")
		return
	}
	var targets []target
	var parts []func(*report)
	v := newVisitor(origins, until)
	defer v.client.CloseIdleConnections()
	for i, one := range raw {
		found, reason := parseTarget(one)
		if reason != "" {
			// The text itself is not shown: it may hold a password.
			r.fail("url", fmt.Sprintf("the %d. -url %s", i+1, reason), "Write NAME=https://HOST/PATH for one function, or https://HOST for a host that serves all of them under /api/")
			continue
		}
		targets = append(targets, found...)
	}
	for _, t := range targets {
		parts = append(parts, func(r *report) { r.function(ctx, v, t) })
	}
	r.sideBySide(parts...)
	r.cookies(targets, origins)
}

// parseTarget returns the functions that a URL leads to. NAME=URL names the function.
// Without a name, the end of the path or the beginning of a Cloud Run host names it. Any
// other host serves all functions under /api/, as Firebase Hosting and the local runner do.
func parseTarget(raw string) (_ []target, reason string) {
	name, address, named := strings.Cut(raw, "=")
	if !named || strings.Contains(name, "/") {
		name, address, named = "", raw, false
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, "is no http or https URL"
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, "has a user name, a query or a fragment"
	case u.Scheme == "http" && !config.IsLoopback(u.Hostname()):
		return nil, "is plain http: sessions would be sent in the clear"
	}
	var all []target
	path := strings.TrimSuffix(u.Path, "/")
	for _, f := range functions.All() {
		at := func(path string) target { return target{f.Name, &url.URL{Scheme: u.Scheme, Host: u.Host, Path: path}} }
		if named && name == f.Name || !named && (strings.HasSuffix(path, "/"+f.Name) || path == "" && strings.HasPrefix(u.Host, f.Name+"-")) {
			return []target{at(path)}, ""
		}
		all = append(all, at("/api/"+f.Name))
	}
	if named || path != "" && path != "/api" {
		return nil, "names none of " + strings.Join(functions.Names(), ", ")
	}
	return all, ""
}

// visitor sends the requests of a browser without a session. They change nothing.
type visitor struct {
	client  *http.Client
	origins []string
	until   time.Time
}

func newVisitor(origins []string, until time.Time) visitor {
	return visitor{
		// A redirect is not followed: a function never redirects, so it is reported.
		client:  &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		origins: origins, until: until,
	}
}

// pause is the time between two tries of one question.
const pause = time.Second

// untilGood repeats ask until it reports no failure, or until v.until. It adds the last
// report.
func (r *report) untilGood(ctx context.Context, v visitor, ask func(*report)) bool {
	for {
		var last report
		ask(&last)
		if last.ok() || !time.Now().Before(v.until) || ctx.Err() != nil {
			r.results = append(r.results, last.results...)
			return last.ok()
		}
		select {
		case <-ctx.Done():
		case <-time.After(min(pause, time.Until(v.until))):
		}
	}
}

// function checks one function: that it answers, as itself, and to pages.
func (r *report) function(ctx context.Context, v visitor, t target) {
	if !r.untilGood(ctx, v, func(r *report) { r.alive(ctx, v, t) }) {
		r.skip("the function does not answer as it should", t.preflight())
		return
	}
	good := len(v.origins) > 0
	for _, origin := range v.origins {
		good = r.untilGood(ctx, v, func(r *report) { r.mayCall(ctx, v, t, origin) }) && good
	}
	switch {
	case len(v.origins) == 0:
		r.skip("no page on another host is known: -origin names one", t.preflight())
	case good:
		r.pass(t.preflight(), "pages from "+strings.Join(v.origins, ", ")+" may call")
	}
}

// cookies reports for each page whether the session can be a cookie there.
func (r *report) cookies(targets []target, origins []string) {
	var seen []string
	for _, t := range targets {
		for _, origin := range origins {
			pair := origin + " " + t.url.Host
			if slices.Contains(seen, pair) {
				continue
			}
			seen = append(seen, pair)
			if sameSite(origin, t.url) {
				r.pass("url-cookies", "a page at "+origin+" is on the same site as "+t.url.Host+": the cookie reaches it")
				continue
			}
			r.info("url-cookies", "a page at "+origin+" is on another site than "+t.url.Host+": browsers do not send the cookie there",
				`Sign in with "Transport": "bearer" and send Authorization: Bearer, or serve page and functions from one host (Firebase Hosting rewrites)`)
		}
	}
}
