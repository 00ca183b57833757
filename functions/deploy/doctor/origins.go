package doctor

import (
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/net/publicsuffix"

	"pantry.example/shared/config"
)

const deployOrigins = "Write the frontend's origin, such as https://app.example.com, into ALLOWED_ORIGINS and deploy again"

// origins judges ALLOWED_ORIGINS. Without the variable a local run has the origins of
// development servers and a deployed function none.
func (r *report) origins(cfg config.Config, bad badVariables, getenv func(string) string, urls []string) {
	const check = "allowed-origins"
	deployed := cfg.Deployed
	for _, raw := range urls {
		if u, err := url.Parse(raw); err == nil && !config.IsLoopback(u.Hostname()) {
			deployed = true
		}
	}
	switch {
	case bad["ALLOWED_ORIGINS"]:
		r.skip("the variable cannot be read", check)
		return
	case strings.TrimSpace(getenv("ALLOWED_ORIGINS")) == "" && deployed:
		r.warn(check, "empty: only a page on the functions' own host (Firebase Hosting rewrites) can call them", deployOrigins+", if the frontend is on another host")
		return
	case strings.TrimSpace(getenv("ALLOWED_ORIGINS")) == "":
		r.pass(check, "empty: the development servers on localhost, ports 3000 and 5173; a deployed function allows none")
		return
	}
	before := len(r.results)
	for _, origin := range cfg.AllowedOrigins {
		u, err := url.Parse(origin)
		switch {
		case err != nil:
		case config.IsLoopback(u.Hostname()) && deployed:
			r.warn(check, origin+" is a development server, and any program on a visitor's machine can serve a page there", "Take it out of what is deployed")
		case u.Scheme == "http" && !config.IsLoopback(u.Hostname()):
			r.warn(check, origin+" is plain http: whoever is on the way can change that page and use its session", "Serve the page over https and write https://")
		}
	}
	if len(r.results) == before {
		r.pass(check, strings.Join(cfg.AllowedOrigins, ", "))
	}
}

// sameSite reports whether a browser counts a page at origin and a function at u as one
// site and so sends the SameSite=Lax cookie: the same scheme and the same registrable
// domain (https://html.spec.whatwg.org/multipage/browsers.html#same-site). run.app,
// cloudfunctions.net and web.app are public suffixes: each name below them is a site.
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
