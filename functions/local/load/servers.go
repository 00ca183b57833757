package load

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// redisServer is an empty Redis for one load.
type redisServer struct {
	address string
	name    string
	count   func() (commands, connections int, err error) // since the start, without the commands of count itself
	close   func()
}

// startRedis starts redis-server if it is on the PATH, and otherwise the embedded Redis.
func startRedis(ctx context.Context) (*redisServer, error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		server, err := miniredis.Run()
		if err != nil {
			return nil, fmt.Errorf("start the embedded Redis: %w", err)
		}
		count := func() (int, int, error) { return server.CommandCount(), server.TotalConnectionCount(), nil }
		return &redisServer{server.Addr(), "the embedded Redis, as no redis-server is on the PATH", count, server.Close}, nil
	}
	return startProgram(ctx, path)
}

// startProgram starts the redis-server at path on a free port.
func startProgram(ctx context.Context, path string) (*redisServer, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // finds a free port
	if err != nil {
		return nil, err
	}
	address := l.Addr().String()
	_ = l.Close()
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.CommandContext(ctx, path, "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no") //nolint:gosec // G204: it is the user's own
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start redis-server: %w", err)
	}
	rdb := redis.NewClient(&redis.Options{Addr: address})
	s := &redisServer{address: address, name: "redis-server", close: func() {
		_ = rdb.Close()
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
	}}
	counts := 0
	s.count = func() (commands, connections int, err error) {
		counts++
		info, err := rdb.Info(ctx, "stats").Result()
		if err != nil {
			return 0, 0, err
		}
		_, err = fmt.Sscanf(strings.ReplaceAll(info, "\r\n", "\n"), "# Stats\ntotal_connections_received:%d\ntotal_commands_processed:%d", &connections, &commands)
		return commands - counts, connections, err
	}
	for range 100 {
		if err = rdb.Ping(ctx).Err(); err == nil {
			return s, nil
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.close()
	return nil, fmt.Errorf("redis-server does not answer: %w", err)
}

// server is a program that serves HTTP.
type server struct {
	url string
	cmd *exec.Cmd // nil when it ran already
}

// startServer starts a program that prints "ready URL" once it serves. It has one processor,
// as an instance in the cloud has, and no .env.
func startServer(ctx context.Context, binary string, arguments []string, variables ...string) (*server, error) {
	cmd := exec.CommandContext(ctx, binary, arguments...) //nolint:gosec // G204: it is this program, or one that the user names
	cmd.Dir = os.TempDir()
	cmd.Env = append(variables, "PORT=0", "AUTH_PORT=0", "GOMAXPROCS=1", "HOME="+os.Getenv("HOME"), "PATH="+os.Getenv("PATH"))
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	tooLate := time.AfterFunc(time.Minute, func() { _ = cmd.Process.Kill() })
	defer tooLate.Stop()
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if url, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
			return &server{url, cmd}, nil
		}
	}
	return nil, errors.Join(errors.New("it was not ready within a minute, or ended before"), cmd.Wait())
}

func (s *server) close() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
}

// cpu returns the processor time that the program used, in hundredths of a second. It knows
// it on Linux (proc_pid_stat(5)), and returns 0 elsewhere.
func (s *server) cpu() time.Duration {
	if s.cmd == nil {
		return 0
	}
	stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// serveLimit serves the handler that the others are compared with: a bare one of net/http
// that reads one hash with a default go-redis client.
func serveLimit(ctx context.Context, redisAddress string, out io.Writer) error {
	rdb := redis.NewClient(&redis.Options{Addr: redisAddress})
	if err := rdb.HSet(ctx, "limit", "AuthToken", strings.Repeat("x", 900)).Err(); err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hash, err := rdb.HGetAll(r.Context(), "limit").Result(); err != nil || hash["AuthToken"] == "" {
			http.Error(w, "no answer from Redis", http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, "ok")
	})}
	context.AfterFunc(ctx, func() { _ = server.Close() })
	_, _ = fmt.Fprintf(out, "ready http://%s\n", l.Addr())
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
