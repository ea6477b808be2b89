package connectjson

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

func newDecoder(t testing.TB, opts Options) *Decoder {
	t.Helper()
	d, err := NewDecoder(opts)
	require.NoError(t, err)
	return d
}

// BenchmarkDecode is one message in, one map out.
func BenchmarkDecode(b *testing.B) {
	decimal := envelope(structOf(field("a", decimalSchema("2", "")), field("b", `{"type":"int64","name":"org.apache.kafka.connect.data.Timestamp"}`)), `{"a":"BNI=","b":1700000000000}`)
	_, afterPayloadName, _ := strings.Cut(seedEnvelope, `"payload"`)
	for _, bench := range []struct {
		name, input string
		opts        Options
	}{
		{"seed", seedEnvelope, Options{}},
		{"seed/compat", seedEnvelope, Options{Compat: true}},
		{"seed/payload-first", payloadFirst(seedEnvelope), Options{}},
		{"seed/spaces", strings.ReplaceAll(seedEnvelope, ",", ",\n  "), Options{}},
		{"seed/other-members", strings.Replace(seedEnvelope, `"qty":1`, `"x":[1,2,{"y":null}],"qty":1`, 1), Options{}},
		{"decimal+timestamp", decimal, Options{}},
		{"schemaless", `{"schema":null,"payload"` + afterPayloadName, Options{}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			bench.opts.CacheSize = 100
			d := newDecoder(b, bench.opts)
			input := []byte(bench.input)
			b.SetBytes(int64(len(input)))
			decodeEach(b, d, input)
		})
	}
}

// decodeEach decodes the inputs in turn.
func decodeEach(b *testing.B, d *Decoder, inputs ...[]byte) {
	b.Helper()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if _, err := d.Decode(inputs[i%len(inputs)]); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDecodeSchemas is the cost of several producers on one topic: every message has
// another schema than the last one.
func BenchmarkDecodeSchemas(b *testing.B) {
	d := newDecoder(b, Options{CacheSize: 100})
	inputs := make([][]byte, 4)
	for i := range inputs {
		inputs[i] = []byte(strings.Replace(seedEnvelope, `"name":"orders"`, fmt.Sprintf(`"name":"orders%d"`, i), 1))
	}
	decodeEach(b, d, inputs...)
}

// BenchmarkDecodeParallel shows that the cache is no bottleneck.
func BenchmarkDecodeParallel(b *testing.B) {
	d := newDecoder(b, Options{CacheSize: 100})
	input := []byte(seedEnvelope)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := d.Decode(input); err != nil {
				b.Error(err)
			}
		}
	})
}

// BenchmarkReaders measures other ways to read the same envelope, before any conversion
// by schema.
func BenchmarkReaders(b *testing.B) {
	input := []byte(seedEnvelope)
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			dec := json.NewDecoder(bytes.NewReader(input))
			dec.UseNumber()
			var v any
			if err := dec.Decode(&v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-json-payload-only", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var v struct {
				Schema  json.RawMessage
				Payload map[string]any
			}
			if err := json.Unmarshal(input, &v); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkProcessor is a batch of a thousand through connect_json_decode; the figures
// are of one message.
func BenchmarkProcessor(b *testing.B) {
	for _, yaml := range []string{"{}", "store_schema_metadata: schema", "{store_schema_metadata: schema, store_original_metadata: original}"} {
		b.Run(yaml, func(b *testing.B) {
			conf, err := spec().ParseYAML(yaml, nil)
			require.NoError(b, err)
			p, err := newProcessor(conf, service.MockResources())
			require.NoError(b, err)
			processThousands(b, p)
		})
	}
}

func processThousands(b *testing.B, p *processor) {
	b.Helper()
	input := []byte(seedEnvelope)
	batch := make(service.MessageBatch, 1000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		batch[i%len(batch)] = service.NewMessage(input)
		if i%len(batch) < len(batch)-1 {
			continue
		}
		if _, err := p.ProcessBatch(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
}

func payloadFirst(envelope string) string {
	schema, payload, _ := strings.Cut(strings.TrimSuffix(envelope, "}"), `,"payload":`)
	return `{"payload":` + payload + "," + schema[1:] + "}"
}
