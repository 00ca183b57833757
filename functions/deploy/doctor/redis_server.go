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
)

// far is the latency of a server in another region. In the same region it is 1 to 5 ms.
const far = 50 * time.Millisecond

// server is a Redis that accepts connections.
type server struct {
	c      config.Redis
	client *redis.Client
	facts  map[string]string // from INFO
}

// advice is what to report when a server answers with an error.
type advice struct{ seen, fix string }

const (
	copyAgain   = "Copy the address again: Upstash console > your database > Connect > TCP tab; after a password reset, give the secret a new version and deploy again"
	defaultUser = "Use the default user, or allow this one: +@hash +@scripting +@connection +@keyspace on ~user:*; on Upstash do not use the read-only token"
)

// passwordErrors are the error codes that can answer the first command.
var passwordErrors = map[string]advice{
	"NOAUTH":     {"the server asks for a password and got none (NOAUTH)", "Put the password into REDIS_SERVER. " + copyAgain},
	"WRONGPASS":  {"the server refused the password (WRONGPASS)", copyAgain},
	"NOPASSWORD": {"a password was given and the server has none", "Take the password out of REDIS_SERVER, or set one at the server"},
	"NOPERM":     {"the password is right and its user may not even PING (NOPERM)", defaultUser},
	"MAXCLIENTS": {"the server has no connection left", "Lower max instances or concurrency, or take a larger plan"},
	"LOADING":    {"the server is starting (LOADING)", "Wait a minute and try again"},
	"MASTERDOWN": {"the server is cut off from its primary (MASTERDOWN)", "Wait a minute and try again"},
	"DENIED":     {"the server runs in protected mode and takes only connections from its own machine", "Set a password at the server"},
}

func (s *server) password(ctx context.Context, r *report) bool {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	err := s.client.Ping(ctx).Err()
	known, ok := passwordErrors[errorCode(err)]
	return r.judge(checkAuth, []finding{
		{err == nil && s.c.Password.Reveal() != "", pass, "accepted", ""},
		{err == nil, pass, "none needed, none given", ""},
		{ok, fail, known.seen, known.fix},
		{isTimeout(err), fail, "the connection stands and PING gets no answer in " + round(stepTimeout), "Look at the server's load and at its status page"},
		{true, fail, "the connection broke at the first command" + inParentheses(errorCode(err)), "Look at the server's log"},
	}...)
}

// codesByText has a code for Redis errors that begin with ERR. Only their text tells them
// apart.
var codesByText = map[string]string{
	"invalid password": "WRONGPASS", "without any password configured": "NOPASSWORD", "no password is set": "NOPASSWORD",
	"max number of clients": "MAXCLIENTS", "unknown command": "UNKNOWN",
}

// errorCode returns the word in capitals at the beginning of a Redis error. The rest of the
// error is never shown, because it may name the user.
func errorCode(err error) string {
	var fromServer redis.Error
	if !errors.As(err, &fromServer) {
		return ""
	}
	text := fromServer.Error()
	for part, code := range codesByText {
		if strings.Contains(strings.ToLower(text), part) {
			return code
		}
	}
	code, _, _ := strings.Cut(text, " ")
	if len(code) > 20 || strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return ""
	}
	return code
}

func inParentheses(code string) string {
	if code == "" {
		return ""
	}
	return " (" + code + ")"
}

func (s *server) latency(ctx context.Context, r *report) bool {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	took := make([]time.Duration, 5)
	for i := range took {
		start := time.Now()
		if err := s.client.Ping(ctx).Err(); err != nil {
			r.fail(checkPing, "PING failed, at try "+strconv.Itoa(i+1)+" of 5"+inParentheses(errorCode(err)), "Run the doctor again; when it stays so, look at the server's status page")
			return true
		}
		took[i] = time.Since(start)
	}
	slices.Sort(took)
	seen := fmt.Sprintf("PING takes %s (median of 5) from this machine", round(took[2]))
	return r.judge(checkPing,
		finding{took[2] > far, warn, seen, "Each request waits that long: put the functions into the database's region. From a laptop far from both it says nothing; run it in Cloud Shell"},
		finding{true, pass, seen, ""})
}

// readFacts reads INFO into facts. It asks for each section separately, because some servers
// lack one.
func (s *server) readFacts(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	s.facts = map[string]string{}
	for _, section := range []string{"server", "memory", "replication"} {
		text, err := s.client.Info(ctx, section).Result()
		if code := errorCode(err); s.facts["error"] == "" {
			s.facts["error"] = code
		}
		for line := range strings.Lines(text) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
				s.facts[name] = value
			}
		}
	}
}

func (s *server) version(ctx context.Context, r *report) bool {
	s.readFacts(ctx)
	version := s.facts["redis_version"]
	name := "Redis " + version
	switch {
	case s.facts["valkey_version"] != "":
		name = "Valkey " + s.facts["valkey_version"] + ", compatible with Redis " + version
	case s.facts["upstash_version"] != "", strings.HasSuffix(s.c.Host, ".upstash.io"):
		name = strings.TrimSpace("Upstash "+s.facts["upstash_version"]) + ", compatible with Redis " + version
	}
	var major, minor int
	_, err := fmt.Sscanf(version, "%d.%d", &major, &minor)
	return r.judge(checkVersion,
		finding{err != nil, warn, "INFO does not tell the version" + inParentheses(s.facts["error"]), "Look it up in the console: it must be compatible with Redis 6.2 or newer"},
		finding{major < 6 || major == 6 && minor < 2, warn, name, "Upgrade: Pantry is tested from Redis 6.2 on"},
		finding{true, pass, name, ""})
}

// role reports whether the server is a primary.
func (s *server) role(r *report) bool {
	role := s.facts["role"]
	return r.judge(checkRole,
		finding{role == "slave" || role == "replica", fail, "a replica: it takes no writes, and may still show closed sessions", "Use the address of the primary"},
		finding{role == "master" || role == "primary", pass, "a primary", ""},
		finding{true, info, "INFO does not tell the role; the script check below writes, so it shows whether this is a replica", ""})
}
