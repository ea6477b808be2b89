package yamltext_test

import (
	"strings"
	"testing"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"
	"pgregory.net/rapid"

	"github.com/order-sink/order-sink/internal/connect/translate/yamltext"
	_ "github.com/order-sink/order-sink/plugins"
)

// asRead returns the items of a list as the framework reads them.
func asRead(t testing.TB, items ...*yaml.Node) []string {
	t.Helper()
	text, err := yamltext.Render(yamltext.Fields("input", yamltext.Fields("kafka_read", yamltext.Fields(
		"seed_brokers", []string{"b"}, "topics", yamltext.List(items...), "consumer_group", "g"))))
	require.NoError(t, err)
	builder := service.NewStreamBuilder()
	builder.SetEnvVarLookupFunc(func(name string) (string, bool) { return "it''s " + name, true })
	require.NoError(t, builder.SetYAML(text), text)
	got, err := builder.AsYAML()
	require.NoError(t, err)
	var config struct {
		Input struct {
			KafkaRead struct{ Topics []string } `yaml:"kafka_read"`
		}
	}
	require.NoError(t, yaml.Unmarshal([]byte(got), &config))
	return config.Input.KafkaRead.Topics
}

// Any text is what the framework reads.
func TestTextIsLiteral(t *testing.T) {
	part := rapid.SampledFrom([]string{"$", "{", "}", "${", "${a}", "${{a}}", "${A:x}", "${A|b}", ":", "'", "\"", "\\", "#", "- ", "\n", " ", "é", "~", "1.50", "true", "null", "a", "\x00", "\t", "|", "%", "@", "`", "!", "&"})
	rapid.Check(t, func(r *rapid.T) {
		texts := rapid.SliceOfN(rapid.OneOf(rapid.Custom(func(r *rapid.T) string { return strings.Join(rapid.SliceOfN(part, 1, 6).Draw(r, "parts"), "") }), rapid.StringN(1, -1, -1)), 1, 3).Draw(r, "texts")
		var items []*yaml.Node
		for _, text := range texts {
			items = append(items, yamltext.Text(text))
		}
		require.Equal(r, texts, asRead(t, items...))
	})
}

func TestVariablesAreInserted(t *testing.T) {
	require.Equal(t, []string{"it's A", "x it's B", "${C} it's D"}, asRead(t, yamltext.Quoted("${A:}"), yamltext.Quoted("x ${B:}"), yamltext.Quoted(yamltext.Escape("${C}")+" ${D:}")))
}

func TestTheTextIsReadable(t *testing.T) {
	config := yamltext.Fields("name", "orders", "number", "7", "empty", "", "list", []string{"a", "b c"}, "count", 3, "on", true, "format", "${topic}", "none", []string(nil))
	yamltext.Comment(config, "Why.")
	text, err := yamltext.Render(yamltext.Fields("output", yamltext.Component("x", "drop", config)))
	require.NoError(t, err)
	require.Equal(t, `output:
  label: x
  drop:
    # Why.
    name: orders
    number: "7"
    list: [a, 'b c']
    count: 3
    on: true
    format: '${{topic}}'
`, text)
}
