package connectavro

import (
	_ "embed"
	"errors"
	"fmt"
	"strings"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/connectavro/avro"
	"github.com/order-sink/order-sink/plugins/connectavro/registry"
	"github.com/order-sink/order-sink/plugins/internal/primitive"
	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/internal/setting"
)

// The names of the fields of connect_avro_decode.
const (
	fieldURLs          = "urls"
	fieldTLS           = "tls"
	fieldBasic         = "basic_auth"
	fieldEnabled       = "enabled"
	fieldUsername      = "username"
	fieldPassword      = "password"
	fieldToken         = "bearer_token"
	fieldValueFormat   = "value_format"
	fieldKeyFormat     = "key_format"
	fieldLogicalTypes  = "logical_types"
	fieldDebezium      = "debezium_types"
	fieldExclude       = "exclude_fields"
	fieldNullDefault   = "replace_null_with_default"
	fieldStoreSchema   = "store_schema_metadata"
	fieldStoreOriginal = "store_original_metadata"
	fieldCacheSize     = "schema_cache_size"

	logicalConnect = "connect"
	logicalAll     = "all"
)

//go:embed description.md
var description string

func spec() *service.ConfigSpec {
	return service.NewConfigSpec().
		Stable().
		Categories("Parsing").
		Summary("Decodes Avro with a schema registry, the bytes that `io.confluent.connect.avro.AvroConverter` and Confluent's serializers write, into a record and its schema.").
		Description(description).
		Field(service.NewStringListField(fieldURLs).
			Description("The URLs of one schema registry, like `schema.registry.url`. One item can contain several URLs, separated by commas. When the registry does not answer at one URL, the processor asks at the next one.").
			Example([]string{"http://registry-1:8081,http://registry-2:8081"})).
		Field(service.NewTLSToggledField(fieldTLS)).
		Field(service.NewObjectField(fieldBasic,
			service.NewBoolField(fieldEnabled).Default(false).Description("Whether to send the user and the password."),
			service.NewStringField(fieldUsername).Default("").Description("The user."),
			service.NewStringField(fieldPassword).Default("").Secret().Description("The password."),
		).Optional().Advanced().Description("Basic authentication, like `basic.auth.user.info` of the converter.")).
		Field(service.NewStringField(fieldToken).Default("").Secret().Advanced().
			Description("A token for bearer authentication, like `bearer.auth.token` of the converter.")).
		Field(service.NewStringAnnotatedEnumField(fieldValueFormat, primitive.Meanings(map[string]string{
			formatAvro:     "Avro with a schema registry (`AvroConverter`, `KafkaAvroSerializer`).",
			primitive.None: "The processor does not decode the value: another processor does. It only decodes the key.",
		})).Default(formatAvro).Description("The format of the values, like `value.converter`.")).
		Field(service.NewStringAnnotatedEnumField(fieldKeyFormat, primitive.Meanings(map[string]string{
			formatAvro: "Avro with a schema registry (`AvroConverter`, `KafkaAvroSerializer`).",
			"":         "The processor does not decode the key.",
		})).Default(formatAvro).Description("The format of the record keys, like `key.converter`. The processor decodes the key of each message that has one, and refuses a message whose key has another format.")).
		Field(service.NewStringAnnotatedEnumField(fieldLogicalTypes, map[string]string{
			logicalConnect: "As in the converter: `time-micros`, `timestamp-micros`, `timestamp-nanos` and the local timestamps stay integers.",
			logicalAll:     "These types become times and timestamps, too. Their schemas get the names of Debezium's types with the same unit, such as `io.debezium.time.MicroTimestamp`.",
		}).Default(logicalConnect).Description("Which logical types of Avro the processor converts. The types `date`, `time-millis`, `timestamp-millis` and `decimal`, and the types that `connect.name` names, are always converted.")).
		Field(service.NewStringListField(fieldExclude).Default([]any{}).Advanced().
			Description("The fields that the record is decoded without, like `exclude` of the transformation ReplaceField. A field of a nested record has the names of the records before its own, with dots between them. The schema of the record does not have these fields either.").
			Example([]string{"source.version", "transaction"})).
		Field(service.NewBoolField(fieldDebezium).Default(true).Advanced().
			Description("Whether a type of Debezium (`connect.name` is `io.debezium.time.…` or `io.debezium.data.…`) becomes a date, a time, a timestamp or a decimal. With `false`, the value is what its plain type says, such as an integer, as in the JDBC sinks of Confluent and Aiven. It concerns record keys, too.")).
		Field(service.NewBoolField(fieldNullDefault).Default(true).
			Description("Whether a field that is null gets the default of its schema, as in a JDBC sink. For a union with null, only `connect.default` is such a default. It concerns record keys, too. Use `false` for the change events of Debezium: there, null is the value of the row.")).
		Field(service.NewStringField(fieldStoreSchema).Default("").
			Description("The metadata in which the processor stores the schema, in the form that the `schema_metadata` fields of other components read. When this field is empty, the processor does not store the schema. A message without a value does not get this metadata.")).
		Field(service.NewStringField(fieldStoreOriginal).Default("").
			Description("The metadata in which the processor stores the received bytes, by reference. When this field is empty, the processor does not store the bytes. A refused message gets this metadata, too, and its content is also the received bytes. The metadata of this name always has the received bytes, never a header of that name.")).
		Field(service.NewIntField(fieldCacheSize).Default(1000).Advanced().
			Description("How many schemas the processor remembers, of values and of keys each, like `schemas.cache.config`. The processor asks the registry for a schema once, and compiles it once.").
			LintRule(`root = if this < 1 { ["schema_cache_size must be at least 1"] }`)).
		LintRule(`root = if this.value_format.or("avro") == "none" && this.key_format.or("avro") == "" { ["value_format is none: set key_format, or the processor does nothing"] }`).
		Example("A topic of Avro", "Keys and values are Avro. A later output finds the schema in the metadata `schema`.", `
pipeline:
  processors:
    - connect_avro_decode:
        urls: [ http://127.0.0.1:8081 ]
        store_schema_metadata: schema
`).
		Example("Text keys", "Keys are text, as StringConverter writes them, and values are Avro.", `
pipeline:
  processors:
    - connect_avro_decode:
        urls: [ http://127.0.0.1:8081 ]
        key_format: string
`)
}

