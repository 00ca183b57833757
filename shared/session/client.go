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

// NewClient returns a Redis client for an instance that may be frozen between requests, so
// that all its connections may be dead at the next one. It connects with the first command.
// A command ends with its context, or after about 4 s when that has no deadline. It is an
// error when c names no server.
func NewClient(c config.Redis) (*redis.Client, error) {
	if c.Embedded {
		return nil, errors.New("REDIS_SERVER is not set: name a Redis, or start everything with go run ./functions/local")
	}
	quiet.Do(func() { redis.SetLogger(silence{}) })
	return redis.NewClient(options(c)), nil
}

// go-redis writes its own line for each connection that fails. The log line of the request
// already has the error.
var quiet sync.Once

type silence struct{}

func (silence) Printf(context.Context, string, ...any) {}

// readTimeout is how long one reply may take. After that the connection is closed, and its
// commands are sent again on a new one.
const readTimeout = 500 * time.Millisecond

func options(c config.Redis) *redis.Options {
	o := &redis.Options{
		Addr:     c.Addr(),
		Username: c.Username,
		Password: c.Password.Reveal(),

		// The handshake is one command. RESP2 has no push notifications. With it the pool
		// also drops a connection that has unread bytes, such as a TLS alert.
		Protocol:                 2,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},

		// The requests of a Cache share one connection (Share). The pool is for sign-ins.
		// It keeps every connection that it opened, so that callers need not dial.
		PipelinePoolSize:        1,
		PipelineReadBufferSize:  32 << 10,
		PipelineWriteBufferSize: 32 << 10,
		PoolSize:                10,
		MaxActiveConns:          10,

		// A dead connection costs one try.
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

// dial returns the function that connects to c, with TLS when c has it.
func dial(c config.Redis, timeout time.Duration) func(context.Context, string, string) (net.Conn, error) {
	tcp := &net.Dialer{Timeout: timeout, KeepAlive: 30 * time.Second}
	secure := &tls.Dialer{NetDialer: tcp, Config: &tls.Config{
		ServerName:         c.Host,
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: c.SkipVerify, //nolint:gosec // config allows it only for a loopback host
	}}
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout) // includes the handshake
		defer cancel()
		if !c.TLS {
			conn, err := tcp.DialContext(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return newConn(conn, conn), nil
		}
		conn, err := secure.DialContext(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return newConn(conn, conn.(*tls.Conn).NetConn()), nil //nolint:forcetypeassert // as tls.Dialer promises
	}
}
