package main

import (
	"context"
	"fmt"
	"log/slog"
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

// backends are Redis, Firebase and the store that the functions use.
type backends struct {
	cfg      config.Config
	ports    ports
	data     dataDir
	log      *slog.Logger
	sessions *session.Cache
	firebase *firebase.Firebase
	store    recipe.Store

	embeddedAuth bool
	lines        []string // for the announcement: one line for each back end
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

// open listens on the ports, starts what is embedded and connects to the rest. After an
// error nothing is left running.
func open(ctx context.Context, cfg config.Config) (_ *backends, err error) {
	b := &backends{cfg: cfg, data: dataDir(cfg.DataDir), log: newLogger(os.Stderr, cfg.LogLevel)}
	if b.ports, err = openPorts(ctx, cfg); err != nil {
		return nil, err
	}
	b.closers = append(b.closers, b.ports.close)
	defer func() {
		if err != nil {
			b.close()
		}
	}()
	if b.data != "" {
		if err := b.data.make(); err != nil {
			return nil, err
		}
	}
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

// ping adds a line when the Redis of REDIS_SERVER does not answer. That is no error: it may
// start later.
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
	emulator, told, err := b.accounts()
	if err != nil {
		return fmt.Errorf("open the accounts: %w", err)
	}
	demo := firebaseauth.User{UID: demoUID, Email: demoEmail, Password: demoPassword, DisplayName: "Demo Cook", EmailVerified: true}
	if err := emulator.AddUser(demo); err != nil && b.data == "" {
		return fmt.Errorf("add the demo account: %w", err) // with DATA_DIR the account can exist already
	}
	server := newServer(emulator)
	b.closers = append(b.closers, func() { _ = server.Close() })
	go func() { _ = server.Serve(b.ports.auth) }()
	b.embeddedAuth = true
	b.cfg.AuthEmulator = b.ports.auth.Addr().String()
	b.say("Firebase Auth", b.cfg.AuthEmulator+"  (embedded; FIREBASE_AUTH_EMULATOR_HOST names another)")
	if b.data != "" {
		b.say("", "Accounts are kept in "+string(b.data)+" (DATA_DIR). Sessions are not: sign in again after a restart.")
	}
	if told != "" {
		b.say("", told)
	}
	// The Admin SDK takes the emulator's address from the environment alone.
	return os.Setenv("FIREBASE_AUTH_EMULATOR_HOST", b.cfg.AuthEmulator)
}

// accounts returns an auth emulator with the accounts of DATA_DIR. If they are damaged, told
// is a line about that.
func (b *backends) accounts() (_ *firebaseauth.Server, told string, err error) {
	emulator := firebaseauth.New(b.cfg.ProjectID)
	if b.data == "" {
		return emulator, "", nil
	}
	save := func(accounts []byte) error { return b.data.write(accountsFile, accounts) }
	saved, err := b.data.read(accountsFile)
	if err != nil {
		return nil, "", err
	}
	if damage := emulator.Keep(saved, save); damage != nil {
		if told, err = b.data.setAside(accountsFile, damage); err != nil {
			return nil, "", err
		}
		emulator = firebaseauth.New(b.cfg.ProjectID)
		err = emulator.Keep(nil, save)
	}
	return emulator, told, err
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
		b.store = store.NewMemory() // the function does not use it
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
	return b.openMemory(ctx)
}

// openMemory opens a store in memory with the recipes of DATA_DIR. The demo account gets the
// sample recipes when it has none.
func (b *backends) openMemory(ctx context.Context) error {
	memory := store.NewMemory()
	b.store = memory
	if b.data == "" {
		b.say("Recipes", "in memory; they are gone when this ends  (DATA_DIR keeps them; FIRESTORE_EMULATOR_HOST names a Firestore)")
		return b.addSamples(ctx)
	}
	users := map[string]bool{}
	told, err := b.data.readRecipes(func(uid string, recipes []byte) error {
		users[uid] = true
		return memory.Load(uid, recipes)
	})
	if err != nil {
		return fmt.Errorf("open the recipes: %w", err)
	}
	memory.Keep(b.data.writeRecipes)
	b.say("Recipes", "kept in "+string(b.data)+"  (DATA_DIR)")
	for _, line := range told {
		b.say("", line)
	}
	if users[demoUID] {
		return nil
	}
	return b.addSamples(ctx)
}

func (b *backends) addSamples(ctx context.Context) error {
	for _, r := range samples() {
		if _, err := b.store.Create(ctx, demoUID, r.Normalize(), ""); err != nil {
			return fmt.Errorf("add the sample recipes: %w", err)
		}
	}
	return nil
}
