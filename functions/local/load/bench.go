package load

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"pantry.example/shared/config"
)

// kind is a kind of load: what the clients ask for, and how many clients there are.
type kind struct {
	name    string
	path    string // UID stands for the user's ID
	clients int
	far     bool // Redis is 2 ms away
}

var kinds = []kind{
	{"check-expiration, 20 connections", "/check-expiration", 20, false},
	{"check-expiration, 64 connections", "/check-expiration", 64, false},
	{"list of 10 recipes, 64", "/recipes", 64, false},
	{"the article's list, 64", "/recipes?userID=UID", 64, false},
	{"check-expiration, Redis 2 ms away, 80", "/check-expiration", 80, true},
}

// contender is a server that is compared. near is its process beside Redis. far is a second
// process, to which Redis is 2 ms away; it can be nil.
type contender struct {
	name      string
	near, far *server
	users     []*person   // who ask for the path of the kind; if empty, the clients ask for the URL itself
	header    http.Header // sent when there are no users
}

// server returns the process for a kind of load. It is nil when there is none.
func (c contender) server(k kind) *server {
	if k.far {
		return c.far
	}
	return c.near
}

// request returns what a client sends.
func (c contender) request(k kind, client int) (*http.Request, error) {
	path, header := "", c.header
	if len(c.users) > 0 {
		u := c.users[client%len(c.users)]
		path, header = strings.ReplaceAll(k.path, "UID", u.uid), http.Header{"Authorization": {"Bearer " + u.handle}}
	}
	r, err := http.NewRequest(http.MethodGet, c.server(k).url+path, nil)
	if err == nil {
		r.Header = header
	}
	return r, err
}

// bench is one run of the comparison.
type bench struct {
	redis      *redisServer
	slow       *line // a delayed way to the same Redis
	contenders []contender
	closers    []func()
}

// Bench compares the speed of Pantry with a bare handler and with other servers, and prints
// a table. README.md of functions/local explains it.
func Bench(ctx context.Context, arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	d := flags.Duration("duration", 50*time.Second, "how long all loads take together")
	limit := flags.String("serve-limit", "", "serve the bare handler with the Redis at this `address`, and do nothing else; bench starts itself with this flag")
	var urls, paths, headers []string
	several := func(name, usage string, into *[]string) {
		flags.Func(name, usage, func(s string) error { *into = append(*into, s); return nil })
	}
	several("url", "also measure another server on this machine: `name=URL`, which gets GET requests", &urls)
	several("header", "send this header, `Name:value`, to the servers of -url", &headers)
	several("path", "also measure another build of functions/local: `name=path`", &paths)
	if err := Parse(flags, arguments, out); err != nil {
		return err
	}
	if *limit != "" {
		return serveLimit(ctx, *limit, out)
	}
	b := &bench{}
	defer func() {
		for i := len(b.closers) - 1; i >= 0; i-- {
			b.closers[i]()
		}
	}()
	if err := b.open(ctx, paths); err != nil {
		return err
	}
	for _, s := range urls {
		if err := b.addURL(s, headers); err != nil {
			return err
		}
	}
	return b.compare(ctx, *d, out)
}

// Parse parses the flags of a command. It refuses other arguments. The caller shows the error.
// With -h, Parse prints the flags and returns flag.ErrHelp.
func Parse(flags *flag.FlagSet, arguments []string, out io.Writer) error {
	flags.SetOutput(io.Discard) // or the FlagSet would print the error too
	err := flags.Parse(arguments)
	switch {
	case errors.Is(err, flag.ErrHelp):
		flags.SetOutput(out)
		flags.Usage()
	case err != nil:
		return fmt.Errorf("%w; %s -h lists the flags", err, flags.Name())
	case flags.NArg() > 0:
		return fmt.Errorf("%s takes flags only; %[1]s -h lists them", flags.Name())
	}
	return err
}

// open starts all servers.
func (b *bench) open(ctx context.Context, paths []string) (err error) {
	if b.redis, err = startRedis(ctx); err != nil {
		return err
	}
	b.closers = append(b.closers, b.redis.close)
	if b.slow, err = newLine(b.redis.address, 2*time.Millisecond); err != nil {
		return err
	}
	b.closers = append(b.closers, b.slow.close)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	limit := contender{name: "limit"}
	if limit.near, err = b.start(ctx, self, []string{"bench", "-serve-limit", b.redis.address}); err != nil {
		return err
	}
	if limit.far, err = b.start(ctx, self, []string{"bench", "-serve-limit", b.slow.address()}); err != nil {
		return err
	}
	b.contenders = append(b.contenders, limit)
	for _, s := range append([]string{"pantry=" + self}, paths...) {
		name, path, _ := strings.Cut(s, "=")
		if err := b.addPantry(ctx, name, path); err != nil {
			return fmt.Errorf("start %s: %w", s, err)
		}
	}
	return nil
}

func (b *bench) start(ctx context.Context, binary string, arguments []string, variables ...string) (*server, error) {
	s, err := startServer(ctx, binary, arguments, variables...)
	if err == nil {
		b.closers = append(b.closers, s.close)
	}
	return s, err
}

// addPantry starts a Pantry near Redis and one far from it, for the same 20 users.
func (b *bench) addPantry(ctx context.Context, name, binary string) error {
	near, err := b.start(ctx, binary, nil, "REDIS_SERVER="+b.redis.address)
	if err != nil {
		return err
	}
	p, err := newPantry(ctx, near.url)
	if err != nil {
		return err
	}
	c := contender{name: name, near: near}
	auth := strings.TrimPrefix(p.auth, "http://")
	if c.far, err = b.start(ctx, binary, nil, "REDIS_SERVER="+b.slow.address(), "FIREBASE_AUTH_EMULATOR_HOST="+auth); err != nil {
		return err
	}
	for range 20 {
		u, err := p.newCook(ctx)
		if err != nil {
			return err
		}
		c.users = append(c.users, u)
	}
	b.contenders = append(b.contenders, c)
	return nil
}

// newCook returns a new user with a session and ten recipes.
func (p *pantry) newCook(ctx context.Context) (*person, error) {
	u, err := p.signUp(ctx)
	if err != nil {
		return nil, err
	}
	_, err = u.signIn(ctx)
	for i := 0; i < 10 && err == nil; i++ {
		_, err = u.call(ctx, http.MethodPost, "/recipes", map[string]any{
			"title": fmt.Sprintf("Lemon risotto %d", i+1), "url": "https://example.com/risotto", "rating": 4.5, "servings": 4, "cookMinutes": 25,
			"tags": []string{"rice", "weeknight"}, "notes": "Better with old cheese.",
			"ingredients": []string{"300 g rice", "1 lemon", "1 onion", "1 l stock", "50 g butter", "80 g parmesan"},
			"steps":       []string{"Soften the onion in half the butter.", "Stir the rice in and add the stock, a ladle at a time.", "Finish with lemon, butter and cheese."},
		}, nil)
	}
	return u, err
}

// addURL adds a server that runs already. It takes no part in loads with a far Redis.
func (b *bench) addURL(nameAndURL string, headers []string) error {
	name, address, _ := strings.Cut(nameAndURL, "=")
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || u.Port() == "" || !config.IsLoopback(u.Host) {
		return errors.New("-url: write name=http://localhost:PORT/path; only this machine is put under load")
	}
	c := contender{name: name, near: &server{url: u.String()}, header: http.Header{}}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ":")
		c.header.Add(name, strings.TrimSpace(value))
	}
	b.contenders = append(b.contenders, c)
	return nil
}
