package fetch_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"code.dny.dev/ssrf"
	"golang.org/x/net/dns/dnsmessage"

	"pantry.example/functions/recipes/fetch"
)

// Each of these addresses leads to something that only this server can reach, or is not an
// address of a page.
func TestAddressesThatAreRefused(t *testing.T) {
	f := fetch.New()
	for _, address := range []string{
		"", "recipe", "//example.com/", "ftp://example.com/", "file:///etc/passwd", "gopher://example.com/", "javascript:alert(1)", "http:example.com",
		"http://user:password@example.com/", "http://example.com:22/", "https://example.com:8443/", "http://example.com:0/",
		"http://127.0.0.1/", "http://127.1.2.3/", "http://0.0.0.0/", "http://localhost/",
		"http://169.254.169.254/computeMetadata/v1/", "http://169.254.169.253/", "http://[fd00:ec2::254]/", "http://[fe80::1%25lo]/",
		"http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/", "http://100.64.0.1/", "http://198.18.0.1/", "http://192.0.0.8/",
		"http://224.0.0.1/", "http://255.255.255.255/", "http://240.0.0.1/",
		"http://[::1]/", "http://[::]/", "http://[fc00::1]/", "http://[ff02::1]/",
		"http://[::ffff:127.0.0.1]/", "http://[::ffff:a9fe:a9fe]/", "http://[::127.0.0.1]/", // IPv4 within IPv6
		"http://[64:ff9b::7f00:1]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[64:ff9b:1::1]/", // NAT64
		"http://[2002:7f00:1::]/", "http://[2002:a9fe:a9fe::1]/", // 6to4
		"http://[2001:0:7f00:1::]/", // Teredo
	} {
		if _, err := f.Page(t.Context(), address); !errors.Is(err, fetch.ErrNotAllowed) {
			t.Errorf("%q: error %v, want ErrNotAllowed", address, err)
		}
	}
}

type dial = func(ctx context.Context, network, address string) (net.Conn, error)

// guarded dials as New does, with names that resolve to what answer returns.
func guarded(t *testing.T, answer func() [4]byte) dial {
	t.Helper()
	d := net.Dialer{Control: ssrf.New().Safe, Resolver: resolver(t, answer)}
	return d.DialContext
}

// site starts a server that is reached as http://site.example/. Everything else is
// dialled as New does.
func site(t *testing.T, h http.HandlerFunc) *fetch.Fetcher {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	others := guarded(t, func() [4]byte { return [4]byte{127, 0, 0, 1} })
	return fetch.NewWith(func(ctx context.Context, network, address string) (net.Conn, error) {
		if address == "site.example:80" {
			return net.Dial("tcp", srv.Listener.Addr().String())
		}
		return others(ctx, network, address)
	})
}

// resolver asks a name server in this process, which answers every name.
func resolver(t *testing.T, answer func() [4]byte) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buf := make([]byte, 1<<10)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil || len(m.Questions) != 1 {
				continue
			}
			m.Response, m.Additionals = true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: answer()},
				}}
			}
			if packed, err := m.Pack(); err == nil {
				_, _ = conn.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// The dialled address is checked, not an earlier address of the name.
func TestNamesThatLeadInwards(t *testing.T) {
	var asked atomic.Int64
	answers := [][4]byte{{127, 0, 0, 1}, {169, 254, 169, 254}, {10, 0, 0, 1}}
	f := fetch.NewWith(guarded(t, func() [4]byte { return answers[(asked.Add(1)-1)%3] }))
	for range 3 {
		if _, err := f.Page(t.Context(), "http://rebind.example/"); !errors.Is(err, fetch.ErrNotAllowed) {
			t.Errorf("error %v, want ErrNotAllowed", err)
		}
	}
	if asked.Load() < 3 {
		t.Errorf("the name server was asked %d times, want once for each fetch", asked.Load())
	}
}

func TestRedirects(t *testing.T) {
	to := func(next string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Referer") != "" || r.Header.Get("Cookie") != "" || r.Header.Get("Authorization") != "" {
				t.Errorf("the request carries %v", r.Header)
			}
			if r.URL.Path == "/end" {
				_, _ = io.WriteString(w, "<p>end")
				return
			}
			w.Header().Set("Set-Cookie", "a=b")
			http.Redirect(w, r, next, http.StatusFound)
		}
	}
	for _, inwards := range []string{
		"http://127.0.0.1/", "http://169.254.169.254/computeMetadata/v1/", "http://inside.example/", "http://[::1]/", "file:///etc/passwd",
		"http://site.example:8080/", "http://u:p@site.example/",
	} {
		if _, err := site(t, to(inwards)).Page(t.Context(), "http://site.example/"); !errors.Is(err, fetch.ErrNotAllowed) {
			t.Errorf("to %s: error %v, want ErrNotAllowed", inwards, err)
		}
	}
	page, err := site(t, to("http://site.example/end#part")).Page(t.Context(), " http://site.example/ ")
	if err != nil || page.URL != "http://site.example/end" || string(page.Text) != "<p>end" {
		t.Errorf("one redirect: %+v, %v", page, err)
	}
	if _, err := site(t, to("/round")).Page(t.Context(), "http://site.example/"); !errors.Is(err, fetch.ErrUnreachable) || !strings.Contains(err.Error(), "redirects") {
		t.Errorf("endless redirects: %v", err)
	}
}

