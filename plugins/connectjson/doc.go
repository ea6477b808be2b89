// Package connectjson decodes Kafka Connect JSON: the envelope of schema and payload that
// org.apache.kafka.connect.json.JsonConverter writes and reads. processor.go and
// config.go are the processor connect_json_decode. The rest is plain Go that
// knows nothing of a pipeline: a [Decoder], with jackson, schema and convert below it.
//
// # Envelope
//
// A message is a JSON object of exactly the two members schema and payload, in any order.
// A null schema means a value without a schema: integers become int64, numbers that are no
// int64 keep their text as a json.Number, objects are maps. No bytes at all (a Kafka
// tombstone) are a null without a schema. With a schema in the configuration (KIP-1054) a
// message is a bare payload, and with schemas disabled it is plain JSON.
//
// # Values
//
//	int8 int16 int32 int64    int64
//	double                    float64
//	float                     float64, nearest to the float32's shortest decimal: 0.1 is 0.1
//	boolean, string, bytes    bool, string, []byte (base64 in JSON)
//	struct                    map[string]any with every field of the schema
//	array                     []any
//	map                       map[string]any; with other keys than strings, a []any of
//	                          [key, value]
//	Decimal                   string in plain digits: "-0.05", "12.00"
//	Date, Timestamp           time.Time in UTC
//	Time                      string "15:04:05", with milliseconds unless they are zero
//	io.debezium.time.*        time.Time, or for times a string as for Time, with the digits
//	                          of its unit, signed and of any number of hours:
//	                          "-00:00:01", "838:59:59"; Year and MicroDuration are an int64,
//	                          ZonedTime, Interval and Iso… the producer's text
//	io.debezium.data.Bits     int64; a json.Number if no int64 holds it; []byte with the highest
//	                          bits first if the schema allows more than 64 bits
//	VariableScaleDecimal      string as for Decimal, at the scale of the value
//	other io.debezium.data.*  what their base type says
//
// A missing or null field takes the default of its schema. Without a default it is nil if
// the schema is optional, else the message is refused. A refusal is a *record.Refusal. Its
// text is "code: path: detail" and has no value; Codes lists the codes.
//
// # Keys
//
// The processor decodes the record key of a tombstone, too, if the key is an envelope: an
// output that deletes rows finds it with the metadata kafka_key, which other components
// still read as the received key. A key is always decoded as in strict: a tombstone must
// not delete a row by a guess.
//
// # compat
//
// compat answers as JsonConverter 4.3.1 (with Jackson 2.21) does, on any bytes, accepted or
// refused, and value for value: integers wrap, text in place of a number is 0, a string
// field that is no string is null, and compat takes leading zeros, UTF-16 and UTF-32,
// overlong UTF-8, and bytes after the document. TestReference compares it with the
// converter's own answers. The value of a struct is what was stored in it
// (Struct.getWithoutDefault). compat decides otherwise in these cases:
//
//   - An empty value is a tombstone, since the framework does not tell it from null; the
//     reference refuses it.
//   - Half a surrogate pair, which UTF-8 cannot hold, is "?", as Java writes it. In a
//     UTF-16 or UTF-32 document this may make two names the same.
//   - A Decimal whose plain form is longer than 2,000 characters is out_of_range: an exponent
//     or scale of two billion would be gigabytes of zeros.
//   - A message that yields 10,000 values more than it has bytes and its root has fields is
//     out_of_range (a schema of many optional fields over an array of empty objects). A
//     message of more than a gigabyte is bad_json.
//   - The types io.debezium.time.* are numbers and text to the reference. A ZonedTimestamp
//     that is no ISO 8601 timestamp stays text here, too.
//   - io.debezium.data.Bits is bytes to the reference, with the lowest bits first, and a
//     VariableScaleDecimal is a struct. One whose fields are no decimal stays a struct here.
//   - A float is the float64 above. The float32 nearest to that float64's shortest decimal
//     is the reference's value.
//   - Java's equals decides which keys of a map are the same. Here two Decimals are the
//     same when their plain digits are, and a default that is bytes is a new value each
//     time.
//   - The reference's cache takes two schemas for one when their defaults are equal as
//     numbers (1.0 and 1.00), so its answer depends on the messages before. Here each
//     schema is its own. Jackson's alarm about names chosen to collide in its symbol table
//     has no counterpart.
//   - unknown_fields: refuse, where it is configured, refuses what the reference ignores.
//   - In UTF-32, a character above Unicode is refused anywhere, even after the document. In
//     UTF-16 and UTF-32 a digit of a \u escape is a digit; Jackson looks at the low eight
//     bits of a character only.
//
// # strict
//
// strict accepts a part of what compat accepts and gives the same value, with decimals at
// the schema's scale, and with the text of a number without a schema where compat gives a
// double or wraps an integer. FuzzDecode checks this. strict refuses:
//
//   - bytes that are not UTF-8, with or without a byte order mark; leading zeros; bytes
//     other than white space after the document (bad_json)
//   - half a surrogate pair in a string; a member twice in an envelope, a schema node, a
//     struct or a map, and a key twice in a map of pairs (bad_json, bad_envelope,
//     bad_schema). strict does not look into members that the schema lacks.
//   - a schema node whose optional is no boolean, whose name is no string or whose
//     parameters are no object, null aside; Kafka Connect's logical types on another base
//     type; a Decimal without a scale (bad_schema)
//   - a value of another JSON type than its schema's (type_mismatch)
//   - an integer beyond its type, a float beyond its range, a Decimal written as a number
//     with more digits than its scale, a Decimal with more digits than
//     connect.decimal.precision, a Time of Kafka Connect beyond 23:59:59.999, a year beyond
//     9999 (out_of_range)
//
// White space, the order of members, escapes, -0, exponents and zeros after the point are a
// producer's choice: 12.0 and 1.2e1 are the int 12, 1.990 is the Decimal 1.99. A Date, Time
// or Timestamp must be an integer without a fraction or an exponent, as in the reference.
package connectjson