type config struct {
	registry      registry.Config
	options       avro.Options
	valueFormat   string
	keyFormat     string
	storeSchema   string
	storeOriginal string
	cacheSize     int
}

func parseConfig(p *service.ParsedConfig) (c config, err error) {
	for _, item := range setting.Read(&err, p.FieldStringList, fieldURLs) {
		for url := range strings.SplitSeq(item, ",") {
			c.registry.URLs = append(c.registry.URLs, strings.TrimSpace(url))
		}
	}
	c.registry.Token = setting.Read(&err, p.FieldString, fieldToken)
	if p.Contains(fieldBasic) && err == nil {
		basic := p.Namespace(fieldBasic)
		if setting.Read(&err, basic.FieldBool, fieldEnabled) {
			c.registry.Username = setting.Read(&err, basic.FieldString, fieldUsername)
			c.registry.Password = setting.Read(&err, basic.FieldString, fieldPassword)
		}
	}
	c.valueFormat = setting.Read(&err, p.FieldString, fieldValueFormat)
	c.keyFormat = setting.Read(&err, p.FieldString, fieldKeyFormat)
	c.options.AllLogicalTypes = setting.Read(&err, p.FieldString, fieldLogicalTypes) == logicalAll
	c.options.ConnectOnly = !setting.Read(&err, p.FieldBool, fieldDebezium)
	c.options.KeepNull = !setting.Read(&err, p.FieldBool, fieldNullDefault)
	c.storeSchema = setting.Read(&err, p.FieldString, fieldStoreSchema)
	c.storeOriginal = setting.Read(&err, p.FieldString, fieldStoreOriginal)
	c.cacheSize = setting.Read(&err, p.FieldInt, fieldCacheSize)
	paths := setting.Read(&err, p.FieldStringList, fieldExclude)
	if err != nil {
		return c, err
	}
	tls, enabled, err := p.FieldTLSToggled(fieldTLS)
	if err != nil {
		return c, err
	}
	if enabled {
		c.registry.TLS = tls
	}
	if c.options.Exclude, err = schema.ParseExclusion(paths); err != nil {
		return c, fmt.Errorf("reading %s: %w", fieldExclude, err)
	}
	return c, c.check()
}

func (c config) check() error {
	switch {
	case len(c.registry.URLs) == 0:
		return fmt.Errorf("reading %s: must not be empty", fieldURLs)
	case c.registry.Token != "" && c.registry.Username != "":
		return errors.New("reading bearer_token: basic_auth is enabled, too")
	case c.cacheSize < 1:
		return fmt.Errorf("reading %s: must be at least 1", fieldCacheSize)
	case c.storeSchema != "" && c.storeSchema == c.storeOriginal:
		return fmt.Errorf("reading %s: the same name as %s", fieldStoreOriginal, fieldStoreSchema)
	}
	return nil
}
