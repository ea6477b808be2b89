package tombstone

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const (
	connectData  = "org.apache.kafka.connect.data."
	debeziumTime = "io.debezium.time."
)

// A schema's name gives a key its meaning, or, as io.debezium.data.Uuid, says nothing
// that the value does not say.
func TestANamedKeySchemaIsRead(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, 2, 29, 1, 2, 3, 0, time.UTC)
	for _, c := range []struct {
		schema, payload string
		want            any
	}{
		{`"type":"string","name":"io.debezium.data.Uuid","version":1`, `"77a436fd-64f9-4d35-999b-a957195f5d21"`, "77a436fd-64f9-4d35-999b-a957195f5d21"},
		{`"type":"string","name":"io.debezium.data.Enum","parameters":{"allowed":"a,b"}`, `"a"`, "a"},
		{`"type":"string","name":"io.debezium.data.EnumSet"`, `"a,b"`, "a,b"},
		{`"type":"string","name":"shop.OrderId"`, `"a"`, "a"},
		{`"type":"int64","name":"shop.OrderNumber"`, `-9223372036854775808`, json.Number("-9223372036854775808")},
		{`"type":"int32","name":"` + debeziumTime + `Year"`, `2024`, json.Number("2024")},
		{`"type":"bytes","name":"io.debezium.data.Bits","parameters":{"length":"8"}`, `"/w=="`, []byte{0xff}},
		{`"type":"boolean","name":"x"`, `true`, true},
		{`"type":"float64"`, `0.5`, json.Number("0.5")},
		{`"type":"int16"`, `7.0`, json.Number("7.0")},
		{`"type":"bytes","name":"` + connectData + `Decimal","parameters":{"scale":"2","connect.decimal.precision":"5"}`, `"BNI="`, "12.34"},
		{`"type":"bytes","name":"` + connectData + `Decimal","parameters":{"scale":"2"}`, `"/w=="`, "-0.01"},
		{`"type":"bytes","name":"` + connectData + `Decimal","parameters":{"scale":"2"}`, `"gA=="`, "-1.28"},
		{`"type":"bytes","name":"` + connectData + `Decimal","parameters":{"scale":"0"}`, `"AP//////////////"`, "309485009821345068724781055"},
		{`"type":"bytes","name":"` + connectData + `Decimal","parameters":{"scale":"-3"}`, `"BQ=="`, "5000"},
		{`"type":"bytes","name":"` + connectData + `Decimal","parameters":{"scale":"3"}`, `"AA=="`, "0.000"},
		{`"type":"bytes","name":"` + connectData + `Decimal","parameters":{"scale":"2"}`, `12.3`, json.Number("12.3")},
		{`"type":"int32","name":"` + connectData + `Date"`, `19782`, at.Truncate(24 * time.Hour)},
		{`"type":"int32","name":"` + debeziumTime + `Date"`, `-1`, time.Date(1969, 12, 31, 0, 0, 0, 0, time.UTC)},
		{`"type":"int64","name":"` + connectData + `Timestamp"`, `1709168523000`, at},
		{`"type":"int64","name":"` + debeziumTime + `Timestamp"`, `1709168523000`, at},
		{`"type":"int64","name":"` + debeziumTime + `MicroTimestamp"`, `1709168523000001`, at.Add(time.Microsecond)},
		{`"type":"int64","name":"` + debeziumTime + `NanoTimestamp"`, `1709168523000000001`, at.Add(1)},
		{`"type":"string","name":"` + debeziumTime + `ZonedTimestamp"`, `"2024-02-29T10:02:03+09:00"`, at},
		{`"type":"int32","name":"` + connectData + `Time"`, `3723000`, "01:02:03"},
		{`"type":"int32","name":"` + debeziumTime + `Time"`, `3723004`, "01:02:03.004"},
		{`"type":"int64","name":"` + debeziumTime + `MicroTime"`, `-3020399000000`, "-838:59:59"},
		{`"type":"int64","name":"` + debeziumTime + `NanoTime"`, `5`, "00:00:00.000000005"},
		// Of another base type, a name says nothing.
		{`"type":"int64","name":"` + debeziumTime + `Date"`, `5`, json.Number("5")},
	} {
		for path, key := range map[string]string{
			"kafka_key": `{"schema":{` + c.schema + `},"payload":` + c.payload + `}`,
			"id":        `{"schema":{"type":"struct","name":"s.k.Key","fields":[{"type":"string","field":"other"},{` + c.schema + `,"field":"id"}]},"payload":{"id":` + c.payload + `}}`,
		} {
			got, refusal := Members(key, []string{"id"})
			require.Nil(t, refusal, "%s: %s", path, key)
			require.Equal(t, map[string]any{"id": c.want}, got, key)
		}
	}
}

// What is not of its declared type names no row.
func TestAKeyThatIsNotOfItsTypeIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ schema, payload, want string }{
		{`"type":"string","name":"io.debezium.data.Uuid"`, `7`, "row_type: %s: the key's schema says string (io.debezium.data.Uuid), got a number"},
		{`"type":"int32"`, `"7"`, "row_type: %s: the key's schema says int32, got text"},
		{`"type":"int32"`, `2147483648`, "row_out_of_range: %s: the key's schema says int32, got a number beyond it"},
		{`"type":"int8"`, `1.5`, "row_type: %s: the key's schema says int8, got a number"},
		{`"type":"int32","name":"` + connectData + `Date"`, `"2024-02-29"`, "row_type: %s: the key's schema says int32 (" + connectData + "Date), got text"},
		{`"type":"int64","name":"` + connectData + `Timestamp"`, `1e30`, "row_out_of_range: %s: the key's schema says int64 (" + connectData + "Timestamp), got a number beyond it"},
		{`"type":"boolean"`, `0`, "row_type: %s: the key's schema says boolean, got a number"},
		{`"type":"float32"`, `true`, "row_type: %s: the key's schema says float32, got a boolean"},
		{`"type":"bytes"`, `[]`, "row_type: %s: the key's schema says bytes, got an array"},
		{`"type":"string"`, `{}`, "row_type: %s: the key's schema says string, got an object"},
		{`"type":"struct","fields":[]`, `"a"`, "row_type: %s: the key's schema says struct, got text"},
		{`"type":"bytes","name":"` + connectData + `Decimal","parameters":{"scale":"2"}`, `""`, "row_type: %s: the key's schema says bytes (" + connectData + "Decimal): expected an integer for its parameter scale, and at least one byte"},
		{`"type":"bytes","name":"` + connectData + `Decimal","parameters":{"scale":"999999999"}`, `"AQ=="`, "row_type: %s: the key's schema says bytes (" + connectData + "Decimal): expected an integer for its parameter scale, and at least one byte"},
		{`"type":"string","name":"` + debeziumTime + `ZonedTimestamp"`, `"now"`, "row_bad_value: %s: the key's schema says string (" + debeziumTime + "ZonedTimestamp), got no timestamp such as 2006-01-02T15:04:05Z"},
	} {
		for path, key := range map[string]string{
			"kafka_key": `{"schema":{` + c.schema + `},"payload":` + c.payload + `}`,
			"id":        `{"schema":{"type":"struct","fields":[{` + c.schema + `,"field":"id"}]},"payload":{"id":` + c.payload + `}}`,
		} {
			_, refusal := Members(key, []string{"id"})
			require.NotNil(t, refusal, key)
			require.EqualError(t, refusal, fmt.Sprintf(c.want, path), key)
		}
	}
}
