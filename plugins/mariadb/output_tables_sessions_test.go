package mariadb

import (
	"context"
	"net"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// A table that waits makes the framework connect again and again. The sessions that write
// other tables stay connected.
func TestATableThatWaitsLeavesTheSessionsOfOtherTables(t *testing.T) {
	t.Parallel()
	const tries = 4
	for name, c := range map[string]struct {
		first    string // makes the table wait once it is known
		table    string
		atMost   int64 // connections that a try may open: that of the inspection, and after a fault its session and another inspection
		otherRow bool  // other rows are stored between two tries
	}{
		"no such table, while nothing is written": {"", "missing", 1, false},
		"no such table":                     {"", "missing", 1, true},
		"an error of each row of the table": {"CREATE TRIGGER fails BEFORE INSERT ON b FOR EACH ROW INSERT INTO nowhere VALUES (1)", "b", 3, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := shared(t, "CREATE TABLE a (id INT PRIMARY KEY)", "CREATE TABLE b (id INT PRIMARY KEY)")
			var dialed atomic.Int64
			mysql.RegisterDialContext(d.name, func(ctx context.Context, address string) (net.Conn, error) {
				dialed.Add(1)
				return new(net.Dialer).DialContext(ctx, "tcp", address)
			})
			t.Cleanup(func() { mysql.DeregisterDialContext(d.name) })
			o := d.outputOf(strings.Replace(d.server.DSN(d.name), "tcp(", d.name+"(", 1), tablesConfig)
			require.NoError(t, o.Connect(t.Context()))
			row := func(id int) any { return object{"id": int64(id)} }
			d.put(o, service.MessageBatch{into("a", row(0)), into("b", row(0))})
			if c.first != "" {
				d.exec(c.first)
			}
			before := dialed.Load()
			for i := range tries {
				require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), service.MessageBatch{into(c.table, row(1))}))
				_ = o.Connect(t.Context()) // an error says once why the table waits
				if c.otherRow {
					require.Empty(t, d.put(o, service.MessageBatch{into("a", row(i+1))}).refused)
				}
			}
			require.LessOrEqual(t, dialed.Load()-before, tries*c.atMost)
		})
	}
}
