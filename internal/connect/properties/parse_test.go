package properties

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// reference is a case of testdata/answers.jsonl: see testdata/README.md.
type reference struct {
	Kind, Text string
	Answer     json.RawMessage
	Error      *string
}

func references(t *testing.T, kind string) (all []reference) {
	t.Helper()
	file, err := os.ReadFile("testdata/answers.jsonl")
	require.NoError(t, err)
	for line := range bytes.Lines(file) {
		var r reference
		require.NoError(t, json.Unmarshal(line, &r))
		if r.Kind == kind {
			all = append(all, r)
		}
	}
	require.Greater(t, len(all), 100)
	return all
}

func TestAFileIsReadAsJavaReadsIt(t *testing.T) {
	for _, r := range references(t, "properties") {
		got, err := Parse("f", []byte(r.Text))
		if r.Error != nil {
			assert.Error(t, err, "%q: Java says %s", r.Text, *r.Error)
			continue
		}
		var want map[string]string
		require.NoError(t, json.Unmarshal(r.Answer, &want))
		if strings.HasSuffix(strings.TrimRight(r.Text, "\n"), "\n\\") { // Java takes this last line for a property without a name
			delete(want, "")
		}
		if assert.NoError(t, err, "%q", r.Text) {
			assert.Equal(t, want, got, "%q", r.Text)
		}
	}
}

func TestAFileHasAnyEncodingOfJava(t *testing.T) {
	for name, text := range map[string]string{
		"UTF-8":           "k=\u00e9\u6f22",
		"UTF-8 with mark": "\uFEFFk=\u00e9\u6f22",
		"ISO-8859-1":      "k=\xe9\\u6f22",
	} {
		got, err := Parse("f", []byte(text))
		require.NoError(t, err, name)
		require.Equal(t, map[string]string{"k": "é漢"}, got, name)
	}
}

func TestAMalformedEscapeHasItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		"a=b\n#\n\nplugin.path=C:\\users\\x\n":        `reading worker.properties: line 4, key plugin.path: \u needs four hexadecimal digits behind it; write \\ for a backslash`,
		"a=b\\\n  c\nconnection.password=s3cret\\u12": `reading worker.properties: line 3, key connection.password: \u needs four hexadecimal digits behind it; write \\ for a backslash`,
		"\\uXYZW=b": `reading worker.properties: line 1: \u needs four hexadecimal digits behind it; write \\ for a backslash`,
	} {
		_, err := Parse("worker.properties", []byte(text))
		require.EqualError(t, err, want)
	}
}

func TestAFileThatIsMissing(t *testing.T) {
	_, err := ReadFile(filepath.Join(t.TempDir(), "none.properties"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "reading properties: open ")
}

func TestPlaceholdersAreResolvedAsInKafka(t *testing.T) {
	p, err := NewProviders(map[string]string{
		"config.providers":           "env",
		"config.providers.env.class": "org.apache.kafka.common.config.provider.EnvVarConfigProvider",
	}, []string{"A=value of A", "EMPTY=", "B=${env:A}"})
	require.NoError(t, err)
	for _, r := range references(t, "placeholder") {
		got, err := p.ResolveValue(r.Text)
		if r.Error != nil {
			assert.Error(t, err, "%q: Kafka says %s", r.Text, *r.Error)
			continue
		}
		var want string
		require.NoError(t, json.Unmarshal(r.Answer, &want))
		if assert.NoError(t, err, "%q", r.Text) {
			assert.Equal(t, want, got, "%q", r.Text)
		}
	}
}

// store escapes as java.util.Properties.store does.
var store = strings.NewReplacer(`\`, `\\`, "\t", `\t`, "\n", `\n`, "\r", `\r`, "\f", `\f`, "=", `\=`, ":", `\:`, "#", `\#`, "!", `\!`, " ", `\ `, "é", `\u00E9`, "😀", `\uD83D\uDE00`)

func TestEveryTextSurvivesAFile(t *testing.T) {
	text := rapid.StringOfN(rapid.RuneFrom([]rune("ab \t\f\n\r\\=:#!é😀u0,;\"'$漢")), 0, 20, -1)
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.MapOf(text.Filter(func(s string) bool { return s != "" }), text).Draw(t, "properties")
		var file strings.Builder
		for key, value := range want {
			file.WriteString(store.Replace(key) + "=" + store.Replace(value) + "\n")
		}
		got, err := Parse("f", []byte(file.String()))
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}

// What Parse has read survives another file.
func FuzzParse(f *testing.F) {
	f.Add([]byte("a=b\\\n c\r\n#d\ne:\\u00e9"))
	f.Add([]byte("\xe9 = \\\\"))
	f.Fuzz(func(t *testing.T, text []byte) {
		want, err := Parse("f", text)
		if err != nil {
			return
		}
		var file strings.Builder
		for key, value := range want {
			file.WriteString(store.Replace(key) + "=" + store.Replace(value) + "\n")
		}
		got, err := Parse("f", []byte(file.String()))
		require.NoError(t, err)
		require.Equal(t, want, got)
	})
}
