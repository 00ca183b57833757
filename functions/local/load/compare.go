package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// rounds is how often each server gets each kind of load. The servers take turns, so that
// other programs on the machine disturb all of them.
const rounds = 5

// columns are the columns of the table. A sample has a number for each one. "to limit" is
// the server's requests a second, divided by those of the first server in the same round.
// The last three are for one request: the server's processor time (0 where it is not
// known), the commands to Redis and the new connections to Redis.
var columns = [...]struct{ name, format string }{
	{"requests/s", "%.0f"},
	{"to limit", "%.2f"},
	{"p50 ms", "%.2f"},
	{"p99 ms", "%.2f"},
	{"CPU µs", "%.0f"},
	{"commands", "%.2f"},
	{"new connections", "%.4f"},
}

type sample [len(columns)]float64

// compare runs every kind of load in some rounds and prints the medians.
func (b *bench) compare(ctx context.Context, d time.Duration, out io.Writer) error {
	each := d / time.Duration(rounds*len(kinds)*len(b.contenders))
	_, _ = fmt.Fprintf(out, "%s\nRedis is %s. Medians of %d rounds of %v.\n\n", machine(), b.redis.name, rounds, each.Round(time.Millisecond))
	head, rule := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		head[i], rule[i] = c.name, "--:"
	}
	row(out, "load", "server", head)
	row(out, "---", "---", rule)
	for _, k := range kinds {
		samples := make([][]sample, len(b.contenders))
		for round := range rounds {
			for i, c := range b.contenders {
				if c.server(k) == nil {
					continue
				}
				s, err := b.sample(ctx, c, k, each)
				if err != nil {
					return fmt.Errorf("%s of %s: %w", k.name, c.name, err)
				}
				samples[i] = append(samples[i], s)
				samples[i][round][1] = s[0] / samples[0][round][0]
			}
		}
		for i, c := range b.contenders {
			if len(samples[i]) > 0 {
				row(out, k.name, c.name, medians(samples[i]))
			}
		}
	}
	return nil
}

// sample loads a server for the time d. The first fifth is not counted: caches and pools fill.
func (b *bench) sample(ctx context.Context, c contender, k kind, d time.Duration) (sample, error) {
	conns := make([]*conn, k.clients)
	for i := range conns {
		r, err := c.request(k, i)
		if err != nil {
			return sample{}, err
		}
		if conns[i], err = dial(r); err != nil {
			return sample{}, err
		}
		defer func() { _ = conns[i].Close() }()
	}
	ask := func(client int) error { return conns[client].ask() }
	warm := run(ctx, k.clients, d/5, ask)
	commands, connections, err := b.redis.count()
	cpu := c.server(k).cpu()
	r := run(ctx, k.clients, d-d/5, ask)
	cpu = c.server(k).cpu() - cpu
	commandsThen, connectionsThen, err2 := b.redis.count()
	if ctx.Err() != nil {
		return sample{}, errors.New("it was interrupted")
	}
	if err := errors.Join(append(append(warm.errs, r.errs...), err, err2)...); err != nil {
		return sample{}, err
	}
	n := float64(len(r.took))
	return sample{
		n / r.elapsed.Seconds(), 0, milliseconds(r.percentile(0.5)), milliseconds(r.percentile(0.99)), milliseconds(cpu) * 1000 / n,
		float64(commandsThen-commands) / n, float64(connectionsThen-connections) / n,
	}, nil
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }

func medians(samples []sample) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		var all []float64
		for _, s := range samples {
			all = append(all, s[i])
		}
		slices.Sort(all)
		out[i] = fmt.Sprintf(c.format, all[len(all)/2])
	}
	return out
}

// row prints a row of a table in Markdown.
func row(out io.Writer, load, server string, numbers []string) {
	_, _ = fmt.Fprintf(out, "| %-37s | %-8s |", load, server)
	for i, n := range numbers {
		_, _ = fmt.Fprintf(out, " %*s |", max(8, len(columns[i].name)), n)
	}
	_, _ = fmt.Fprintln(out)
}

// machine describes this machine, and how busy it is, if the system has that number.
func machine() string {
	model, busy := runtime.GOARCH, ""
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if _, rest, ok := strings.Cut(string(info), "model name\t: "); ok {
			model, _, _ = strings.Cut(rest, "\n")
		}
	}
	if average, err := os.ReadFile("/proc/loadavg"); err == nil {
		busy, _, _ = strings.Cut(", load average "+string(average), ".")
	}
	return fmt.Sprintf("%d × %s, %s, %s%s.", runtime.NumCPU(), model, runtime.GOOS, runtime.Version(), busy)
}
