package main

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"time"

	"pantry.example/functions/local/load"
	"pantry.example/shared/config"
)

// soak puts a mixed load on a Pantry in this process. README.md explains it.
func soak(ctx context.Context, arguments []string, out io.Writer) error {
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	d := flags.Duration("duration", 10*time.Minute, "how long the load lasts")
	if err := load.Parse(flags, arguments, out); err != nil {
		return err
	}
	if *d < 5*time.Second {
		return errors.New("-duration is too short for a fault halfway: write 5s or more")
	}
	target, err := load.NewTarget(ctx)
	if err != nil {
		return err
	}
	defer target.Close()
	variables := map[string]string{"PORT": "0", "AUTH_PORT": "0", "REDIS_SERVER": target.RedisServer(), "REVOCATION_MAX_AGE": "1s"}
	cfg, err := config.Load(func(name string) string { return variables[name] })
	if err != nil {
		return err
	}
	cfg.LogLevel = slog.LevelError + 1 // thousands of lines say that Redis is gone
	b, err := open(ctx, cfg)
	if err != nil {
		return err
	}
	defer b.close()
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- b.serve(serving, io.Discard) }()
	err = target.Soak(ctx, "http://"+b.ports.functions.Addr().String(), *d, out)
	stop()
	return errors.Join(err, <-served)
}
