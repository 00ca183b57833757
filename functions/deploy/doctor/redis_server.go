package doctor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"pantry.example/shared/config"
	"pantry.example/shared/session"
)

// far is the latency from which a server is in another region: within one it is 1 to 5 ms.
const far = 50 * time.Millisecond

func (r *report) redisServer(ctx context.Context, c config.Redis) {
	client, err := session.NewClient(c)
	if err != nil {
		r.fail(checkAuth, "no client can be made", "Correct "+c.Variable)
		r.skip("there is no client", behindAuth...)
		return
	}
	defer func() { _ = client.Close() }()
	if !r.redisPassword(ctx, client, c) {
		r.skip("the server lets nobody in", behindAuth...)
		return
	}
	r.redisPing(ctx, client)
	facts := serverFacts(ctx, client)
	r.redisVersion(facts, c)
	replica := r.redisRole(facts)
	r.redisEviction(ctx, client, facts)
	if replica {
		r.skip("a replica takes no writes", checkScripts)
		return
	}
	r.redisScripts(ctx, client)
}

func (r *report) redisPassword(ctx context.Context, client *redis.Client, c config.Redis) bool {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	err := client.Ping(ctx).Err()
	given := c.Password.Reveal() != ""
	const copied = "Copy the address again: Upstash console > your database > Connect > TCP tab; after a password reset, give the secret a new version and deploy again"
	switch code := errorCode(err); {
	case err == nil && given:
		r.pass(checkAuth, "accepted")
		return true
	case err == nil:
		r.pass(checkAuth, "none needed, none given")
		return true
	case code == "NOAUTH":
		r.fail(checkAuth, "the server asks for a password and got none (NOAUTH)", "Put the password into "+c.Variable+". "+copied)
	case code == "WRONGPASS", strings.Contains(err.Error(), "invalid password"):
		r.fail(checkAuth, "the server refused the password (WRONGPASS)", copied)
	case strings.Contains(err.Error(), "without any password configured"), strings.Contains(err.Error(), "no password is set"):
		r.fail(checkAuth, "a password was given and the server has none", "Take the password out of "+c.Variable+", or set one at the server")
	case code == "NOPERM":
		r.fail(checkAuth, "the password is right and its user may not even PING (NOPERM)", "Use the default user, or allow this one: +@hash +@scripting +@connection +@keyspace on ~user:*")
	case strings.Contains(err.Error(), "max number of clients"):
		r.fail(checkAuth, "the server has no connection left", "Lower max instances or concurrency, or take a larger plan")
	case code == "LOADING", code == "MASTERDOWN":
		r.fail(checkAuth, "the server is starting or cut off from its master ("+code+")", "Wait a minute and try again")
	case code == "DENIED":
		r.fail(checkAuth, "the server runs in protected mode and takes only connections from its own machine", "Set a password at the server")
	case isTimeout(err):
		r.fail(checkAuth, "the connection stands and PING gets no answer in "+round(stepTimeout), "Look at the server's load and at its status page")
	default:
		r.fail(checkAuth, "the connection broke at the first command"+behind(code), "Look at the server's log")
	}
	return false
}

// errorCode is the word in capitals that a Redis error begins with. The rest of its text
// is never shown: it may name the user.
func errorCode(err error) string {
	var fromServer redis.Error
	if !errors.As(err, &fromServer) {
		return ""
	}
	code, _, _ := strings.Cut(fromServer.Error(), " ")
	if len(code) > 20 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ""
	}
	return code
}

func behind(code string) string {
	if code == "" {
		return ""
	}
	return " (" + code + ")"
}

func (r *report) redisPing(ctx context.Context, client *redis.Client) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	took := make([]time.Duration, 5)
	for i := range took {
		start := time.Now()
		if err := client.Ping(ctx).Err(); err != nil {
			r.fail(checkPing, "PING failed, at try "+strconv.Itoa(i+1)+" of 5"+behind(errorCode(err)), "Run the doctor again; when it stays so, look at the server's status page")
			return
		}
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	seen := fmt.Sprintf("PING takes %s (median of 5) from this machine", round(took[2]))
	if took[2] > far {
		r.warn(checkPing, seen, "Each request waits that long: put the functions into the database's region. From a laptop far from both it says nothing; run it in Cloud Shell")
		return
	}
	r.pass(checkPing, seen)
}

// serverFacts is what INFO tells, "" under a name that it does not. Each section is
// asked for by itself: a server that lacks one still tells the others.
func serverFacts(ctx context.Context, client *redis.Client) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	facts := map[string]string{}
	for _, section := range []string{"server", "memory", "replication"} {
		text, err := client.Info(ctx, section).Result()
		if err != nil {
			if code := errorCode(err); facts["error"] == "" && code != "" {
				facts["error"] = code
			}
			continue
		}
		for line := range strings.Lines(text) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
				facts[name] = value
			}
		}
	}
	return facts
}

func (r *report) redisVersion(facts map[string]string, c config.Redis) {
	version := facts["redis_version"]
	name := "Redis " + version
	switch {
	case facts["valkey_version"] != "":
		name = "Valkey " + facts["valkey_version"] + ", compatible with Redis " + version
	case facts["upstash_version"] != "", strings.HasSuffix(c.Host, ".upstash.io"):
		name = strings.TrimSpace("Upstash "+facts["upstash_version"]) + ", compatible with Redis " + version
	}
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
		r.warn(checkVersion, "INFO does not tell the version"+behind(facts["error"]), "Look it up in the console: it must be compatible with Redis 6.2 or newer")
		return
	}
	if major < 6 || major == 6 && minor < 2 {
		r.warn(checkVersion, name, "Upgrade: Pantry is tested from Redis 6.2 on")
		return
	}
	r.pass(checkVersion, name)
}

// redisRole reports whether the server is a replica.
func (r *report) redisRole(facts map[string]string) (replica bool) {
	switch facts["role"] {
	case "slave", "replica":
		r.fail(checkRole, "a replica: it takes no writes, and what it says of a closed session is old", "Use the address of the primary")
		return true
	case "master", "primary":
		r.pass(checkRole, "a primary")
	default:
		r.info(checkRole, "INFO does not tell; the scripts below write, so it is no replica when they run", "")
	}
	return false
}
