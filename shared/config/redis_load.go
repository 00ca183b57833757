package config

import "errors"

// redis reads REDIS_SERVER or one of its aliases: the first that is not empty. Another one that leads elsewhere is a
// problem, because sessions would be looked for in the wrong place.
func (l *loader) redis(deployed bool) Redis {
	var first Redis
	valid := true
	for _, name := range []string{"REDIS_SERVER", "REDIS_URL", "UPSTASH_REDIS_URL"} {
		if l.get(name) == "" {
			continue
		}
		r, err := ParseRedis(l.getenv(name))
		if err != nil {
			var p Problem // ParseRedis has no other errors
			errors.As(err, &p)
			l.refuse(name, p.Reason, p.Fix)
			valid = false
		}
		r.Variable = name
		if first.Variable == "" {
			first = r
		} else if valid && !first.same(r) {
			l.refuse(first.Variable+" and "+name, "lead to different servers", "Keep "+first.Variable+" and remove "+name)
		}
	}
	switch {
	case first.Variable == "" && deployed:
		l.refuse("REDIS_SERVER", "is empty in a deployed function",
			"Give it from Secret Manager with --set-secrets=REDIS_SERVER=NAME:VERSION. "+copyUpstash)
	case first.Variable == "":
		first.Embedded = true
	case deployed && isLoopback(first.Host):
		l.refuse(first.Variable, "is "+first.Host+", and a deployed function has no Redis beside it", copyUpstash)
	}
	return first
}
