package change

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
)

// kafkaCDC is a record of transaction 0-3000-20 as the router writes it, with the members
// of a row.
func kafkaCDC(number int, event, row string) string {
	return fmt.Sprintf(`{"domain":0,"server_id":3000,"sequence":20,"event_number":%d,"timestamp":1580485945,"event_type":"%s","table_schema":"shop","table_name":"orders",%s}`, number, event, row)
}

// description is what the router sends before the first row of a table, and after ALTER TABLE.
const description = `{"namespace":"MaxScaleChangeDataSchema.avro","type":"record","name":"ChangeRecord","table":"orders","database":"shop","version":1,"gtid":"0-3000-14",
	"fields":[{"name":"domain","type":"int"},{"name":"event_type","type":{"type":"enum","name":"EVENT_TYPES","symbols":["insert","update_before","update_after","delete"]}},
	{"name":"id","type":["null","long"],"real_type":"int","length":-1,"unsigned":false}]}`

func TestTheRecordsOfKafkaCDC(t *testing.T) {
	require.Equal(t, []string{
		"none",
		"create - -> 1,a/2 at 1580485945000 20 -",
		"none",
		"update - -> 1,b/2 at 1580485945000 20 -",
		"delete 1,b/2 -> - at 1580485945000 20 -",
		"create - -> 1/1 at 1580485945000 20 -",
		"create - -> 1/2 at 1580485945000 20 -",
	}, summaries(t, MaxScale,
		description,
		kafkaCDC(1, "insert", `"id":1,"name":"a"`),
		kafkaCDC(2, "update_before", `"id":1,"name":"a"`),
		kafkaCDC(3, "update_after", `"id":1,"name":"b"`),
		kafkaCDC(4, "delete", `"id":1,"name":"b"`),
		`{"domain":0,"server_id":3000,"sequence":20,"event_number":1,"timestamp":1580485945,"event_type":"insert","id":1}`, // before 2.5.3
		kafkaCDC(1, "insert", `"id":1,"fields":null`),
	))
	require.Equal(t, "none", line(MaxScale(&Record{})), "a record without content")
}

func TestRecordsThatAreNoEventOfKafkaCDC(t *testing.T) {
	const hint = ": KafkaCDC overwrites its own member with a column of this name, so order-sink cannot apply the changes of such a table. Rename the column, or use Debezium"
	const expected = "row_event: value: expected a record of MaxScale's KafkaCDC router (event_type, domain, server_id, sequence, event_number), got "
	const remedy = ": name the format of the records in change_events, or set it to none if the records are rows"
	require.Equal(t, []string{
		expected + "another object" + remedy,
		expected + "an array" + remedy,
		expected + "another object" + remedy,
		"row_event: event_type: expected insert, delete, update_before or update_after, got something else" + hint,
		"row_event: timestamp: expected an integer, got text" + hint,
		"row_event: sequence: expected an integer, got null" + hint,
		"row_event: table_name: expected text, got an integer" + hint,
	}, summaries(t, MaxScale,
		`{"op":"c","after":{"id":1}}`,
		`[1]`,
		`{"fields":[],"id":1}`,
		kafkaCDC(1, "insert", `"event_type":"party"`),
		kafkaCDC(1, "insert", `"timestamp":"2024-02-29 01:02:03"`),
		kafkaCDC(1, "insert", `"sequence":null`),
		kafkaCDC(1, "insert", `"table_name":7`),
	))
}

// The key of a record has its GTID, so it shows a column that hides a part of the GTID.
func TestTheRecordKeyOfKafkaCDC(t *testing.T) {
	content := decode(t, kafkaCDC(2, "insert", `"id":1`))
	for key, isRefused := range map[string]bool{
		"0-3000-20:2": false, "0-3000-20:3": true, "0-3000-21:2": true, "1-3000-20:2": true,
		"": false, "a key of another producer": false, "0-3000-20": false, "0-3000-20:x": false,
	} {
		for _, raw := range []any{key, []byte(key)} {
			_, refused := MaxScale(&Record{Content: content, Key: raw})
			require.Equal(t, isRefused, refused != nil, key)
		}
	}
}

// KafkaCDC makes a double of a DECIMAL, and writes a double with 17 digits.
func TestADoubleOfKafkaCDCIsItsShortestDecimal(t *testing.T) {
	for text, want := range map[string]any{
		"19.989999999999998":      19.99,
		"0.10000000000000001":     0.1,
		"-1.1000000000000001e-07": -1.1e-07,
		"19.99":                   json.Number("19.99"),
		"19.9899999999999980":     19.99,
		"19.9899999999999981":     json.Number("19.9899999999999981"),
		"123456789012345678.25":   json.Number("123456789012345678.25"),
		"1e400":                   json.Number("1e400"),
		"12345678901234567890123": json.Number("12345678901234567890123"),
	} {
		e, refused := MaxScale(&Record{Content: decode(t, kafkaCDC(1, "insert", `"v":`+text))})
		require.Nil(t, refused)
		require.Equal(t, want, e.After["v"], text)
	}
}
