package doctor_test

import (
	"fmt"
	"net"
	"testing"

	"github.com/alicebob/miniredis/v2"

	"pantry.example/shared/emulator"
)

func redisEnv(server string) map[string]string { return map[string]string{"REDIS_SERVER": server} }

func TestNothingConfigured(t *testing.T) {
	d := examine(t, nil)
	if d.code != 0 {
		t.Errorf("exit code %d for a fresh clone", d.code)
	}
	d.want("config", "pass", "demo-pantry")
	d.want("redis-address", "skip", "embedded")
	d.want("firebase-lookup", "skip", "embedded")
	d.want("firestore-access", "skip", "in memory")
	d.want("allowed-origins", "pass", "development servers")
	d.want("url", "skip")
}

func TestRealRedis(t *testing.T) {
	d := examine(t, redisEnv(emulator.Redis(t)))
	for _, check := range []string{"address", "dns", "tcp", "tls", "password", "latency", "version", "role", "eviction", "scripts"} {
		d.want("redis-"+check, "pass")
	}
	d.want("redis-tls", "pass", "TLS 1.3", "until 2")
	d.want("redis-scripts", "pass", "the test key is gone")
}

func TestEmbeddedRedis(t *testing.T) {
	m := miniredis.RunT(t)
	d := examine(t, redisEnv(m.Addr()))
	d.want("redis-tls", "pass", "none")
	d.want("redis-password", "pass", "none needed")
	d.want("redis-latency", "pass", "median of 5")
	d.want("redis-version", "warn", "does not tell")
	d.want("redis-eviction", "warn", "does not tell", "Upstash console")
	d.want("redis-scripts", "pass", "gone")
	if keys := m.Keys(); len(keys) > 0 {
		t.Errorf("the doctor left %q", keys)
	}
}

func TestPasswords(t *testing.T) {
	m := miniredis.RunT(t)
	m.RequireAuth("another")
	d := examine(t, redisEnv(m.Addr()))
	d.want("redis-password", "fail", "NOAUTH", "REDIS_SERVER")
	d.want("redis-scripts", "skip", "lets nobody in")
	d = examine(t, redisEnv("redis://default:"+password+"@"+m.Addr()))
	d.want("redis-password", "fail", "WRONGPASS")
	m.RequireAuth(password)
	d = examine(t, redisEnv("redis://default:"+password+"@"+m.Addr()))
	d.want("redis-password", "pass", "accepted")
}

func TestRepairs(t *testing.T) {
	m := miniredis.RunT(t)
	d := examine(t, redisEnv(`export REDIS_URL="redis://`+m.Addr()+`"`))
	d.want("redis-address", "pass", m.Addr())
	d.want("redis-address", "warn", "had to be repaired")
}

func TestRefusedPort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	d := examine(t, redisEnv(addr))
	d.want("redis-tcp", "fail", "nothing listens")
	d.want("redis-tls", "skip")
	d.want("redis-scripts", "skip")
}

func TestNoSuchHost(t *testing.T) {
	d := examine(t, redisEnv("rediss://default:"+password+"@gone.pantry.invalid:6379"))
	for _, l := range d.Lines {
		if l.Check == "redis-dns" && l.Status == "fail" {
			return // which of the two it is, a machine's DNS decides
		}
	}
	t.Errorf("no failure of redis-dns: %+v", d.Lines)
}

func TestBadVariablesDoNotHideTheRest(t *testing.T) {
	m := miniredis.RunT(t)
	d := examine(t, map[string]string{
		"REDIS_SERVER": m.Addr(), "SESSION_TTL": password, "GOOGLE_CLOUD_PROJECT": "12345678", "ALLOWED_ORIGINS": "*",
	})
	d.want("config", "fail", "SESSION_TTL")
	d.want("config", "fail", "GOOGLE_CLOUD_PROJECT")
	d.want("config", "fail", "ALLOWED_ORIGINS")
	d.want("allowed-origins", "skip")
	d.want("firebase-lookup", "skip", "project's ID")
	d.want("firestore-access", "skip", "project's ID")
	d.want("redis-scripts", "pass")

	d = examine(t, redisEnv("https://eu1-some-12345.upstash.io?token="+password))
	d.want("config", "fail", "REDIS_SERVER")
	d.want("redis-address", "skip", "cannot be read")
}

