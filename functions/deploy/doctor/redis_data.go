package doctor

import (
	"context"
	"crypto/rand"
	"fmt"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

func (s *server) eviction(ctx context.Context, r *report) bool {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	policy, code := s.facts["maxmemory_policy"], s.facts["error"]
	if policy == "" {
		values, err := s.client.ConfigGet(ctx, "maxmemory-policy").Result()
		policy = values["maxmemory-policy"]
		if c := errorCode(err); c != "" {
			code = c
		}
	}
	used, _ := strconv.ParseFloat(s.facts["used_memory"], 64)
	limit, err := strconv.ParseFloat(s.facts["maxmemory"], 64)
	const turnOff = "Set maxmemory-policy to noeviction (Upstash console > your database > Configuration > Eviction: off); keys end by their own TTL"
	r.judge(checkEvict, []finding{
		{policy == "", warn, "the server does not tell its policy" + inParentheses(code), "See that eviction is off: Upstash console > your database > Configuration > Eviction"},
		{policy == "noeviction" && limit > 0 && used > 0.8*limit, warn, fmt.Sprintf("noeviction, and %.0f %% of the memory is used: sign-ins fail when it is full", 100*used/limit), "Take a larger plan"},
		{policy == "noeviction", pass, policy, ""},
		{err == nil && limit == 0, warn, policy + ", but no memory limit is set, so nothing is evicted", turnOff},
		{true, fail, policy + ": when its memory is full, the server drops sessions and what it knows of closed ones", turnOff},
	}...)
	return true
}

// probeTTL is how long the test key lives if the doctor is stopped before it removes the key.
const probeTTL = 10 * time.Second

// probe uses each command of the session's scripts on one key.
var probe = redis.NewScript(`
redis.call('HSET', KEYS[1], 'probe', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local all, one = redis.call('HGETALL', KEYS[1]), redis.call('HGET', KEYS[1], 'probe')
local ttl = redis.call('PTTL', KEYS[1])
redis.call('HDEL', KEYS[1], 'probe')
redis.call('DEL', KEYS[1])
if #all == 2 and one == ARGV[1] and ttl > 0 then return 1 end
return 0`)

// scriptErrors are the error codes that can answer the test script.
var scriptErrors = map[string]advice{
	"NOPERM":   {"the user may not run scripts or write user:* keys (NOPERM)", defaultUser},
	"READONLY": {"the server takes no writes (READONLY): it is a replica", "Use the address of the primary"},
	"OOM":      {"the memory is full (OOM): nobody can sign in", "Take a larger plan, or remove what does not belong there"},
	"MISCONF":  {"the server cannot save to its disk and takes no writes (MISCONF)", "Look at the server's disk and log"},
	"UNKNOWN":  {"the server has no scripts (EVAL)", "Use Redis 6.2 or newer, Valkey or Upstash"},
}

func (s *server) scripts(ctx context.Context, r *report) bool {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	key := "user:pantry-doctor-" + rand.Text() // in the functions' own key space, for its permissions
	worked, err := probe.Run(ctx, s.client, []string{key}, "1", probeTTL.Milliseconds()).Int()
	left, existsErr := int64(0), error(nil)
	if err == nil {
		left, existsErr = s.client.Exists(ctx, key).Result()
	}
	known, ok := scriptErrors[errorCode(err)]
	return r.judge(checkScripts, []finding{
		{err == nil && worked != 1, fail, "the test script does not read what it wrote", "Pantry needs Redis 6.2, Valkey or Upstash: see whether this is a proxy or another server"},
		{err == nil && (left > 0 || existsErr != nil), warn, "run; whether the test key is gone could not be seen", "It ends by itself after " + probeTTL.String()},
		{err == nil, pass, "run, and the test key is gone", ""},
		{ok, fail, known.seen, known.fix},
		{isTimeout(err), fail, "no answer in " + round(stepTimeout), "Another script may be running on the server; look at its load"},
		{true, fail, "the test script failed" + inParentheses(errorCode(err)), "Look at the server's log and limits"},
	}...)
}
