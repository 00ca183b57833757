package web_test

import (
	"testing"

	"pantry.example/shared/web"
)

func TestClientAddr(t *testing.T) {
	t.Parallel()
	const forwarded = "X-Forwarded-For"
	for _, row := range []struct {
		name    string
		trust   bool
		remote  string
		headers []string
		want    string
	}{
		{"the connection's", false, "192.0.2.1:1234", nil, "192.0.2.1"},
		{"a header that nobody vouches for", false, "192.0.2.1:1234", []string{forwarded, "198.51.100.7"}, "192.0.2.1"},
		{"no header behind a proxy", true, "192.0.2.1:1234", nil, "192.0.2.1"},
		{"the proxy's word", true, "192.0.2.1:1234", []string{forwarded, "198.51.100.7"}, "198.51.100.7"},
		{"the client's own words come first", true, "192.0.2.1:1", []string{forwarded, "10.0.0.1, 127.0.0.1,198.51.100.7"}, "198.51.100.7"},
		{"and in a header of their own", true, "192.0.2.1:1", []string{forwarded, "10.0.0.1", forwarded, "198.51.100.7 "}, "198.51.100.7"},
		{"an IPv6 network", true, "192.0.2.1:1", []string{forwarded, "2001:db8:1:2:3:4:5:6"}, "2001:db8:1:2::/64"},
		{"its neighbor is the same client", true, "192.0.2.1:1", []string{forwarded, "2001:db8:1:2:ffff::1"}, "2001:db8:1:2::/64"},
		{"another network", true, "192.0.2.1:1", []string{forwarded, "2001:db8:1:3::1"}, "2001:db8:1:3::/64"},
		{"IPv6 of the connection", false, "[2001:db8:1:2::9]:443", nil, "2001:db8:1:2::/64"},
		{"a zone says nothing", false, "[fe80::1%eth0]:443", nil, "fe80::/64"},
		{"IPv4 in IPv6", true, "192.0.2.1:1", []string{forwarded, "::ffff:198.51.100.7"}, "198.51.100.7"},
		{"garbage", true, "192.0.2.1:1", []string{forwarded, "198.51.100.7, <script>"}, "unknown"},
		{"nothing after the comma", true, "192.0.2.1:1", []string{forwarded, "198.51.100.7,"}, "unknown"},
		{"an empty header", true, "192.0.2.1:1", []string{forwarded, ""}, "unknown"},
		{"a port", true, "192.0.2.1:1", []string{forwarded, "198.51.100.7:80"}, "unknown"},
		{"octal", true, "192.0.2.1:1", []string{forwarded, "0300.0.2.1"}, "unknown"},
		{"no connection", false, "", nil, "unknown"},
		{"an address without a port", false, "192.0.2.1", nil, "192.0.2.1"},
		{"a socket's name", false, "@", nil, "unknown"},
		{"Forwarded is not read", true, "192.0.2.1:1", []string{"Forwarded", "for=198.51.100.7", "X-Real-Ip", "198.51.100.7"}, "192.0.2.1"},
	} {
		r := request("GET", "/", "", row.headers...)
		r.RemoteAddr = row.remote
		if got := (web.Function{TrustProxy: row.trust}).ClientAddr(r); got != row.want {
			t.Errorf("%s: ClientAddr() = %q, want %q", row.name, got, row.want)
		}
	}
}
