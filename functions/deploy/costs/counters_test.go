package costs_test

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"strconv"
	"strings"
	"sync"
	"testing"

	"cloud.google.com/go/firestore"
	pb "cloud.google.com/go/firestore/apiv1/firestorepb"
	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"
	"github.com/redis/go-redis/v9"
	"google.golang.org/api/option"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"pantry.example/shared/emulator"
)

// free are commands that Upstash does not bill, or that only these tests send.
var free = map[string]bool{"hello": true, "auth": true, "ping": true, "info": true, "client|setinfo": true}

var _ redis.Hook = (*redisCounter)(nil)

// redisCounter knows what was sent, and from the server how many commands ran: the
// difference is what scripts ran inside.
type redisCounter struct {
	client *redis.Client
	ran    func() int // commands at the server so far
	mu     sync.Mutex
	sent   int
	pass   func() // lets time pass at a server whose clock stands still
}

func embeddedRedis(t *testing.T) *redisCounter {
	t.Helper()
	m := miniredis.RunT(t)
	c := &redisCounter{client: connect(t, m.Addr()), pass: func() { m.FastForward(1e9) }}
	var mu sync.Mutex
	n := 0
	m.Server().SetPreHook(server.Hook(func(_ *server.Peer, name string, _ ...string) bool {
		mu.Lock()
		defer mu.Unlock()
		if !free[strings.ToLower(name)] {
			n++
		}
		return false
	}))
	c.ran = func() int { mu.Lock(); defer mu.Unlock(); return n }
	c.client.AddHook(c)
	return c
}

func realRedis(t *testing.T, url string) *redisCounter {
	t.Helper()
	c := &redisCounter{client: connect(t, url), pass: func() {}}
	c.ran = func() int {
		stats, err := c.client.Info(t.Context(), "commandstats").Result()
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range strings.Lines(stats) {
			name, rest, ok := strings.Cut(strings.TrimSpace(line), ":calls=")
			if !ok || free[strings.TrimPrefix(name, "cmdstat_")] {
				continue
			}
			calls, _, _ := strings.Cut(rest, ",")
			one, err := strconv.Atoi(calls)
			if err != nil {
				t.Fatal(err)
			}
			n += one
		}
		return n
	}
	c.client.AddHook(c)
	return c
}

// DialHook is for redis.Hook.
func (c *redisCounter) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook counts what is sent.
func (c *redisCounter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if !free[cmd.Name()] {
			c.mu.Lock()
			c.sent++
			c.mu.Unlock()
		}
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook is for redis.Hook; the connection's HELLO goes through it.
func (c *redisCounter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (c *redisCounter) sentSoFar() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sent
}

// firestoreCounter counts documents as Firestore bills them
// (https://cloud.google.com/firestore/pricing): a read for each document that comes
// back or is missing, at least one a query, one for each 1000 index entries counted.
type firestoreCounter struct {
	mu                     sync.Mutex
	reads, writes, deletes int
}

func (c *firestoreCounter) add(reads, writes, deletes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reads, c.writes, c.deletes = c.reads+reads, c.writes+writes, c.deletes+deletes
}

func (c *firestoreCounter) soFar() (reads, writes, deletes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.reads, c.writes, c.deletes
}

// client returns a client for a project of its own in the emulator, which counts.
func (c *firestoreCounter) client(t *testing.T, host string) *firestore.Client {
	t.Helper()
	client, err := firestore.NewClient(t.Context(), "demo-"+strings.ToLower(rand.Text()[:20]),
		option.WithEndpoint(host), option.WithoutAuthentication(),
		option.WithGRPCDialOption(grpc.WithTransportCredentials(insecure.NewCredentials())),
		option.WithGRPCDialOption(grpc.WithPerRPCCredentials(emulator.Owner{})),
		option.WithGRPCDialOption(grpc.WithChainUnaryInterceptor(c.unary)),
		option.WithGRPCDialOption(grpc.WithChainStreamInterceptor(c.stream)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func (c *firestoreCounter) unary(ctx context.Context, method string, req, reply any, cc *grpc.ClientConn, invoke grpc.UnaryInvoker, opts ...grpc.CallOption) error {
	err := invoke(ctx, method, req, reply, cc, opts...)
	if r, ok := req.(interface{ GetWrites() []*pb.Write }); ok && err == nil {
		for _, w := range r.GetWrites() {
			if w.GetDelete() != "" {
				c.add(0, 0, 1)
			} else {
				c.add(0, 1, 0)
			}
		}
	}
	return err
}

func (c *firestoreCounter) stream(ctx context.Context, desc *grpc.StreamDesc, cc *grpc.ClientConn, method string, open grpc.Streamer, opts ...grpc.CallOption) (grpc.ClientStream, error) {
	s, err := open(ctx, desc, cc, method, opts...)
	return &countedStream{ClientStream: s, counter: c, query: strings.HasSuffix(method, "/RunQuery")}, err
}

type countedStream struct {
	grpc.ClientStream
	counter *firestoreCounter
	query   bool
	docs    int
}

func (s *countedStream) RecvMsg(m any) error {
	err := s.ClientStream.RecvMsg(m)
	if errors.Is(err, io.EOF) && s.query && s.docs == 0 {
		s.counter.add(1, 0, 0)
	}
	if err != nil {
		return err
	}
	switch m := m.(type) {
	case *pb.BatchGetDocumentsResponse:
		if m.GetResult() != nil {
			s.counter.add(1, 0, 0)
		}
	case *pb.RunQueryResponse:
		if m.GetDocument() != nil {
			s.docs++
			s.counter.add(1, 0, 0)
		}
	case *pb.RunAggregationQueryResponse:
		for _, v := range m.GetResult().GetAggregateFields() {
			s.counter.add(int(max(1, (v.GetIntegerValue()+999)/1000)), 0, 0)
		}
	}
	return nil
}
