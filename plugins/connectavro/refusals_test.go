package connectavro

import (
	"errors"
	"math"
	"net/http"
	"regexp"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/sr"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// TestRefusals: each has its code, and the text has no value.
func TestRefusals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seed(1, inRecord("r", `{"name":"a","type":{"type":"int","connect.type":"int8"}}`))
	w.seed(2, inRecord("r", `{"name":"d","type":{"type":"bytes","logicalType":"decimal","precision":3,"scale":1}}`))
	w.seed(3, inRecord("r", `{"name":"t","type":{"type":"int","logicalType":"time-millis"}}`))
	w.seed(4, inRecord("r", `{"name":"s","type":{"type":"array","items":"string"}}`))
	w.seed(5, inRecord("r", `{"name":"m","type":{"type":"map","values":"int"}}`))
	w.seed(6, inRecord("r", `{"name":"e","type":{"type":"enum","name":"E","symbols":["A"]}},{"name":"b","type":"boolean"}`))
	w.seed(7, inRecord("r", `{"name":"a","type":{"type":"int","connect.type":"int64"}}`))
	w.seed(8, inRecord("r", `{"name":"x","type":["null",{"type":"record","name":"s","fields":[{"name":"n","type":"null"}]}]}`))
	w.SeedSchema("json", 1, 20, sr.Schema{Schema: `{"type":"object"}`, Type: sr.TypeJSON})
	w.Intercept(func(rw http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path != "/schemas/ids/22" {
			return false
		}
		_, _ = rw.Write([]byte(`{"schema":"{}","schemaType":"OPENAPI"}`))
		return true
	})
	w.SeedSchema("proto", 1, 21, sr.Schema{Schema: `message m {}`, Type: sr.TypeProtobuf})
	p := w.processor("store_original_metadata: original")
	long := string([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02})
	for _, c := range []struct {
		id       int
		bytes    string
		want     string
		isLonger bool // the text goes on
	}{
		{1, "\x80\x02", "out_of_range: value.a: expected int8, got a number beyond it", false},
		{1, "", "bad_avro: value.a: expected more bytes, got the end of the message", false},
		{1, "\x80", "bad_avro: value.a: expected more bytes, got the end of the message", false},
		{1, long, "bad_avro: value.a: expected an integer of at most 64 bits, got a longer one", false},
		{1, "\x02\x02", "bad_avro: value: expected the end of the message, got 1 more bytes", false},
		{2, "\x04\x7f\xff", "out_of_range: value.d: expected a Decimal of the schema's precision, got more digits", false},
		{2, "\x00", "type_mismatch: value.d: expected a Decimal, got no bytes", false},
		{3, "\x01", "out_of_range: value.t: expected 0 to 86399999 milliseconds", false},
		{4, "\x02\x04a\xff\x00", "bad_avro: value.s[0]: expected text in UTF-8, got other bytes", false},
		{5, "\x04\x02a\x00\x02a\x02\x00", "bad_avro: value.m[1]: a key stands twice", false},
		{6, "\x02\x00", "bad_avro: value.e: expected a symbol of the schema, got a number beyond them", false},
		{6, "\x00\x02", "bad_avro: value.b: expected a boolean, the byte 0 or 1, got another byte", false},
		{7, "\x02", "bad_schema: value: the schema with id 7: schema.a.connect.type: expected int8 or int16, got another type", false},
		{8, "\x00", "bad_schema: value: the schema with id 8: schema.x.n: expected a type other than null", false},
		{9, "\x00", "unknown_schema: value: the registry does not have the schema with id 9, or a schema that it references", false},
		{0, "\x00\x00\x00\x07", "unknown_schema: value: the registry does not have the schema with id 0, or a schema that it references. If the producer uses a serializer of Apicurio, set apicurio.registry.as-confluent to true there", false},
		{20, "\x00", "bad_schema: value: the schema with id 20 is a JSON Schema, not Avro: put ", true},
		{22, "\x00", "bad_schema: value: the schema with id 22 is of the type OPENAPI, not Avro: let the producer use AvroConverter or JsonConverter", false},
		{21, "\x00", "bad_schema: value: the schema with id 21 is of the type PROTOBUF, not Avro: let the producer use AvroConverter or JsonConverter", false},
	} {
		for range 2 { // a schema is compiled once, and refuses again
			raw := framed(c.id, []byte(c.bytes)...)
			m := w.process(p, raw, map[string]any{"original": "a producer's header"})
			err := m.GetError()
			require.Error(t, err, "%d %q", c.id, c.bytes)
			if c.isLonger {
				require.Contains(t, err.Error(), c.want)
			} else {
				require.Equal(t, c.want, err.Error())
			}
			var r *record.Refusal
			require.ErrorAs(t, err, &r)
			require.Equal(t, record.DecodeAvro, r.Stage)
			require.Contains(t, codes(), r.Code)
			kept, _ := m.MetaGetMut("original")
			require.Equal(t, raw, kept)
			content, err := m.AsBytes()
			require.NoError(t, err)
			require.Equal(t, raw, content, "a refused message keeps its bytes")
		}
	}
}

