package faults_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2/server"

	"pantry.example/shared/emulator/google"
)

// testRedis makes Redis fail. Firebase's word on each user is fresh.
func testRedis(t *testing.T, g *google.Google) {
	t.Helper()
	faults := redisFaults()
	rows := make([][]string, len(faults))
	t.Run("all", func(t *testing.T) {
		for i, f := range faults {
			t.Run(f.name, func(t *testing.T) {
				t.Parallel()
				f.limit = 4 * time.Second
				rows[i] = f.try(newWorld(t, g, !f.scripted), allCalls())
			})
		}
	})
	section(t, "Redis", allCalls(), names(faults), rows)
}

type redisFault struct {
	fault
	scripted bool // its answers are made up, so it needs miniredis
}

func names(faults []redisFault) []string {
	var all []string
	for _, f := range faults {
		all = append(all, f.name)
	}
	return all
}

func redisFaults() []redisFault {
	stop := func(w *world) { w.net.down() }
	start := func(w *world) { w.net.up() }
	heal := func(w *world) { w.net.heal() }
	network := func(name, kind string, attributes map[string]int, streams ...string) redisFault {
		return redisFault{fault: fault{name: name, end: heal, start: func(w *world) {
			for _, stream := range streams {
				w.net.poison(kind, stream, attributes)
			}
		}}}
	}
	latency := func(ms int) map[string]int { return map[string]int{"latency": ms} }
	answers := func(text string, commands ...string) redisFault {
		refused := " " + strings.Join(commands, " ") + " "
		return redisFault{
			fault: fault{
				name: text[:strings.IndexByte(text, ' ')],
				start: func(w *world) {
					w.mini.Server().SetPreHook(func(c *server.Peer, name string, _ ...string) bool {
						if !strings.Contains(refused, " "+name+" ") {
							return false
						}
						c.WriteError(text)
						return true
					})
				},
				end: func(w *world) { w.mini.Server().SetPreHook(nil) },
			},
			scripted: true,
		}
	}
	writes := []string{"EVAL", "EVALSHA", "HSET", "HDEL", "DEL", "PEXPIRE"}
	slightly := network("slow, 100 ms", "latency", latency(100), "downstream")
	slightly.quick = true // the waits add up to no deadline
	return []redisFault{
		{fault: fault{name: "down at start", start: func(w *world) { stop(w); w.restart() }, end: start}},
		{fault: fault{name: "down in the middle", start: stop, end: start}},
		slightly,
		network("slow, 2 s", "latency", latency(2000), "downstream"),
		network("slow, 30 s", "latency", latency(30_000), "downstream"),
		network("half-open", "timeout", map[string]int{"timeout": 0}, "upstream", "downstream"),
		network("reset", "reset_peer", map[string]int{"timeout": 0}, "downstream"),
		network("one byte a second", "slicer", map[string]int{"average_size": 1, "size_variation": 0, "delay": 1_000_000}, "downstream"),
		{fault: fault{name: "all connections dead after a freeze", start: func(w *world) { stop(w); start(w) }, end: func(*world) {}}},
		answers("OOM command not allowed when used memory > 'maxmemory'.", writes...),
		answers("READONLY You can't write against a read only replica.", writes...),
		answers("LOADING Redis is loading the dataset in memory", append(writes, "HMGET", "HGETALL", "HGET")...),
		{fault: fault{name: "NOSCRIPT after a restart", start: func(w *world) {
			if err := w.admin.ScriptFlush(context.Background()).Err(); err != nil {
				w.t.Error(err)
			}
		}, end: func(*world) {}}},
		{fault: fault{name: "data lost", lost: true, start: func(w *world) { w.mini.FlushAll() }, end: func(*world) {}}, scripted: true},
	}
}
