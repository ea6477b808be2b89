package debezium

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

func structOf(name string, fields ...schema.Field) *schema.Schema {
	s := &schema.Schema{Type: schema.Struct, Name: name, Optional: true, Index: map[string]int{}}
	for _, f := range fields {
		s.Index[f.Name] = len(s.Fields)
		s.Fields = append(s.Fields, f)
	}
	return s
}

func of(name string, t schema.Type) schema.Field {
	return schema.Field{Name: name, Schema: transform.Simple(t, true)}
}

func row() *schema.Schema {
	status := schema.Field{Name: "status", Schema: &schema.Schema{Type: schema.String, Optional: true, Default: "new"}}
	return structOf("shop.orders.Value", of("id", schema.Int64), status)
}

var envelope = structOf("shop.orders.Envelope",
	schema.Field{Name: "before", Schema: row()}, schema.Field{Name: "after", Schema: row()},
	schema.Field{Name: "source", Schema: structOf("Source", of("ts_ms", schema.Int64), of("table", schema.String))},
	of("op", schema.String))

type fields = map[string]any

// changed returns a change event. before and after are rows, or nil.
func changed(op string, before, after any) *transform.Record {
	value := fields{"before": before, "after": after, "op": op, "source": fields{"ts_ms": int64(17), "table": "orders"}}
	return &transform.Record{Topic: "lab.shop.orders", Headers: transform.HeaderMap{}, Value: transform.Data{Value: value, Schema: envelope}}
}

func order() fields { return fields{"id": int64(1), "status": nil} }

func unwrapping(t testing.TB, options map[string]string) transform.Transform {
	t.Helper()
	s, err := transform.Read(ExtractNewRecordState.Options, options)
	require.NoError(t, err)
	made, err := ExtractNewRecordState.New(s, transform.Value)
	require.NoError(t, err)
	return made
}

func apply(t testing.TB, u transform.Transform, r *transform.Record) (dropped bool) {
	t.Helper()
	dropped, refused := u.Apply(r)
	if refused != nil {
		require.NoError(t, refused)
	}
	return dropped
}

// The fate of a delete and of a tombstone, in both generations of options.
func TestModes(t *testing.T) {
	const gone, null, tombstone = "dropped", "null with a schema", "tombstone"
	for _, c := range []struct {
		options         map[string]string
		delete, deleted string // what a delete becomes, and __deleted of an insert
		tombstone       string
	}{
		{nil, null, "", gone},
		{map[string]string{optionDeletes: "drop"}, gone, "", gone},
		{map[string]string{optionDeletes: "tombstone"}, null, "", gone},
		{map[string]string{optionDeletes: "rewrite"}, "true", "false", gone},
		{map[string]string{optionDeletes: "rewrite-with-tombstone"}, "true", "false", tombstone},
		{map[string]string{optionDeletes: "delete-to-tombstone"}, tombstone, "", gone},
		{map[string]string{optionTombstones: "false"}, gone, "", tombstone},
		{map[string]string{optionTombstones: "true"}, gone, "", gone},
		{map[string]string{optionOldDeletes: "none"}, null, "", gone},
		{map[string]string{optionOldDeletes: "rewrite", optionTombstones: "false"}, "true", "false", tombstone},
		{map[string]string{optionOldDeletes: "none", optionDeletes: "rewrite"}, "true", "false", gone},
	} {
		u := unwrapping(t, c.options)
		outcome := func(r *transform.Record) string {
			switch {
			case apply(t, u, r):
				return gone
			case r.Value.Value != nil:
				deleted, _ := r.Value.Value.(fields)[fieldDeleted].(string)
				return deleted
			case r.Value.Schema != nil:
				return null
			}
			return tombstone
		}
		assert.Equal(t, c.delete, outcome(changed("d", order(), nil)), "a delete with %v", c.options)
		assert.Equal(t, c.deleted, outcome(changed("c", nil, order())), "an insert with %v", c.options)
		assert.Equal(t, c.tombstone, outcome(&transform.Record{Headers: transform.HeaderMap{}}), "a tombstone with %v", c.options)
		assert.Equal(t, gone, outcome(changed("t", nil, nil)), "TRUNCATE with %v", c.options)
	}
}

func TestTheOldNameHasTheOldDefaults(t *testing.T) {
	s, err := transform.Read(UnwrapFromEnvelope.Options, nil)
	require.NoError(t, err)
	u, err := UnwrapFromEnvelope.New(s, transform.Value)
	require.NoError(t, err)
	require.True(t, apply(t, u, changed("d", order(), nil)))
}

