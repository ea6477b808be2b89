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
		"session_timeout: 1ms\n":                        "checking the configuration: ",
		"buffer_bytes: many\n":                          "reading buffer_bytes: expected a size from 1B to 1GiB, as in 256KiB",
		"fetch_max_bytes: 2GiB\n":                       "reading fetch_max_bytes: expected a size from 1B to 1GiB, as in 256KiB",
		"max_batch_records: 0\n":                        "max_batch_records must be at least 1",
		"sasl: [ { mechanism: PLAIN, username: u } ]\n": "reading sasl[0]: PLAIN needs a password, but the field password is empty",
		"sasl: [ { mechanism: OAUTHBEARER } ]\n":        "reading sasl[0]: OAUTHBEARER needs a token, but the field token is empty",
		"sasl: [ { mechanism: GSSAPI } ]\n":             "reading sasl[0]: mechanism \"GSSAPI\" is not supported here: expected PLAIN, SCRAM-SHA-256, SCRAM-SHA-512 or OAUTHBEARER",
		"idle: 0s\n":                                    "checking idle: it must be greater than 0",
		"topics: [ ' , ' ]\n":                           "reading the configuration: topics and consumer_group must not be empty",
		"consumer_group: ''\n":                          "reading the configuration: topics and consumer_group must not be empty",
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
