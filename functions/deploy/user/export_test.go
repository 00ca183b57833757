package user

import (
	"context"
	"io"

	"pantry.example/shared/config"
)

// RunOn is Run with the recipes of a test.
func RunOn(ctx context.Context, recipes Recipes, args []string, getenv func(string) string, out io.Writer) error {
	opens := func(context.Context, config.Config) (Recipes, func(), error) { return recipes, func() {}, nil }
	return run(ctx, args, getenv, opens, out)
}
