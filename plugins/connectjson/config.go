package connectjson

import (
	_ "embed"
	"errors"
	"fmt"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/primitive"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// The names of the fields of connect_json_decode.
const (
	fieldMode          = "mode"
	fieldSchemasEnable = "schemas_enable"
	fieldSchemaContent = "schema_content"
	fieldUnknownFields = "unknown_fields"
	fieldExclude       = "exclude_fields"
	fieldNullDefault   = "replace_null_with_default"
	fieldStoreSchema   = "store_schema_metadata"
	fieldStoreOriginal = "store_original_metadata"
	fieldDebezium      = "debezium_types"
	fieldCacheSize     = "schema_cache_size"
	fieldKeyFormat     = "key_format"
	fieldValueFormat   = "value_format"

	modeStrict    = "strict"
	modeCompat    = "compat"
	unknownIgnore = "ignore"
	unknownRefuse = "refuse"
)

const exampleEnvelope = `{"schema":{"type":"struct","fields":[{"type":"string","field":"order_id"},{"type":"int32","field":"qty"},` +
	`{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"},"optional":true,"field":"price"}],"name":"orders"},` +
	`"payload":{"order_id":"77a436fd","qty":3,"price":"BNI="}}`

//go:embed description.md
var description string

func spec() *service.ConfigSpec {
	return service.NewConfigSpec().
		Stable().
		Categories("Parsing").
		Summary("Decodes Kafka Connect JSON, the envelope of `schema` and `payload` that `org.apache.kafka.connect.json.JsonConverter` writes, into a record and its schema.").
		Description(description).
		Field(service.NewStringAnnotatedEnumField(fieldMode, map[string]string{
			modeStrict: "Refuses a value that the reference converter reads wrongly without an error: text in place of a number, an integer beyond its type, a decimal with more digits than its scale.",
			modeCompat: "Gives exactly the value that the reference converter gives: `\"12\"` as int32 is 0, 300 as int8 is 44. Use it while a migration must write the same rows as that converter.",
		}).Default(modeStrict).Description("How the processor handles a value that does not fit its schema.")).
		Field(service.NewBoolField(fieldSchemasEnable).Default(true).
			Description("Whether messages have a schema, like `schemas.enable` of the converter. When it is `false`, a message is plain JSON.")).
		Field(service.NewStringField(fieldSchemaContent).Optional().
			Description("The JSON of one schema for all messages, like `schema.content` of the converter (KIP-1054). Each message is then a payload without an envelope.").
			Example(`{"type":"struct","fields":[{"type":"string","field":"order_id"},{"type":"int32","field":"qty"}]}`)).
		Field(service.NewStringAnnotatedEnumField(fieldUnknownFields, map[string]string{
			unknownIgnore: "Omits the member, as the reference converter does, and counts it in the metric `connect_json_decode_unknown_fields_total`.",
			unknownRefuse: "Refuses the message with the code `unknown_field`.",
		}).Default(unknownIgnore).Description("How the processor handles a member of the payload that the schema does not have.")).
		Field(service.NewStringListField(fieldExclude).Default([]any{}).Advanced().
			Description("The fields that the record is decoded without, like `exclude` of the transformation ReplaceField. A field of a nested struct has the names of the structs before its own, with dots between them. The schema of the record does not have these fields either. A value that does not fit such a field refuses no message. A record with fewer fields is decoded faster.").
			Example([]string{"source.version", "transaction"})).
		Field(service.NewBoolField(fieldNullDefault).Default(true).
			Description("Whether a field that is null or missing gets the default of its schema, like `replace.null.with.default` of the converter. It concerns record keys, too. Use `false` for the change events of Debezium: there, null is the value of the row.")).
		Field(service.NewBoolField(fieldDebezium).Default(true).Advanced().
			Description("Whether a type of Debezium (`io.debezium.time.…`, `io.debezium.data.…`) becomes a date, a time, a timestamp or a decimal. With `false`, the value is what its plain type says, such as an integer, as in the JDBC sinks of Confluent and Aiven. It concerns record keys, too.")).
		Field(service.NewStringField(fieldStoreSchema).Default("").
			Description("The metadata in which the processor stores the schema, in the form that the `schema_metadata` fields of other components read. When this field is empty, the processor does not store the schema. A message without a schema does not get this metadata.")).
		Field(service.NewStringField(fieldStoreOriginal).Default("").
			Description("The metadata in which the processor stores the received bytes, by reference. When this field is empty, the processor does not store the bytes. A refused message gets this metadata, too, and its content is also the received bytes. The metadata of this name always has the received bytes, never a header of that name.")).
		Field(service.NewStringAnnotatedEnumField(fieldKeyFormat, primitive.Meanings(map[string]string{
			"":         "Not known.",
			formatJSON: "Connect JSON, with or without the envelope of `schema` and `payload` (`JsonConverter`).",
		})).Default("").
			Description("The format of the record keys, like `key.converter`. The processor then decodes the key of each message, and refuses a message whose key has another format. By default, the processor only decodes the key of a tombstone, if that key is Connect JSON.")).
		Field(service.NewStringAnnotatedEnumField(fieldValueFormat, primitive.Meanings(map[string]string{
			formatJSON:     "Connect JSON (`JsonConverter`).",
			primitive.None: "The processor does not decode the value: another processor does. It only decodes the key.",
		})).Default(formatJSON).Description("The format of the values, like `value.converter`. Use another format than `json` when the values are not JSON. Most fields of this processor then only concern the keys.")).
		Field(service.NewIntField(fieldCacheSize).Default(1000).Advanced().
			Description("How many distinct schemas the processor remembers. The processor parses a schema once and then finds the schema by its bytes.").
			LintRule(`root = if this < 1 { ["schema_cache_size must be at least 1"] }`)).
		LintRule(`root = if this.schemas_enable.or(true) == false && this.exists("schema_content") { ["schema_content has no effect when schemas_enable is false"] } else if this.value_format.or("json") == "none" && this.key_format.or("") == "" { ["value_format is none: set key_format, or the processor does nothing"] }`).
		Example("From an envelope to a record", "The message `"+exampleEnvelope+"` becomes `{\"order_id\":\"77a436fd\",\"price\":\"12.34\",\"qty\":3}`. A later output finds the schema in the metadata `schema`.", `
pipeline:
  processors:
    - connect_json_decode:
        store_schema_metadata: schema
`)
}

type config struct {
	options       Options
	keyFormat     string
	valueFormat   string
	storeSchema   string
	storeOriginal string
}

func parseConfig(p *service.ParsedConfig) (c config, err error) {
	var mode, unknown string
	for _, setting := range []struct {
		field string
		into  *string
	}{
		{fieldMode, &mode},
		{fieldUnknownFields, &unknown},
		{fieldStoreSchema, &c.storeSchema},
		{fieldStoreOriginal, &c.storeOriginal},
		{fieldKeyFormat, &c.keyFormat},
		{fieldValueFormat, &c.valueFormat},
	} {
		if *setting.into, err = p.FieldString(setting.field); err != nil {
			return c, err
		}
	}
	enable, err := p.FieldBool(fieldSchemasEnable)
	if err != nil {
		return c, err
	}
	replace, err := p.FieldBool(fieldNullDefault)
	if err != nil {
		return c, err
	}
	debezium, err := p.FieldBool(fieldDebezium)
	if err != nil {
		return c, err
	}
	c.options = Options{ConnectOnly: !debezium, Compat: mode == modeCompat, Schemaless: !enable, RefuseUnknown: unknown == unknownRefuse, KeepNull: !replace}
	if c.options.CacheSize, err = p.FieldInt(fieldCacheSize); err != nil {
		return c, err
	}
	if c.options.CacheSize < 1 {
		return c, fmt.Errorf("reading %s: must be at least 1", fieldCacheSize)
	}
	if c.storeSchema != "" && c.storeSchema == c.storeOriginal {
		return c, fmt.Errorf("reading %s: the same name as %s", fieldStoreOriginal, fieldStoreSchema)
	}
	paths, err := p.FieldStringList(fieldExclude)
	if err != nil {
		return c, err
	}
	if c.options.Exclude, err = schema.ParseExclusion(paths); err != nil {
		return c, fmt.Errorf("reading %s: %w", fieldExclude, err)
	}
	if p.Contains(fieldSchemaContent) {
		content, err := p.FieldString(fieldSchemaContent)
		if err != nil {
			return c, err
		}
		if !enable {
			return c, errors.New("reading schema_content: it has no effect when schemas_enable is false")
		}
		c.options.SchemaContent = []byte(content)
	}
	return c, nil
}
