package session

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"pantry.example/shared/config"
)

// NewClient returns a Redis client made for an instance that is frozen between
// requests, when every pooled connection may be dead at the next one. It connects with
// the first command. No command takes longer than its context, or about 4 s without
// one. It is an error when c names no server.
func NewClient(c config.Redis) (*redis.Client, error) {
	if c.Embedded {
		return nil, errors.New("REDIS_SERVER is not set: name a Redis, or start everything with go run ./functions/local")
	}
	quiet.Do(func() { redis.SetLogger(silence{}) })
	return redis.NewClient(options(c)), nil
}

// go-redis writes a line of its own for each connection that fails. The request that it
// fails has a line already, in the log's format.
var quiet sync.Once

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

func options(c config.Redis) *redis.Options {
	o := &redis.Options{
		Addr:     c.Addr(),
		Username: c.Username,
		Password: c.Password.Reveal(),

		// A handshake of one command: RESP2 needs no push notifications, and with it
		// the pool drops a connection that has bytes waiting, such as a TLS alert.
		Protocol:                 2,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},

		// Concurrency of an instance is at most a few dozen; Upstash counts connections.
		PoolSize:         10,
		MaxActiveConns:   10,
		PipelinePoolSize: -1,
		MinIdleConns:     0,

		// Few idle connections and at least as many retries, so that a request gets past
		// all of them when they died; none old enough to have been dropped by a NAT.
		MaxIdleConns:    2,
		MaxRetries:      2,
		MinRetryBackoff: 4 * time.Millisecond,
		MaxRetryBackoff: 32 * time.Millisecond,
		ConnMaxIdleTime: 60 * time.Second,
		ConnMaxLifetime: 10 * time.Minute,

		DialTimeout:           2 * time.Second,
		DialerRetries:         1,
		ReadTimeout:           time.Second,
		WriteTimeout:          time.Second,
		PoolTimeout:           2 * time.Second,
		ContextTimeoutEnabled: true,
	}
	dialer := &net.Dialer{Timeout: o.DialTimeout, KeepAlive: 30 * time.Second}
	o.Dialer = dialer.DialContext
	if c.TLS {
		o.Dialer = dialTLS(dialer, &tls.Config{
			ServerName:         c.Host,
			MinVersion:         tls.VersionTLS12,
			InsecureSkipVerify: c.SkipVerify, //nolint:gosec // config grants it to a loopback host alone
		})
	}
	return o
}

// dialTLS connects with TLS in a way that lets the pool see a dead peer. go-redis asks
// the socket under a connection before it reuses it, but finds none under a *tls.Conn;
// without this the dead ones are found by failing, one retry each.
func dialTLS(dialer *net.Dialer, c *tls.Config) func(context.Context, string, string) (net.Conn, error) {
	d := tls.Dialer{NetDialer: dialer, Config: c}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, dialer.Timeout) // the handshake too
		defer cancel()
		conn, err := d.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		tc, ok := conn.(*tls.Conn)
		if !ok {
			return conn, nil
		}
		sc, ok := tc.NetConn().(syscall.Conn)
		if !ok {
			return conn, nil
		}
		return visibleConn{tc, sc}, nil
	}
}

// visibleConn is a TLS connection that shows its socket.
type visibleConn struct {
	*tls.Conn
	socket syscall.Conn
}

// SyscallConn is what the pool's health check asks for.
func (c visibleConn) SyscallConn() (syscall.RawConn, error) { return c.socket.SyscallConn() }
