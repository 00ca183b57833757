package faults_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"cloud.google.com/go/firestore"
	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"pantry.example/functions/local/handlers"
	"pantry.example/shared/config"
	"pantry.example/shared/emulator"
	"pantry.example/shared/emulator/google"
	"pantry.example/shared/identity/firebase"
	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
	"pantry.example/shared/session"
	"pantry.example/shared/web"
)

// world is the three functions, with toxiproxy between them and Redis.
type world struct {
	t      *testing.T
	google *google.Google
	mini   *miniredis.Miniredis // nil when a real Redis is used
	admin  *redis.Client        // past the proxy
	net    *network             // between the functions and Redis
	server config.Redis         // Redis behind net
	maxAge time.Duration        // of Firebase's last word on a user
	store  recipe.Store
	log    emulator.Output // errors alone
	mux    http.Handler
}

// newWorld starts a world in which everything works. realRedis asks for the real Redis over
// TLS, where there is one; else it is miniredis over TLS.
func newWorld(t *testing.T, g *google.Google, realRedis bool) *world {
	t.Helper()
	w := &world{t: t, google: g, maxAge: time.Minute, store: store.NewMemory()}
	address := os.Getenv("TEST_REDIS_URL")
	if !realRedis || address == "" {
		certificate := httptest.NewTLSServer(nil)
		t.Cleanup(certificate.Close)
		w.mini = miniredis.NewMiniRedis()
		if err := w.mini.StartTLS(certificate.TLS.Clone()); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(w.mini.Close)
		w.mini.RequireAuth("correct-horse")
		address = "rediss://:correct-horse@localhost:" + w.mini.Port() + "?skip_verify=true"
	}
	direct := parse(t, address)
	admin, err := session.NewClient(direct)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	w.admin = admin
	w.net = newNetwork(t, direct.Addr())
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(w.net.address, ":")
	u.Host = "localhost:" + port
	w.server = parse(t, u.String())
	w.restart()
	return w
}

// useFirestore puts the recipes into the Firestore emulator. Each call first asks refuse, which
// may return an error instead, and then goes through a network.
func (w *world) useFirestore(address string, refuse func() error) *network {
	w.t.Helper()
	net := newNetwork(w.t, address)
	conn, err := grpc.NewClient("passthrough:///"+net.address,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithPerRPCCredentials(emulator.Owner{}),
		grpc.WithUnaryInterceptor(func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			if err := refuse(); err != nil {
				return err
			}
			return invoke(ctx, method, req, reply, cc, opts...)
		}),
		grpc.WithStreamInterceptor(func(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, streamer grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
			if err := refuse(); err != nil {
				return nil, err
			}
			return streamer(ctx, desc, cc, method, opts...)
		}))
	if err != nil {
		w.t.Fatal(err)
	}
	client, err := firestore.NewClient(context.Background(), strings.ToLower("demo-"+rand.Text()[:10]), option.WithGRPCConn(conn))
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = client.Close() })
	w.store = store.NewFirestore(client)
	w.restart()
	return net
}

func parse(t *testing.T, address string) config.Redis {
	t.Helper()
	r, err := config.ParseRedis(address)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// restart replaces the functions with new instances, which have connected to nothing yet.
func (w *world) restart() {
	w.t.Helper()
	cfg := config.Config{
		Redis: w.server, ProjectID: google.Project,
		SessionTTL: 24 * time.Hour, SessionIdle: time.Hour, RevocationMaxAge: w.maxAge,
	}
	firebase, err := firebase.Open(context.Background(), google.Project, "")
	if err != nil {
		w.t.Fatal(err)
	}
	sessions, err := session.FromConfig(cfg, firebase.Lookup, firebase.VerifySessionCookie)
	if err != nil {
		w.t.Fatal(err)
	}
	made, err := handlers.New(handlers.Backends{
		Outside: func(name string) web.Function {
			return web.Function{Name: name, Project: google.Project, SessionCookie: session.CookieName, Log: web.NewLogger(&w.log, slog.LevelError)}
		},
		Sessions: sessions, Firebase: firebase, TTL: cfg.SessionTTL, Store: w.store,
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.mux = handlers.Mux(made)
}

// user is somebody with an open session.
type user struct {
	uid, handle string
}

func (w *world) newUser() user {
	w.t.Helper()
	u := user{uid: rand.Text()}
	r := w.send(u, http.MethodPost, "/set-cache", signIn(w.t, u.uid), nil)
	for tries := 0; r.Code == http.StatusServiceUnavailable && tries < 5; tries++ { // the machine is busy
		time.Sleep(time.Second)
		r = w.send(u, http.MethodPost, "/set-cache", signIn(w.t, u.uid), nil)
	}
	var answer struct{ Session string }
	if err := json.Unmarshal(r.Body.Bytes(), &answer); err != nil || answer.Session == "" {
		w.t.Fatalf("a sign-in while all is well is answered %d:\n%s", r.Code, &w.log)
	}
	u.handle = answer.Session
	return u
}

func signIn(t *testing.T, uid string) string {
	return fmt.Sprintf(`{"UserID":%q,"AuthToken":%q,"Transport":"bearer"}`, uid, google.Keys().IDToken.Token(t, google.IDClaims(uid)))
}

func (w *world) send(u user, method, target, body string, headers map[string]string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(context.Background(), method, target, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if u.handle != "" {
		r.Header.Set("Authorization", "Bearer "+u.handle)
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	recorder := httptest.NewRecorder()
	w.mux.ServeHTTP(recorder, r)
	return recorder
}
