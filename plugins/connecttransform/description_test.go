package connecttransform

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"gopkg.in/yaml.v3"

	"github.com/order-sink/order-sink/plugins/connecttransform/chain"
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
)

var (
	rows  = regexp.MustCompile(`(?m)^\| (.*) \| (.*)\| (.*) \| (.*) \|$`)
	codes = regexp.MustCompile("`([^`]+)`")
)

// spans returns the texts of a cell.
func spans(cell string) (all []string) {
	for _, m := range codes.FindAllStringSubmatch(cell, -1) {
		all = append(all, m[1])
	}
	return all
}

// Each example of the reference is true.
func TestEachExampleOfTheReference(t *testing.T) {
	tested := map[string]bool{}
	for _, row := range rows.FindAllStringSubmatch(description, -1) {
		class := spans(row[1])
		if len(class) != 1 {
			continue // the header
		}
		t.Run(class[0]+" "+row[2], func(t *testing.T) {
			step := chain.Step{Named: chain.Named{Name: "t", Type: "org.apache.kafka.connect.transforms." + class[0], Options: map[string]string{}}}
			for _, text := range spans(row[2]) {
				require.NoError(t, yaml.Unmarshal([]byte(text), &step.Options), text)
			}
			c, err := chain.New(chain.Config{Transforms: []chain.Step{step}})
			require.NoError(t, err)
			r := &transform.Record{Headers: transform.HeaderMap{}}
			for _, text := range spans(row[3]) {
				set(t, r, text)
			}
			outcome := c.Apply(r)
			require.Nil(t, outcome.Refusal)
			for _, text := range spans(row[4]) {
				check(t, r, outcome, text)
			}
			tested[strings.TrimSuffix(step.Type, "$Value")] = true
		})
	}
	for _, class := range chain.Types() {
		class, _, _ = strings.Cut(class, "$")
		// A schema has no short form.
		if class != "org.apache.kafka.connect.transforms.SetSchemaMetadata" && strings.HasPrefix(class, "org.apache.") {
			require.True(t, tested[class], "the reference has no example of %s", class)
		}
	}
}

// set gives a record what an input says.
func set(t *testing.T, r *transform.Record, text string) {
	t.Helper()
	word, rest, _ := strings.Cut(text, " ")
	number, _ := strconv.ParseInt(rest, 10, 64)
	switch word {
	case "topic":
		r.Topic = rest
	case "offset":
		r.Position = transform.Position{Offset: number, Known: true}
	case "timestamp":
		r.Timestamp, r.HasTimestamp = number, true
	case "header":
		name, value, _ := strings.Cut(rest, ": ")
		r.Headers.Set(name, value)
	default:
		r.Value.Value = parse(t, text)
	}
}

func check(t *testing.T, r *transform.Record, outcome chain.Outcome, text string) {
	t.Helper()
	word, rest, _ := strings.Cut(text, " ")
	switch word {
	case "dropped":
		require.Equal(t, "t", outcome.Dropped)
	case "topic":
		require.Equal(t, rest, r.Topic)
	case "key":
		require.Equal(t, parse(t, rest), r.Key.Value)
	case "header":
		name, want, _ := strings.Cut(rest, ": ")
		value, _ := r.Headers.Get(name)
		require.Equal(t, want, value)
	case "no":
		_, found := r.Headers.Get(strings.TrimPrefix(rest, "header "))
		require.False(t, found)
	default:
		require.Equal(t, parse(t, text), r.Value.Value)
	}
}

// parse reads JSON as a record has it, without numbers that are no integers.
func parse(t *testing.T, text string) any {
	t.Helper()
	var v any
	require.NoError(t, json.Unmarshal([]byte(text), &v), text)
	return integers(v)
}

func integers(v any) any {
	switch v := v.(type) {
	case float64:
		return int64(v)
	case map[string]any:
		for name, member := range v {
			v[name] = integers(member)
		}
	}
	return v
}
