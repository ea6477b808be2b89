package reference

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/decimal"
)

// difference is something that connect_transform does otherwise than the originals, on
// purpose.
type difference struct {
	name   string // the documentation has both
	reason string
	// in reports whether the difference explains two answers.
	in func(q *question, want, got string) bool
}

// differences has the differences in the order of description.md.
var differences = []difference{
	{"`RegexRouter` and `TimestampRouter` find a mistake in their options at the start", "Kafka starts, and refuses each record.",
		func(q *question, _, got string) bool {
			return got == invalid && (q.sets("replacement", func(r string) bool { return strings.ContainsAny(r, `$\`) }) || q.sets("timestamp.format", equals("bogus")))
		}},
	{"A regular expression has no class inside a class, no `&&` and no `\\p{java…}`", "No engine for Go knows them. The error names them at the start.",
		func(q *question, _, got string) bool {
			return got == invalid && q.sets("regex", func(regex string) bool { return strings.Contains(regex, "&&") || strings.Contains(regex, `\p{java`) })
		}},
	{"An option that a transform does not have is an error at the start", "Kafka ignores it, and a misspelled option as well.",
		func(q *question, _, got string) bool {
			return got == invalid && q.has("Flatten") && q.sets("replace.null.with.default", equals("false"))
		}},
	{"`replace.null.with.default` of `ExtractNewRecordState` takes only true and false", "Debezium takes any text, and means false by it.",
		func(q *question, _, got string) bool {
			return got == invalid && q.has(unwrap) && q.sets("replace.null.with.default", equals("maybe"))
		}},
	{"An empty `schema.name` of `SetSchemaMetadata` removes the name", "Kafka gives the schema an empty name.",
		func(q *question, want, got string) bool {
			return q.has("SetSchemaMetadata") && strings.ReplaceAll(want, ` name=""`, "") == got
		}},
	{"`InsertHeader` inserts the text of `value.literal`", "Kafka reads numbers and null from it, and writes them in another form.",
		func(q *question, want, got string) bool {
			return differ(want, got, "headers") && q.sets("value.literal", func(literal string) bool { return strings.Contains(got, `"h"=`+quote(literal)+`,`) })
		}},
	{"A header has a name", "Kafka takes an empty name.",
		func(q *question, _, got string) bool {
			return got == invalid && q.sets("header", equals(""))
		}},
	{"A `VariableScaleDecimal` of Debezium is a decimal", "To Kafka, it is a struct of a scale and bytes.",
		func(q *question, want, got string) bool {
			return strings.Contains(q.documents(), "VariableScaleDecimal") &&
				(got == refused || strings.Contains(got, "VariableScaleDecimal") || strings.Contains(got, `"h"="3.100"`) && differ(want, got, "headers"))
		}},
	{"`Cast` reads the digits 0 to 9 from text", "Java reads the digits of all scripts.",
		func(q *question, _, got string) bool {
			return got == refused && q.has("Cast") && strings.Contains(q.documents(), `\u0661`)
		}},
	{"The text of a number has as few digits as possible", "Java writes `4.9E-324` for `5.0E-324`, and before Java 19 more digits of some others.",
		func(_ *question, want, got string) bool { return shortest(want) == shortest(got) }},
	{"The text of a decimal is plain digits", "Java writes an exponent for a negative scale, and for more than six zeros after the point.",
		func(_ *question, want, got string) bool {
			return scientific.ReplaceAllStringFunc(want, func(quoted string) string {
				d, err := decimal.Parse(strings.Trim(quoted, `"`))
				if err != nil {
					return quoted
				}
				return quote(d.String())
			}) == got
		}},
	{"A `Time` without a schema is text", "To Kafka, it is a timestamp of 1970-01-01.",
		func(q *question, want, got string) bool {
			return q.sets("target.type", equals("Time")) && (timeOfDay.MatchString(got) && (differ(want, got, "value") || differ(want, got, "key")) || got == refused && len(q.Chain.Transforms) > 1)
		}},
	{"Without a schema, a field that keeps its name wins over a field that gets the name", "Kafka decides by the order of a hash table.",
		func(q *question, want, got string) bool {
			return q.sets("renames", equals("qty:order_id")) && (differ(want, got, "value") || differ(want, got, "key"))
		}},
	{"The JSON of a struct or a map in a header is that of the record's values", "Kafka has the members of a struct in the order of the schema, and writes keys that are no text without quotes.",
		func(q *question, want, got string) bool {
			return q.has("HeaderFrom") && differ(want, got, "headers") && strings.Contains(want, `="{`)
		}},
	{"An integer without a schema has 64 bits after `Cast`, too", "To Kafka, it then has the class `Byte`, `Short` or `Integer`, which `TimestampConverter` refuses.",
		func(q *question, want, _ string) bool {
			return want == refused && q.has("Cast") && q.has("TimestampConverter")
		}},
	{"A null passes `TimestampConverter` whatever its schema is", "Kafka refuses it when the option `field` is set and the schema is no struct.",
		func(q *question, want, got string) bool {
			return want == refused && q.has("TimestampConverter") && (strings.HasSuffix(got, "value=null") || strings.Contains(got, "key=null"))
		}},
	{"`Flatten` takes a time without a schema", "Kafka refuses it.",
		func(q *question, want, _ string) bool {
			return want == refused && q.has("TimestampConverter") && q.has("Flatten")
		}},
	{"No time is read from a week", "Java reads the letters `Y`, `w`, `W`, `F` and `u` of a pattern. To write a time, they work.",
		func(q *question, _, got string) bool {
			return got == refused && q.sets("format", func(format string) bool { return strings.ContainsAny(format, "YwWFu") })
		}},
}

var scientific = regexp.MustCompile(`"-?\d+(\.\d+)?E[+-]?\d+"`)

var timeOfDay = regexp.MustCompile(`[:=]"\d\d:\d\d:\d\d`)

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

// sets reports whether a transform has an option with such a value.
func (q *question) sets(option string, is func(value string) bool) bool {
	return slices.ContainsFunc(q.Chain.Transforms, func(o options) bool {
		value, found := o[option]
		return found && is(value)
	})
}

func equals(text string) func(string) bool { return func(value string) bool { return value == text } }

var float = regexp.MustCompile(`-?\d+\.\d+(E-?\d+)?`)

// shortest rewrites the floats and the doubles of a text.
func shortest(text string) string {
	return float.ReplaceAllStringFunc(text, func(digits string) string {
		mantissa, _, _ := strings.Cut(strings.TrimLeft(digits, "-0."), "E")
		bits := 64
		if len(mantissa) <= 10 { // a float has at most nine digits, and a point
			bits = 32
		}
		f, _ := strconv.ParseFloat(digits, bits)
		return strconv.FormatFloat(f, 'g', -1, bits)
	})
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