func codes() (names []string) {
	for _, c := range Codes {
		names = append(names, c.Name)
	}
	return names
}

func TestRefusedKeys(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.seed(1, inRecord("k", `{"name":"id","type":"boolean"}`))
	for yaml, c := range map[string]struct{ key, want string }{
		"":                  {"k-7", `^bad_envelope: kafka_key: expected Schema Registry's wire format .*\. If the keys have another format, set key_format$`},
		"key_format: avro":  {string(framed(1, 2)), `^bad_avro: kafka_key\.id: expected a boolean`},
		"key_format: int64": {"k-7", `^type_mismatch: kafka_key: expected int64 of 8 bytes, got 3 bytes$`},
	} {
		m := w.process(w.processor(yaml), nil, map[string]any{record.Key: []byte(c.key)})
		require.Error(t, m.GetError(), yaml)
		require.Regexp(t, c.want, m.GetError().Error())
		received, _ := m.MetaGetMut(record.Key)
		require.Equal(t, []byte(c.key), received)
	}
}

// TestContentWithoutBytes is no tombstone.
func TestContentWithoutBytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	m := service.NewMessage(nil)
	m.SetStructuredMut(map[string]any{"a": math.Inf(1)})
	_, err := w.processor("").ProcessBatch(t.Context(), service.MessageBatch{m})
	require.NoError(t, err)
	require.ErrorContains(t, m.GetError(), "bad_envelope: value: expected bytes, got content that has none")
}

func TestBadConfiguration(t *testing.T) {
	t.Parallel()
	for yaml, want := range map[string]string{
		"urls: []":              "urls: must not be empty",
		"urls: [ 'host:8081' ]": "url 1 is not of the form http://host:8081",
		"urls: [ 'http://a:1, ftp://u:secret@b:1' ]":                                                            "url 2 is not of the form http://host:8081",
		"{urls: [ 'http://a:1' ], schema_cache_size: 0}":                                                        "schema_cache_size: must be at least 1",
		"{urls: [ 'http://a:1' ], store_schema_metadata: a, store_original_metadata: a}":                        "the same name as store_schema_metadata",
		"{urls: [ 'http://a:1' ], exclude_fields: [ a..b ]}":                                                    "exclude_fields: a name of a field is empty",
		"{urls: [ 'http://a:1' ], bearer_token: t, basic_auth: {enabled: true, username: u, password: secret}}": "bearer_token: basic_auth is enabled, too",
	} {
		conf, err := spec().ParseYAML(yaml, nil)
		require.NoError(t, err, yaml)
		_, err = newProcessor(conf, service.MockResources())
		require.ErrorContains(t, err, want, yaml)
		require.NotContains(t, err.Error(), "secret")
	}
}

// TestTheTextOfARefusal can be cut apart after the framework has put words before it.
func TestTheTextOfARefusal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.process(w.processor(""), []byte("{}"), nil).GetError()
	cut := record.Parse(errors.New("failed to write: " + err.Error()))
	require.NotNil(t, cut)
	require.Equal(t, "bad_envelope", cut.Code)
	require.Regexp(t, regexp.MustCompile(`^expected Schema Registry's wire format .*, got JSON: use connect_json_decode$`), cut.Detail)
}
