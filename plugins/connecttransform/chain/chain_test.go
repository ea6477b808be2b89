package chain

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAMistakeIsNamed(t *testing.T) {
	for name, c := range map[string]struct {
		config Config
		want   []string
	}{
		"an option": {
			Config{Transforms: []Step{step("ReplaceField$Value", options{"exclud": "a", "include": "b"})}},
			[]string{"transforms[0] (t): unknown option exclud: did you mean exclude?"},
		},
		"all mistakes": {
			Config{Transforms: []Step{{Named: Named{Type: kafka + "RegexRouter", Options: options{"regex": "a", "x": "y"}}, Negate: true}}},
			[]string{"transforms[0]: name is required", "transforms[0]: negate needs a predicate", "transforms[0]: unknown option x", "transforms[0]: option replacement is required"},
		},
		"a type": {
			Config{Transforms: []Step{step("RegexRoute", nil), {Named: Named{Name: "u"}}, {Named: Named{Name: "v", Type: kafka + "ReplaceField"}}}},
			[]string{
				"transforms[0] (t): type org.apache.kafka.connect.transforms.RegexRoute is not supported: did you mean org.apache.kafka.connect.transforms.RegexRouter?",
				"transforms[1] (u): type is required",
				"transforms[2] (v): type org.apache.kafka.connect.transforms.ReplaceField needs a side: write org.apache.kafka.connect.transforms.ReplaceField$Key or org.apache.kafka.connect.transforms.ReplaceField$Value",
			},
		},
		"types of others": {
			Config{Transforms: []Step{
				{Named: Named{Name: "t", Type: "io.debezium.transforms.ByLogicalTableRouter"}}, {Named: Named{Name: "u", Type: "io.aiven.kafka.connect.transforms.Hash$Value"}},
				{Named: Named{Name: "v", Type: "com.example.Mine"}},
			}},
			[]string{
				"transforms[0] (t): type io.debezium.transforms.ByLogicalTableRouter is not supported: use org.apache.kafka.connect.transforms.RegexRouter",
				"transforms[1] (u): type io.aiven.kafka.connect.transforms.Hash$Value is not supported: use a mapping processor",
				"transforms[2] (v): type com.example.Mine is not supported",
			},
		},
		"a name twice": {
			Config{Transforms: []Step{step("ReplaceField$Value", nil), step("ReplaceField$Value", nil)}},
			[]string{"transforms[1] (t): another transform has the same name"},
		},
		"values": {
			Config{Transforms: []Step{step("ReplaceField$Value", options{"renames": "a:b:c"}), {Named: Named{Name: "u", Type: kafka + "RegexRouter", Options: options{"regex": "(a", "replacement": "$1"}}}}},
			[]string{
				`transforms[0] (t): option renames has "a:b:c": expected two names with a colon between them`,
				"transforms[1] (u): option regex: compiling the regular expression: error parsing regexp: missing closing ) in `(a`",
			},
		},
		"a group": {
			Config{Transforms: []Step{step("RegexRouter", options{"regex": "(a)", "replacement": "$2"})}},
			[]string{"transforms[0] (t): option replacement: the replacement names the group 2, and the regular expression has 1"},
		},
		"a class of Java": {
			Config{Transforms: []Step{step("RegexRouter", options{"regex": "[a-z&&[^b]]", "replacement": ""})}},
			[]string{"transforms[0] (t): option regex: a character class inside another one, or && in a class, is not supported: write the characters without it"},
		},
		"predicates": {
			Config{
				Transforms: []Step{{Named: Named{Name: "t", Type: kafka + "ReplaceField$Value"}, Predicate: "q"}},
				Predicates: []Named{{Name: "p", Type: kafka + "predicates.TopicNameMatch", Options: options{}}, {Name: "h", Type: kafka + "predicates.HasHeaderKey"}},
			},
			[]string{
				"predicates[0] (p): predicate type org.apache.kafka.connect.transforms.predicates.TopicNameMatch is not supported: did you mean org.apache.kafka.connect.transforms.predicates.TopicNameMatches?",
				"predicates[1] (h): option header is required",
				"transforms[0] (t): predicate q is not in predicates",
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := New(c.config)
			require.Error(t, err)
			var got []string
			for _, problem := range Problems(err) {
				got = append(got, problem.Error())
			}
			require.Equal(t, c.want, got)
		})
	}
}
