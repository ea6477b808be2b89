package keys

import (
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/configdef/def"
)

// The packages of Kafka's converters.
const (
	storage    = "org.apache.kafka.connect.storage."
	converters = "org.apache.kafka.connect.converters."
)

// The converters that have keys.
const (
	JSONConverter   = "org.apache.kafka.connect.json.JsonConverter"
	StringConverter = storage + "StringConverter"
	AvroConverter   = "io.confluent.connect.avro.AvroConverter"
	SimpleHeaders   = storage + "SimpleHeaderConverter"
)

// ConfluentVersion is the version of Confluent's converters that the worker shows.
const ConfluentVersion = "8.0.0"

// converterClasses has the converters of keys and values.
var converterClasses = []string{
	AvroConverter,
	converters + "BooleanConverter",
	converters + "ByteArrayConverter",
	converters + "DoubleConverter",
	converters + "FloatConverter",
	converters + "IntegerConverter",
	converters + "LongConverter",
	converters + "ShortConverter",
	JSONConverter,
	StringConverter,
}

// Converters returns the converters of a side: "key", "value" or "header".
func Converters(side string) []string {
	if side != "header" {
		return converterClasses
	}
	headers := slices.DeleteFunc(slices.Clone(converterClasses), func(class string) bool { return class == AvroConverter })
	return append(headers[:len(headers)-1:len(headers)-1], SimpleHeaders, StringConverter)
}

// ConverterClass returns the full name of a converter of a side, from its full name, its
// simple name or its simple name without Converter.
func ConverterClass(side string) func(string) (string, bool) {
	all := Converters(side)
	return func(name string) (string, bool) {
		for _, class := range all {
			s := simple(class)
			if name == class || name == s || name == strings.TrimSuffix(s, "Converter") || name == strings.TrimSuffix(s, "HeaderConverter") {
				return class, true
			}
		}
		return "", false
	}
}

// OtherClass returns the full name of a transform or a predicate, which is no converter.
func OtherClass(name string) (full string, known bool) {
	for _, predicate := range []bool{false, true} {
		if class, known := Step(name, predicate); known {
			return class.Name, true
		}
	}
	return name, NeedsSide(name)
}

// ConverterVersion returns the version that the worker shows for a converter.
func ConverterVersion(class string) string {
	if class == AvroConverter {
		return ConfluentVersion
	}
	return connect.Version
}

// unsupported has the converters that users have and order-sink has not, with what to do.
var unsupported = map[string]string{
	"com.amazonaws.services.schemaregistry.kafkaconnect": "let the producer use JsonConverter or Confluent's AvroConverter",
	"com.blueapron.connect.protobuf.ProtobufConverter":   otherFormat,
	"io.apicurio.registry.utils.converter":               otherFormat,
	"io.apicurio.registry.utils.converter.AvroConverter": "use io.confluent.connect.avro.AvroConverter with the URL of the registry's Confluent API, /apis/ccompat/v7: the producer needs as-confluent=true, use-id=contentId and headers.enabled=false",
	"io.confluent.connect.json.JsonSchemaConverter":      otherFormat,
	"io.confluent.connect.protobuf.ProtobufConverter":    otherFormat,
	"io.debezium.converters.BinaryDataConverter":         "use org.apache.kafka.connect.converters.ByteArrayConverter",
	"io.debezium.converters.ByteArrayConverter":          "use org.apache.kafka.connect.converters.ByteArrayConverter",
	"io.debezium.converters.CloudEventsConverter":        otherFormat,
}

const otherFormat = "let the producer use AvroConverter or JsonConverter"

// ConverterInstead returns what to do instead of an unsupported converter, "" if not known.
func ConverterInstead(class string) string {
	for ; class != ""; class = class[:max(strings.LastIndexByte(class, '.'), 0)] {
		if text := unsupported[class]; text != "" {
			return text
		}
	}
	return ""
}

// ConverterKeys returns the keys of a converter, without their prefix.
func ConverterKeys(class string) []def.Key {
	kind := def.Key{Name: "converter.type", Kind: def.String, Required: true, Importance: def.Low, Order: -1, Doc: "What the converter converts: keys, values or headers. The worker sets it."}
	switch class {
	case SimpleHeaders:
		return nil
	case JSONConverter:
		return append([]def.Key{kind}, jsonKeys()...)
	case StringConverter:
		return []def.Key{kind, {Name: "converter.encoding", Kind: def.String, Default: def.Text("UTF-8"), Importance: def.High, Order: -1, Width: def.Middle, Display: "Encoding", Doc: "The encoding of text: UTF-8.", Refused: "order-sink reads text as UTF-8: remove the key"}}
	case AvroConverter:
		return avroKeys()
	}
	return []def.Key{kind}
}

func jsonKeys() []def.Key {
	all := append(in("Schemas",
		def.Key{Name: "schemas.enable", Kind: def.Boolean, Default: def.Text("true"), Importance: def.High, Width: def.Middle, Display: "Enable Schemas", Doc: "Whether each record is an envelope of schema and payload."},
		def.Key{Name: "schemas.cache.size", Kind: def.Int, Default: def.Text("1000"), Importance: def.High, Width: def.Middle, Display: "Schema Cache Size", Doc: "No effect: order-sink remembers 1000 schemas.", Ignored: "order-sink remembers 1000 schemas"},
		def.Key{Name: "schema.content", Kind: def.String, Importance: def.High, Width: def.Middle, Display: "Schema Content", Doc: "The schema of all records, which then have no envelope."},
	), in("Serialization",
		def.Key{Name: "decimal.format", Kind: def.String, Default: def.Text("BASE64"), Importance: def.Low, Width: def.Middle, Display: "Decimal Format", Checks: []def.Check{def.OneOfAnyCase("NUMERIC", "BASE64")}, Doc: "No effect: it concerns the producer.", Ignored: onlyProducer},
		def.Key{Name: "replace.null.with.default", Kind: def.Boolean, Default: def.Text("true"), Importance: def.Low, Width: def.Middle, Display: "Replace null with default", Doc: "Whether a null becomes the default of its field."},
	)...)
	for i := range all {
		all[i].Order-- // these two groups begin with 0
	}
	return all
}
