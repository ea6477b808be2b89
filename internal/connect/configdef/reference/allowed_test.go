package reference

import (
	"regexp"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect"
)

// The differences that are allowed. Each one is taken out of both answers.
//
//  1. documentation is order-sink's own.
//  2. recommended_values of a class: order-sink has other converters and transforms.
//  3. The display_name of batch.size, which is a sentence in Debezium's sink.
//  4. The keys of a converter have another order, and their groups too: Java's HashMap. The
//     same for the keys of clients.
//  5. The reason of an invalid regular expression, and of an unknown type of Cast, is Java's.
//  6. The text behind "could not be found." says what to do.
//  7. JsonConverter's versions are listed twice, once as a header converter.
//  8. A client's key that few users set has no definition.
//
// Next to these, a case of the table has the keys for which order-sink is stricter.
func allow(v connect.Validation) connect.Validation {
	v.Groups = slices.Sorted(slices.Values(v.Groups))
	v.Configs = slices.Clone(v.Configs)
	for i := range v.Configs {
		config := &v.Configs[i]
		if config.Definition != nil {
			definition := allowedKeys([]connect.KeyDefinition{*config.Definition})[0]
			config.Definition = &definition
		}
		if isClass(config.Value.Name) {
			config.Value.RecommendedValues = nil
		}
		for j, problem := range config.Value.Errors {
			config.Value.Errors[j] = allowedText(problem)
		}
	}
	slices.SortStableFunc(v.Configs, func(a, b connect.KeyResult) int { return strings.Compare(a.Value.Name, b.Value.Name) })
	return v
}

func allowedKeys(all []connect.KeyDefinition) []connect.KeyDefinition {
	all = slices.Clone(all)
	for i := range all {
		all[i].Documentation = ""
		if all[i].Name == "batch.size" {
			all[i].DisplayName = ""
		}
	}
	return all
}

var (
	reasonOfRegex = regexp.MustCompile(`(?s)(Invalid regex: ).*`)
	advice        = regexp.MustCompile(`(could not be found\.) .*`)
	twice         = regexp.MustCompile(`\[4\.3\.1, 4\.3\.1\]`)
	castType      = regexp.MustCompile(`^Invalid value .* for configuration (?:Invalid type found in casting spec: .*|spec: Invalid type found in casting spec.*)`)
)

func allowedText(problem string) string {
	problem = reasonOfRegex.ReplaceAllString(problem, "$1")
	problem = advice.ReplaceAllString(problem, "$1")
	problem = castType.ReplaceAllString(problem, "an unknown type")
	return twice.ReplaceAllString(problem, "[4.3.1]")
}

func isClass(key string) bool {
	return strings.HasSuffix(key, ".converter") || strings.HasSuffix(key, ".type")
}

func isConverterKey(key string) bool {
	for _, side := range []string{"key", "value", "header"} {
		if strings.HasPrefix(key, side+".converter.") && key != side+".converter.plugin.version" {
			return true
		}
	}
	return false
}
