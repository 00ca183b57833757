package doctor

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"pantry.example/functions/checkexpiration"
	"pantry.example/functions/recipes"
	"pantry.example/functions/setcache"
	"pantry.example/shared/config"
)

// target is one function at one address.
type target struct {
	name string // the function's, as it stands in its URL
	url  *url.URL
}

func (t target) check(what string) string { return "url-" + t.name + what }

// urls checks the functions that are deployed at raw.
func (r *report) urls(ctx context.Context, raw, origins []string) {
	if len(raw) == 0 {
		r.skip("no -url was given", "url")
		return
	}
	var targets []target
	for i, one := range raw {
		found, reason := parseTarget(one)
		if reason != "" {
			// The text itself is not shown: it may hold a password.
			r.fail("url", fmt.Sprintf("the %d. -url %s", i+1, reason), "Write it as https://REGION-PROJECT.cloudfunctions.net/set-cache, or the host alone when it serves all three under /api/")
			continue
		}
		targets = append(targets, found...)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	reports := make([]report, len(targets))
	var wg sync.WaitGroup
	for i, t := range targets {
		wg.Go(func() { reports[i].function(ctx, client, t, origins) })
	}
	wg.Wait()
	for i := range reports {
		r.results = append(r.results, reports[i].results...)
	}
	r.cookies(targets, origins)
}

// parseTarget finds which function a URL leads to: by the end of its path or by the
// beginning of its host, as Cloud Run names it. A bare host has all three under /api/,
// by Firebase Hosting's rewrites or from the local runner.
func parseTarget(raw string) (_ []target, reason string) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return nil, "is no http or https URL"
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return nil, "has a user name, a query or a fragment"
	case u.Scheme == "http" && !config.IsLoopback(u.Hostname()):
		return nil, "is plain http: sessions would be sent in the clear"
	}
	names := []string{setcache.Name, checkexpiration.Name, recipes.Name}
	path := strings.TrimSuffix(u.Path, "/")
	for _, name := range names {
		if strings.HasSuffix(path, "/"+name) || path == "" && strings.HasPrefix(u.Host, name+"-") {
			return []target{{name, &url.URL{Scheme: u.Scheme, Host: u.Host, Path: path}}}, ""
		}
	}
	if path != "" && path != "/api" {
		return nil, "does not end in set-cache, check-expiration or recipes"
	}
	var all []target
	for _, name := range names {
		all = append(all, target{name, &url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/api/" + name}})
	}
	return all, ""
}

// function checks one function: that it answers, as itself, and to pages.
func (r *report) function(ctx context.Context, client *http.Client, t target, origins []string) {
	origin := ""
	if len(origins) > 0 {
		origin = origins[0]
	}
	a, err := ask(ctx, client, http.MethodGet, t.url, origin)
	if err != nil {
		r.unreachable(t, err)
		r.skip("the function cannot be reached", t.check("-preflight"))
		return
	}
	if !r.alive(t, a, origin) {
		r.skip("the function does not answer as it should", t.check("-preflight"))
		return
	}
	before := len(r.results)
	for _, origin := range origins {
		r.preflight(ctx, client, t, origin)
	}
	switch {
	case len(origins) == 0:
		r.skip("ALLOWED_ORIGINS names no page on another host", t.check("-preflight"))
	case len(r.results) == before:
		r.pass(t.check("-preflight"), "pages from "+strings.Join(origins, ", ")+" may call")
	}
}

// cookies says for each page how it should carry the session.
func (r *report) cookies(targets []target, origins []string) {
	seen := map[string]bool{}
	for _, t := range targets {
		for _, origin := range origins {
			pair := origin + " " + t.url.Host
			if seen[pair] {
				continue
			}
			seen[pair] = true
			if sameSite(origin, t.url) {
				r.pass("url-cookies", "a page at "+origin+" is on the same site as "+t.url.Host+": the cookie reaches it")
				continue
			}
			r.info("url-cookies", "a page at "+origin+" is on another site than "+t.url.Host+": browsers keep the cookie back there",
				`Sign in with "Transport": "bearer" and send Authorization: Bearer, or serve page and functions from one host (Firebase Hosting rewrites)`)
		}
	}
}
