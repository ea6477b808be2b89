package avro_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	twmb "github.com/twmb/avro"
	"pgregory.net/rapid"

	"github.com/order-sink/order-sink/plugins/connectavro/avro"
)

// plainNumbers makes the library leave logical types alone.
var plainNumbers = func() (options []twmb.SchemaOpt) {
	for _, name := range []string{"date", "time-millis", "time-micros", "timestamp-millis", "timestamp-micros", "timestamp-nanos", "local-timestamp-millis", "local-timestamp-micros", "decimal", "uuid"} {
		options = append(options, twmb.CustomType{LogicalType: name})
	}
	return options
}()

// TestTheLibraryAgrees: what the library reads from a message and writes again has the same
// value here. The generator writes blocks of all kinds, and the library writes one block.
func TestTheLibraryAgrees(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := newGenerator(rapid.Uint64().Draw(t, "seed"))
		schema := g.record(3)
		text, err := json.Marshal(schema)
		require.NoError(t, err)
		library, err := twmb.Parse(string(text), plainNumbers...)
		require.NoError(t, err, "%s", text)
		compiled, refused := avro.Compile(string(text), nil, avro.Options{})
		require.Nil(t, refused, "%s", text)

		message := g.value(nil, schema)
		var read any
		rest, err := library.Decode(message, &read, twmb.TaggedUnions())
		require.NoError(t, err)
		require.Empty(t, rest)
		again, err := library.AppendEncode(nil, read)
		require.NoError(t, err, "%s", text)

		want, refused := compiled.Decode(message)
		require.Nil(t, refused, "%s", text)
		got, refused := compiled.Decode(again)
		require.Nil(t, refused, "%s", text)
		require.Equal(t, canonicalValue(compiled.Record, want), canonicalValue(compiled.Record, got), "%s", text)
	})
}
