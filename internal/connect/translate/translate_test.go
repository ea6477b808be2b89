package translate_test

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	"github.com/redpanda-data/benthos/v4/public/service"
	_ "github.com/redpanda-data/connect/v4/public/components/kafka"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect/properties"
	"github.com/order-sink/order-sink/internal/connect/translate"
	_ "github.com/order-sink/order-sink/plugins"
)

var update = flag.Bool("update", false, "write the expected files")

// worker has the properties of a worker as in Kafka's own file.
var worker = map[string]string{
	"bootstrap.servers": "127.0.0.1:9092",
	"key.converter":     "org.apache.kafka.connect.json.JsonConverter",
	"value.converter":   "org.apache.kafka.connect.json.JsonConverter",
}

// connector reads a connector of testdata, with its worker if it has one.
func connector(t testing.TB, path string) translate.Connector {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var c translate.Connector
	require.NoError(t, json.Unmarshal(text, &c))
	c.Worker = worker
	if file := strings.TrimSuffix(path, ".json") + ".properties"; fileExists(file) {
		c.Worker, err = properties.ReadFile(file)
		require.NoError(t, err)
	}
	return c
}

func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// lint returns what the framework finds in a pipeline.
func lint(t testing.TB, p translate.Pipeline) []service.Lint {
	t.Helper()
	linter := service.GlobalEnvironment().FullConfigSchema("", "").NewStreamConfigLinter()
	linter.SetRequireLabels(false)
	lints, err := linter.LintYAML([]byte(p.YAML))
	require.NoError(t, err, "%s", p.YAML)
	return lints
}

func TestConnectorsBecomePipelines(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.json")
	require.NoError(t, err)
	require.Greater(t, len(paths), 40)
	for _, path := range paths {
		name := strings.TrimSuffix(path, ".json")
		t.Run(filepath.Base(name), func(t *testing.T) {
			p, err := translate.Translate(connector(t, path))
			require.NoError(t, err)
			require.Empty(t, lint(t, p), "%s", p.YAML)
			var differences strings.Builder
			for _, d := range p.Differences {
				differences.WriteString(d.String() + "\n")
			}
			same(t, name+".yaml", p.YAML)
			same(t, name+".differences", differences.String())
		})
	}
}

// same compares text with a file. With -update, it writes the file.
func same(t *testing.T, path, text string) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return
	}
	expected, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(expected), text, "%s: run go test -update to write it", path)
}