// A row is not copied, and all changes of a table have one schema.
func TestTheRowIsNotCopied(t *testing.T) {
	u := unwrapping(t, nil)
	after := order()
	r := changed("u", order(), after)
	apply(t, u, r)
	after["seen"] = true
	require.Equal(t, true, r.Value.Value.(fields)["seen"], "the row is a copy")
	require.Nil(t, r.Value.Value.(fields)["status"], "a null of a row stays null")
	require.False(t, r.Value.Schema.Optional)
	again := changed("c", nil, order())
	apply(t, u, again)
	require.Same(t, r.Value.Schema, again.Value.Schema)

	u = unwrapping(t, map[string]string{optionDeletes: "rewrite", optionAddFields: "op,source.ts_ms:at"})
	insert, remove := changed("c", nil, order()), changed("d", order(), nil)
	apply(t, u, insert)
	apply(t, u, remove)
	require.Same(t, insert.Value.Schema, remove.Value.Schema)
	require.Equal(t, fields{"id": int64(1), "status": "new", "__deleted": "true", "__op": "d", "__at": int64(17)}, remove.Value.Value)
	var names []string
	for _, f := range insert.Value.Schema.Fields {
		names = append(names, f.Name)
	}
	require.Equal(t, []string{"id", "status", "__deleted", "__op", "__at"}, names)
}

// A decoder that omits the old row makes decoding cheaper. Only the outcomes that have the
// old row need it.
func TestADeleteWithoutTheOldRow(t *testing.T) {
	without := structOf("shop.orders.Envelope", envelope.Fields[1:]...)
	event := func(op string) *transform.Record {
		return &transform.Record{Topic: "orders", Headers: transform.HeaderMap{}, Value: transform.Data{Value: fields{"after": nil, "op": op}, Schema: without}}
	}
	r := event("d")
	require.False(t, apply(t, unwrapping(t, nil), r))
	require.Nil(t, r.Value.Value)
	require.Same(t, without.Field("after"), r.Value.Schema)
	require.True(t, apply(t, unwrapping(t, nil), event("t")), "TRUNCATE")
	for _, options := range []map[string]string{{optionDeletes: "rewrite"}, {optionRoute: "status"}} {
		_, refused := unwrapping(t, options).Apply(event("d"))
		require.EqualError(t, refused, "transform_missing_field: before: the change event has no such field")
	}
}

func TestUnwrapRefuses(t *testing.T) {
	other := *envelope
	other.Fields, other.Index = envelope.Fields[:1], map[string]int{"before": 0}
	without := changed("c", nil, order())
	without.Value.Schema = &other
	for text, c := range map[string]struct {
		options map[string]string
		record  *transform.Record
	}{
		"transform_missing_field: after: the change event has no such field":                             {nil, without},
		"transform_missing_field: after.region: the row has no such field, which route.by.field names":   {map[string]string{optionRoute: "region"}, changed("c", nil, order())},
		"transform_bad_value: before.id: expected a string as the topic, got int64":                      {map[string]string{optionRoute: "id"}, changed("d", order(), nil)},
		"transform_missing_field: transaction: the change event has no such struct":                      {map[string]string{optionAddFields: "total_order"}, changed("c", nil, order())},
		"transform_not_struct: op: expected a struct, got string":                                        {map[string]string{optionAddHeaders: "op.x"}, changed("c", nil, order())},
		"transform_bad_schema: __op: the resulting struct would have two fields of this name":            {map[string]string{optionAddFields: "op,op"}, changed("c", nil, order())},
		"transform_bad_schema: __after: add.fields names a struct: name one of its fields":               {map[string]string{optionAddFields: "after"}, changed("c", nil, order())},
		`transform_bad_value: headers.gone: expected the header to be a list in JSON, such as ["a","b"]`: {map[string]string{optionDropHeader: "gone"}, withHeader(changed("c", nil, order()), "gone", "id")},
		"transform_missing_field: source: the change event has no such struct":                           {map[string]string{optionAddHeaders: "db"}, without},
	} {
		_, refused := unwrapping(t, c.options).Apply(c.record)
		if assert.NotNil(t, refused, text) {
			assert.Equal(t, text, refused.Error())
		}
	}
}

func withHeader(r *transform.Record, name, value string) *transform.Record {
	r.Headers.Set(name, value)
	return r
}

func TestMistakesInTheOptions(t *testing.T) {
	for text, options := range map[string]map[string]string{
		`option delete.tombstone.handling.mode is "none": expected delete-to-tombstone, drop, rewrite, rewrite-with-tombstone, tombstone`: {optionDeletes: "none"},
		`option delete.handling.mode is "tombstone": expected drop, none, rewrite`:                                                        {optionOldDeletes: "tombstone"},
		"option add.fields: expected items such as op, source.ts_ms or op:operation":                                                      {optionAddFields: "op:a:b"},
	} {
		s, err := transform.Read(ExtractNewRecordState.Options, options)
		require.NoError(t, err)
		_, err = ExtractNewRecordState.New(s, transform.Value)
		require.EqualError(t, err, text)
	}
}
