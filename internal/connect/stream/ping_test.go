package stream

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheDatabaseOfAPipeline(t *testing.T) {
	const text = `
output:
  fallback:
    - label: table
      mariadb_upsert:
        dsn: '${CONNECTION_USERNAME:}:a${{b}}@tcp(127.0.0.1:3306)/${CONNECTION_DATABASE:}${MORE:?a=b}'
        table: orders
        tls: {enabled: true, root_cas: "${AUTHORITIES:}"}
    - drop: {}
`
	d, err := databaseOf(text, func(name string) (string, bool) {
		value, found := map[string]string{"CONNECTION_USERNAME": "it''s", "CONNECTION_DATABASE": "shop", "AUTHORITIES": "a\nb\n"}[name]
		return value, found
	})
	require.NoError(t, err)
	require.Equal(t, "it's:a${b}@tcp(127.0.0.1:3306)/shop?a=b", d.DSN)
	require.True(t, d.TLS.Enabled)
	require.Equal(t, "a\nb\n", d.TLS.RootCAs)
	_, err = databaseOf("output: {drop: {}}", nil)
	require.EqualError(t, err, "the pipeline has no output mariadb_upsert")
}
