package session

import (
	"context"
	"errors"

	"github.com/redis/go-redis/v9"
)

// Client is a Redis client whose callers share one connection: their commands are written
// one behind another without waiting for replies, so that one round trip serves many
// callers. A caller whose context ends stops waiting; its command and everybody else's go
// on. When the connection fails, the commands without a reply are sent again on a new one.
// A script that must not run twice is sent with Process instead, on a connection of the
// pool.
//
// It wraps the full-duplex pipelining of go-redis (AutoPipelineOptions.FullDuplex), which
// is marked experimental there. Nothing else in Pantry knows of it: without the methods
// below the embedded client and its pool do the same work.
//
// It is safe for concurrent use.
type Client struct {
	*redis.Client // the pool
	pipeline      *redis.AutoPipeliner
}

// Share returns a client that shares one connection, made by pool's options. Closing
// either of them closes both.
func Share(pool *redis.Client) (*Client, error) {
	pipeline, err := pool.AsyncAutoPipelineWithOptions(&redis.AutoPipelineOptions{
		FullDuplex:       true,
		FullDuplexWindow: 4096, // commands without a reply; further callers wait
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
	return share(ctx, c, redis.NewCmd, script("evalsha", sha1, keys, args)...)
}

// Eval runs a script from its source; [redis.Script.Run] calls it.
func (c *Client) Eval(ctx context.Context, source string, keys []string, args ...any) *redis.Cmd {
	return share(ctx, c, redis.NewCmd, script("eval", source, keys, args)...)
}

// share sends a command on the shared connection and waits for its reply or for ctx. In
// the second case the command is still under way and must not be touched: the caller gets
// another one, with ctx's error.
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

func script(verb, text string, keys []string, args []any) []any {
	all := make([]any, 0, 3+len(keys)+len(args))
	all = append(all, verb, text, len(keys))
	for _, k := range keys {
		all = append(all, k)
	}
	return append(all, args...)
}
