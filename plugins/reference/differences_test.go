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

var differences = []difference{
	{
		"a replacement of RegexRouter that is wrong is an error at the start",
		"Kafka refuses each record whose topic matches.",
		func(q *question, want, got string) bool {
			return q.has("RegexRouter") && want == refused && got == invalid
		},
	},
	{
		"replace.null.with.default of ExtractNewRecordState takes only true and false",
		"Debezium takes any text, and means false by it.",
		func(q *question, _, got string) bool {
			return got == invalid && q.option("replace.null.with.default") == "maybe"
		},
	},
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
