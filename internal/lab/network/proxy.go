// Package network disturbs the connection between a client and its server. Tests use it to
// check a sink when the network fails.
package network

import (
	"context"
	"fmt"
	"strings"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"
)

// Proxy is a disturbed network in front of a server. See toxiproxy for the effect of each
// toxic.
type Proxy struct{ proxy *toxiproxy.Proxy }

// NewProxy listens on a free port of 127.0.0.1 and relays to the server at upstream,
// "host:port".
func NewProxy(upstream string) (*Proxy, error) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	p := &Proxy{toxiproxy.NewProxy(server, "wire", "127.0.0.1:0", upstream)}
	if err := p.proxy.Start(); err != nil {
		return nil, fmt.Errorf("starting a proxy: %w", err)
	}
	return p, nil
}

// Addr returns the address to connect to, "127.0.0.1:port".
func (p *Proxy) Addr() string { return p.proxy.Listen }

// Latency delays each direction by d.
func (p *Proxy) Latency(d time.Duration) error {
	return p.both("latency", fmt.Sprintf(`"latency": %d`, d.Milliseconds()))
}

// Bandwidth limits each direction to a number of KB per second.
func (p *Proxy) Bandwidth(kilobytes int) error {
	return p.both("bandwidth", fmt.Sprintf(`"rate": %d`, kilobytes))
}

// Silence drops all data and closes no connection, like a router that has lost its
// connections.
func (p *Proxy) Silence() error { return p.both("timeout", `"timeout": 0`) }

func (p *Proxy) both(kind, attributes string) error {
	for _, stream := range []string{"upstream", "downstream"} {
		toxic := fmt.Sprintf(`{"name": "%[1]s_%[2]s", "type": "%[1]s", "stream": "%[2]s", "attributes": {%[3]s}}`, kind, stream, attributes)
		if _, err := p.proxy.Toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
			return fmt.Errorf("adding %s: %w", kind, err)
		}
	}
	return nil
}

// Heal removes all toxics. Silenced connections end.
func (p *Proxy) Heal() { p.proxy.Toxics.ResetToxics(context.Background()) }

// Close stops the proxy and closes its connections.
func (p *Proxy) Close() { p.proxy.Stop() }
