package kafka

import (
	"strings"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfigurationsThatCannotWorkAreRefused(t *testing.T) {
	for more, expected := range map[string]string{
		"session_timeout: 1ms\n":                          "checking the configuration: ",
		"buffer_bytes: many\n":                            "reading buffer_bytes: expected a size from 1B to 1GiB, as in 256KiB",
		"fetch_max_bytes: 2GiB\n":                         "reading fetch_max_bytes: expected a size from 1B to 1GiB, as in 256KiB",
		"max_batch_records: 0\n":                          "max_batch_records must be at least 1",
		"sasl: [ { mechanism: PLAIN, username: u } ]\n":   "reading sasl[0]: PLAIN needs a password, but the field password is empty",
		"sasl: [ { mechanism: OAUTHBEARER } ]\n":          "reading sasl[0]: OAUTHBEARER needs a token, but the field token is empty",
		"sasl: [ { mechanism: GSSAPI } ]\n":               "reading sasl[0]: mechanism \"GSSAPI\" is not supported here: expected PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER",
		"idle: 0s\n":                                      "checking idle: it must be greater than 0",
		"topics: [ ' , ' ]\n":                             "reading the configuration: set either topics or regexp_topics_include",
		"regexp_topics_include: [ a ]\ntopics: [ b ]\n":   "reading the configuration: set either topics or regexp_topics_include",
		"topics: []\nregexp_topics_include: [ 'a)(b' ]\n": "reading regexp_topics_include: error parsing regexp: unexpected ): `a)(b`",
		"topics: []\nregexp_topics_include: [ a ]\nregexp_topics_exclude: [ '(' ]\n": "reading regexp_topics_exclude: error parsing regexp: missing closing ): `(`",
		"consumer_group: ''\n": "reading the configuration: consumer_group must not be empty",
	} {
		text := "seed_brokers: [ 127.0.0.1:1 ]\n" + more
		if !strings.Contains(more, "topics") {
			text += "topics: [ orders ]\n"
		}
		if !strings.Contains(more, "group") {
			text += "consumer_group: g\n"
		}
		parsed, err := spec().ParseYAML(text, nil)
		require.NoError(t, err)
		_, err = newInput(parsed, service.MockResources())
		if assert.Error(t, err, more) {
			assert.True(t, strings.HasPrefix(err.Error(), expected), "%s: got %v, expected %s", more, err, expected)
		}
	}
}

// A lint finds an expression that the start would refuse.
func TestAnInvalidExpressionIsALint(t *testing.T) {
	linter := service.GlobalEnvironment().FullConfigSchema("", "").NewStreamConfigLinter()
	for expressions, expected := range map[string][]string{
		`[ 'shop\..*', '' ]`: nil,
		`[ 'shop.(', a ]`:    {"regexp_topics_include has an invalid regular expression: shop.("},
	} {
		lints, err := linter.LintYAML([]byte("input:\n  kafka_read:\n    seed_brokers: [ a ]\n    consumer_group: g\n    regexp_topics_include: " + expressions + "\noutput:\n  drop: {}\n"))
		require.NoError(t, err)
		var got []string
		for _, lint := range lints {
			got = append(got, lint.What)
		}
		require.Equal(t, expected, got, expressions)
	}
}
