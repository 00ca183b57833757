package doctor

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"pantry.example/shared/config"
)

// soon is how long before its end a certificate gets a warning. A certificate that lives for
// a few days gets it in the last third of its life.
const soon = 14 * 24 * time.Hour

func (r *report) redisTLS(ctx context.Context, c config.Redis) bool {
	if !c.TLS {
		return r.redisPlain(ctx, c)
	}
	state, err := handshake(ctx, c, c.SkipVerify)
	if err == nil {
		r.certificate(c, state)
		return true
	}
	var (
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		unknown x509.UnknownAuthorityError
	)
	leaf := &x509.Certificate{}
	forOther := errors.As(err, &name)
	refused := errors.As(err, &invalid)
	switch {
	case forOther:
		leaf = name.Certificate
	case refused:
		leaf = invalid.Cert
	}
	expired := refused && invalid.Reason == x509.Expired
	return r.judge(checkTLS, []finding{
		{forOther, fail, "the certificate is not for " + c.Host + ", but for " + names(leaf), "Write the host as the console shows it, not an address or an alias"},
		{expired && time.Now().Before(leaf.NotBefore), fail, "the certificate is valid only from " + day(leaf.NotBefore), "Set this machine's clock, or wait for that day"},
		{expired, fail, "the certificate expired on " + day(leaf.NotAfter), "Renew it at the server (and check this machine's clock)"},
		{errors.As(err, &unknown), fail, "the certificate is signed by an authority that this machine does not know", "Compare the host with the console. A certificate of your own authority is accepted when SSL_CERT_FILE names it"},
		{refused, fail, "the certificate cannot be used for a server", "Issue it again, for server authentication"},
		{answersPlain(ctx, c), fail, "the server at " + c.Addr() + " speaks Redis without TLS", "Write redis:// in place of rediss:// for a server in a private network; over the internet turn TLS on at the server"},
		{isTimeout(err), fail, "the TLS handshake got no answer in " + round(stepTimeout), "Compare the port with the console: something else than Redis listens there, or a proxy is in between"},
		{true, fail, "the TLS handshake failed before a certificate was seen", "Compare host and port with the console; the server must speak TLS 1.2 or newer and ask for no client certificate"},
	}...)
}

func (r *report) certificate(c config.Redis, state tls.ConnectionState) {
	leaf := state.PeerCertificates[0]
	seen := fmt.Sprintf("%s, the certificate is valid for %s until %s", tls.VersionName(state.Version), c.Host, day(leaf.NotAfter))
	r.judge(checkTLS,
		finding{c.SkipVerify, warn, tls.VersionName(state.Version) + ", the certificate is not checked (skip_verify)", "Leave skip_verify out of anything that is deployed"},
		finding{time.Until(leaf.NotAfter) < min(soon, leaf.NotAfter.Sub(leaf.NotBefore)/3), warn, seen, "Renew the certificate at the server"},
		finding{true, pass, seen, ""})
}

// redisPlain checks that the server expects no TLS, before a password is sent without TLS.
func (r *report) redisPlain(ctx context.Context, c config.Redis) bool {
	plain, secure := answersPlain(ctx, c), false
	if !plain {
		_, err := handshake(ctx, c, true) // only to see whether there is TLS; nothing is sent
		secure = err == nil
	}
	return r.judge(checkTLS,
		finding{plain, pass, "none, and the server speaks none", ""},
		finding{secure, fail, "the server at " + c.Addr() + " speaks TLS, and the address says without", "Write rediss:// in place of redis://"},
		finding{true, fail, "what listens at " + c.Addr() + " does not answer as a Redis, with TLS or without", "Compare host and port with the console"})
}

// handshake connects as the functions do (shared/session).
func handshake(ctx context.Context, c config.Redis, unchecked bool) (tls.ConnectionState, error) {
	ctx, cancel := context.WithTimeout(ctx, stepTimeout)
	defer cancel()
	d := tls.Dialer{NetDialer: &net.Dialer{}, Config: &tls.Config{
		ServerName: c.Host, MinVersion: tls.VersionTLS12,
		InsecureSkipVerify: unchecked, //nolint:gosec // loopback only, or to tell a server's kind: nothing is sent
	}}
	conn, err := d.DialContext(ctx, "tcp", c.Addr())
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer func() { _ = conn.Close() }()
	secure, ok := conn.(*tls.Conn)
	if !ok {
		return tls.ConnectionState{}, errors.New("not a TLS connection")
	}
	return secure.ConnectionState(), nil
}

// answersPlain reports whether a Redis without TLS answers. It answers PING with a status or
// an error, also without a password.
func answersPlain(ctx context.Context, c config.Redis) bool {
	conn, err := dial(ctx, c)
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(stepTimeout)); err != nil {
		return false
	}
	if _, err := conn.Write([]byte("*1\r\n$4\r\nPING\r\n")); err != nil {
		return false
	}
	var b [1]byte
	_, err = conn.Read(b[:])
	return err == nil && (b[0] == '+' || b[0] == '-')
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02") }

// names returns the hosts of a certificate.
func names(c *x509.Certificate) string {
	all := c.DNSNames
	for _, ip := range c.IPAddresses {
		all = append(all, ip.String())
	}
	if len(all) == 0 {
		return "no host at all"
	}
	return strings.Join(all[:min(3, len(all))], ", ")
}
