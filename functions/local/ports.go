package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"syscall"

	"pantry.example/shared/config"
)

// ports are the addresses that this process listens on.
type ports struct {
	functions net.Listener
	auth      net.Listener // nil when FIREBASE_AUTH_EMULATOR_HOST names an emulator
}

// openPorts listens on both ports, or says of each why it cannot be had.
func openPorts(ctx context.Context, cfg config.Config) (p ports, err error) {
	p.functions, err = listen(ctx, "PORT", cfg.Port)
	if cfg.AuthEmulator == "" {
		var authErr error
		p.auth, authErr = listen(ctx, "AUTH_PORT", cfg.AuthPort)
		err = errors.Join(err, authErr)
	}
	if err != nil {
		p.close()
	}
	return p, err
}

func (p ports) close() {
	for _, l := range []net.Listener{p.functions, p.auth} {
		if l != nil {
			_ = l.Close()
		}
	}
}

// listen opens a loopback port that variable names.
func listen(ctx context.Context, variable string, port int) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d is taken by another program: end that one, or set %s to a free port", port, variable)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on port %d (%s): %s", port, variable, strings.TrimPrefix(err.Error(), "listen tcp "))
	}
	return l, nil
}
