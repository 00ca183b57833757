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

// Redis is what a Cache needs of a client. *redis.Client and *Client have it.
type Redis interface {
	redis.Cmdable
	Process(ctx context.Context, cmd redis.Cmder) error
}

// once runs a script that must not run twice. The client does not send it again when the
// connection or the answer is lost; then the script may have run. When the server answers
// that it does not have the script, it has not run, and is sent with its source.
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
	cmd := redis.NewCmd(ctx, scriptCall(verb, script, keys, args)...)
	_ = o.Process(ctx, unrepeated{cmd}) // cmd has the error
	return cmd
}

// scriptCall returns the words of an EVALSHA or EVAL command.
func scriptCall(verb, script string, keys []string, args []any) []any {
	words := make([]any, 0, 3+len(keys)+len(args))
	words = append(words, verb, script, len(keys))
	for _, k := range keys {
		words = append(words, k)
	}
	return append(words, args...)
}

// unrepeated is a command that go-redis does not send again.
type unrepeated struct{ *redis.Cmd }

// NoRetry is what go-redis asks before it repeats a command.
func (unrepeated) NoRetry() bool { return true }
