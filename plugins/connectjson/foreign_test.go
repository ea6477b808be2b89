package connectjson

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

func gzipped(t testing.TB, text string) string {
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String()
}

func zlibbed(t testing.TB, text string) string {
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	_, err := w.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String()
}

func unbase64(t testing.TB, text string) string {
	b, err := base64.StdEncoding.DecodeString(text)
	require.NoError(t, err)
	return string(b)
}

// TestOtherFormatsAreNamed: the refusal of a value that is no JSON names the format and
// the necessary change, and has no value in it. The code is the same in both modes.
func TestOtherFormatsAreNamed(t *testing.T) {
	const secret = "secret-order-17"
	for name, c := range map[string]struct{ input, want string }{
		"Schema Registry, JSON":          {"\x00\x00\x00\x00\x07" + `{"id":1,"x":"` + secret + `"}`, "Schema Registry's wire format (a zero byte and a schema id), then has JSON"},
		"Schema Registry, JSON, high id": {"\x00\x00\x01\x86\xa0 [1]", "Schema Registry's wire format (a zero byte and a schema id), then has JSON"},
		"Schema Registry, Avro":          {"\x00\x00\x00\x00\x07\x02\x1e" + secret, "Schema Registry's wire format (a zero byte and a schema id), then has Avro or Protobuf: let the producer send JSON with org.apache.kafka.connect.json.JsonConverter, or use connect_avro_decode for Avro"},
		"Schema Registry, Protobuf":      {"\x00\x00\x00\x00\x07\x00\x0a\x0f" + secret, "Schema Registry's wire format (a zero byte and a schema id), then has Avro or Protobuf: let the producer send JSON with org.apache.kafka.connect.json.JsonConverter, or use connect_avro_decode for Avro"},
		"gzip":                           {gzipped(t, seedEnvelope), "compressed with gzip"},
		"zlib":                           {zlibbed(t, seedEnvelope), "compressed with zlib"},
		"zstd":                           {"\x28\xb5\x2f\xfd\x04\x00" + secret, "compressed with zstd"},
		"lz4":                            {"\x04\x22\x4d\x18\x64\x40" + secret, "compressed with lz4"},
		"snappy, framed":                 {"\xff\x06\x00\x00sNaPpY\x01" + secret, "compressed with snappy"},
		"snappy, xerial":                 {"\x82SNAPPY\x00\x00\x00\x00\x01" + secret, "compressed with snappy"},
		"bzip2":                          {"BZh91AY&SY" + secret, "compressed with bzip2"},
		"Avro file":                      {"Obj\x01\x04\x14avro.codec" + secret, "an Avro file"},
		"Avro single object":             {"\xc3\x01\x01\x02\x03\x04\x05\x06\x07\x08" + secret, "a single Avro object"},
		"Java serialization":             {"\xac\xed\x00\x05t\x00\x0f" + secret, "a serialized Java object"},
		"Protobuf":                       {"\x0a\x0f" + secret + "\x10\x96\x01\x1d\x00\x00\x80\x3f\x21\x00\x00\x00\x00\x00\x00\xf0\x3f", "looks like Protobuf"},
		"Protobuf, a first field of 45":  {"\x0a\x2d" + secret + strings.Repeat("x", 30) + "\x10\x01", "looks like Protobuf"},
		"MessagePack":                    {"\x82\xa2id\x01\xa1x\xaf" + secret, "binary data"},
		"UTF-16 with a mark":             {"\xfe\xff\x00{\x00}", "UTF-16"},
		"UTF-16 without a mark":          {"\x00{\x00}", "UTF-16"},
		"UTF-16 little-endian":           {"\xff\xfe{\x00}\x00", "UTF-16"},
	} {
		t.Run(name, func(t *testing.T) {
			settings := []Options{{}, {Schemaless: true}, {Compat: true}, {Compat: true, Schemaless: true}}
			if strings.HasPrefix(name, "UTF-16") {
				settings = settings[:2] // compat reads UTF-16
			}
			for _, opts := range settings {
				_, err := newDecoder(t, opts).Decode([]byte(c.input))
				require.ErrorContains(t, err, c.want)
				require.Regexp(t, `^bad_json: value: the value [^:]*: let the producer send `, err.Error())
				require.NotContains(t, err.Error(), secret)
				require.Less(t, len(err.Error()), 400)
			}
		})
	}
}

