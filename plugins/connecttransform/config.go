package connecttransform

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/connecttransform/chain"
)

// The names of the fields of connect_transform, and of a transform in its list.
const (
	fieldSchema     = "schema_metadata"
	fieldTransforms = "transforms"
	fieldPredicates = "predicates"

	fieldName      = "name"
	fieldType      = "type"
	fieldPredicate = "predicate"
	fieldNegate    = "negate"
)

//go:embed description.md
var description string

func spec() *service.ConfigSpec {
	return service.NewConfigSpec().
		Stable().
		Categories("Mapping").
		Summary("Applies a chain of Kafka Connect's transforms to records: the classes of Kafka 4.3 and Debezium's ExtractNewRecordState, with their own option names.").
		Description(description).
		Field(service.NewStringField(fieldSchema).Default("").
			Description("The metadata with the schema of a record: the name that the decoder has in `store_schema_metadata`. The processor replaces it by the schema of the result. When this field is empty, records have no schema.")).
		Field(service.NewAnyListField(fieldTransforms).
			Description("The transforms, in their order. Each one has `name` (the alias), `type` (the Java class) and the options of the class, as text, integer or boolean. Write a number with a point or a leading zero, and a date, in quotes, because YAML changes their text. With `predicate` (the name of a predicate) and `negate: true`, a transform works on some records only.")).
		Field(service.NewAnyListField(fieldPredicates).Default([]any{}).
			Description("The predicates. Each one has `name` (the alias), `type` (the Java class) and its options.")).
		LintRule(`root = this.`+problemsMethod+`()`).
		Example("The rows of change events", "Debezium's change events become rows, and the table has the last part of the topic's name as its name.", `
pipeline:
  processors:
    - connect_json_decode:
        store_schema_metadata: order_sink_schema
        replace_null_with_default: false
        key_format: json
    - connect_transform:
        schema_metadata: order_sink_schema
        transforms:
          - name: unwrap
            type: io.debezium.transforms.ExtractNewRecordState
            add.fields: op,source.ts_ms
          - name: route
            type: org.apache.kafka.connect.transforms.RegexRouter
            regex: '.*\.([^.]+)'
            replacement: $1
`)
}

func parseConfig(p *service.ParsedConfig) (schemaMetadata string, c chain.Config, err error) {
	if schemaMetadata, err = p.FieldString(fieldSchema); err != nil {
		return "", c, err
	}
	lists := map[string][]any{}
	for _, name := range []string{fieldTransforms, fieldPredicates} {
		items, err := p.FieldAnyList(name)
		if err != nil {
			return "", c, err
		}
		for _, item := range items {
			v, err := item.FieldAny()
			if err != nil {
				return "", c, err
			}
			lists[name] = append(lists[name], v)
		}
	}
	c, problems := readConfig(lists[fieldTransforms], lists[fieldPredicates])
	if len(problems) > 0 {
		return "", c, problems[0]
	}
	return schemaMetadata, c, nil
}

// problems returns what is wrong with the transforms and the predicates, in the texts of
// lint.
func problems(config map[string]any) []any {
	transforms, _ := config[fieldTransforms].([]any)
	predicates, _ := config[fieldPredicates].([]any)
	c, found := readConfig(transforms, predicates)
	if len(found) == 0 {
		_, err := chain.New(c)
		found = chain.Problems(err)
	}
	texts := []any{}
	for _, problem := range found {
		texts = append(texts, problem.Error())
	}
	return texts
}

// readConfig reads the lists of YAML objects.
func readConfig(transforms, predicates []any) (c chain.Config, problems []error) {
	for i, item := range transforms {
		var s chain.Step
		all, err := options(item)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s[%d]: %w", fieldTransforms, i, err))
			continue
		}
		s.Name, s.Type, s.Predicate = all[fieldName], all[fieldType], all[fieldPredicate]
		if negate, isSet := all[fieldNegate]; isSet {
			if s.Negate, err = strconv.ParseBool(negate); err != nil {
				problems = append(problems, fmt.Errorf("%s[%d]: %s is %q: expected true or false", fieldTransforms, i, fieldNegate, negate))
			}
		}
		s.Options = without(all, fieldName, fieldType, fieldPredicate, fieldNegate)
		c.Transforms = append(c.Transforms, s)
	}
	for i, item := range predicates {
		all, err := options(item)
		if err != nil {
			problems = append(problems, fmt.Errorf("%s[%d]: %w", fieldPredicates, i, err))
			continue
		}
		c.Predicates = append(c.Predicates, chain.Named{
			Name: all[fieldName], Type: all[fieldType], Options: without(all, fieldName, fieldType),
		})
	}
	return c, problems
}

// options returns the members of an object as text, as Kafka has them.
func options(item any) (map[string]string, error) {
	object, isObject := item.(map[string]any)
	if !isObject {
		return nil, fmt.Errorf("expected an object with %s and %s", fieldName, fieldType)
	}
	all := make(map[string]string, len(object))
	for name, value := range object {
		switch value.(type) {
		case map[string]any, []any, nil:
			return nil, fmt.Errorf("option %s must be text, an integer or a boolean: write a list as text, with commas", name)
		case float64, time.Time: // 1.10 would become 1.1, and 2024-01-01 a time of Go
			return nil, fmt.Errorf("option %s is a number with a point or a date in YAML, which changes its text: write it in quotes", name)
		}
		all[name] = fmt.Sprint(value)
	}
	return all, nil
}

func without(all map[string]string, names ...string) map[string]string {
	left := make(map[string]string, len(all))
	for name, value := range all {
		if !slices.Contains(names, name) {
			left[name] = value
		}
	}
	return left
}
