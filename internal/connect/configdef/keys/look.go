package keys

import (
	"fmt"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
)

// look is what Kafka Connect shows of an option, and how it checks it.
type look struct {
	importance string // def.Medium by default
	width      string
	display    string
	order      int
	isNull     bool // the default is null, not empty text
	isList     bool
	hides      bool
	checks     []def.Check
}

func checked(importance string, checks ...def.Check) look {
	return look{importance: importance, checks: checks}
}

// looks has the options that are not of medium importance or have a check: CLASS.OPTION, or
// .OPTION for each class with the option.
var looks = map[string]look{
	"RegexRouter.regex":                 checked(def.High, javaRegex),
	"RegexRouter.replacement":           checked(def.High),
	"ReplaceField.exclude":              checked(def.Medium, def.Distinct),
	"ReplaceField.include":              checked(def.Medium, def.Distinct),
	"ReplaceField.renames":              checked(def.Medium, def.Pairs),
	"InsertField.topic.field":           {isNull: true},
	"InsertField.partition.field":       {isNull: true},
	"InsertField.offset.field":          {isNull: true},
	"InsertField.timestamp.field":       {isNull: true},
	"InsertField.static.field":          {isNull: true},
	"InsertField.static.value":          {isNull: true},
	"MaskField.fields":                  checked(def.High, def.SomeDistinct),
	"MaskField.replacement":             {importance: def.Low, isNull: true, checks: []def.Check{def.NotEmpty}},
	"Cast.spec":                         checked(def.High, castSpec),
	"ExtractField.field.syntax.version": checked(def.High, def.OneOfAnyCase("V1", "V2")),
	"ValueToKey.fields":                 checked(def.High, def.SomeDistinct),
	"TimestampConverter.field":          checked(def.High),
	"TimestampConverter.target.type":    checked(def.High, def.OneOf("string", "unix", "Date", "Time", "Timestamp")),
	"TimestampConverter.unix.precision": checked(def.Low, def.OneOf("nanoseconds", "microseconds", "milliseconds", "seconds")),
	"TimestampRouter.topic.format":      checked(def.High),
	"TimestampRouter.timestamp.format":  checked(def.High),
	"SetSchemaMetadata.schema.name":     {importance: def.High, isNull: true},
	"SetSchemaMetadata.schema.version":  {importance: def.High, isNull: true},
	"HeaderFrom.fields":                 checked(def.High, def.Some),
	"HeaderFrom.headers":                checked(def.High, def.Some),
	"HeaderFrom.operation":              checked(def.High, def.OneOf("move", "copy")),
	"DropHeaders.headers":               checked(def.High, def.SomeDistinct),
	"InsertHeader.header":               checked(def.High, def.NotNull),
	"InsertHeader.value.literal":        checked(def.High, def.NotNull),
	"TopicNameMatches.pattern":          checked(def.Medium, def.NotEmpty, javaRegexIfAny),
	"HasHeaderKey.name":                 checked(def.Medium, def.NotEmpty),
	"OrderPrice.total.mismatch":         checked(def.Medium, def.OneOf("correct", "refuse")),
	"OrderPrice.tombstone":              checked(def.Medium, def.OneOf("refuse", "pass")),

	// Debezium's, in their own order.
	".delete.tombstone.handling.mode":     {order: 1, width: def.Middle, display: "Handle delete and tombstone records"},
	".add.fields":                         {importance: def.Low, order: 1, width: def.Wide, isList: true, display: "Adds the specified field(s) to the message if they exist."},
	".add.fields.prefix":                  {importance: def.Low, order: 1, width: def.Narrow, display: "Field prefix to be added to each field."},
	".add.headers":                        {importance: def.Low, order: 1, width: def.Wide, isList: true, display: "Adds the specified fields to the header if they exist."},
	".add.headers.prefix":                 {importance: def.Low, order: 1, width: def.Narrow, display: "Header prefix to be added to each header."},
	".drop.fields.from.key":               {importance: def.Low, order: 1, width: def.Narrow, display: "Specifies whether the fields to be dropped should also be omitted from the key"},
	".drop.fields.header.name":            {importance: def.Low, order: 1, width: def.Narrow, isNull: true, display: "Specifies a header that contains a list of field names to be removed"},
	".drop.fields.keep.schema.compatible": {importance: def.Low, order: 1, width: def.Narrow, display: "Specifies if fields are dropped, will the event's schemas be compatible"},
	".route.by.field":                     {importance: def.Low, order: 1, width: def.Wide, display: "Route by field name"},
	".delete.handling.mode":               {hides: true},
	".drop.tombstones":                    {hides: true},

	"ExtractNewRecordState.replace.null.with.default": {hides: true},
	"UnwrapFromEnvelope.replace.null.with.default":    {hides: true},
}

// castSpec refuses a specification of Cast with an unknown type.
func castSpec(key string, value any) string {
	list, _ := value.([]string)
	if len(list) == 0 {
		return "Must specify at least one field to cast."
	}
	types := []string{"int8", "int16", "int32", "int64", "float32", "float64", "boolean", "string"}
	for _, entry := range list {
		name, kind, hasField := strings.Cut(entry, ":")
		switch {
		case strings.Contains(kind, ":"):
			return def.Invalid("renames", value, "Invalid rename mapping: "+entry) // Cast parses its pairs as ReplaceField does
		case !hasField && len(list) > 1:
			return "Cast transformations that specify a type to cast the entire value to may only specify a single cast in their spec"
		case !hasField:
			kind = name
		}
		if def.OneOfAnyCase(types...)(key, strings.TrimSpace(kind)) != "" {
			return fmt.Sprintf("Invalid value %s for configuration %s: Invalid type found in casting spec, expected %s", kind, key, strings.Join(types, ", "))
		}
	}
	return ""
}

// javaRegexIfAny is javaRegex for a value that is there and not empty.
func javaRegexIfAny(key string, value any) string {
	if value == "" {
		return ""
	}
	return javaRegex(key, value)
}
