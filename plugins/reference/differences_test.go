package reference

import (
	"slices"
	"strings"
)

// difference is something that connect_transform does otherwise than the originals, on
// purpose.
type difference struct {
	name   string
	reason string
	// in reports whether the difference explains two answers.
	in func(q *question, want, got string) bool
}

// differences has the entries of the documentation.
var differences = []difference{
	{"RegexRouter and TimestampRouter find a mistake in their options at the start", "Kafka starts, and refuses each record.",
		func(q *question, want, got string) bool {
			return want == refused && got == invalid && (q.has("RegexRouter") || q.has("TimestampRouter"))
		}},
	{"a regular expression has no class inside a class, no && and no \\p{java…}", "No engine for Go knows them. The error names them at the start.",
		func(q *question, _, got string) bool {
			regex := q.option("regex")
			return got == invalid && (strings.Contains(regex, "&&") || strings.Contains(regex, `\p{java`))
		}},
	{"an option that a transform does not have is an error at the start", "Kafka ignores it, and a misspelled option as well.",
		func(q *question, _, got string) bool {
			return got == invalid && q.has("Flatten") && q.option("replace.null.with.default") != ""
		}},
	{"replace.null.with.default of ExtractNewRecordState takes only true and false", "Debezium takes any text, and means false by it.",
		func(q *question, _, got string) bool {
			return got == invalid && q.has(unwrap) && q.option("replace.null.with.default") == "maybe"
		}},
	{"SetSchemaMetadata takes any key and value that has a schema", "Kafka fails for everything that is no struct.",
		func(q *question, want, got string) bool {
			return want == refused && q.has("SetSchemaMetadata") && !strings.Contains(got, "Schema=struct{")
		}},
	{"an empty schema.name of SetSchemaMetadata removes the name", "Kafka gives the schema an empty name.",
		func(q *question, want, got string) bool {
			return q.has("SetSchemaMetadata") && strings.ReplaceAll(want, ` name=""`, "") == got
		}},
	{"InsertHeader inserts the text of value.literal", "Kafka reads numbers and null from it, and writes them in another form.",
		func(q *question, want, got string) bool { return q.has("InsertHeader") && differ(want, got, "headers") }},
	{"a header has a name", "Kafka takes an empty name.",
		func(q *question, _, got string) bool {
			return got == invalid && q.has("InsertHeader") && q.option("header") == ""
		}},
	{"two fields of one name refuse a record without a schema", "Kafka keeps either of them, by the order of a hash table.",
		func(q *question, _, got string) bool {
			return got == refused && (q.has("Flatten") || q.has("ReplaceField")) && strings.Contains(q.documents(), `"a.b":1`) || q.option("renames") == "qty:order_id"
		}},
	{"a VariableScaleDecimal of Debezium is a decimal", "To Kafka it is a struct of a scale and bytes.",
		func(q *question, _, _ string) bool {
			return strings.Contains(q.documents(), "VariableScaleDecimal") && (q.has("Flatten") || q.has("HeaderFrom"))
		}},
	{"Cast reads the digits 0 to 9 from text", "Java reads the digits of all scripts.",
		func(q *question, _, got string) bool {
			return got == refused && q.has("Cast") && strings.Contains(q.documents(), `\u0661`)
		}},
	{"an integer without a schema is an integer in any form", "To Kafka 1.0E10 is a double.",
		func(q *question, _, _ string) bool {
			return q.has("Cast") && strings.Contains(q.documents(), "1.0E10")
		}},
	{"Cast of a whole Date or Timestamp to its own type keeps it", "Kafka makes an integer of it, with a schema that says Date or Timestamp.",
		func(q *question, want, got string) bool {
			return q.has("Cast") && (differ(want, got, "value") && strings.Contains(got, "value=t") || differ(want, got, "key") && strings.Contains(got, "key=t"))
		}},
	{"the text of a float has as few digits as possible", "Java writes more digits before Java 19.",
		func(q *question, want, got string) bool {
			return strings.ReplaceAll(want, "1.17549435E-38", "1.1754944E-38") == got
		}},
	{"a date before 15 October 1582 is a date of ISO 8601, as in MariaDB", "Java counts in the Julian calendar.",
		func(q *question, want, got string) bool {
			return q.has("TimestampConverter") && (strings.Contains(want, `"0001-12-31`) || strings.Contains(want, "=t-61") || strings.Contains(want, "=t-62"))
		}},
	{"a Time without a schema is text", "To Kafka it is a timestamp of 1970-01-01.",
		func(q *question, want, got string) bool {
			return q.option("target.type") == "Time" && strings.Contains(want, "valueSchema=none") != strings.Contains(want, "keySchema=none") && (differ(want, got, "value") || differ(want, got, "key"))
		}},
	{"no time is read from a week", "Java reads the letters Y, w, W, F and u. To write a time, they work.",
		func(q *question, _, got string) bool {
			return got == refused && strings.ContainsAny(q.option("format"), "YwWFu") && q.option("target.type") != "string"
		}},
}

// differ reports whether two answers differ in one part only.
func differ(want, got, part string) bool {
	a, b := strings.Split(want, "\t"), strings.Split(got, "\t")
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] && parts[i] != part {
			return false
		}
	}
	return true
}

// intention returns the difference that explains two answers, nil for none.
func intention(q *question, want, got string) *difference {
	for i := range differences {
		if differences[i].in(q, want, got) {
			return &differences[i]
		}
	}
	return nil
}

// has reports whether the chain has a transform whose class has this name.
func (q *question) has(class string) bool {
	return slices.ContainsFunc(q.Chain.Transforms, func(o options) bool { return strings.Contains(o["type"], class) })
}

// option returns an option of the first transform that has it.
func (q *question) option(name string) string {
	for _, o := range q.Chain.Transforms {
		if value, found := o[name]; found {
			return value
		}
	}
	return ""
}

// documents returns the key and the value of the record.
func (q *question) documents() (all string) {
	for _, d := range []*string{q.Key, q.Value} {
		if d != nil {
			all += *d
		}
	}
	return all
}
