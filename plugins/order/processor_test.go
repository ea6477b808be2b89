package order

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/schema"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func mustProcessor(t testing.TB, yaml string) *processor {
	t.Helper()
	parsed, err := spec().ParseYAML(yaml, nil)
	require.NoError(t, err)
	p, err := newProcessor(parsed, service.MockResources())
	require.NoError(t, err)
	return p
}

func message(record any) *service.Message {
	msg := service.NewMessage(nil)
	msg.SetStructuredMut(record)
	return msg
}

// process runs one batch and asserts that it comes back as it went in: the same
// messages in the same order.
func process(t testing.TB, p *processor, batch ...*service.Message) {
	t.Helper()
	out, err := p.ProcessBatch(context.Background(), batch)
	require.NoError(t, err)
	require.Len(t, out, 1)
	require.Len(t, out[0], len(batch))
	for i := range batch {
		require.Same(t, batch[i], out[0][i])
	}
}

func structured(t testing.TB, msg *service.Message) any {
	t.Helper()
	content, err := msg.AsStructured()
	require.NoError(t, err)
	return content
}

func seedSchema() schema.Common {
	return schema.Common{Name: "orders", Type: schema.Object, Children: []schema.Common{
		{Name: "order_id", Type: schema.String, Optional: true},
		{Name: "user_id", Type: schema.String, Optional: true},
		{Name: "product_id", Type: schema.String, Optional: true},
		{Name: "qty", Type: schema.Int32, Optional: true},
		{Name: "unit_price", Type: schema.Int32, Optional: true},
		{Name: "total_price", Type: schema.Int32, Optional: true},
	}}
}

func TestBatchKeepsItsMessagesAndTheirOrder(t *testing.T) {
	failed := message(with(changes{"total_price": nil}))
	earlier := errors.New("bad_json: value: expected a document, got none")
	failed.SetError(earlier)
	batch := []*service.Message{
		message(with(changes{"total_price": absent})),
		message(with(changes{"qty": int64(0)})),
		failed,
		message(with(changes{"total_price": int64(1), "note": "kept"})),
		message(with(nil)),
	}
	process(t, mustProcessor(t, `{}`), batch...)

	assert.NoError(t, batch[0].GetError())
	assert.Equal(t, with(nil), structured(t, batch[0]))
	assert.EqualError(t, batch[1].GetError(), "order_range: qty: expected at least 1, got less")
	assert.Equal(t, with(changes{"qty": int64(0)}), structured(t, batch[1]), "a refused record keeps its content")
	assert.Equal(t, earlier, batch[2].GetError(), "an earlier failure stands")
	assert.Equal(t, with(changes{"total_price": nil}), structured(t, batch[2]), "and is not priced")
	assert.NoError(t, batch[3].GetError())
	assert.Equal(t, with(changes{"note": "kept"}), structured(t, batch[3]))
	assert.NoError(t, batch[4].GetError())
	assert.Equal(t, with(nil), structured(t, batch[4]))
}

func TestContentThatIsNoRecord(t *testing.T) {
	tests := []struct {
		content string
		want    string
	}{
		{``, "order_missing: value: expected object, got none"},
		{`null`, "order_missing: value: expected object, got null"},
		{`"text"`, "order_type: value: expected object, got string"},
		{`12`, "order_type: value: expected object, got number"},
		{`[{}]`, "order_type: value: expected object, got array"},
		{`{"order_id":`, "order_type: value: expected object, got bytes that are no JSON document"},
		{`{} {}`, "order_type: value: expected object, got bytes that are no JSON document"},
		{"{\"order_id\": \"a\", \"user_id\":  \"b\" }", "order_missing: product_id: expected string, got none"},
	}
	p := mustProcessor(t, `schema_metadata: schema`)
	for _, test := range tests {
		msg := service.NewMessage([]byte(test.content))
		process(t, p, msg)
		assert.EqualError(t, msg.GetError(), test.want)
		content, err := msg.AsBytes()
		require.NoError(t, err)
		assert.Equal(t, test.content, string(content), "the bytes do not change")
	}
	tombstone := message(nil)
	process(t, p, tombstone)
	assert.EqualError(t, tombstone.GetError(), "order_missing: value: expected object, got null")
}

func TestATombstoneMayPass(t *testing.T) {
	p := mustProcessor(t, "tombstone: pass")
	decoded, raw, broken := message(nil), service.NewMessage(nil), service.NewMessage([]byte("x"))
	process(t, p, decoded, raw, broken)
	require.NoError(t, decoded.GetError())
	assert.Nil(t, structured(t, decoded))
	require.NoError(t, raw.GetError())
	content, err := raw.AsBytes()
	require.NoError(t, err)
	assert.Empty(t, content)
	assert.EqualError(t, broken.GetError(), "order_type: value: expected object, got bytes that are no JSON document")
}

func TestRecordFromJSONBytes(t *testing.T) {
	msg := service.NewMessage([]byte(`{"order_id":"a","user_id":"b","product_id":"c","qty":3,"unit_price":0.10}`))
	process(t, mustProcessor(t, `{}`), msg)
	require.NoError(t, msg.GetError())
	content, err := msg.AsBytes()
	require.NoError(t, err)
	assert.JSONEq(t, `{"order_id":"a","user_id":"b","product_id":"c","qty":3,"unit_price":0.10,"total_price":"0.30"}`, string(content))
	assert.Contains(t, string(content), `"unit_price":0.10`, "the price keeps its digits")
}

