// Package connectavro decodes Avro with a schema registry: the bytes that Kafka Connect's
// AvroConverter and Confluent's serializers write. processor.go and config.go are the
// processor connect_avro_decode. input.go is the input connect_avro_status, which shows in
// /ready that the processor waits. The rest is plain Go that knows nothing of a pipeline:
// wire finds the schema of a message, registry asks for schemas and remembers them, and
// avro compiles a schema and reads values.
//
// # Schemas
//
// The schema of a record is the one that AvroConverter makes with its default settings.
// The property connect.type makes an int an int8 or an int16; connect.name,
// connect.version, connect.parameters, connect.default and connect.doc set what they name.
// The logical types date, time-millis, timestamp-millis and decimal become Kafka Connect's
// types. Microseconds, nanoseconds, local timestamps and UUIDs stay integers and text. A
// union of null and another type is that type as optional. Another union is a struct with
// a field for each type. An enum is text, a fixed is bytes, and an array of entries is a
// map.
//
// The package decides otherwise than the converter in these cases:
//
//   - The version of a schema is connect.version only. The converter also takes the version
//     that the schema has in its subject, for which it asks the registry.
//   - A fixed with the logical type decimal is a Decimal. Newer versions of the converter
//     refuse its name.
//   - A union may have an int8, an int16, or a bytes and a fixed of the same size: the
//     number of the type in the message decides.
//   - A type that contains itself is bad_schema, unless the field is excluded. The schema of
//     data without a schema, io.confluent.connect.avro.Anything, is such a type.
//   - An integer beyond int8 or int16, a Decimal with more digits than its precision and a
//     year beyond 9999 are out_of_range. The converter wraps the integer.
//   - Text that is not UTF-8, a boolean other than 0 or 1, bytes after the value and a key
//     twice in a map are bad_avro.
//   - A wrong default is no default, also in connect.default.
//   - A default of a union has the first type of the union, and the members of the other
//     types are null, whatever connect.default says.
//   - An array of entries with text keys is a map also when the keys are never null.
//
// # Values
//
// The values have the same forms as in connect_json_decode.
package connectavro
