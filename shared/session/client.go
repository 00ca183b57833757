package session

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync"
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

// readTimeout is how long one reply may take. A connection that does not answer is given
// up then, and what was asked on it is asked on a new one.
const readTimeout = 500 * time.Millisecond

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

		// A Cache shares one connection among its requests (Share). The pool is for
		// sign-ins, and keeps what it opened: with fewer idle connections than open
		// ones every second caller would dial.
		PipelinePoolSize:        1,
		PipelineReadBufferSize:  32 << 10,
		PipelineWriteBufferSize: 32 << 10,
		PoolSize:                10,
		MaxActiveConns:          10,

		// A connection that died unseen costs one try.
		MaxRetries:      2,
		MinRetryBackoff: 4 * time.Millisecond,
		MaxRetryBackoff: 32 * time.Millisecond,
		ConnMaxIdleTime: 60 * time.Second,
		ConnMaxLifetime: 10 * time.Minute,

		DialTimeout:           2 * time.Second,
		DialerRetries:         1,
		ReadTimeout:           readTimeout,
		WriteTimeout:          readTimeout,
		PoolTimeout:           2 * time.Second,
		ContextTimeoutEnabled: true,
	}
	o.Dialer = dial(c, o.DialTimeout)
	return o
}

// dial returns what connects to c, with TLS where c wants it.
func dial(c config.Redis, timeout time.Duration) func(context.Context, string, string) (net.Conn, error) {
	tcp := &net.Dialer{Timeout: timeout, KeepAlive: 30 * time.Second}
	secure := &tls.Dialer{NetDialer: tcp, Config: &tls.Config{
		ServerName:         c.Host,
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: c.SkipVerify, //nolint:gosec // config grants it to a loopback host alone
	}}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout) // the handshake too
		defer cancel()
		if !c.TLS {
			socket, err := tcp.DialContext(ctx, network, addr)
			return watch(socket, socket, err)
		}
		conn, err := secure.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return watch(conn, conn.(*tls.Conn).NetConn(), nil) //nolint:forcetypeassert // as tls.Dialer promises
	}
}
