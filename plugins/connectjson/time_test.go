package connectjson

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestDebeziumTimesAreSignedDurations in both modes: MariaDB's TIME goes from -838:59:59
// to 838:59:59, PostgreSQL's to 24:00:00. What a column cannot hold, the column's output
// refuses.
func TestDebeziumTimesAreSignedDurations(t *testing.T) {
	for _, c := range []struct{ base, name, payload, want string }{
		{"int32", "Time", "-1", "-00:00:00.001"},
		{"int32", "Time", "-3600000", "-01:00:00"},
		{"int32", "Time", "86400000", "24:00:00"},
		{"int32", "Time", "-2147483648", "-596:31:23.648"},
		{"int64", "MicroTime", "90000000000", "25:00:00"},
		{"int64", "MicroTime", "-1000000", "-00:00:01"},
		{"int64", "MicroTime", "-1", "-00:00:00.000001"},
		{"int64", "MicroTime", "86400000000", "24:00:00"},
		{"int64", "MicroTime", "86400000001", "24:00:00.000001"},
		{"int64", "MicroTime", "3020399000000", "838:59:59"},
		{"int64", "MicroTime", "3020399999999", "838:59:59.999999"},
		{"int64", "MicroTime", "-3020399999999", "-838:59:59.999999"},
		{"int64", "MicroTime", "3020400000000", "839:00:00"},
		{"int64", "NanoTime", "-1", "-00:00:00.000000001"},
		{"int64", "NanoTime", "-9223372036854775808", "-2562047:47:16.854775808"},
	} {
		for _, compat := range []bool{false, true} {
			rec, err := newDecoder(t, Options{Compat: compat}).Decode([]byte(envelope(`{"type":"`+c.base+`","name":"io.debezium.time.`+c.name+`"}`, c.payload)))
			require.NoError(t, err, c.payload)
			require.Equal(t, c.want, rec.Value, "%s %s, compat %t", c.name, c.payload, compat)
		}
	}
}

// TestConnectTimeIsATimeOfDay: Kafka Connect's own Time has 0 to 86,399,999 milliseconds.
func TestConnectTimeIsATimeOfDay(t *testing.T) {
	d := newDecoder(t, Options{})
	for _, payload := range []string{"-1", "86400000", "86400001", "90000000"} {
		_, err := d.Decode([]byte(envelope(`{"type":"int32","name":"org.apache.kafka.connect.data.Time"}`, payload)))
		require.EqualError(t, err, "out_of_range: payload: expected 0 to 86399999 milliseconds", payload)
	}
}
