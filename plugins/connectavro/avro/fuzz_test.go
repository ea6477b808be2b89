package avro_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/connectavro/avro"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// FuzzDecode: no bytes panic or take long, an excluded field changes nothing but itself,
// and the same bytes give the same value.
func FuzzDecode(f *testing.F) {
	for seed := range uint64(20) {
		g := newGenerator(seed)
		f.Add(seed, g.value(nil, g.record(3)))
	}
	f.Fuzz(func(t *testing.T, seed uint64, message []byte) {
		text, err := json.Marshal(newGenerator(seed).record(3))
		require.NoError(t, err)
		all, refused := avro.Compile(string(text), nil, avro.Options{AllLogicalTypes: true})
		require.Nil(t, refused)
		fewer, refused := avro.Compile(string(text), nil, avro.Options{AllLogicalTypes: true, Exclude: schema.Exclusion{"f0": nil}})
		require.Nil(t, refused)
		start := time.Now()
		want, refused := all.Decode(message)
		requireWhole(t, refused)
		require.Less(t, time.Since(start), 10*time.Second)
		again, _ := all.Decode(message)
		require.Equal(t, canonicalValue(all.Record, want), canonicalValue(all.Record, again))
		rest, skipped := fewer.Decode(message)
		requireWhole(t, skipped)
		if refused != nil {
			return
		}
		require.Nil(t, skipped)
		value := want.(map[string]any)
		delete(value, "f0")
		require.Equal(t, canonicalValue(fewer.Record, value), canonicalValue(fewer.Record, rest))
	})
}

// FuzzCompile: no schema panics or takes long, and no bytes do with it.
func FuzzCompile(f *testing.F) {
	for _, q := range slices.Concat(questions, moreQuestions) {
		f.Add(q.schema, []byte("\x00\x02\x04\x06\x08"))
	}
	f.Add(`{"type":"record","name":"r","fields":[{"name":"f","type":["null","r"]}]}`, []byte("\x02\x02\x00"))
	f.Fuzz(func(t *testing.T, text string, message []byte) {
		start := time.Now()
		for _, o := range []avro.Options{{}, {AllLogicalTypes: true, KeepNull: true, Exclude: schema.Exclusion{"f": nil}}} {
			s, refused := avro.Compile(text, nil, o)
			if refused != nil {
				require.Equal(t, "bad_schema", refused.Code)
				require.NotEmpty(t, refused.Detail)
				continue
			}
			_, refused = s.Decode(message)
			requireWhole(t, refused)
		}
		require.Less(t, time.Since(start), 10*time.Second)
	})
}

func requireWhole(t *testing.T, r *record.Refusal) {
	t.Helper()
	if r != nil {
		require.NotEmpty(t, r.Code)
		require.NotEmpty(t, r.Detail)
	}
}
