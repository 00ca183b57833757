package faults_test

import (
	"bytes"
	"encoding/json"
	"testing"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// network is the way to a server, with toxiproxy on it. It keeps its address when the
// proxy is stopped and started.
type network struct {
	t        *testing.T
	address  string // of the proxy
	upstream string
	proxy    *toxiproxy.Proxy
}

func newNetwork(t *testing.T, upstream string) *network {
	t.Helper()
	n := &network{t: t, address: "127.0.0.1:0", upstream: upstream}
	n.up()
	t.Cleanup(func() { n.proxy.Stop() })
	return n
}

// up starts a proxy on which all is well.
func (n *network) up() {
	n.t.Helper()
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
	n.proxy = toxiproxy.NewProxy(server, n.t.Name(), n.address, n.upstream)
	if err := n.proxy.Start(); err != nil {
		n.t.Fatal(err)
	}
	n.address = n.proxy.Listen
}

// down closes every connection and takes no new one.
func (n *network) down() { n.proxy.Stop() }

// heal ends a fault. The connections that had it are closed. Toxics are not taken off
// them: toxiproxy 2.5 can wait for itself for ever when a connection ends meanwhile.
func (n *network) heal() {
	n.t.Helper()
	n.down()
	n.up()
}

// poison puts a toxic on the answers (downstream) or on the requests (upstream), also of
// the connections that are open.
func (n *network) poison(kind, stream string, attributes map[string]int) {
	n.t.Helper()
	text, _ := json.Marshal(map[string]any{"type": kind, "stream": stream, "toxicity": 1, "attributes": attributes})
	if _, err := n.proxy.Toxics.AddToxicJson(bytes.NewReader(text)); err != nil {
		n.t.Fatal(err)
	}
}
