package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"cloud.google.com/go/firestore"
	"github.com/alicebob/miniredis/v2"

	"pantry.example/functions"
	"pantry.example/functions/recipes"
	"pantry.example/shared/config"
	"pantry.example/shared/emulator/firebaseauth"
	"pantry.example/shared/identity/firebase"
	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
	"pantry.example/shared/session"
)

// The demo account of the embedded auth emulator, and the owner of the sample recipes.
const (
	demoUID      = "demo"
	demoEmail    = "demo@pantry.example"
	demoPassword = "pantry-demo"
)

// backends is what the functions run on.
type backends struct {
	cfg      config.Config
	ports    ports
	sessions *session.Cache
	firebase *firebase.Firebase
	store    recipe.Store

	embeddedAuth bool
	lines        []string // what runs where, a line each
	closers      []func()
}

func (b *backends) close() {
	for i := len(b.closers) - 1; i >= 0; i-- {
		b.closers[i]()
	}
}

func (b *backends) say(what, where string) {
	b.lines = append(b.lines, fmt.Sprintf("  %-14s %s", what, where))
}

// open starts what is embedded and connects to the rest. When it fails, nothing is left
// running.
func open(ctx context.Context, cfg config.Config, p ports) (_ *backends, err error) {
	b := &backends{cfg: cfg, ports: p}
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	for _, step := range []func(context.Context) error{b.openRedis, b.openAuth, b.openSessions, b.openStore} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b *backends) openRedis(ctx context.Context) error {
	if !b.cfg.Redis.Embedded {
		b.say("Redis", b.cfg.Redis.Addr()+"  ("+b.cfg.Redis.Variable+")")
		for _, note := range append(b.cfg.Redis.Repairs, b.cfg.Redis.Warnings...) {
			b.say("", note)
		}
		return b.ping(ctx)
	}
	server, err := miniredis.Run()
	if err != nil {
		return fmt.Errorf("start the embedded Redis: %w", err)
	}
	ctx, stop := context.WithCancel(ctx)
	b.closers = append(b.closers, server.Close, stop)
	go passTime(ctx, server)
	b.cfg.Redis, err = config.ParseRedis(server.Addr())
	b.say("Redis", server.Addr()+"  (embedded; REDIS_SERVER names another)")
	return err
}

// passTime lets keys expire: the embedded Redis has no clock of its own.
func passTime(ctx context.Context, server *miniredis.Miniredis) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			server.FastForward(now.Sub(last))
			last = now
		}
	}
}

// ping says so when the Redis that was named does not answer. It may come up later.
func (b *backends) ping(ctx context.Context) error {
	rdb, err := session.NewClient(b.cfg.Redis)
	if err != nil {
		return err
	}
	defer func() { _ = rdb.Close() }()
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if rdb.Ping(ctx).Err() != nil {
		b.say("", "It does not answer: every session call is a 503 until it does. go run ./functions/deploy doctor says why.")
	}
	return nil
}

func (b *backends) openAuth(context.Context) error {
	if b.ports.auth == nil {
		b.say("Firebase Auth", b.cfg.AuthEmulator+"  (FIREBASE_AUTH_EMULATOR_HOST)")
		return nil
	}
	emulator := firebaseauth.New(b.cfg.ProjectID)
	err := emulator.AddUser(firebaseauth.User{
		UID: demoUID, Email: demoEmail, Password: demoPassword, DisplayName: "Demo Cook", EmailVerified: true,
	})
	if err != nil {
		return fmt.Errorf("add the demo account: %w", err)
	}
	server := newServer(emulator)
	b.closers = append(b.closers, func() { _ = server.Close() })
	go func() { _ = server.Serve(b.ports.auth) }()
	b.embeddedAuth = true
	b.cfg.AuthEmulator = b.ports.auth.Addr().String()
	b.say("Firebase Auth", b.cfg.AuthEmulator+"  (embedded; FIREBASE_AUTH_EMULATOR_HOST names another)")
	// The Admin SDK takes the emulator's address from the environment alone.
	return os.Setenv("FIREBASE_AUTH_EMULATOR_HOST", b.cfg.AuthEmulator)
}

func (b *backends) openSessions(ctx context.Context) error {
	var err error
	if b.firebase, err = firebase.Open(ctx, b.cfg.ProjectID, b.cfg.AuthEmulator); err != nil {
		return err
	}
	b.sessions, err = session.FromConfig(b.cfg, b.firebase.Lookup, b.firebase.VerifySessionCookie)
	return err
}

func (b *backends) openStore(ctx context.Context) error {
	if f, ok := functions.ByEntryPoint(b.cfg.FunctionTarget); ok && f.Name != recipes.Name {
		b.store = store.NewMemory() // nobody asks it
		return nil
	}
	if b.cfg.FirestoreEmulator != "" {
		client, err := firestore.NewClient(ctx, b.cfg.ProjectID)
		if err != nil {
			return fmt.Errorf("open the Firestore emulator at FIRESTORE_EMULATOR_HOST: %w", err)
		}
		b.closers = append(b.closers, func() { _ = client.Close() })
		b.store = store.NewFirestore(client)
		b.say("Recipes", b.cfg.FirestoreEmulator+"  (FIRESTORE_EMULATOR_HOST)")
		return nil
	}
	b.store = store.NewMemory()
	b.say("Recipes", "in memory; they are gone when this ends  (FIRESTORE_EMULATOR_HOST names a Firestore)")
	for _, r := range samples() {
		if _, err := b.store.Create(ctx, demoUID, r.Normalize(), ""); err != nil {
			return fmt.Errorf("add the sample recipes: %w", err)
		}
	}
	return nil
}
