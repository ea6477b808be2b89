package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// The output does not find a column by the lower case of some letters, so the column keeps
// such a letter.
func TestANameWhoseLowerCaseIsAnotherName(t *testing.T) {
	t.Parallel()
	for _, mapping := range []string{"native", "debezium"} {
		d := shared(t)
		o := d.output("table: t\nkey: [ID]\nschema_metadata: schema\ncreate_tables: true\nadd_columns: true\ntype_mapping: " + mapping + "\n")
		first := recordOf("ID", required(of(schema.Int32, "")), "\u0130L", of(schema.Int32, ""))
		require.Empty(t, d.put(o, service.MessageBatch{typed(first, object{"ID": int64(1), "\u0130L": int64(2)})}).refused, mapping)
		grown := recordOf("ID", required(of(schema.Int32, "")), "\u0130L", of(schema.Int32, ""), "\u0130", of(schema.Int32, ""))
		require.Empty(t, d.put(o, service.MessageBatch{typed(grown, object{"ID": int64(1), "\u0130L": int64(2), "\u0130": int64(3)})}).refused, mapping)
		require.Equal(t, []string{"1|2|3"}, d.rows("SELECT * FROM t"), mapping)
	}
}
