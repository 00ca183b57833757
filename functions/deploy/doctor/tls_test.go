package doctor_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
)

// leaf is a certificate for localhost, changed; ours says that SSL_CERT_FILE names its issuer.
type leaf struct {
	change func(*x509.Certificate)
	ours   bool
	status string
	words  []string
}

var leaves = map[string]leaf{
	"good": {ours: true, status: "pass", words: []string{"valid for localhost"}},
	"ends soon": {ours: true, change: func(c *x509.Certificate) {
		c.NotBefore = time.Now().Add(-80 * day)
		c.NotAfter = time.Now().Add(3 * day)
	}, status: "warn", words: []string{"Renew"}},
	"expired":      {ours: true, change: func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-day) }, status: "fail", words: []string{"expired on", "Renew"}},
	"future":       {ours: true, change: func(c *x509.Certificate) { c.NotBefore = time.Now().Add(day) }, status: "fail", words: []string{"only from", "clock"}},
	"another name": {ours: true, change: func(c *x509.Certificate) { c.DNSNames = []string{"other.example"} }, status: "fail", words: []string{"not for localhost", "other.example"}},
	"no name":      {ours: true, change: func(c *x509.Certificate) { c.DNSNames = nil }, status: "fail", words: []string{"not for localhost", "no host at all"}},
	"unknown":      {status: "fail", words: []string{"authority", "SSL_CERT_FILE"}},
	"for a client": {ours: true, change: func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, status: "fail", words: []string{"cannot be used for a server"}},
}

const day = 24 * time.Hour

// TestCertificates runs itself again for each certificate: the system's roots are read
// once a process.
func TestCertificates(t *testing.T) {
	if name := os.Getenv("DOCTOR_TEST_LEAF"); name != "" {
		row := leaves[name]
		d := examine(t, redisEnv(os.Getenv("DOCTOR_TEST_REDIS")))
		l := d.want("redis-tls", row.status, row.words...)
		if l.Status == "fail" {
			d.want("redis-password", "skip")
		} else {
			d.want("redis-scripts", "pass")
		}
		return
	}
	for name, row := range leaves {
		t.Run(name, func(t *testing.T) {
			config, roots := issue(t, row.change)
			m := miniredis.NewMiniRedis()
			m.RequireAuth(password)
			if err := m.StartTLS(config); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(m.Close)
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestCertificates$")
			cmd.Env = append(os.Environ(), "DOCTOR_TEST_LEAF="+name, "DOCTOR_TEST_REDIS=rediss://default:"+password+"@localhost:"+m.Port())
			if row.ours {
				cmd.Env = append(cmd.Env, "SSL_CERT_FILE="+roots)
			}
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// issue makes an authority and a certificate of it, and writes the authority to a file.
func issue(t *testing.T, change func(*x509.Certificate)) (_ *tls.Config, roots string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-100 * day), NotAfter: time.Now().Add(100 * day),
	}
	server := &x509.Certificate{
		SerialNumber: big.NewInt(2), DNSNames: []string{"localhost"}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		NotBefore: time.Now().Add(-10 * day), NotAfter: time.Now().Add(80 * day),
	}
	if change != nil {
		change(server)
	}
	der, err := x509.CreateCertificate(rand.Reader, authority, authority, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	own, err := x509.CreateCertificate(rand.Reader, server, authority, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	roots = filepath.Join(t.TempDir(), "roots.pem")
	if err := os.WriteFile(roots, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{own}, PrivateKey: key}}}, roots
}

func TestTLSToAPlainServer(t *testing.T) {
	m := miniredis.RunT(t)
	d := examine(t, redisEnv("rediss://default:"+password+"@"+m.Addr()))
	d.want("redis-tls", "fail", "without TLS", "redis://")
	d.want("redis-password", "skip")
}

// TestTLSToASilentPlainServer: a real Redis waits for the end of what it takes for a line.
func TestTLSToASilentPlainServer(t *testing.T) {
	addr := serve(t, func(c net.Conn) {
		r := bufio.NewReader(c)
		b, err := r.Peek(1)
		if err == nil && b[0] == '*' {
			_, _ = io.WriteString(c, "-NOAUTH Authentication required.\r\n")
			return
		}
		_, _ = io.Copy(io.Discard, r)
	})
	d := examine(t, redisEnv("rediss://default:"+password+"@"+addr))
	d.want("redis-tls", "fail", "without TLS")
}

// TestPlainToATLSServer also shows that the password is not sent.
func TestPlainToATLSServer(t *testing.T) {
	config, _ := issue(t, nil)
	m := miniredis.NewMiniRedis()
	if err := m.StartTLS(config); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Close)
	d := examine(t, redisEnv("redis://default:"+password+"@"+m.Addr()))
	d.want("redis-tls", "fail", "speaks TLS", "rediss://")
	d.want("redis-password", "skip")
}

func TestNotARedis(t *testing.T) {
	addr := serve(t, func(c net.Conn) { _, _ = io.WriteString(c, "220 mail.example ESMTP\r\n") })
	d := examine(t, redisEnv("redis://default:"+password+"@"+addr))
	d.want("redis-tls", "fail", "does not answer as a Redis")
	d = examine(t, redisEnv("rediss://default:"+password+"@"+addr))
	d.want("redis-tls", "fail", "handshake failed")
}

// TestBlackHole: a server that takes connections and says nothing costs bounded time.
func TestBlackHole(t *testing.T) {
	addr := serve(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	start := time.Now()
	d := examine(t, redisEnv("rediss://default:"+password+"@"+addr))
	d.want("redis-tls", "fail", "no answer")
	if took := time.Since(start); took > 15*time.Second {
		t.Errorf("took %s", took)
	}
	d = examine(t, redisEnv("redis://default:"+password+"@"+addr), "-timeout", "200ms")
	for _, l := range d.Lines {
		if strings.HasPrefix(l.Check, "redis-tls") && l.Status == "fail" {
			return
		}
	}
	t.Error("no failure within a short -timeout")
}
