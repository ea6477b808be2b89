package mariadb

import (
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/tlstest"
)

func TestTheInitStatementStaysSecret(t *testing.T) {
	t.Parallel()
	o := shared(t, orders).unconnected(ordersConfig + "init_statement: SET secret secret\n")
	requireWait(t, o.Connect(t.Context()), "inspecting table orders: running init_statement: MariaDB error 1064 (42000). Nothing")
}

func TestThePasswordIsNowhere(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	for dsn, want := range map[string]string{
		"orders:s3cr3t@tcp(" + d.server.Addr() + ")/" + d.name: ": MariaDB error 1045 (28000): Access denied for user", // not the password
		"orders:s3cr3t@tcp(127.0.0.1:1)/" + d.name:             "",                                                     // nobody answers
		"orders:s3cr3t@tcp(" + d.server.Addr() + ")/nowhere":   "",
	} {
		o := d.outputOf(dsn, ordersConfig)
		err := o.Connect(t.Context())
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "s3cr3t")
		require.Same(t, service.ErrNotConnected, o.WriteBatch(t.Context(), batchOf(order("a", "x", 1, "1"))))
		require.NoError(t, o.Close(t.Context()))
		require.Empty(t, o.log.matching("s3cr3t"))
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	authority := tlstest.New(t)
	pair := authority.Issue(t, "127.0.0.1", time.Now().Add(time.Hour))
	d := private(t, orders, "--ssl-cert="+pair.Certificate, "--ssl-key="+pair.Key)
	d.exec("ALTER USER orders@'127.0.0.1' REQUIRE SSL")
	o := d.output(ordersConfig + "tls: {enabled: true, root_cas_file: " + authority.File + "}\n")
	require.Empty(t, d.write(o, order("a", "x", 1, "1")))
	require.ErrorContains(t, d.unconnected(ordersConfig).Connect(t.Context()), "MariaDB error 1045", "MariaDB takes the account with TLS only")

	stranger := d.unconnected(ordersConfig + "tls: {enabled: true}\n")
	require.ErrorContains(t, stranger.Connect(t.Context()), "certificate signed by unknown authority")
}
