package connectjson

import (
	_ "embed"
	"errors"
	"fmt"

	"github.com/redpanda-data/benthos/v4/public/service"
)

// The names of the fields of connect_json_decode.
const (
	fieldMode          = "mode"
	fieldSchemasEnable = "schemas_enable"
	fieldSchemaContent = "schema_content"
	fieldUnknownFields = "unknown_fields"
	fieldStoreSchema   = "store_schema_metadata"
	fieldStoreOriginal = "store_original_metadata"
	fieldCacheSize     = "schema_cache_size"

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
			modeStrict: "Refuses what the reference converter reads wrongly in silence: text where a number should be, an integer beyond its type, a decimal with more digits than its scale.",
			modeCompat: "Gives exactly what the reference converter gives: `\"12\"` as int32 is 0, 300 as int8 is 44. For a migration whose rows have to be the same first.",
		}).Description("How to take values that do not fit their schema.").Default(modeStrict)).
		Field(service.NewBoolField(fieldSchemasEnable).
			Description("Whether messages have a schema, like `schemas.enable` of the converter. When `false` a message is plain JSON.").
			Default(true)).
		Field(service.NewStringField(fieldSchemaContent).
			Description("The JSON of a schema for all messages, like `schema.content` of the converter (KIP-1054). Messages are then bare payloads without an envelope.").
			Example(`{"type":"struct","fields":[{"type":"string","field":"order_id"},{"type":"int32","field":"qty"}]}`).
			Optional()).
		Field(service.NewStringAnnotatedEnumField(fieldUnknownFields, map[string]string{
			unknownIgnore: "Leaves it out, as the reference converter does, and counts it in the metric `connect_json_decode_unknown_fields_total`.",
			unknownRefuse: "Refuses the message with `unknown_field`.",
		}).Description("What to do with a member of the payload that the schema lacks.").Default(unknownIgnore)).
		Field(service.NewStringField(fieldStoreSchema).
			Description("Metadata to store the schema in, in the form that `schema_metadata` fields of other components read. Empty: nowhere. A message without a schema gets none.").
			Default("")).
		Field(service.NewStringField(fieldStoreOriginal).
			Description("Metadata to keep the bytes in as they were received, by reference. Empty: nowhere. Also of a message that is refused, which keeps them as its content too: what stands under this name is always the bytes, never a header of that name.").
			Default("")).
		Field(service.NewIntField(fieldCacheSize).
			Description("How many distinct schemas to remember. A schema is parsed once and found again by its bytes.").
			Advanced().
			Default(1000).
			LintRule(`root = if this < 1 { ["schema_cache_size must be at least 1"] }`)).
		LintRule(`root = if this.schemas_enable.or(true) == false && this.exists("schema_content") { ["schema_content has no effect when schemas_enable is false"] }`).
		Example("From an envelope to a record", "The message `"+exampleEnvelope+"` becomes `{\"order_id\":\"77a436fd\",\"price\":\"12.34\",\"qty\":3}`. A later output finds its schema under the name `schema`.", `
pipeline:
  processors:
    - connect_json_decode:
        store_schema_metadata: schema
`)
}

// config is what the fields say.
type config struct {
	options       Options
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
	} {
		if *setting.into, err = p.FieldString(setting.field); err != nil {
			return c, err
		}
	}
	enable, err := p.FieldBool(fieldSchemasEnable)
	if err != nil {
		return c, err
	}
	c.options = Options{Compat: mode == modeCompat, Schemaless: !enable, RefuseUnknown: unknown == unknownRefuse}
	if c.options.CacheSize, err = p.FieldInt(fieldCacheSize); err != nil {
		return c, err
	}
	if c.options.CacheSize < 1 {
		return c, fmt.Errorf("reading %s: must be at least 1", fieldCacheSize)
	}
	if c.storeSchema != "" && c.storeSchema == c.storeOriginal {
		return c, fmt.Errorf("reading %s: the same name as %s", fieldStoreOriginal, fieldStoreSchema)
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