func TestAtMostFiveRedirects(t *testing.T) {
	for redirects, want := range map[int]error{5: nil, 6: fetch.ErrUnreachable} {
		f := site(t, func(w http.ResponseWriter, r *http.Request) {
			if n := len(r.URL.Query()["n"]); n < redirects {
				w.Header().Set("Location", "/?"+strings.Repeat("n&", n+1))
				w.WriteHeader(http.StatusMovedPermanently)
				return
			}
			_, _ = io.WriteString(w, "<p>end")
		})
		if _, err := f.Page(t.Context(), "http://site.example/"); !errors.Is(err, want) {
			t.Errorf("%d redirects: %v, want %v", redirects, err, want)
		}
	}
}

func TestAnswersThatAreNoPage(t *testing.T) {
	zeros := make([]byte, 1<<20)
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   error
	}{
		"404":       {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, fetch.ErrUnreachable},
		"204":       {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }, fetch.ErrUnreachable},
		"a picture": {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Type", "image/png") }, fetch.ErrUnreachable},
		"brotli":    {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Encoding", "br") }, fetch.ErrUnreachable},
		"cut": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9")
			_, _ = io.WriteString(w, "<p>")
		}, fetch.ErrUnreachable},
		"large headers": {func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X-Large", strings.Repeat("x", 70<<10)) }, fetch.ErrUnreachable},
		"no HTTP": {func(w http.ResponseWriter, _ *http.Request) {
			if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
				_, _ = io.WriteString(conn, "SSH-2.0-OpenSSH_9.9\r\n")
				_ = conn.Close()
			}
		}, fetch.ErrUnreachable},
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			for r.Context().Err() == nil {
				if _, err := w.Write(zeros); err != nil {
					return
				}
			}
		}, fetch.ErrTooLarge},
		"a bomb": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			for r.Context().Err() == nil {
				if _, err := z.Write(zeros); err != nil {
					return
				}
			}
		}, fetch.ErrTooLarge},
		"broken gzip": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = io.WriteString(w, "<p>not compressed")
		}, fetch.ErrUnreachable},
	} {
		page, err := site(t, c.answer).Page(t.Context(), "http://site.example/secret-path")
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %d bytes, error %v, want %v", name, len(page.Text), err, c.want)
			continue
		}
		if strings.Contains(err.Error(), "example") || strings.Contains(err.Error(), "127.0.0.1") {
			t.Errorf("%s: the error repeats the address: %v", name, err)
		}
	}
}

func TestPages(t *testing.T) {
	umlaut := "<meta charset=iso-8859-1><p>Kn\xf6del"
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	_, _ = io.WriteString(z, "<p>Soup")
	_ = z.Close()
	for name, c := range map[string]struct{ contentType, encoding, body, want string }{
		"UTF-8":                    {"text/html; charset=utf-8", "", "<p>Knödel", "<p>Knödel"},
		"a charset in the header":  {"text/html; charset=iso-8859-2", "", "<p>\xb6\xf3\xb3", "<p>śół"},
		"UTF-8 with another label": {"text/html; charset=iso-8859-1", "", "<p>Knödel", "<p>Knödel"},
		"a charset in the page":    {"text/html", "", umlaut, umlaut}, // its reader decodes it
		"an unknown charset":       {"text/html; charset=klingon", "", umlaut, umlaut},
		"compressed":               {"text/html", "gzip", zipped.String(), "<p>Soup"},
		"4 MiB":                    {"text/html", "", strings.Repeat("x", 4<<20), strings.Repeat("x", 4<<20)},
	} {
		f := site(t, func(w http.ResponseWriter, r *http.Request) {
			if got := r.Header.Get("User-Agent"); got != fetch.UserAgent {
				t.Errorf("User-Agent %q", got)
			}
			w.Header().Set("Content-Type", c.contentType)
			if c.encoding != "" {
				w.Header().Set("Content-Encoding", c.encoding)
			}
			_, _ = io.WriteString(w, c.body)
		})
		page, err := f.Page(t.Context(), "http://site.example/a?b#c")
		if err != nil || string(page.Text) != c.want || page.URL != "http://site.example/a?b" {
			t.Errorf("%s: %.40q at %s, %v", name, page.Text, page.URL, err)
		}
	}
}

// A proxy of the environment is not used, because it would replace the guarded dialer.
func TestNoProxy(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	f := site(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<p>") })
	if _, err := f.Page(t.Context(), "http://site.example/"); err != nil {
		t.Error(err)
	}
}

// The timeout ends a fetch from a server that sends one byte each second, be it slow before the
// headers, in the headers or in the body.
func TestSlowServers(t *testing.T) {
	for name, head := range map[string]string{
		"silent": "", "within the head": "HTTP/1.1 200 OK\r\nX: ", "in the body": "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			f := fetch.NewWith(func(context.Context, string, string) (net.Conn, error) {
				client, server := net.Pipe()
				go func() {
					_, err := http.ReadRequest(bufio.NewReader(server))
					go func() { _, _ = io.Copy(io.Discard, server) }()
					if err == nil {
						_, err = io.WriteString(server, head)
					}
					for err == nil && head != "" {
						time.Sleep(time.Second)
						_, err = io.WriteString(server, "x")
					}
				}()
				return client, nil
			})
			start := time.Now()
			_, err := f.Page(t.Context(), "http://slow.example/")
			if took := time.Since(start); !errors.Is(err, fetch.ErrUnreachable) || took != fetch.Timeout {
				t.Errorf("%s: %v after %s, want ErrUnreachable after %s", name, err, took, fetch.Timeout)
			}
			time.Sleep(2 * time.Second) // the server sees that its client has gone
		})
	}
}
