package properties

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

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
