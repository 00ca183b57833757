package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pantry.example/shared/config"
)

// TestParseRedisRefuses has texts that people paste and that cannot be used. told is a part
// of the error.
func TestParseRedisRefuses(t *testing.T) {
	for _, row := range []struct{ name, in, told string }{
		{"skip_verify at upstash", "rediss://default:" + pw + "@" + upstash + "?skip_verify=true", "certificate"},
		{"skip_verify elsewhere", "rediss://:" + pw + "@10.0.0.1?skip_verify=1", "SSL_CERT_FILE"},
		{"--insecure at upstash", "redis-cli --tls --insecure -a " + pw + " -h " + upstash, "certificate"},
		{"ssl_cert_reqs", "rediss://:" + pw + "@cache.example.com?ssl_cert_reqs=CERT_NONE", "option"},
		{"skip_verify with a value", "rediss://localhost?skip_verify=" + pw, "true or false"},
		{"nothing", "", "empty"},
		{"only spaces", " \n ", "empty"},
		{"only quotes", `""`, "empty"},
		{"an env line without a value", "REDIS_SERVER=", "empty"},
		{"only a scheme", "rediss://", "no host"},
		{"no host", "rediss://default:" + pw + "@", "no host"},
		{"no host but a port", "rediss://default:" + pw + "@:6379", "no host"},
		{"only a number", "6379", "no host"},
		{"REST URL", "https://" + upstash, "REST"},
		{"REST lines", "UPSTASH_REDIS_REST_URL=\"https://" + upstash + "\"\nUPSTASH_REDIS_REST_TOKEN=\"" + pw + "\"", "REST"},
		{"REST line", "UPSTASH_REDIS_REST_TOKEN=" + pw, "REST"},
		{"REST token", "AXW_ASQgOTZhZDA4NTYtMDNiMS00ZWU3LTk2NjYtZTgxYWJkMDM0OWUxMDM4YThlMjdjNDVlNDMwNjhkNWYxODYwODUzOTk4ODQ=", "REST token"},
		{"short token", pw, "REST token"},
		{"hexadecimal password", "038a8e27c45e43068d5f186085399884", "REST token"},
		{"base64 password", pw + "==", "REST token"},
		{"password line", "REDIS_PASSWORD=" + pw, "password's line"},
		{"HTTP", "http://localhost:6379", "HTTP"},
		{"masked", "rediss://default:********@" + upstash + ":6379", "masked"},
		{"masked with dots", "rediss://default:••••••••@" + upstash + ":6379", "masked"},
		{"masked in part", "rediss://default:" + pw + "****@" + upstash + ":6379", "masked"},
		{"masked host", "rediss://********@********.upstash.io:6379", "masked"},
		{"masked in redis-cli", "redis-cli --tls -u redis://default:********@" + upstash + ":6379", "masked"},
		{"masked by -a", "redis-cli --tls -a ******** -h " + upstash, "masked"},
		{"placeholder", "rediss://default:<password>@" + upstash + ":6379", "placeholder"},
		{"word of a manual", "rediss://default:YOUR_PASSWORD@" + upstash + ":6379", "placeholder"},
		{"word of upstash's manual", "redis-cli --tls -a PASSWORD -h ENDPOINT -p PORT", "port"},
		{"upstash's manual", "rediss://default:" + pw + "@ENDPOINT:PORT", "port"},
		{"host in brackets", "rediss://default:" + pw + "@<host>", "host"},
		{"host too long", "redis://" + strings.Repeat("a.", 130) + "a:6379", "host"},
		{"only comments", "# redis\n# none\n", "several lines"},
		{"option without a name", "redis://localhost?=" + pw, "option"},
		{"scheme of digits", "1" + pw + "://" + upstash, "rediss://"},
		{"word password at upstash", "rediss://default:password@" + upstash, "placeholder"},
		{"variable not expanded", "rediss://default:${REDIS_PASSWORD}@" + upstash, "placeholder"},
		{"variable of -a", `redis-cli -h localhost -a $REDIS_PASSWORD`, "placeholder"},
		{"upstash without password", "rediss://" + upstash + ":6379", "no password"},
		{"upstash host", upstash, "no password"},
		{"upstash host and port", upstash + ":6379", "no password"},
		{"upstash user only", "rediss://default@" + upstash, "no password"},
		{"upstash redis-cli without -a", "redis-cli --tls -h " + upstash + " -p 6379", "no password"},
		{"upstash's read-only user", "rediss://default_ro:" + pw + "@" + upstash, "read-only"},
		{"upstash's HTTP port", "rediss://default:" + pw + "@" + upstash + ":443", "HTTP"},
		{"swapped", "rediss://" + pw + ":default@" + upstash, "user name belongs"},
		{"password, then a colon", "rediss://" + pw + ":@10.0.0.1", "no password"},
		{"database 1", "rediss://default:" + pw + "@" + upstash + ":6379/1", "database"},
		{"database 1 as option", "redis://localhost?db=1", "database"},
		{"database 1 by -n", "redis-cli -h localhost -n 1", "database"},
		{"path", "redis://localhost:6379/" + pw, "path"},
		{"port of words", "redis://localhost:" + pw, "port"},
		{"port 0", "localhost:0", "port"},
		{"port too high", "localhost:65536", "port"},
		{"port of -p", "redis-cli -h localhost -p " + pw, "port"},
		{"no @", "rediss://default:" + pw, "port"},
		{"only a password after the @", "rediss://default:@" + pw, "REST token"},
		{"slash in a password and no @", "rediss://default:" + pw + "/x", "path"},
		{"IPv6 with a port and no brackets", "::1:6379", "brackets"},
		{"IPv6 with a zone", "redis://[fe80::1%25eth0]:6379", "host"},
		{"half a bracket", "redis://[::1:6379", "host"},
		{"address of five numbers", "redis://1.2.3.4.5:6379", "host"},
		{"host with a space", "my host:6379", "host"},
		{"other letters", "redis://rédis:6379", "host"},
		{"unknown option", "redis://localhost?retries=3", "option"},
		{"unknown option that may be secret", "redis://localhost?" + pw, "option"},
		{"password as option", "redis://localhost?password=" + pw, "option"},
		{"an @ in an option", "redis://default:" + pw + "@cache.example.com:6379?client_name=a@b", "two ways"},
		{"socket", "unix:///var/run/redis.sock", "rediss://"},
		{"socket path", "/var/run/redis/redis.sock", "rediss://"},
		{"socket of -s", "redis-cli -s /tmp/redis.sock", "rediss://"},
		{"list", "redis://a:6379,b:6379,c:6379", "several servers"},
		{"list with password", "rediss://default:" + pw + "@a.example.com:6379,b.example.com:6379", "several servers"},
		{"dotnet", "cache.example.com:6380,password=" + pw + ",ssl=True", "several servers"},
		{"sentinel", "redis-sentinel://:" + pw + "@a:26379/mymaster", "rediss://"},
		{"cluster mode", "redis-cli -c -h localhost", "option"},
		{"client certificate", "redis-cli --tls --cert a.crt --key a.key -h localhost", "option"},
		{"redis-cli with no host", "redis-cli --tls -a " + pw, "-h"},
		{"redis-cli with a host and no -h", "redis-cli " + upstash + " 6379", "-h"},
		{"redis-cli without a value", "redis-cli -h localhost -a", "-a"},
		{"redis-cli with a space in its URL", "redis-cli -u redis://default:@" + pw + "x: @" + upstash, "quotes"},
		{"redis-cli with a glued password", "redis-cli -h localhost -a" + pw, "not supported"},
		{"redis-cli with an open quote", `redis-cli -h localhost -a "` + pw, "quote"},
		{"another database", "postgres://user:" + pw + "@db.example.com/x", "rediss://"},
		{"unknown scheme", pw + "://" + upstash, "rediss://"},
		{"letters whose lower case is longer", strings.Repeat("İ", 20) + "=redis://", "rediss://"},
		{"Kelvin sign", "redis://\u212a:6379", "host"},
		{"no scheme but slashes", "//localhost:6379", "rediss://"},
		{"mistyped TLS scheme without a host", "rediss;//default:" + pw + "@cache.example.com", "rediss://"},
		{"mistyped TLS scheme in one word", "redis-s:default:" + pw + "@cache.example.com", "rediss://"},
		{"an option of Docker", "-e REDIS_URL=rediss://default:" + pw + "@cache.example.com", "rediss://"},
		{"JavaScript", `new Redis("rediss://default:` + pw + `@cache.example.com")`, "rediss://"},
		{"setx", "setx REDIS_URL rediss://default:" + pw + "@cache.example.com", "rediss://"},
		{"JSON", `{"url": "rediss://default:` + pw + `@cache.example.com"}`, "rediss://"},
		{"an env file", "PORT=8080\nREDIS_URL=rediss://default:" + pw + "@" + upstash, "several lines"},
		{"redis-cli after another word", "docker run redis redis-cli -u rediss://default:" + pw + "@" + upstash, "rediss://"},
		{"redis-cli with a backslash", `redis-cli -h localhost -a p\$` + pw, "backslash"},
		{"redis-cli without a host", "redis-cli --tls", "-h"},
		{"binary", "rediss://default:\xff\xfe" + pw + "@" + upstash, "UTF-8"},
		{"control characters", "rediss://default:\x01" + pw + "@" + upstash, "control"},
		{"encoded line end", "rediss://default:" + pw + "%0A@" + upstash, "line end"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := config.ParseRedis(row.in)
			if err == nil {
				t.Fatalf("ParseRedis takes it as %+v, want an error", got)
			}
			if !strings.Contains(err.Error(), row.told) {
				t.Errorf("ParseRedis says %q, want it to say %q", err, row.told)
			}
			if strings.Contains(err.Error(), pw) {
				t.Error("ParseRedis tells the password")
			}
			if diff := cmp.Diff(config.Redis{}, got); diff != "" {
				t.Errorf("ParseRedis returns a server beside the error:\n%s", diff)
			}
			checkError(t, err)
		})
	}
}

// checkError checks that an error is a Problem with all its parts, on one line.
func checkError(t *testing.T, err error) {
	t.Helper()
	if err == nil {
		return
	}
	var p config.Problem
	if !errors.As(err, &p) || p.Variable == "" || p.Reason == "" || p.Fix == "" {
		t.Errorf("got error %#v, want a Problem with a variable, a reason and a fix", err)
	}
	if strings.ContainsAny(err.Error(), "\r\n") || strings.HasSuffix(err.Error(), "..") {
		t.Errorf("got error %q, want one line that ends with one full stop", err)
	}
}
