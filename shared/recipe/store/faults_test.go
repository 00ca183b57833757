package store_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"pantry.example/shared/recipe"
	"pantry.example/shared/recipe/store"
)

// calls is each method of a Store, by name, in a call that sends something.
func calls(s recipe.Store) map[string]func(context.Context) error {
	none := recipe.Precondition{}
	change := func(r recipe.Recipe) (recipe.Recipe, error) { r.Favorite = !r.Favorite; return r, nil }
	return map[string]func(context.Context) error{
		"Get":    func(ctx context.Context) error { _, err := s.Get(ctx, "ada", "one"); return err },
		"List":   func(ctx context.Context) error { _, err := s.List(ctx, "ada", recipe.Query{}); return err },
		"Search": func(ctx context.Context) error { _, err := s.List(ctx, "ada", recipe.Query{Q: "a b"}); return err },
		"CreateTitled": func(ctx context.Context) error {
			_, err := s.CreateTitled(ctx, "ada", titled("only one"))
			return err
		},
		"Create":    func(ctx context.Context) error { _, err := s.Create(ctx, "ada", full(), ""); return err },
		"Create(k)": func(ctx context.Context) error { _, err := s.Create(ctx, "ada", full(), "k"); return err },
		"Put":       func(ctx context.Context) error { _, _, err := s.Put(ctx, "ada", "one", full(), none); return err },
		"Update":    func(ctx context.Context) error { _, err := s.Update(ctx, "ada", "one", none, change); return err },
		"Trash":     func(ctx context.Context) error { _, err := s.Trash(ctx, "ada", "one", none); return err },
		"Restore":   func(ctx context.Context) error { _, err := s.Restore(ctx, "ada", "one"); return err },
		"Delete":    func(ctx context.Context) error { return s.Delete(ctx, "ada", "one", none) },
		"IDByURL":   func(ctx context.Context) error { _, err := s.IDByURL(ctx, "ada", full().URL); return err },
		"CreateExported": func(ctx context.Context) error {
			r := full()
			r.ID = "back"
			_, _, err := s.CreateExported(ctx, "ada", r)
			return err
		},
		"EmptyTrash": func(ctx context.Context) error { return s.EmptyTrash(ctx, "ada") },
		"DeleteAll":  func(ctx context.Context) error { return s.DeleteAll(ctx, "ada") },
		"All": func(ctx context.Context) error {
			var last error
			for _, err := range s.All(ctx, "ada") {
				if last != nil {
					return errors.New("All goes on after an error")
				}
				last = err
			}
			return last
		},
	}
}

