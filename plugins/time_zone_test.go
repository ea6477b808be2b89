package plugins

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// timesSchema has a field of each type, and a key that is a Timestamp.
const timesSchema = `{"type":"struct","fields":[
	{"field":"at","type":"int64","name":"org.apache.kafka.connect.data.Timestamp"},
	{"field":"stamp","type":"int64","name":"org.apache.kafka.connect.data.Timestamp"},
	{"field":"day","type":"int32","name":"org.apache.kafka.connect.data.Date"},
	{"field":"clock","type":"int32","name":"org.apache.kafka.connect.data.Time"},
	{"field":"wall","type":"int64","name":"io.debezium.time.MicroTimestamp"},
	{"field":"zoned","type":"string","name":"io.debezium.time.ZonedTimestamp"}]}`

const timesTable = `CREATE TABLE t (at DATETIME(3) PRIMARY KEY, stamp TIMESTAMP(3) NULL, day DATE, clock TIME(3), wall DATETIME(6), zoned DATETIME(3))`

// The rows have the clock of the zone, as the JDBC sinks write them. A TIMESTAMP column keeps
// the point in time.
func TestATimeZoneShowsItsClock(t *testing.T) {
	for name, c := range map[string]struct{ types, row string }{
		"Confluent and Aiven":      {"[ timestamp, time, date ]", "2024-07-01 08:00:00.250 1719835200.250 2024-06-30 05:30:00.000 2024-07-01 12:00:00.000001 2024-07-01 12:00:00.000"},
		"date.timezone=UTC":        {"[ timestamp, time ]", "2024-07-01 08:00:00.250 1719835200.250 2024-07-01 05:30:00.000 2024-07-01 12:00:00.000001 2024-07-01 12:00:00.000"},
		"only zoned":               {"[ zoned_timestamp ]", "2024-07-01 12:00:00.250 1719835200.250 2024-07-01 10:30:00.000 2024-07-01 12:00:00.000001 2024-07-01 08:00:00.000"},
		"the default":              {"[ timestamp, zoned_timestamp ]", "2024-07-01 08:00:00.250 1719835200.250 2024-07-01 10:30:00.000 2024-07-01 12:00:00.000001 2024-07-01 08:00:00.000"},
		"nothing, as without zone": {"[]", "2024-07-01 12:00:00.250 1719835200.250 2024-07-01 10:30:00.000 2024-07-01 12:00:00.000001 2024-07-01 12:00:00.000"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := storing(t, timesTable)
			const rows = "SELECT CONCAT_WS(' ', at, UNIX_TIMESTAMP(stamp), day, clock, wall, zoned) FROM t"
			send := p.sending("{ dsn: '"+p.dsn+"', table: t, schema_metadata: order_sink_schema, key: [ at ], tombstone: delete, time_zone: America/New_York, time_zone_types: "+c.types+" }",
				"connect_json_decode: { store_schema_metadata: order_sink_schema }")
			record := `{"schema":` + timesSchema + `,"payload":{"at":1719835200250,"stamp":1719835200250,"day":19905,"clock":37800000,"wall":1719835200000001,"zoned":"2024-07-01T14:00:00+02:00"}}`
			for range 2 { // delivered again
				require.NoError(t, send("", record))
				require.Equal(t, []string{c.row}, p.rows(rows))
			}
			// The key of a tombstone moves as the record does.
			require.NoError(t, send(`{"schema":{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp"},"payload":1719835200250}`, ""))
			require.Empty(t, p.rows(rows))
		})
	}
}
