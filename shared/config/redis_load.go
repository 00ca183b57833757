package config

import "errors"

// redis reads REDIS_SERVER or one of its aliases: the first that is not empty. Another one that leads elsewhere is a
// problem, because sessions would be looked for in the wrong place.
func (l *loader) redis(deployed bool) Redis {
	var found Redis
	for _, name := range []string{"REDIS_SERVER", "REDIS_URL", "UPSTASH_REDIS_URL"} {
		if l.get(name) == "" {
			continue
		}
		r, err := ParseRedis(l.getenv(name))
		if err != nil {
			var p Problem
			errors.As(err, &p)
			l.refuse(name, p.Reason, p.Fix)
			r.Host = "?"
		}
		r.Variable = name
		switch {
		case found.Variable == "":
			found = r
		case found.Host != "?" && r.Host != "?" && !found.same(r):
			l.refuse(found.Variable+" and "+name, "lead to different servers", "Keep "+found.Variable+" and remove "+name)
		}
	}
	switch {
	case found.Variable == "" && deployed:
		l.refuse("REDIS_SERVER", "is empty in a deployed function", "Give it from Secret Manager with --set-secrets=REDIS_SERVER=NAME:VERSION. "+copyUpstash)
	case found.Variable == "":
		found.Embedded = true
	case deployed && isLoopback(found.Host):
		l.refuse(found.Variable, "is "+found.Host+", and a deployed function has no Redis beside it", copyUpstash)
	}
	return found
}