// TestBrokenJSONIsNoOtherFormat: the refusal still says at which byte.
func TestBrokenJSONIsNoOtherFormat(t *testing.T) {
	for _, input := range []string{
		"order 17", "{\x00\x01", `{"a":"` + "\x01" + `"}`, "[\xff]", "\"\xff\"", " {\x02}", "nul", "1\x00", "BZ", "Obj", "<order/>", "a,b\n1,2\n", "주문", "h\r\n\ti", "commande n\xb0 17",
	} {
		for _, compat := range []bool{false, true} {
			_, err := newDecoder(t, Options{Compat: compat, Schemaless: true}).Decode([]byte(input))
			var r *record.Refusal
			if compat && err == nil {
				continue
			}
			require.True(t, errors.As(err, &r), "%q", input)
			require.NotContains(t, r.Detail, "the producer", "%q", input)
		}
	}
}

// TestTheAdviceHelps: the processor that a refusal recommends makes records of the same
// bytes.
func TestTheAdviceHelps(t *testing.T) {
	for name, c := range map[string]struct{ input, before, settings, want string }{
		"Schema Registry": {"\x00\x00\x00\x00\x07" + `{"id":1,"price":12.50}`, "mapping: root = content().slice(5)", "schemas_enable: false", `{"id":1,"price":12.50}`},
		"gzip":            {gzipped(t, envelope(`{"type":"int32"}`, "5")), "decompress: {algorithm: gzip}", "", "5"},
		"zlib":            {zlibbed(t, envelope(`{"type":"int32"}`, "5")), "decompress: {algorithm: zlib}", "", "5"},
		"bzip2":           {unbase64(t, "QlpoOTFBWSZTWZQf0fAAABGZgBAEGhAuZ8wqIAAimjQyAaYhRoyBo0yNDMio0LObVvHvlbMkSzorCIOB77wX+LuSKcKEhKD+j4A="), "decompress: {algorithm: bzip2}", "", "5"},
		"lz4":             {unbase64(t, "BCJNGGRApycAAIB7InNjaGVtYSI6eyJ0eXBlIjoiaW50MzIifSwicGF5bG9hZCI6NX0AAAAA0QaTXA=="), "decompress: {algorithm: lz4}", "", "5"},
	} {
		t.Run(name, func(t *testing.T) {
			refused := process(t, c.settings, service.MessageBatch{service.NewMessage([]byte(c.input))})[0]
			require.ErrorContains(t, refused.GetError(), "`"+c.before+"`")
			require.ErrorContains(t, refused.GetError(), c.settings)
			require.Equal(t, c.want, processed(t, c.input, c.before, Name+": {"+c.settings+"}"))
		})
	}
}

// processed is the content of a message after some processors, or its error.
func processed(t *testing.T, input string, processors ...string) string {
	t.Helper()
	builder := service.NewStreamBuilder()
	require.NoError(t, builder.SetLoggerYAML("level: off"))
	for _, yaml := range processors {
		require.NoError(t, builder.AddProcessorYAML(yaml))
	}
	produce, err := builder.AddProducerFunc()
	require.NoError(t, err)
	got := make(chan string, 1)
	require.NoError(t, builder.AddConsumerFunc(func(_ context.Context, m *service.Message) error {
		text := content(t, m)
		if refused := m.GetError(); refused != nil {
			text = refused.Error()
		}
		got <- text
		return nil
	}))
	stream, err := builder.Build()
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- stream.Run(ctx) }()
	require.NoError(t, produce(ctx, service.NewMessage([]byte(input))))
	text := <-got
	require.NoError(t, stream.Stop(ctx))
	require.NoError(t, <-done)
	return text
}
