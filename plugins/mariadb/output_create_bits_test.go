package mariadb

import (
	"encoding/json"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// The decoder makes a number of the default of a bit field, as of its values.
func TestTheDefaultOfABitField(t *testing.T) {
	t.Parallel()
	d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY)", "INSERT INTO t VALUES (1)")
	o := d.output(createConfig)
	bits := func(length string, v any) *schema.Schema {
		return required(withDefault(of(schema.Bytes, "io.debezium.data.Bits", "length", length), v))
	}
	s := recordOf("id", required(of(schema.Int32, "")), "few", bits("9", int64(341)), "all", bits("64", json.Number("18446744073709551615")))
	require.Empty(t, d.put(o, service.MessageBatch{typed(s, object{"id": int64(2), "few": int64(1), "all": json.Number("18446744073709551614")})}).refused)
	require.Equal(t, []string{"1|341|18446744073709551615", "2|1|18446744073709551614"}, d.rows("SELECT id, few + 0, `all` + 0 FROM t ORDER BY id"))
}
