package mariadb

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// MariaDB does not tell the names of columns by their case, so the key is the field of its
// name in any case.
func TestTheKeyIsAFieldInAnyCase(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, amount INT)")
	o := d.output("table: t\nkey: [ID]\n")
	require.Empty(t, d.write(o, object{"id": int64(1), "Amount": int64(2)}))
	require.Equal(t, []string{"1|2"}, d.rows("SELECT id, amount FROM t"))
}
