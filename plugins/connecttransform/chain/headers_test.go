package chain

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

func TestHeaderFrom(t *testing.T) {
	in := structOf(of("id", schema.Int32), schema.Field{Name: "at", Schema: logicalSchema("io.debezium.time.MicroTimestamp")}, optional("note", schema.String))
	o := options{"fields": "id,at,note", "headers": "h1,h2,h3", "operation": "copy"}
	value := func() map[string]any { return map[string]any{"id": int64(1), "at": at, "note": nil} }
	want := transform.HeaderMap{"h1": "1", "h2": "1709210096789000", "h3": nil}
	r := apply(t, one(t, "HeaderFrom$Value", o), incoming(value(), in))
	require.Equal(t, want, r.Headers)
	require.Equal(t, value(), r.Value.Value)
	require.Same(t, in, r.Value.Schema)

	o["operation"] = "move"
	r = apply(t, one(t, "HeaderFrom$Value", o), incoming(value(), in))
	require.Equal(t, want, r.Headers)
	require.Equal(t, map[string]any{}, r.Value.Value)
	require.Empty(t, r.Value.Schema.Fields)

	require.Equal(t, "transform_missing_field: t.x: the value has no such field",
		refuses(t, one(t, "HeaderFrom$Value", options{"fields": "x", "headers": "h", "operation": "copy"}), incoming(value(), in)))
	r = apply(t, one(t, "HeaderFrom$Value", options{"fields": "x", "headers": "h", "operation": "copy"}), incoming(value(), nil))
	require.Equal(t, transform.HeaderMap{"h": nil}, r.Headers)
	for want, o := range map[string]options{
		"transforms[0] (t): option headers has 1 names, and option fields has 2":                                                  {"fields": "a,b", "headers": "h", "operation": "copy"},
		"transforms[0] (t): option headers: a header cannot be named kafka_offset, because metadata of the message has this name": {"fields": "a", "headers": "kafka_offset", "operation": "copy"},
	} {
		_, err := New(Config{Transforms: []Step{step("HeaderFrom$Value", o)}})
		require.EqualError(t, err, want)
	}
}

func TestAPredicateChoosesTheRecords(t *testing.T) {
	predicates := []Named{
		{Name: "topic", Type: kafka + "predicates.TopicNameMatches", Options: options{"pattern": "ord.*"}},
		{Name: "header", Type: kafka + "predicates.HasHeaderKey", Options: options{"name": "skip"}},
		{Name: "tombstone", Type: kafka + "predicates.RecordIsTombstone"},
	}
	for predicate, set := range map[string]func(r *transform.Record){
		"topic":     func(r *transform.Record) { r.Topic = "orders" },
		"header":    func(r *transform.Record) { r.Headers.Set("skip", nil) },
		"tombstone": func(r *transform.Record) { r.Value = transform.Data{} },
	} {
		for _, negate := range []bool{false, true} {
			filter := Step{Named: Named{Name: "skip", Type: kafka + "Filter"}, Predicate: predicate, Negate: negate}
			c, err := New(Config{Transforms: []Step{filter}, Predicates: predicates})
			require.NoError(t, err)
			for _, matches := range []bool{false, true} {
				r := incoming(map[string]any{}, nil)
				r.Topic = "my.orders"
				if matches {
					set(r)
				}
				dropped := map[bool]string{true: "skip"}[matches != negate]
				require.Equal(t, Outcome{Dropped: dropped}, c.Apply(r), "%s, negate %v, matches %v", predicate, negate, matches)
			}
		}
	}
}
