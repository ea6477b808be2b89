package chain

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

func TestTimestampConverter(t *testing.T) {
	text, number := &schema.Schema{Type: schema.String, Optional: true}, &schema.Schema{Type: schema.Int64, Optional: true}
	timestamp, date, clock := transform.Logical(transform.NameTimestamp, true), transform.Logical(transform.NameDate, true), transform.Logical(transform.NameTime, true)
	const pattern = "yyyy-MM-dd HH:mm:ss.SSS"
	for name, c := range map[string]struct {
		from    *schema.Schema
		value   any
		options options
		to      *schema.Schema
		want    any
	}{
		"number to text":           {number, at.UnixMilli(), options{"target.type": "string", "format": pattern}, text, "2024-02-29 12:34:56.789"},
		"seconds to a timestamp":   {number, at.Unix(), options{"target.type": "Timestamp", "unix.precision": "seconds"}, timestamp, at.Truncate(time.Second)},
		"nanoseconds to a date":    {number, at.UnixNano(), options{"target.type": "Date", "unix.precision": "nanoseconds"}, date, at.Truncate(24 * time.Hour)},
		"text to a timestamp":      {text, "2024-02-29 12:34:56.789", options{"target.type": "Timestamp", "format": pattern}, timestamp, at},
		"text to a number":         {text, "2024-02-29 12:34:56.789", options{"target.type": "unix", "format": pattern, "unix.precision": "microseconds"}, number, at.UnixMicro()},
		"timestamp to a time":      {timestamp, at, options{"target.type": "Time"}, clock, "12:34:56.789"},
		"before 1970 to a time":    {timestamp, time.UnixMilli(-1).UTC(), options{"target.type": "Time"}, clock, "23:59:59.999"},
		"before 1970 to seconds":   {timestamp, time.UnixMilli(-1).UTC(), options{"target.type": "unix", "unix.precision": "seconds"}, number, int64(0)},
		"date to a number":         {date, at.Truncate(24 * time.Hour), options{"target.type": "unix"}, number, int64(1709164800000)},
		"time to text":             {clock, "12:34:56.789", options{"target.type": "string", "format": "HH:mm"}, text, "12:34"},
		"microseconds of Debezium": {logicalSchema("io.debezium.time.MicroTimestamp"), at, options{"target.type": "Timestamp", "unix.precision": "microseconds"}, timestamp, at},
		"zoned of Debezium":        {logicalSchema("io.debezium.time.ZonedTimestamp"), at, options{"target.type": "Timestamp", "format": "yyyy-MM-dd'T'HH:mm:ss.SSSX"}, timestamp, at},
		"null":                     {number, nil, options{"target.type": "Timestamp"}, timestamp, nil},
	} {
		t.Run(name, func(t *testing.T) {
			c.options["field"] = "f"
			in := structOf(schema.Field{Name: "f", Schema: c.from}, of("other", schema.Int32))
			r := apply(t, one(t, "TimestampConverter$Value", c.options), incoming(map[string]any{"f": c.value, "other": int64(1)}, in))
			require.Equal(t, map[string]any{"f": c.want, "other": int64(1)}, r.Value.Value)
			require.Equal(t, structOf(schema.Field{Name: "f", Schema: c.to}, in.Fields[1]), r.Value.Schema)
			tombstone := apply(t, one(t, "TimestampConverter$Value", c.options), incoming(nil, in))
			require.Nil(t, tombstone.Value.Value)

			delete(c.options, "field")
			whole := apply(t, one(t, "TimestampConverter$Key", c.options), withKey(c.value, c.from))
			require.Equal(t, c.want, whole.Key.Value)
			require.Equal(t, c.to, whole.Key.Schema)
		})
	}
}

// withKey returns a record without a value.
func withKey(value any, s *schema.Schema) *transform.Record {
	r := incoming(nil, nil)
	r.Key = transform.Data{Value: value, Schema: s, Shared: true}
	return r
}

func TestTimestampConverterWithoutASchema(t *testing.T) {
	o := options{"field": "f", "target.type": "Timestamp", "format": "yyyy-MM-dd"}
	for _, value := range []any{int64(1709164800000), "2024-02-29", time.UnixMilli(1709164800000).UTC()} {
		r := incoming(map[string]any{"f": value, "other": true}, nil)
		require.Equal(t, map[string]any{"f": time.UnixMilli(1709164800000).UTC(), "other": true}, apply(t, one(t, "TimestampConverter$Value", o), r).Value.Value)
	}
}

func TestTimestampConverterRefuses(t *testing.T) {
	o := options{"field": "f", "target.type": "Timestamp"}
	require.Equal(t, "transform_bad_value: t.f: expected int64 or string, got boolean", refuses(t, one(t, "TimestampConverter$Value", o), incoming(map[string]any{"f": true}, nil)))
	refusal := func(o options, s *schema.Schema, value any) string {
		return refuses(t, one(t, "TimestampConverter$Value", o), incoming(map[string]any{"f": value}, structOf(schema.Field{Name: "f", Schema: s})))
	}
	require.Equal(t, "transform_bad_schema: t.f: expected Timestamp, Date, Time, int64 or string, got int32", refusal(o, &schema.Schema{Type: schema.Int32}, int64(1)))
	require.Equal(t, "transform_bad_schema: t.f: expected Timestamp, Date, Time, int64 or string, got Date", refusal(o, logicalSchema("io.debezium.time.Date"), at))
	require.Equal(t, "transform_bad_value: t.f: got text, and the option format, which says how to read it, is not set", refusal(o, &schema.Schema{Type: schema.String}, "x"))
	o["format"] = "yyyy-MM-dd"
	require.Equal(t, "transform_bad_value: t.f: the text does not match the pattern (yyyy-MM-dd)", refusal(o, &schema.Schema{Type: schema.String}, "29.02.2024"))
	for want, o := range map[string]options{
		"transforms[0] (t): option format is required when target.type is string":                                                               {"target.type": "string"},
		`transforms[0] (t): option target.type is "date": expected string, unix, Date, Time, Timestamp`:                                         {"target.type": "date"},
		"transforms[0] (t): option format: the pattern has the letter T, which is no field of SimpleDateFormat: put text between single quotes": {"target.type": "string", "format": "yyyyT"},
	} {
		_, err := New(Config{Transforms: []Step{step("TimestampConverter$Value", o)}})
		require.EqualError(t, err, want)
	}
}

func TestTimestampRouter(t *testing.T) {
	chain := one(t, "TimestampRouter", options{"topic.format": "${timestamp}/${topic}/${topic}", "timestamp.format": "yyyyMM"})
	require.Equal(t, "202009/orders/orders", apply(t, chain, incoming(nil, nil)).Topic)
	r := incoming(nil, nil)
	r.HasTimestamp = false
	require.Equal(t, "transform_no_timestamp: t.timestamp: expected a timestamp, got a record without one", refuses(t, chain, r))
}
