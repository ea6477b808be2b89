// Package transform has what a transform of a Kafka Connect chain is made of: the record,
// its options, its refusals, and the cache of what it derives from a schema.
//
// # How to add a transform
//
//  1. Write one file in the package that has transforms of the same subject: field (fields
//     of a key or a value), topic, header or debezium. It declares a variable of type
//     [Type]: the name of the Java class, the options with Kafka's names and defaults, and
//     the constructor.
//  2. Add the variable to the list in chain/types.go. The chain then checks the options,
//     and applies predicate and negate.
//  3. Show it in description.md with an input and its output. A test runs each example.
//
// # Rules
//
//   - A transform with the variants $Key and $Value gets its [Side], and calls [Side.Of] and
//     [Side.Fields]. It may change the map that Side.Fields returns, and no map below it. It
//     ends with [Data.Set].
//   - A schema is immutable. What a transform derives from a schema, it derives once for each
//     pointer, with a [Cache]: the same pointer in gives the same pointer out.
//   - Each map and each array of a record has one owner: a value that is used twice is
//     copied with [Clone].
//   - What is wrong with the configuration is an error of the constructor. What is wrong with
//     a record is a refusal of [Refuse], whose path is the field. The chain prepends the alias.
//   - A value has the form of a record, not of Java: see package connectjson. Where a
//     transform computes with a time of Debezium, which is a number to Kafka, it converts the
//     value with plugins/internal/logical.
package transform
