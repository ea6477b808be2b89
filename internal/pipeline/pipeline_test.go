package pipeline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/redpanda-data/benthos/v4/public/components/io"
	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/internal/pipeline"
)

var (
	fromStdin     = pipeline.Replace("input", map[string]any{"stdin": map[string]any{}})
	withoutServer = pipeline.Replace("http", map[string]any{"enabled": false})
)

// file writes a pipeline's file, or its resources.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "pipeline.yaml")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// loaded returns the configuration that the framework has read.
func loaded(t *testing.T, name string, resources []string, edits ...pipeline.Edit) string {
	t.Helper()
	builder := service.NewStreamBuilder()
	if _, err := pipeline.Load(builder, name, resources, edits...); err != nil {
		t.Fatal(err)
	}
	text, err := builder.AsYAML()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestResourcesAreAddedToThoseOfThePipeline(t *testing.T) {
	own := "output_resources: [ { label: own, drop: {} } ]\n"
	shared := file(t, "output_resources: [ { label: shared, drop: {} } ]\n")
	text := loaded(t, file(t, own+"output: { resource: shared }\n"), []string{shared})
	for _, part := range []string{"label: own", "label: shared", "resource: shared"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in\n%s", part, text)
		}
	}
}

func TestTheInputIsReplaced(t *testing.T) {
	text := loaded(t, file(t, "http: { address: nowhere }\ninput: { label: own, file: { paths: [ /nowhere ] } }\noutput: { drop: {} }\n"), nil,
		fromStdin, withoutServer)
	for _, part := range []string{"nowhere", "label: own"} {
		if strings.Contains(text, part) {
			t.Errorf("%q is in\n%s", part, text)
		}
	}
	for _, part := range []string{"stdin:", "enabled: false", "drop:"} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in\n%s", part, text)
		}
	}
}

// Without removes the field at every depth and keeps the quotes around a variable. Without
// the quotes, a password of digits would be a number.
func TestAFieldIsLeftOut(t *testing.T) {
	t.Setenv("PIPELINE_TEST_PASSWORD", "1234")
	name := file(t, "output:\n  fallback:\n    - label: ''\n      drop: {}\n    - file: { path: '${PIPELINE_TEST_PASSWORD}', codec: lines }\n")
	if text := loaded(t, name, nil, pipeline.Without("codec")); !strings.Contains(text, `path: '1234'`) || strings.Contains(text, "codec") {
		t.Errorf("got\n%s", text)
	}
	name = file(t, "output:\n  fallback:\n    - file: { path: p, codec: delim:x }\n    - file: { codec: delim:x, path: p }\n")
	if text := loaded(t, name, nil, pipeline.Without("codec")); strings.Contains(text, "delim") || strings.Count(text, "path: p") != 2 {
		t.Errorf("got\n%s", text)
	}
}

// An anchor may be in the section that an edit replaces.
func TestAnchorsOutliveTheirSection(t *testing.T) {
	text := loaded(t, file(t, `
input:
  file: { paths: &words [ one, two ] }
output:
  fallback:
    - file: &settings { path: first, codec: "delim:x" }
    - file:
        <<: *settings
        path: second
    - file:
        <<: [ *settings, { path: third } ]
    - file: *settings
    - drop_on: { error: false, error_patterns: *words, output: { drop: {} } }
`), nil, fromStdin)
	for part, times := range map[string]int{"delim:x": 4, "path: first": 3, "path: second": 1, "third": 0, "two": 1, "nowhere": 0} {
		if n := strings.Count(text, part); n != times {
			t.Errorf("%q is there %d times, expected %d:\n%s", part, n, times, text)
		}
	}
}

func TestAFileThatCannotBeLoadedIsNamed(t *testing.T) {
	good := file(t, "output: { drop: {} }\n")
	for name, test := range map[string]struct {
		file      string
		resources []string
		says      string
	}{
		"no file":            {"nowhere.yaml", nil, "reading the pipeline: open nowhere.yaml"},
		"no YAML":            {file(t, "output: ["), nil, "pipeline.yaml: yaml"},
		"a list":             {file(t, "[]"), nil, "pipeline.yaml: expected a mapping"},
		"an endless anchor":  {file(t, "output: &a { drop: *a }"), nil, "anchor 'a' value contains itself"},
		"an unknown output":  {file(t, "output: { nowhere: {} }"), nil, "nowhere"},
		"no resources":       {good, []string{"nowhere.yaml"}, "reading the resources: open nowhere.yaml"},
		"unknown resources":  {good, []string{file(t, "output_resources: [ { label: a, nowhere: {} } ]")}, "nowhere"},
		"resources not YAML": {good, []string{file(t, "- : [")}, "pipeline.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := pipeline.Load(service.NewStreamBuilder(), test.file, test.resources, withoutServer)
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v, expected %s", err, test.says)
			}
		})
	}
}
