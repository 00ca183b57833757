package session

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// Client is a Redis client whose callers share one connection. It sends their commands one
// after another without waiting for replies, so that one round trip serves many callers. A
// caller whose context ends stops waiting; the commands go on. When the connection fails,
// the commands without a reply are sent again on a new one. A script that must not run twice
// is sent with Process, on a connection of the pool.
//
// It wraps go-redis's full-duplex pipelining (AutoPipelineOptions.FullDuplex), which is
// experimental. Only this file depends on it: without the methods below, the embedded client
// sends the same commands over its pool.
//
// It is safe for concurrent use.
type Client struct {
	*redis.Client // the pool
	pipeline      *redis.AutoPipeliner
}

// Share returns a client that shares one connection, with the options of pool. Closing either
// of the two closes both.
func Share(pool *redis.Client) (*Client, error) {
	pipeline, err := pool.AsyncAutoPipelineWithOptions(&redis.AutoPipelineOptions{
		FullDuplex:       true,
		FullDuplexWindow: 4096, // commands without a reply; after that, callers wait
	})
	if err != nil {
		return nil, err
	}
	return &Client{pool, pipeline}, nil
}

// HMGet returns the values of fields of the hash key.
func (c *Client) HMGet(ctx context.Context, key string, fields ...string) *redis.SliceCmd {
	return share(ctx, c, redis.NewSliceCmd, arguments("hmget", key, fields)...)
}

// HGetAll returns the whole hash key.
func (c *Client) HGetAll(ctx context.Context, key string) *redis.MapStringStringCmd {
	return share(ctx, c, redis.NewMapStringStringCmd, "hgetall", key)
}

// HDel removes fields from the hash key and returns how many there were.
func (c *Client) HDel(ctx context.Context, key string, fields ...string) *redis.IntCmd {
	return share(ctx, c, redis.NewIntCmd, arguments("hdel", key, fields)...)
}

// EvalSha runs a script that Redis has kept; [redis.Script.Run] calls it.
func (c *Client) EvalSha(ctx context.Context, sha1 string, keys []string, args ...any) *redis.Cmd {
	return share(ctx, c, redis.NewCmd, scriptCall("evalsha", sha1, keys, args)...)
}

// Eval runs a script from its source; [redis.Script.Run] calls it.
func (c *Client) Eval(ctx context.Context, source string, keys []string, args ...any) *redis.Cmd {
	return share(ctx, c, redis.NewCmd, scriptCall("eval", source, keys, args)...)
}

// share sends a command on the shared connection, and waits for its reply or for the end of
// ctx. When ctx ends, the command still belongs to the connection. So the caller gets another
// one, with the error of ctx.
func share[C redis.Cmder](ctx context.Context, c *Client, create func(context.Context, ...any) C, args ...any) C {
	cmd := create(ctx, args...)
	err := c.pipeline.Submit(ctx, cmd).WaitContext(ctx)
	if end := ctx.Err(); end != nil && errors.Is(err, end) {
		abandoned := create(ctx, args...)
		abandoned.SetErr(end)
		return abandoned
	}
	return cmd
}

func arguments(verb, key string, fields []string) []any {
	args := make([]any, 0, 2+len(fields))
	args = append(args, verb, key)
	for _, f := range fields {
		args = append(args, f)
	}
	return args
}
