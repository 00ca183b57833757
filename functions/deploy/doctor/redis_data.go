package doctor

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

func (r *report) redisEviction(ctx context.Context, client *redis.Client, facts map[string]string) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	policy, code := facts["maxmemory_policy"], facts["error"]
	if policy == "" {
		values, err := client.ConfigGet(ctx, "maxmemory-policy").Result()
		policy = values["maxmemory-policy"]
		if c := errorCode(err); c != "" {
			code = c
		}
	}
	used, _ := strconv.ParseFloat(facts["used_memory"], 64)
	limit, err := strconv.ParseFloat(facts["maxmemory"], 64)
	const turnOff = "Set maxmemory-policy to noeviction (Upstash console > your database > Configuration > Eviction: off); keys end by their own TTL"
	switch {
	case policy == "":
		r.warn(checkEvict, "the server does not tell its policy"+behind(code), "See that eviction is off: Upstash console > your database > Configuration > Eviction")
	case policy == "noeviction" && limit > 0 && used > 0.8*limit:
		r.warn(checkEvict, fmt.Sprintf("noeviction, and %.0f %% of the memory is used: sign-ins fail when it is full", 100*used/limit), "Take a larger plan")
	case policy == "noeviction":
		r.pass(checkEvict, "noeviction")
	case err == nil && limit == 0:
		r.warn(checkEvict, policy+", without a memory limit that would set it off", turnOff)
	default:
		r.fail(checkEvict, policy+": under memory pressure the server drops sessions, and what it knows of closed ones", turnOff)
	}
}

// probeTTL is how long the test key lives when the doctor dies in the middle.
const probeTTL = 10 * time.Second

// probe uses each command that the session's scripts use, on one key.
var probe = redis.NewScript(`
redis.call('HSET', KEYS[1], 'probe', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local all, one = redis.call('HGETALL', KEYS[1]), redis.call('HGET', KEYS[1], 'probe')
local ttl = redis.call('PTTL', KEYS[1])
redis.call('HDEL', KEYS[1], 'probe')
redis.call('DEL', KEYS[1])
if #all == 2 and one == ARGV[1] and ttl > 0 then return 1 end
return 0`)

func (r *report) redisScripts(ctx context.Context, client *redis.Client) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	key := "user:pantry-doctor-" + rand.Text() // in the functions' own key space, for its permissions
	worked, err := probe.Run(ctx, client, []string{key}, "1", probeTTL.Milliseconds()).Int()
	switch code := errorCode(err); {
	case err == nil && worked == 1:
		r.leftover(ctx, client, key)
	case err == nil:
		r.fail(checkScripts, "the test script does not read what it wrote", "Is this a proxy or a Redis-like server? Pantry needs Redis 6.2, Valkey or Upstash")
	case code == "NOPERM":
		r.fail(checkScripts, "the user may not run scripts or write user:* keys (NOPERM)", "Use the default user, or allow +@scripting +@hash +@keyspace on ~user:*; on Upstash do not use the read-only token")
	case code == "READONLY":
		r.fail(checkScripts, "the server takes no writes (READONLY): it is a replica", "Use the address of the primary")
	case code == "OOM":
		r.fail(checkScripts, "the memory is full (OOM): nobody can sign in", "Take a larger plan, or remove what does not belong there")
	case code == "MISCONF":
		r.fail(checkScripts, "the server cannot save to its disk and takes no writes (MISCONF)", "Look at the server's disk and log")
	case err != nil && strings.Contains(strings.ToLower(err.Error()), "unknown command"):
		r.fail(checkScripts, "the server has no scripts (EVAL)", "Use Redis 6.2 or newer, Valkey or Upstash")
	case isTimeout(err):
		r.fail(checkScripts, "no answer in "+round(stepTimeout), "Another script may be running on the server; look at its load")
	default:
		r.fail(checkScripts, "the test script failed"+behind(code), "Look at the server's log and limits")
	}
}

// leftover sees that the test key is gone.
func (r *report) leftover(ctx context.Context, client *redis.Client, key string) {
	n, err := client.Exists(ctx, key).Result()
	if err == nil && n == 0 {
		r.pass(checkScripts, "run, and the test key is gone")
		return
	}
	r.warn(checkScripts, "run; whether the test key is gone could not be seen", "It ends by itself after "+probeTTL.String())
}
