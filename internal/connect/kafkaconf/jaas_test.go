package kafkaconf

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The answers are those of Kafka's own parser: see properties/testdata/README.md.
func TestJAASIsReadAsKafkaReadsIt(t *testing.T) {
	file, err := os.ReadFile("testdata/answers.jsonl")
	require.NoError(t, err)
	n := 0
	for line := range bytes.Lines(file) {
		var c struct {
			Text   string
			Answer [][2]any
			Error  *string
		}
		require.NoError(t, json.Unmarshal(line, &c))
		n++
		got, err := ParseJAAS(c.Text)
		if c.Answer == nil || len(c.Answer) != 1 { // Kafka, too, takes exactly one module
			assert.False(t, err == nil && len(got) == 1, "%q: Kafka refuses it", c.Text)
			continue
		}
		if !assert.NoError(t, err, "%q", c.Text) {
			continue
		}
		want := map[string]string{}
		for name, value := range c.Answer[0][1].(map[string]any) {
			want[name] = value.(string)
		}
		if assert.Len(t, got, 1, "%q", c.Text) {
			assert.Equal(t, c.Answer[0][0], got[0].Class, "%q", c.Text)
			assert.Equal(t, want, got[0].Options, "%q", c.Text)
		}
	}
	require.Greater(t, n, 250)
}

func TestAJAASFileHasSections(t *testing.T) {
	got, err := ParseJAASFile(`
/* the accounts of the REST API */
KafkaConnect {
    org.example.PropertyFileLoginModule required
    file="/etc/accounts.properties"; // no user is built in
};
Client { a.B optional x=y; c.D sufficient; };`)
	require.NoError(t, err)
	require.Equal(t, map[string][]Module{
		"KafkaConnect": {{Class: "org.example.PropertyFileLoginModule", Options: map[string]string{"file": "/etc/accounts.properties"}}},
		"Client":       {{Class: "a.B", Options: map[string]string{"x": "y"}}, {Class: "c.D", Options: map[string]string{}}},
	}, got)
	for text, problem := range map[string]string{
		`KafkaConnect`:                          "expected NAME {",
		`KafkaConnect { a.B required x="y" };`:  "section KafkaConnect: option 2 of the JAAS config has no value",
		`KafkaConnect { a.B required x="y"; }`:  "section KafkaConnect: expected }; at its end",
		`KafkaConnect { a.B required x="y";`:    "section KafkaConnect: the JAAS config has no control flag",
		`KafkaConnect { a.B maybe x="secret";}`: "section KafkaConnect: the JAAS config has no valid control flag",
	} {
		_, err := ParseJAASFile(text)
		require.ErrorContains(t, err, problem, text)
		require.NotContains(t, err.Error(), "secret")
	}
}

func FuzzParseJAAS(f *testing.F) {
	f.Add(`a.B required c="d\101\"" e='f' /* g */; // h`)
	f.Add(`K { a.B required c=d; };`)
	f.Fuzz(func(t *testing.T, text string) {
		modules, err := ParseJAAS(text)
		if err == nil {
			require.NotEmpty(t, modules)
		}
		sections, err := ParseJAASFile("S {" + text + "};")
		if err == nil {
			require.Contains(t, sections, "S")
		}
	})
}
