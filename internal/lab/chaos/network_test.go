package chaos

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/order-sink/order-sink/internal/lab/network"
)

var networkFaults = []fault{
	{name: "cut in a statement", run: cut(network.MidStatement)},
	{name: "cut before the answer", run: cut(network.Answer)},
	{name: "cut before the answer of COMMIT", run: cut(network.CommitAnswer)},
	{name: "latency", run: latency},
	{name: "a few KB a second", run: bandwidth},
	{name: "half-open connections", run: halfOpen},
}

// cut ends a connection at an exact place of the protocol. After a cut before the answer
// of COMMIT, the rows are stored, but the sink does not know it. The sink stores the rows
// again: they do not change, and neither does their updated_at. The same happens before
// the answer of a statement that commits itself (a batch without a refusal).
func cut(where network.Where) func(*trial) {
	return func(tr *trial) {
		cutter, err := network.NewCutter(tr.server.Addr())
		tr.must(err)
		tr.Cleanup(cutter.Close)
		tr.through(cutter.Addr())
		// Only new orders: none has a reason to be updated.
		tr.flow.mix = mix{refusable: 10}
		tr.begin()
		tr.strike(times(5, 50), func() {
			before := cutter.Cuts()
			cutter.Next(where)
			tr.eventually("a connection is cut", func(context.Context) error {
				if cutter.Cuts() == before {
					return fmt.Errorf("%d were, so far", before)
				}
				return nil
			})
		})
		if updated := tr.metric(tr.current(), "mariadb_upsert_rows_total", "label", "orders_table", "outcome", "updated"); updated > 0 {
			tr.Errorf("%v orders were updated, which came once", updated)
		}
		again := tr.metric(tr.current(), "mariadb_upsert_rows_total", "label", "orders_table", "outcome", "unchanged")
		if where == network.MidStatement && again > 0 || where == network.CommitAnswer && again == 0 {
			tr.Errorf("%v rows were stored without the sink's knowledge", again)
		}
		if moved := tr.value("SELECT COUNT(*) FROM orders WHERE updated_at <> created_at"); moved != "0" {
			tr.Errorf("updated_at of %s rows moved", moved)
		}
	}
}

// through makes the sinks reach MariaDB over another address.
func (tr *trial) through(address string) {
	tr.dsn = strings.Replace(tr.dsn, tr.server.Addr(), address, 1)
}

func (tr *trial) network() *network.Proxy {
	tr.Helper()
	network, err := network.NewProxy(tr.server.Addr())
	tr.must(err)
	tr.Cleanup(network.Close)
	tr.through(network.Addr())
	return network
}

func latency(tr *trial) {
	network := tr.network()
	tr.begin()
	tr.strike(1, func() {
		tr.must(network.Latency(200 * time.Millisecond))
		tr.awaitProgress(int64(times(3000, 50_000)))
		network.Heal()
	})
}

// bandwidth: statements take longer than the sink waits for an answer, and are
// tried again until the line is wide enough.
func bandwidth(tr *trial) {
	network := tr.network()
	tr.dsn += "?readTimeout=2s"
	tr.flow.rate = 300
	tr.begin()
	tr.strike(1, func() {
		tr.must(network.Bandwidth(8))
		tr.eventually("statements are given up", func(context.Context) error {
			if n := tr.metric(tr.current(), "mariadb_upsert_waits_total"); n < float64(times(2, 20)) {
				return fmt.Errorf("%v waits", n)
			}
			return nil
		})
		network.Heal()
	})
}

// halfOpen: packets vanish, and nothing ends. The sink notices after its
// readTimeout, and is there again when the network is.
func halfOpen(tr *trial) {
	network := tr.network()
	tr.dsn += "?timeout=2s&readTimeout=2s&writeTimeout=2s"
	tr.begin()
	tr.strike(times(1, 10), func() {
		tr.must(network.Silence())
		silent := time.Now()
		tr.awaitState("waiting for MariaDB since .*(i/o timeout|invalid connection|bad connection|deadline exceeded)")
		if noticed := time.Since(silent); noticed > 30*time.Second {
			tr.Errorf("the sink noticed after %v, its time-outs are 2s", noticed)
		}
		network.Heal()
	})
}
