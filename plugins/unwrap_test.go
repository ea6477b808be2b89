package plugins

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const (
	decodeEvents = `connect_json_decode: { key_format: json, store_schema_metadata: order_sink_schema, replace_null_with_default: false }`
	ordersTable  = `CREATE TABLE orders (order_id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY, user_id VARCHAR(255) NOT NULL, product_id VARCHAR(255) NOT NULL,
		qty BIGINT NOT NULL, unit_price BIGINT NOT NULL, total_price BIGINT NOT NULL, __deleted VARCHAR(5), __op CHAR(1), __source_ts_ms BIGINT)`
)

// ExtractNewRecordState makes rows of the change events of Debezium, and deletes of its
// deletes, as users of Kafka Connect write them to a table.
func TestChangeEventsBecomeRows(t *testing.T) {
	for name, c := range map[string]struct {
		options string
		columns string
		rows    []string
	}{
		"rows only":       {`{}`, "", []string{"0 3", "1 3", "2 3", "4 3", "5 3"}},
		"the old options": {`{ drop.tombstones: false, delete.handling.mode: none }`, "", []string{"0 3", "1 3", "2 3", "4 3", "5 3"}},
		"deleted rows stay": {`{ delete.tombstone.handling.mode: rewrite, add.fields: 'op,source.ts_ms' }`, ", __deleted, __op, __source_ts_ms",
			[]string{"0 3 false c 1795822000000", "1 3 false c 1795822000001", "2 3 false c 1795822000002", "3 2 true d 1795822000003", "4 3 false u 1795822000004", "5 3 false u 1795822000005"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			events := changes(6)
			ids := make([]string, len(events))
			for i := range ids {
				ids[i] = fmt.Sprintf("'%032x'", uint64(i)*0x9e3779b97f4a7c15)
			}
			p := storing(t, ordersTable, "INSERT INTO orders VALUES ("+ids[3]+", 'u', 'p', 9, 9, 9, NULL, NULL, NULL)")
			send := p.sending(`{ table: '${! @kafka_topic }', schema_metadata: order_sink_schema, columns: [ order_id, user_id, product_id, qty, unit_price, total_price`+c.columns+` ], key: [ order_id ], tombstone: delete, dsn: '`+p.dsn+`' }`,
				`mapping: meta kafka_topic = "lab.shop.orders"`, decodeEvents, `connect_transform: { schema_metadata: order_sink_schema, transforms: [
					{ name: unwrap, type: io.debezium.transforms.ExtractNewRecordState, `+c.options[1:len(c.options)-1]+` },
					{ name: route, type: org.apache.kafka.connect.transforms.RegexRouter, regex: '([^.]+)\.([^.]+)\.([^.]+)', replacement: $3 } ] }`)
			for _, e := range events {
				require.NoError(t, send(string(e.Key), string(e.Value)))
			}
			require.NoError(t, send(string(events[3].Key), ""), "the tombstone that follows a delete")
			require.ElementsMatch(t, c.rows, p.rows("SELECT CONCAT_WS(' ', FIELD(order_id, "+strings.Join(ids, ", ")+") - 1, qty"+c.columns+") FROM orders"))
		})
	}
}
