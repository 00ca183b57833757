package doctor

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"pantry.example/shared/config"
)

const deployOrigins = "Write the frontend's origin, such as https://app.example.com, into ALLOWED_ORIGINS and deploy again"

// origins checks ALLOWED_ORIGINS. given is false when the variable is empty. Then the local
// runner allows development servers, and a deployed function allows no page on another host.
func (r *report) origins(origins []string, given, deployed bool) {
	const check = "allowed-origins"
	switch {
	case !given && deployed:
		r.info(check, "not known here; when it is empty, only a page on the functions' own host can call them", "-origin names the frontend's origin, when that is on another host")
		return
	case !given:
		r.pass(check, "empty: the development servers on localhost, ports 3000 and 5173; a deployed function allows none")
		return
	}
	before := len(r.results)
	for _, origin := range origins {
		u, err := url.Parse(origin)
		if err != nil {
			continue // config has read it
		}
		local := config.IsLoopback(u.Hostname())
		r.judge(check,
			finding{local && deployed, warn, origin + " is a development server, and any program on a visitor's machine can serve a page there", "Take it out of what is deployed"},
			finding{u.Scheme == "http" && !local, fail, origin + " is plain http, and a deployed function refuses to start with it: on the way, others could change that page and use its session", "Serve the page over https and write https://"})
	}
	if len(r.results) == before {
		r.pass(check, strings.Join(origins, ", "))
	}
}

// elsewhere reports whether one of the URLs is not on this machine.
func elsewhere(urls []string) bool {
	return slices.ContainsFunc(urls, func(raw string) bool {
		targets, _ := parseTarget(raw)
		return len(targets) > 0 && !config.IsLoopback(targets[0].url.Hostname())
	})
}

// sameSite reports whether a page at origin and a function at u are one site: they have the
// same scheme and the same registrable domain
// (https://html.spec.whatwg.org/multipage/browsers.html#same-site). Only then a browser sends
// the SameSite=Lax cookie. run.app, cloudfunctions.net and web.app are public suffixes: each
// name below them is a site of its own.
func sameSite(origin string, u *url.URL) bool {
	o, err := url.Parse(origin)
	if err != nil || o.Scheme != u.Scheme {
		return false
	}
	a, b := o.Hostname(), u.Hostname()
	if a == b {
		return true
	}
	if _, err := netip.ParseAddr(a); err == nil {
		return false
	}
	site, err := publicsuffix.EffectiveTLDPlusOne(a)
	other, err2 := publicsuffix.EffectiveTLDPlusOne(b)
	return err == nil && err2 == nil && site == other
}