func TestSharedRecordIsNotWrittenTo(t *testing.T) {
	shared := with(changes{"total_price": nil})
	msg := service.NewMessage(nil)
	msg.SetStructured(shared) // read-only: others hold it as well
	process(t, mustProcessor(t, `{}`), msg)
	assert.Equal(t, with(nil), structured(t, msg))
	assert.Equal(t, with(changes{"total_price": nil}), shared)
}

func TestCustomNamesBoundsAndMismatch(t *testing.T) {
	p := mustProcessor(t, `
fields:
  order_id: id
  quantity: count
  total_price: sum
max_quantity: 5
max_unit_price: 99999.99
max_total_price: "499999.95"
total_mismatch: refuse
`)
	record := func(count any, price any, sum any) *service.Message {
		return message(map[string]any{"id": "a", "user_id": "b", "product_id": "c", "count": count, "unit_price": price, "sum": sum})
	}
	tests := []struct {
		msg  *service.Message
		want string
	}{
		{record(int64(5), "99999.99", nil), ""},
		{record(int64(6), int64(1), nil), "order_range: count: expected at most 5, got more"},
		{record(int64(1), "100000.00", nil), "order_range: unit_price: expected at most 99999.99, got more"},
		{record(int64(2), int64(10), int64(21)), "order_total_mismatch: sum: expected count * unit_price, got another number"},
		{message(with(nil)), "order_missing: id: expected string, got none"},
	}
	for _, test := range tests {
		process(t, p, test.msg)
		if test.want == "" {
			require.NoError(t, test.msg.GetError())
			assert.Equal(t, "499999.95", structured(t, test.msg).(map[string]any)["sum"])
		} else {
			assert.EqualError(t, test.msg.GetError(), test.want)
		}
	}
}

func TestSchemaThatTravelsWithTheMessage(t *testing.T) {
	good, bad := seedSchema(), seedSchema()
	bad.Children[3].Type = schema.Float64
	decimals := seedSchema()
	var err error
	decimals.Children[4], err = schema.NewDecimal("unit_price", 12, 2, true)
	require.NoError(t, err)
	decimals.Children[5] = schema.NewBigDecimal("total_price", true)
	bare := schema.Common{Type: schema.String}

	tests := []struct {
		name   string
		set    func(*service.Message)
		record map[string]any
		want   string
	}{
		{"good", func(m *service.Message) { m.MetaSetImmut("schema", service.ImmutableAny{V: good.ToAny()}) }, with(nil), ""},
		{"good and mutable", func(m *service.Message) { m.MetaSetMut("schema", good.ToAny()) }, with(nil), ""},
		{"decimals", func(m *service.Message) { m.MetaSetMut("schema", decimals.ToAny()) }, with(changes{"unit_price": "1.10", "total_price": nil}), ""},
		{"none", func(*service.Message) {}, with(nil), ""},
		{"under another name", func(m *service.Message) { m.MetaSetMut("other", bad.ToAny()) }, with(nil), ""},
		{"bad", func(m *service.Message) { m.MetaSetImmut("schema", service.ImmutableAny{V: bad.ToAny()}) }, with(nil), "order_type: schema.qty: expected INT32 or INT64, got FLOAT64"},
		{"not of an object", func(m *service.Message) { m.MetaSetMut("schema", bare.ToAny()) }, with(nil), "order_type: schema: expected OBJECT, got STRING"},
		{"no schema at all", func(m *service.Message) { m.MetaSetMut("schema", "orders") }, with(nil), "order_type: schema: expected common schema, got something else"},
		{"text where it says integer", func(m *service.Message) { m.MetaSetMut("schema", good.ToAny()) }, with(changes{"unit_price": "11000"}), "order_type: unit_price: expected integer, got string"},
	}
	p := mustProcessor(t, `schema_metadata: schema`)
	for range 2 { // the second time from the cache
		for _, test := range tests {
			msg := message(test.record)
			test.set(msg)
			process(t, p, msg)
			if test.want == "" {
				assert.NoError(t, msg.GetError(), test.name)
			} else {
				assert.EqualError(t, msg.GetError(), test.want, test.name)
			}
		}
	}
	assert.Equal(t, 4, p.schemas.Size(), "one entry a distinct schema, good or bad")
}

func TestCheckedSchemasAreBounded(t *testing.T) {
	p := mustProcessor(t, `schema_metadata: schema`)
	const batches, each = 5, 500
	for b := range batches {
		var batch []*service.Message
		for i := range each {
			distinct := seedSchema()
			distinct.Name = fmt.Sprint("orders", b, "-", i)
			msg := message(with(nil))
			msg.MetaSetMut("schema", distinct.ToAny())
			batch = append(batch, msg)
		}
		process(t, p, batch...)
		assert.LessOrEqual(t, p.schemas.Size(), maxSchemas+each)
	}
}

func TestBadConfigurationFailsAtTheStart(t *testing.T) {
	tests := map[string]string{
		`fields: { user_id: order_id }`: `checking fields: order_id and user_id are both named "order_id"`,
		`max_quantity: many`:            `checking max_quantity: parsing the bound "many": no number in plain notation`,
		`max_unit_price: 1e3`:           `checking max_unit_price: parsing the bound "1e3": no number in plain notation`,
		`total_mismatch: ignore`:        `checking total_mismatch: "ignore" is neither correct nor refuse`,
	}
	for yaml, want := range tests {
		parsed, err := spec().ParseYAML(yaml, nil)
		require.NoError(t, err, yaml)
		_, err = newProcessor(parsed, service.MockResources())
		assert.EqualError(t, err, want)
	}
}
