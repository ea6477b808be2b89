// Package reference compares the configuration keys with those of a real worker of Kafka
// Connect that has Debezium's JDBC sink. Confluent's and Aiven's sinks are not on Maven Central.
package reference

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/configdef"
	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

func TestMain(m *testing.M) { kafkatest.Main(m) }

// workerConverters are the converters of the live worker.
var workerConverters = map[string]string{
	"key.converter":                  "org.apache.kafka.connect.storage.StringConverter",
	"value.converter":                "org.apache.kafka.connect.json.JsonConverter",
	"value.converter.schemas.enable": "true",
}

// base is a configuration without a mistake.
var base = map[string]any{
	"connector.class": string(configdef.Debezium), "name": "x", "topics": "orders",
	"connection.url": "jdbc:mariadb://127.0.0.1:1/a", "connection.username": "u", "connection.password": "p",
}

// TestTheLiveWorkerGivesTheSameAnswers compares Validate and Keys with a worker of Kafka
// Connect that has Debezium's sink, member by member. The differences are those of allowed.
func TestTheLiveWorkerGivesTheSameAnswers(t *testing.T) {
	worker, err := connectworker.Start(t.Context(), t.TempDir(), kafkatest.Shared(t).Seeds(), connectworker.JDBCSink)
	javatest.Require(t, err)
	t.Cleanup(func() { assert.NoError(t, worker.Close()) })
	address := "http://" + worker.Address() + "/connector-plugins/"

	t.Run("keys", func(t *testing.T) {
		for _, plugin := range []string{
			string(configdef.Debezium), "JsonConverter", "StringConverter", "LongConverter", "SimpleHeaderConverter", "Filter", "RecordIsTombstone",
			"TopicNameMatches", "org.apache.kafka.connect.transforms.RegexRouter", "org.apache.kafka.connect.transforms.HoistField$Key",
		} {
			status, body := ask(t, http.MethodGet, address+plugin+"/config", nil)
			require.Equal(t, http.StatusOK, status, "%s: %s", plugin, body)
			var want []connect.KeyDefinition
			require.NoError(t, json.Unmarshal(body, &want))
			got, err := configdef.Keys(plugin)
			require.NoError(t, err)
			assert.Equal(t, allowedKeys(want), allowedKeys(got), plugin)
		}
		for _, plugin := range []string{"nope", "ReplaceField"} {
			status, body := ask(t, http.MethodGet, address+plugin+"/config", nil)
			_, err := configdef.Keys(plugin)
			assert.Equal(t, answerOf(t, status, body), err)
		}
	})

	t.Run("the message of POST", func(t *testing.T) {
		config := map[string]any{"name": "x", "connector.class": string(configdef.Debezium), "tasks.max": "many", "transforms": "a", "connection.url": "jdbc:mariadb://127.0.0.1/a", "connection.username": "u"}
		status, body := ask(t, http.MethodPost, "http://"+worker.Address()+"/connectors", map[string]any{"name": "x", "config": config})
		validation, _ := configdef.Validate(configdef.Debezium, texts(config), workerConverters)
		assert.Equal(t, answerOf(t, status, body), validation.Err())
	})

	t.Run("random", func(t *testing.T) { randomly(t, address+string(configdef.Debezium)+"/config/validate") })
	require.Greater(t, len(cases), 60)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			config := map[string]any{}
			for key, value := range base {
				config[key] = value
			}
			for key, value := range c.set {
				config[key] = value
			}
			for _, key := range c.without {
				delete(config, key)
			}
			status, body := ask(t, http.MethodPut, address+string(configdef.Debezium)+"/config/validate", config)
			require.Equal(t, http.StatusOK, status, "%s", body)
			var want connect.Validation
			require.NoError(t, json.Unmarshal(body, &want))
			got, _ := configdef.Validate(configdef.Debezium, texts(config), workerConverters)
			removeStricter(t, c.stricter, &got)
			if c.onlyClass {
				want, got = onlyClass(want), onlyClass(got)
			}
			assert.Equal(t, names(want), names(got), "the keys")
			assert.Equal(t, lines(t, allow(want)), lines(t, allow(got)))
		})
	}
}

// texts returns a configuration as the worker gets it.
func texts(config map[string]any) map[string]string {
	all := map[string]string{}
	for key, value := range config {
		switch v := value.(type) {
		case nil:
			all[key] = configdef.Null
		case string:
			all[key] = v
		}
	}
	return all
}

// onlyClass returns an answer with the keys of the connector's class only.
func onlyClass(v connect.Validation) connect.Validation {
	v.Groups = nil
	v.Configs = slices.DeleteFunc(v.Configs, func(r connect.KeyResult) bool { return !strings.HasPrefix(r.Value.Name, "connector.") })
	return v
}

// lines returns an answer as text, a line for each key.
func lines(t *testing.T, v connect.Validation) string {
	t.Helper()
	all := fmt.Sprintf("%s has %d errors; groups %q\n", v.Name, v.ErrorCount, v.Groups)
	for _, config := range v.Configs {
		text, err := json.Marshal(config)
		require.NoError(t, err)
		all += string(text) + "\n"
	}
	return all
}

// names returns the keys of an answer in their order, those of converters and clients sorted.
func names(v connect.Validation) []string {
	var names, converters []string
	for _, config := range v.Configs {
		if isConverterKey(config.Value.Name) || strings.Contains(config.Value.Name, ".override.") {
			converters = append(converters, config.Value.Name)
			continue
		}
		names = append(names, config.Value.Name)
	}
	slices.Sort(converters)
	return append(names, converters...)
}

// removeStricter removes the errors that only order-sink has. Each key must have one.
func removeStricter(t *testing.T, stricter map[string]string, v *connect.Validation) {
	t.Helper()
	for key, text := range stricter {
		found := false
		for i := range v.Configs {
			config := &v.Configs[i]
			if config.Value.Name != key {
				continue
			}
			config.Value.Errors = slices.DeleteFunc(config.Value.Errors, func(problem string) bool {
				if strings.Contains(problem, text) {
					found = true
					v.ErrorCount--
					return true
				}
				return false
			})
		}
		assert.True(t, found, "%s has no error with %q", key, text)
	}
}

func answerOf(t *testing.T, status int, body []byte) *connect.Error {
	t.Helper()
	var answer struct{ Message string }
	require.NoError(t, json.Unmarshal(body, &answer))
	return &connect.Error{Status: status, Message: answer.Message}
}

func ask(t *testing.T, method, url string, body any) (int, []byte) {
	t.Helper()
	text, err := json.Marshal(body)
	require.NoError(t, err)
	request, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(text))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response.StatusCode, answer
}
