package plugins

import (
	"testing"

	"github.com/stretchr/testify/require"
)

const transforms = "org.apache.kafka.connect.transforms."

// The output writes the key and the fields that a chain has made, with the types of the
// schema that the chain has made.
func TestAChainMakesTheRow(t *testing.T) {
	p := storing(t, "CREATE TABLE t (id BIGINT PRIMARY KEY, city VARCHAR(20), at DATETIME(3), day DATE, price DECIMAL(9,2), v VARCHAR(9))")
	send := p.sending("{ table: t, columns: [ id, city, at, day, price, v ], key: [ id ], key_from: record_key, tombstone: delete, schema_metadata: its, dsn: '"+p.dsn+"' }",
		"connect_json_decode: { store_schema_metadata: its, key_format: json }",
		`connect_transform:
  schema_metadata: its
  transforms:
    - { name: key, type: `+transforms+`HoistField$Key, field: id }
    - { name: number, type: `+transforms+`Cast$Key, spec: 'id:int64' }
    - { name: flat, type: `+transforms+`Flatten$Value, delimiter: _ }
    - { name: names, type: `+transforms+`ReplaceField$Value, renames: 'to_city:city' }
    - { name: at, type: `+transforms+`TimestampConverter$Value, field: at, target.type: Timestamp, format: yyyy-MM-dd HH:mm:ss.SSS }
    - { name: day, type: `+transforms+`TimestampConverter$Value, field: day, target.type: Date }
    - { name: v, type: `+transforms+`InsertField$Value, static.field: v, static.value: chain }`)
	key := `{"schema":{"type":"string"},"payload":"7"}`
	value := `{"schema":{"type":"struct","name":"S","fields":[
		{"type":"struct","optional":true,"fields":[{"type":"string","field":"city"}],"field":"to"},
		{"type":"string","field":"at"},{"type":"int64","field":"day"},
		{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"},"field":"price"}]},
		"payload":{"to":{"city":"Oslo"},"at":"2024-02-29 12:34:56.789","day":1709210096789,"price":"BNI="}}`
	require.NoError(p, send(key, value))
	const row = "SELECT CONCAT_WS('|', id, city, at, day, price, v) FROM t"
	require.Equal(t, []string{"7|Oslo|2024-02-29 12:34:56.789|2024-02-29|12.34|chain"}, p.rows(row))
	require.NoError(p, send(key, ""))
	require.Empty(t, p.rows(row), "a tombstone has the key that the chain has made")
}
