package session

import (
	"context"
	_ "embed"

	"github.com/redis/go-redis/v9"
)

var (
	//go:embed common.lua
	commonSource string
	//go:embed signin.lua
	signInSource string
	//go:embed note.lua
	noteSource string
	//go:embed close.lua
	closeSource string

	signInScript = redis.NewScript(commonSource + signInSource)
	noteScript   = redis.NewScript(commonSource + noteSource)
	closeScript  = redis.NewScript(commonSource + closeSource)
)

// Redis is what a Cache needs of a client. *redis.Client has it.
type Redis interface {
	redis.Cmdable
	Process(ctx context.Context, cmd redis.Cmder) error
}

// once runs a script that must not run twice. The client does not repeat it after a lost
// connection or a lost answer: its error leaves open whether it ran. That the server does
// not have the script yet is an answer, after which it is sent with its source.
type once struct{ Redis }

// EvalSha runs a script that Redis has kept; [redis.Script.Run] calls it.
func (o once) EvalSha(ctx context.Context, sha1 string, keys []string, args ...any) *redis.Cmd {
	return o.send(ctx, "evalsha", sha1, keys, args)
}

// Eval runs a script from its source; [redis.Script.Run] calls it.
func (o once) Eval(ctx context.Context, source string, keys []string, args ...any) *redis.Cmd {
	return o.send(ctx, "eval", source, keys, args)
}

func (o once) send(ctx context.Context, verb, script string, keys []string, args []any) *redis.Cmd {
	all := []any{verb, script, len(keys)}
	for _, k := range keys {
		all = append(all, k)
	}
	cmd := redis.NewCmd(ctx, append(all, args...)...)
	_ = o.Process(ctx, unrepeated{cmd}) // its error is in cmd
	return cmd
}

// unrepeated is a command that go-redis does not send again.
type unrepeated struct{ *redis.Cmd }

// NoRetry is what go-redis asks before it repeats a command.
func (unrepeated) NoRetry() bool { return true }
