package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pantry.example/shared/config"
)

const (
	pw      = "AYxq1ASgZ7hY3kWc" // made up, as consoles make them
	upstash = "merry-cat-32748.upstash.io"
)

func server(host string, port int, user, password string, tls bool) config.Redis {
	return config.Redis{Host: host, Port: port, Username: user, Password: config.NewSecret(password), TLS: tls}
}

// TestParseRedis has texts that people paste, and what each must mean. told is a part of
// the repairs and warnings. "" means that there are none.
func TestParseRedis(t *testing.T) {
	cloud := server(upstash, 6379, "default", pw, true)
	local := server("localhost", 6379, "", "", false)
	for _, row := range []struct {
		name, in string
		want     config.Redis
		told     string
	}{
		// URLs as they should be.
		{"upstash", "rediss://default:" + pw + "@" + upstash + ":6379", cloud, ""},
		{"upstash without port", "rediss://default:" + pw + "@" + upstash, cloud, ""},
		{"upstash with database 0", "rediss://default:" + pw + "@" + upstash + ":6379/0", cloud, ""},
		{"upstash with a slash", "rediss://default:" + pw + "@" + upstash + ":6379/", cloud, ""},
		{"upstash with an old port", "rediss://default:" + pw + "@eu2-cat-30143.upstash.io:30143", server("eu2-cat-30143.upstash.io", 30143, "default", pw, true), ""},
		{"upstash without user", "rediss://:" + pw + "@" + upstash + ":6379", server(upstash, 6379, "", pw, true), ""},
		{"another user", "rediss://pantry:" + pw + "@" + upstash, server(upstash, 6379, "pantry", pw, true), ""},
		{"upper case", "REDISS://default:" + pw + "@Merry-Cat-32748.UPSTASH.io:6379", cloud, ""},
		{"final dot", "rediss://default:" + pw + "@" + upstash + ".:6379", cloud, ""},
		{"local", "redis://localhost:6379", local, ""},
		{"local without port", "redis://localhost", local, ""},
		{"local with password", "redis://:" + pw + "@127.0.0.1:6380", server("127.0.0.1", 6380, "", pw, false), ""},
		{"local TLS", "rediss://:" + pw + "@localhost:6390", server("localhost", 6390, "", pw, true), ""},
		{"docker", "redis://redis:6379/0", server("redis", 6379, "", "", false), ""},
		{"kubernetes", "redis://redis-master.cache.svc.cluster.local:6379", server("redis-master.cache.svc.cluster.local", 6379, "", "", false), ""},
		{"underscore", "redis://my_redis:6379", server("my_redis", 6379, "", "", false), ""},
		{"private address", "redis://:" + pw + "@10.1.2.3:6379", server("10.1.2.3", 6379, "", pw, false), ""},
		{"IPv6", "redis://[::1]:6380", server("::1", 6380, "", "", false), ""},
		{"IPv6 without port", "rediss://:" + pw + "@[2001:DB8::1]", server("2001:db8::1", 6379, "", pw, true), ""},
		{"long IPv6", "rediss://:" + pw + "@[2001:db8:85a3::8a2e:370:7334]", server("2001:db8:85a3::8a2e:370:7334", 6379, "", pw, true), ""},
		{"valkey", "valkey://localhost:6379", local, ""},
		{"valkeys", "valkeys://:" + pw + "@cache.internal", server("cache.internal", 6379, "", pw, true), ""},
		{"verification asked for", "rediss://default:" + pw + "@" + upstash + "?skip_verify=false&db=0", cloud, ""},

		// Hosts and ports.
		{"host and port", "localhost:6380", server("localhost", 6380, "", "", false), ""},
		{"redis:6379", "redis:6379", server("redis", 6379, "", "", false), ""},
		{"rediss:6380", "rediss:6380", server("rediss", 6380, "", "", false), ""},
		{"redis alone", "redis", server("redis", 6379, "", "", false), ""},
		{"bare host", "localhost", local, ""},
		{"bare address", "127.0.0.1", server("127.0.0.1", 6379, "", "", false), ""},
		{"bare IPv6", "::1", server("::1", 6379, "", "", false), ""},
		{"bracketed IPv6", "[::1]:6390", server("::1", 6390, "", "", false), ""},
		{"long name with a port", "redis-master-0-cache-01:6379", server("redis-master-0-cache-01", 6379, "", "", false), ""},
		{"no scheme", "default:" + pw + "@" + upstash + ":6379", cloud, "turned it on"},
		{"no scheme, no user", pw + "@localhost:6379", server("localhost", 6379, "", pw, false), "as the password"},

		// Addresses that other parsers misread.
		{"redis:// at upstash", "redis://default:" + pw + "@" + upstash + ":6379", cloud, "turned it on"},
		{"password as user", "rediss://" + pw + "@" + upstash + ":6379", server(upstash, 6379, "", pw, true), "as the password"},
		{"user without password, local", "redis://default@localhost:6379", local, "without both"},
		{"empty password, local", "redis://default:@localhost:6379", local, "without both"},
		{"one slash", "rediss:/default:" + pw + "@" + upstash + ":6379", cloud, "rediss:// in front"},
		{"no slash", "rediss:default:" + pw + "@" + upstash + ":6379", cloud, "rediss:// in front"},
		{"fragment", "redis://localhost:6379#main", local, ""},

		{"no colon", "rediss//default:" + pw + "@cache.example.com", server("cache.example.com", 6379, "default", pw, true), "rediss:// in front"},
		{"no colon and no user", "rediss//:" + pw + "@cache.example.com", server("cache.example.com", 6379, "", pw, true), "rediss:// in front"},
		{"three slashes", "rediss:///default:" + pw + "@cache.example.com", server("cache.example.com", 6379, "default", pw, true), "rediss:// in front"},
		{"redis-cli over lines", "redis-cli --tls \\\n  -a " + pw + " \\\n  -h " + upstash, server(upstash, 6379, "", pw, true), "redis-cli"},

		// Percent-encoded stars and dollars, which belong to the password.
		{"encoded dollar", "redis://:%24SECRET@localhost:6379", server("localhost", 6379, "", "$SECRET", false), ""},
		{"encoded stars", "redis://:a%2A%2A%2A%2Ab@localhost:6379", server("localhost", 6379, "", "a****b", false), ""},
		{"nothing but encoded stars", "rediss://default:%2A%2A%2A%2A@" + upstash, server(upstash, 6379, "default", "****", true), ""},
		{"encoded brackets", "redis://:%3Cpassword%3E@localhost", server("localhost", 6379, "", "<password>", false), ""},

		// Passwords with special characters.
		{"slash", "rediss://default:a/b/" + pw + "@" + upstash, server(upstash, 6379, "default", "a/b/"+pw, true), "special characters"},
		{"question mark", "rediss://default:a?b" + pw + "@" + upstash, server(upstash, 6379, "default", "a?b"+pw, true), "special characters"},
		{"question mark and equals", "rediss://default:a?b=" + pw + "@" + upstash, server(upstash, 6379, "default", "a?b="+pw, true), "special characters"},
		{"percent", "rediss://default:100%" + pw + "@" + upstash, server(upstash, 6379, "default", "100%"+pw, true), "%25"},
		{"hash", "rediss://default:#" + pw + "@" + upstash, server(upstash, 6379, "default", "#"+pw, true), "special characters"},
		{"at", "rediss://default:p@" + pw + "@" + upstash, server(upstash, 6379, "default", "p@"+pw, true), "special characters"},
		{"colon", "rediss://default:p:" + pw + "@" + upstash, server(upstash, 6379, "default", "p:"+pw, true), ""},
		{"space", "rediss://default:p w" + pw + "@" + upstash, server(upstash, 6379, "default", "p w"+pw, true), "special characters"},
		{"plus and equals", "rediss://default:p+w==" + pw + "@" + upstash, server(upstash, 6379, "default", "p+w=="+pw, true), ""},
		{"brackets around it", "rediss://default:[" + pw + "]@" + upstash, server(upstash, 6379, "default", "["+pw+"]", true), ""},
		{"quotes inside", `rediss://default:p"w'` + pw + "@" + upstash, server(upstash, 6379, "default", `p"w'`+pw, true), ""},
		{"redis-cli inside", "rediss://default: redis-cli " + pw + "@" + upstash, server(upstash, 6379, "default", " redis-cli "+pw, true), "special characters"},
		{"encoded", "rediss://default:%2F%3F%23%40%3A%20%25" + pw + "@" + upstash, server(upstash, 6379, "default", "/?#@: %"+pw, true), ""},
		{"encoded user", "rediss://a%40b:" + pw + "@" + upstash, server(upstash, 6379, "a@b", pw, true), ""},
		{"umlaut", "rediss://default:pä" + pw + "@" + upstash, server(upstash, 6379, "default", "pä"+pw, true), ""},

		// Text that copying adds.
		{"line end", "rediss://default:" + pw + "@" + upstash + ":6379\n", cloud, "line ends"},
		{"windows line end", "rediss://default:" + pw + "@" + upstash + ":6379\r\n", cloud, "line ends"},
		{"spaces", "  rediss://default:" + pw + "@" + upstash + ":6379\t", cloud, "spaces"},
		{"no-break space", "\u00a0rediss://default:" + pw + "@" + upstash + ":6379\u00a0", cloud, "spaces"},
		{"byte order mark", "\ufeffrediss://default:" + pw + "@" + upstash + ":6379", cloud, "invisible"},
		{"zero width", "rediss://default:" + pw + "@" + upstash[:5] + "\u200b" + upstash[5:] + ":6379", cloud, "invisible"},
		{"double quotes", `"rediss://default:` + pw + "@" + upstash + `:6379"`, cloud, "quotes"},
		{"single quotes", `'rediss://default:` + pw + "@" + upstash + `:6379'`, cloud, "quotes"},
		{"typographic quotes", `“rediss://default:` + pw + "@" + upstash + `:6379”`, cloud, "quotes"},
		{"backquotes", "`rediss://default:" + pw + "@" + upstash + ":6379`", cloud, "quotes"},
		{"stray quote before", `"rediss://default:` + pw + "@" + upstash + `:6379`, cloud, "quotes"},
		{"stray quote after", `rediss://default:` + pw + "@" + upstash + `:6379"`, cloud, "quotes"},
		{"quotes and line end inside", "\"rediss://default:" + pw + "@" + upstash + ":6379\n\"\n", cloud, "quotes"},
		{"angle brackets", "<rediss://default:" + pw + "@" + upstash + ":6379>", cloud, "quotes"},
		{"semicolon", "rediss://default:" + pw + "@" + upstash + ":6379;", cloud, "punctuation"},
		{"env line", "REDIS_URL=rediss://default:" + pw + "@" + upstash + ":6379", cloud, "name of a variable"},
		{"quoted env line", `REDIS_SERVER="rediss://default:` + pw + "@" + upstash + `:6379"`, cloud, "name of a variable"},
		{"export", `export UPSTASH_REDIS_URL='rediss://default:` + pw + "@" + upstash + `:6379'`, cloud, "name of a variable"},
		{"env line of a host", "REDIS_SERVER=redis:6379", server("redis", 6379, "", "", false), "name of a variable"},

		// redis-cli.
		{"redis-cli -u", "redis-cli --tls -u redis://default:" + pw + "@" + upstash + ":6379", cloud, "redis-cli"},
		{"redis-cli -u quoted", `redis-cli -u "rediss://default:` + pw + "@" + upstash + `:6379"`, cloud, "redis-cli"},
		{"redis-cli -a -h -p", "redis-cli --tls -a " + pw + " -h " + upstash + " -p 6379", server(upstash, 6379, "", pw, true), "redis-cli"},
		{"redis-cli without --tls", "redis-cli -h " + upstash + " -p 6379 -a " + pw, server(upstash, 6379, "", pw, true), "turned it on"},
		{"redis-cli --user --pass", "redis-cli --user default --pass '" + pw + "' -h " + upstash + " --tls", cloud, "redis-cli"},
		{"redis-cli with a prompt", "$ redis-cli --tls -u redis://default:" + pw + "@" + upstash + ":6379 PING", cloud, "redis-cli"},
		{"redis-cli in an env line", `REDIS_SERVER="redis-cli --tls -u redis://default:` + pw + "@" + upstash + `:6379"`, cloud, "redis-cli"},
		{"redis-cli with special characters", `redis-cli -h localhost -a 'p$w "/%41'`, server("localhost", 6379, "", `p$w "/%41`, false), "redis-cli"},
		{"valkey-cli", "valkey-cli -h localhost -n 0", local, "redis-cli"},

		// Certificates that are not checked.
		{"skip_verify at home", "rediss://localhost:6390?skip_verify=true", config.Redis{Host: "localhost", Port: 6390, TLS: true, SkipVerify: true}, ""},
		{"skip_verify without TLS", "redis://localhost:6390?skip_verify=true", server("localhost", 6390, "", "", false), "left it out"},
		{"--insecure at home", "redis-cli --tls --insecure -h 127.0.0.1 -p 6390", config.Redis{Host: "127.0.0.1", Port: 6390, TLS: true, SkipVerify: true}, "redis-cli"},

		// Addresses that work and are a risk.
		{"plain text on the internet", "redis://:" + pw + "@cache.example.com:6379", server("cache.example.com", 6379, "", pw, false), "no TLS"},
		{"no password on the internet", "rediss://203.0.113.9:6379", server("203.0.113.9", 6379, "", "", true), "no password"},
		{"not upstash", "redis://:" + pw + "@upstash.io.evil.example:6379", server("upstash.io.evil.example", 6379, "", pw, false), "no TLS"},
	} {
		t.Run(row.name, func(t *testing.T) {
			got, err := config.ParseRedis(row.in)
			if err != nil {
				t.Fatalf("ParseRedis: %v", err)
			}
			if diff := cmp.Diff(row.want, got, cmpopts.IgnoreFields(config.Redis{}, "Repairs", "Warnings")); diff != "" {
				t.Errorf("ParseRedis (-want +got):\n%s", diff)
			}
			said := tells(got, nil)
			if !strings.Contains(said, row.told) || row.told == "" && len(got.Repairs)+len(got.Warnings) > 0 {
				t.Errorf("ParseRedis says %q, want it to say %q", said, row.told)
			}
			if strings.Contains(said+fmt.Sprintf("%v%+v%#v", got, got, got), pw) {
				t.Error("ParseRedis tells the password")
			}
		})
	}
}

// tells returns all text that ParseRedis returned.
func tells(r config.Redis, err error) string {
	said := strings.Join(r.Repairs, "\n") + "\n" + strings.Join(r.Warnings, "\n")
	if err != nil {
		said += err.Error()
	}
	return said
}

func TestRedisAddr(t *testing.T) {
	for in, want := range map[string]string{"redis:6379": "redis:6379", "::1": "[::1]:6379", "redis://[2001:DB8::1]:1": "[2001:db8::1]:1"} {
		r, err := config.ParseRedis(in)
		if err != nil || r.Addr() != want {
			t.Errorf("ParseRedis(%q).Addr() = %q, %v; want %q", in, r.Addr(), err, want)
		}
	}
}