// TestDeadEndpoint: a call to an endpoint that accepts the connection and never answers ends at
// the deadline, even when the caller has none.
func TestDeadEndpoint(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := store.NewFirestore(client(t, l.Addr().String(), "demo"), store.WithTimeout(50*time.Millisecond))
	for name, call := range calls(s) {
		begin := time.Now()
		err := call(context.Background())
		if !errors.Is(err, recipe.ErrUnavailable) {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(begin); took > 3*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
}

// TestCallersContext: ErrUnavailable is the answer to the caller's deadline, but not to the
// caller's cancellation.
func TestCallersContext(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	silent := store.NewFirestore(client(t, l.Addr().String(), "demo"))
	for name, call := range calls(silent) {
		ctx, cancel := context.WithCancel(t.Context())
		stop := time.AfterFunc(20*time.Millisecond, cancel)
		if err := call(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, recipe.ErrUnavailable) {
			t.Errorf("%s, cancelled: %v", name, err)
		}
		stop.Stop()
		ctx, cancel = context.WithTimeout(t.Context(), 20*time.Millisecond)
		if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(err, recipe.ErrUnavailable) {
			t.Errorf("%s, out of time: %v", name, err)
		}
		cancel()
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for _, s := range []recipe.Store{silent, store.NewMemory()} {
		for name, call := range calls(s) {
			if err := call(gone); !errors.Is(err, context.Canceled) {
				t.Errorf("%T.%s, cancelled before: %v", s, name, err)
			}
		}
	}
}

// TestFaultCodes: which of Firestore's errors are ErrUnavailable or ErrNotSetUp.
func TestFaultCodes(t *testing.T) {
	sentinels := []error{
		recipe.ErrUnavailable, recipe.ErrNotFound, recipe.ErrPrecondition, recipe.ErrTrashed, recipe.ErrNotTrashed,
		recipe.ErrKeyReused, recipe.ErrPageToken, recipe.ErrNotSetUp,
	}
	for code, want := range map[codes.Code]error{
		codes.Unavailable: recipe.ErrUnavailable, codes.DeadlineExceeded: recipe.ErrUnavailable,
		codes.ResourceExhausted: recipe.ErrUnavailable, codes.Aborted: recipe.ErrUnavailable,
		codes.PermissionDenied: recipe.ErrNotSetUp, codes.NotFound: recipe.ErrNotSetUp, codes.Unauthenticated: nil, codes.InvalidArgument: nil, codes.Unimplemented: nil,
	} {
		fault := status.Error(code, "on purpose")
		s := store.NewFirestore(client(t, "127.0.0.1:1", "demo",
			grpc.WithUnaryInterceptor(func(context.Context, string, any, any, *grpc.ClientConn, grpc.UnaryInvoker, ...grpc.CallOption) error {
				return fault
			}),
			grpc.WithStreamInterceptor(func(context.Context, *grpc.StreamDesc, *grpc.ClientConn, string, grpc.Streamer, ...grpc.CallOption) (grpc.ClientStream, error) {
				return nil, fault
			}),
		), store.WithTimeout(20*time.Millisecond))
		for name, call := range calls(s) {
			err := call(t.Context())
			for _, sentinel := range sentinels {
				if got := errors.Is(err, sentinel); got != (sentinel == want) { //nolint:errorlint // which one it is
					t.Errorf("%s, %v: %v is %v: %v", name, code, err, sentinel, got)
				}
			}
			if err == nil {
				t.Errorf("%s, %v: no error", name, code)
			}
		}
	}
}

// TestMissingIndex: when Firestore refuses a query because an index is missing, the error has
// Firestore's text and says what to do.
func TestMissingIndex(t *testing.T) {
	s := store.NewFirestore(client(t, "127.0.0.1:1", "demo",
		grpc.WithStreamInterceptor(func(context.Context, *grpc.StreamDesc, *grpc.ClientConn, string, grpc.Streamer, ...grpc.CallOption) (grpc.ClientStream, error) {
			return nil, status.Error(codes.FailedPrecondition, "The query requires an index.")
		})))
	_, err := s.List(t.Context(), "ada", recipe.Query{})
	if !errors.Is(err, recipe.ErrNotSetUp) || !strings.Contains(err.Error(), "requires an index") || !strings.Contains(err.Error(), "-only indexes") {
		t.Errorf("got %v", err)
	}
}

// TestLostAnswer: when the answer of a write is lost, the client sends the write again. It takes
// effect once, and the call succeeds.
func TestLostAnswer(t *testing.T) {
	var mu sync.Mutex
	lose := false
	s := store.NewFirestore(startEmulator(t, grpc.WithUnaryInterceptor(
		func(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
			err := invoke(ctx, method, req, reply, cc, opts...)
			mu.Lock()
			defer mu.Unlock()
			if lose && err == nil {
				lose = false
				return status.Error(codes.Unavailable, "the answer is lost")
			}
			return err
		})))
	losing := func(t *testing.T) context.Context {
		mu.Lock()
		lose = true
		mu.Unlock()
		return t.Context()
	}
	none := recipe.Precondition{}
	made := must(s.Create(losing(t), "ada", full(), ""))(t)
	must(s.Create(losing(t), "ada", full(), "key"))(t)
	if n := len(all(t, s, "ada")); n != 2 {
		t.Fatalf("two creations made %d recipes", n)
	}
	_, created, err := s.Put(losing(t), "ada", "one", full(), recipe.Precondition{IfNoneMatchAny: true})
	if err != nil || !created {
		t.Errorf("put: created %v, %v", created, err)
	}
	r := must(s.Update(losing(t), "ada", made.ID, recipe.Precondition{IfMatch: []string{made.ETag}}, func(r recipe.Recipe) (recipe.Recipe, error) {
		r.Servings++
		return r, nil
	}))(t)
	if r.Servings != made.Servings+1 {
		t.Errorf("one addition made %d of %d", r.Servings, made.Servings)
	}
	equal(t, "stored", must(s.Get(t.Context(), "ada", made.ID))(t), r)
	must(s.Trash(losing(t), "ada", made.ID, none))(t)
	must(s.Restore(losing(t), "ada", made.ID))(t)
	if lose {
		t.Error("no answer was lost")
	}
}
