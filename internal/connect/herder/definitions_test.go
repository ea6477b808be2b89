package herder

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect/properties"
)

// The answer may go to the log of a client.
func TestAValidationShowsNoValueOfAPlaceholder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secrets.properties")
	require.NoError(t, os.WriteFile(file, []byte("password=s3cret\n"), 0o600))
	worker, _, err := properties.ReadWorker(properties.Standalone, map[string]string{
		"bootstrap.servers": "127.0.0.1:1", "offset.storage.file.filename": "unused",
		"key.converter": "org.apache.kafka.connect.json.JsonConverter", "value.converter": "org.apache.kafka.connect.json.JsonConverter",
		"config.providers": "file", "config.providers.file.class": "org.apache.kafka.common.config.provider.FileConfigProvider",
	}, nil)
	require.NoError(t, err)
	secret := "${file:" + file + ":password}"
	for key, value := range map[string]string{
		"connector.class": secret, "tasks.max": secret, "insert.mode": secret, "connection.user": secret, "topics": secret,
		"connection.url": "jdbc:mariadb://h:nowhere/d?password=" + secret, "errors.retry.timeout": " " + secret,
	} {
		config := map[string]string{
			"connector.class": "io.confluent.connect.jdbc.JdbcSinkConnector", "topics": "orders",
			"connection.url": "jdbc:mariadb://127.0.0.1:1/d", "connection.user": "u", "connection.password": secret,
		}
		config[key] = value
		validation, err := definitions{worker}.check(config)
		answer, _ := json.Marshal(validation)
		require.False(t, strings.Contains(string(answer), "s3cret"), key)
		if err != nil {
			require.NotContains(t, err.Error(), "s3cret", key)
		}
	}
}