func TestServersThatRefuse(t *testing.T) {
	for name, row := range map[string]struct {
		answers map[string]string // to a command, in RESP; +OK to all others
		check   string
		status  string
		words   []string
	}{
		"may not ping":        {map[string]string{"PING": "-NOPERM User " + password + " has no permissions"}, "password", "fail", []string{"NOPERM", "default user"}},
		"no clients left":     {map[string]string{"HELLO": "-ERR max number of clients reached", "PING": "-ERR max number of clients reached"}, "password", "fail", []string{"no connection left"}},
		"loading":             {map[string]string{"PING": "-LOADING Redis is loading the dataset"}, "password", "fail", []string{"starting", "LOADING"}},
		"replica by role":     {facts("role", "slave"), "role", "fail", []string{"replica", "primary"}},
		"old":                 {facts("redis_version", "5.0.14"), "version", "warn", []string{"Redis 5.0.14", "6.2"}},
		"valkey":              {facts("valkey_version", "8.0.1"), "version", "pass", []string{"Valkey 8.0.1", "7.2.4"}},
		"upstash":             {facts("upstash_version", "1.13.2"), "version", "pass", []string{"Upstash 1.13.2"}},
		"info forbidden":      {map[string]string{"INFO": "-NOPERM no info", "CONFIG": "-NOPERM no config"}, "version", "warn", []string{"NOPERM"}},
		"policy forbidden":    {map[string]string{"INFO": "-NOPERM no info", "CONFIG": "-NOPERM no config"}, "eviction", "warn", []string{"does not tell", "NOPERM", "console"}},
		"policy from config":  {map[string]string{"INFO": "-ERR no", "CONFIG": "*2\r\n$16\r\nmaxmemory-policy\r\n$11\r\nallkeys-lru"}, "eviction", "fail", []string{"allkeys-lru", "noeviction"}},
		"evicts":              {facts("maxmemory_policy", "volatile-lru"), "eviction", "fail", []string{"volatile-lru", "noeviction"}},
		"would evict":         {facts("maxmemory_policy", "volatile-lru", "maxmemory", "0"), "eviction", "warn", []string{"no memory limit is set"}},
		"nearly full":         {facts("used_memory", "95"), "eviction", "warn", []string{"95 %"}},
		"no scripts":          {map[string]string{"EVALSHA": "-ERR unknown command 'EVALSHA'"}, "scripts", "fail", []string{"no scripts"}},
		"scripts forbidden":   {map[string]string{"EVALSHA": "-NOPERM this user"}, "scripts", "fail", []string{"NOPERM", "scripting"}},
		"read-only":           {map[string]string{"EVALSHA": "-READONLY You can't write against a read only replica."}, "scripts", "fail", []string{"replica", "primary"}},
		"full":                {map[string]string{"EVALSHA": "-OOM command not allowed"}, "scripts", "fail", []string{"memory is full"}},
		"disk full":           {map[string]string{"EVALSHA": "-MISCONF Errors writing to the AOF"}, "scripts", "fail", []string{"disk"}},
		"scripts misbehave":   {map[string]string{"EVALSHA": ":0"}, "scripts", "fail", []string{"does not read what it wrote"}},
		"key stays":           {map[string]string{"EVALSHA": ":1", "EXISTS": ":1"}, "scripts", "warn", []string{"ends by itself"}},
		"scripts fail":        {map[string]string{"EVALSHA": "-BUSY a script is running"}, "scripts", "fail", []string{"BUSY"}},
		"no password at all":  {map[string]string{"HELLO": "-ERR unknown command", "AUTH": "-ERR AUTH <password> called without any password configured for the default user."}, "password", "fail", []string{"the server has none"}},
		"protected":           {map[string]string{"PING": "-DENIED Redis is running in protected mode", "HELLO": "-DENIED Redis is running in protected mode"}, "password", "fail", []string{"protected mode"}},
		"breaks off":          {map[string]string{"PING": "-ERR", "INFO": ""}, "password", "fail", []string{"first command"}},
		"fails while pinging": {map[string]string{"PING 4": "-ERR no"}, "latency", "fail", []string{"PING failed"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := examine(t, redisEnv("redis://default:"+password+"@"+scripted(t, row.answers)))
			d.want("redis-"+row.check, row.status, row.words...)
		})
	}
}

// facts is a good server's INFO, changed.
func facts(changed ...string) map[string]string {
	all := map[string]string{
		"redis_version": "7.2.4", "role": "master", "maxmemory_policy": "noeviction", "used_memory": "10", "maxmemory": "100",
	}
	for i := 0; i < len(changed); i += 2 {
		all[changed[i]] = changed[i+1]
	}
	text := ""
	for name, value := range all {
		text += name + ":" + value + "\r\n"
	}
	return map[string]string{"INFO": fmt.Sprintf("$%d\r\n%s", len(text), text)}
}
