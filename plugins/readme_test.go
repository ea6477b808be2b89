package plugins

import (
	"bytes"
	_ "embed"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
	"text/template"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure" // the batch policy's own fields
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/connectavro"
	"github.com/order-sink/order-sink/plugins/connectjson"
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
	upsertcodes "github.com/order-sink/order-sink/plugins/mariadb/refusal"
	"github.com/order-sink/order-sink/plugins/order"
)

var update = flag.Bool("update", false, "write README.md")

//go:embed testdata/README.md.tmpl
var readme string

type plugin struct {
	service.TemplateDataPlugin
	Codes []record.Code
}

// The reference is rendered from the descriptions of the plugins, like the output of
// `order-sink create`.
func TestReferenceIsUpToDate(t *testing.T) {
	env := service.GlobalEnvironment()
	var data struct{ Decode, Avro, Status, Transform, Price, Upsert, Read, Send plugin }

	view, found := env.GetProcessorConfig("connect_json_decode")
	data.Decode = describe(t, view, found)
	data.Decode.Codes = connectjson.Codes
	view, found = env.GetProcessorConfig("connect_avro_decode")
	data.Avro = describe(t, view, found)
	data.Avro.Codes = connectavro.Codes
	view, found = env.GetInputConfig(connectavro.StatusName)
	data.Status = describe(t, view, found)
	view, found = env.GetProcessorConfig("connect_transform")
	data.Transform = describe(t, view, found)
	data.Transform.Codes = transform.Codes
	view, found = env.GetProcessorConfig("order_price")
	data.Price = describe(t, view, found)
	data.Price.Codes = order.Codes
	view, found = env.GetOutputConfig("mariadb_upsert")
	data.Upsert = describe(t, view, found)
	data.Upsert.Codes = upsertcodes.Codes

	view, found = env.GetInputConfig("kafka_read")
	data.Read = describe(t, view, found)
	view, found = env.GetOutputConfig("dead_letter_send")
	data.Send = describe(t, view, found)

	page, err := template.New("README.md").Funcs(template.FuncMap{"cell": cell, "text": text}).Parse(readme)
	require.NoError(t, err)
	var want bytes.Buffer
	require.NoError(t, page.Execute(&want, data))
	if *update {
		require.NoError(t, os.WriteFile("README.md", want.Bytes(), 0o644))
	}
	got, err := os.ReadFile("README.md")
	require.NoError(t, err)
	require.Equal(t, want.String(), string(got), "plugins/README.md differs from the descriptions of the plugins: run `make docs` and commit it")
}

func describe(t *testing.T, view *service.ConfigView, found bool) plugin {
	t.Helper()
	require.True(t, found, "a plugin is not registered")
	data, err := view.TemplateData()
	require.NoError(t, err)
	return plugin{TemplateDataPlugin: data}
}

// cell returns text for one cell of a Markdown table.
func cell(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(links(text)), " "), "|", `\|`)
}

// text converts AsciiDoc, the markup of the framework, into Markdown.
func text(source string) string {
	return strings.TrimSpace(links(source))
}

// links converts the links of AsciiDoc. A reference to a page of the framework becomes
// the name of that page, because the page is not part of this repository.
func links(source string) string {
	return reference.ReplaceAllString(link.ReplaceAllString(source, "[$2]($1)"), "$1")
}

var (
	link      = regexp.MustCompile(`(https?://[^\s\[\]]+)\[([^\]^]+)\^?\]`)
	reference = regexp.MustCompile(`xref:[^\s\[\]]+\[([^\]]+)\]`)
)
