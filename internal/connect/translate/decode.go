package translate

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/order-sink/order-sink/internal/connect/configdef"
	"github.com/order-sink/order-sink/internal/connect/translate/yamltext"
)

const (
	schemaMetadata   = "order_sink_schema"
	originalMetadata = "order_sink_original"

	formatJSON = "json"
	formatAvro = "avro"
	formatNone = "none"
)

// formats has the converters by their classes.
var formats = map[string]string{
	"org.apache.kafka.connect.json.JsonConverter":            formatJSON,
	"io.confluent.connect.avro.AvroConverter":                formatAvro,
	"org.apache.kafka.connect.storage.StringConverter":       "string",
	"org.apache.kafka.connect.converters.ByteArrayConverter": "bytes",
	"org.apache.kafka.connect.converters.LongConverter":      "int64",
	"org.apache.kafka.connect.converters.IntegerConverter":   "int32",
	"org.apache.kafka.connect.converters.ShortConverter":     "int16",
	"org.apache.kafka.connect.converters.DoubleConverter":    "float64",
	"org.apache.kafka.connect.converters.FloatConverter":     "float32",
	"org.apache.kafka.connect.converters.BooleanConverter":   "boolean",
}

// format returns how the processors name the format of a converter.
func (t *translator) format(side string) string {
	c := t.v.Converter(side)
	for class, format := range formats {
		if class == c.Class || strings.HasSuffix(class, "."+c.Class) {
			return format
		}
	}
	t.refuse(side+".converter", "the converter %s is not supported: use JsonConverter, AvroConverter or StringConverter", c.Class)
	return formatJSON
}

func (t *translator) usesRegistry() bool {
	return t.format("key") == formatAvro || t.format("value") == formatAvro
}

// decoders returns the processors that decode keys and values.
func (t *translator) decoders() []*yaml.Node {
	key, value := t.format("key"), t.format("value")
	switch {
	case value == formatAvro && key == formatJSON:
		return []*yaml.Node{t.jsonDecoder("decode_key", key, formatNone), t.avroDecoder("decode", "value", "", value)}
	case value == formatAvro && (key != formatAvro || t.sameRegistry()):
		return []*yaml.Node{t.avroDecoder("decode", "value", key, value)}
	case value == formatAvro:
		return []*yaml.Node{t.avroDecoder("decode", "value", "", value), t.avroDecoder("decode_key", "key", key, formatNone)}
	case key == formatAvro:
		return []*yaml.Node{t.jsonDecoder("decode", "", value), t.avroDecoder("decode_key", "key", key, formatNone)}
	}
	return []*yaml.Node{t.jsonDecoder("decode", key, value)}
}

// jsonDecoder is connect_json_decode. It decodes everything but Avro.
func (t *translator) jsonDecoder(label, key, value string) *yaml.Node {
	config := t.v.Converter("value").Config
	if t.v.Converter("key").Config["schema.content"] != "" && key == formatJSON {
		t.refuse("key.converter.schema.content", "a schema for all keys is not supported: let the producer write keys with their schema")
	}
	if key == formatJSON {
		t.noteKeyRules()
	}
	pairs := []any{"mode", "compat"}
	if value != formatJSON {
		pairs = append(pairs, "value_format", value)
	} else {
		if !isOn(config["schemas.enable"]) {
			pairs = append(pairs, "schemas_enable", false)
			t.differs("value.converter.schemas.enable", "order-sink stores a record without a schema, and each member is a column. The connector refuses such records")
		}
		pairs = append(pairs, "schema_content", config["schema.content"])
	}
	pairs = append(pairs, "key_format", key)
	pairs = append(pairs, t.valueRules()...)
	if value != formatNone {
		pairs = append(pairs, "store_schema_metadata", schemaMetadata, "store_original_metadata", originalMetadata)
	}
	node := yamltext.Fields(pairs...)
	yamltext.Comment(node, "Gives the values of Kafka Connect's converter, also where it reads a value wrongly.")
	return yamltext.Component(label, "connect_json_decode", node)
}

// noteKeyRules lists what the settings of the converter of keys do not change.
func (t *translator) noteKeyRules() {
	config := t.v.Converter("key").Config
	if !isOn(config["schemas.enable"]) {
		t.differs("key.converter.schemas.enable", "order-sink reads keys with and without a schema. The connector refuses a key without one, if it needs the key")
	}
	if !isOn(config["replace.null.with.default"]) && t.defaultsForNull() {
		t.differs("key.converter.replace.null.with.default", "no effect: a null in a key becomes the default of its field, as in values")
	}
}

// valueRules has the settings of both decoders about values.
func (t *translator) valueRules() (pairs []any) {
	const nulls = "value.converter.replace.null.with.default"
	switch {
	case !t.defaultsForNull():
		pairs = append(pairs, "replace_null_with_default", false)
	case !isOn(t.v.Converter("value").Config["replace.null.with.default"]) && !t.isListed(nulls):
		t.differs(nulls, "no effect, as in the connector: it replaces a null itself")
	}
	if t.class != configdef.Debezium {
		pairs = append(pairs, "debezium_types", false)
	}
	return pairs
}

// defaultsForNull reports whether a null becomes the default of its schema, in the converter
// or in the connector.
func (t *translator) defaultsForNull() bool {
	if isOn(t.v.Converter("value").Config["replace.null.with.default"]) {
		return true
	}
	switch t.class {
	case configdef.Aiven:
		return true
	case configdef.Confluent:
		return t.v.Bool("replace.null.with.default")
	}
	return false
}

// avroDecoder is connect_avro_decode, with the registry of one side.
func (t *translator) avroDecoder(label, side, key, value string) *yaml.Node {
	pairs := t.registry(side)
	if value != formatAvro {
		pairs = append(pairs, "value_format", value)
	}
	switch {
	case key == "":
		empty := yamltext.Text("")
		empty.Style = yaml.SingleQuotedStyle
		pairs = append(pairs, "key_format", empty)
	case key != formatAvro:
		pairs = append(pairs, "key_format", key)
	}
	pairs = append(pairs, t.valueRules()...)
	if value != formatNone {
		pairs = append(pairs, "store_schema_metadata", schemaMetadata, "store_original_metadata", originalMetadata)
	}
	return yamltext.Component(label, "connect_avro_decode", yamltext.Fields(pairs...))
}

// isOn reads a setting that is true by default.
func isOn(value string) bool {
	value = strings.TrimSpace(value)
	return value == "" || strings.EqualFold(value, "true")
}
