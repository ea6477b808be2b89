package mariadb

import (
	"testing"

	"github.com/redpanda-data/benthos/v4/public/bloblang"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// documentMapping puts a whole document into one column, as MaxScale's KafkaImporter does.
// The id is the JSON of _id, so 7 and "7" are two documents, and it is absent if the
// document has none. The document keeps its bytes.
const documentMapping = `
root.id = if this._id != null { this._id.format_json(no_indent: true).string() }
root.data = content().string()
`

// KafkaImporter ignores a document that a constraint refuses, and a newer document of an id
// that the table has. Here the first is a dead letter, and the second replaces the row.
func TestPlainDocumentsInOneColumn(t *testing.T) {
	t.Parallel()
	d := shared(t, `CREATE TABLE documents (
		id VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin PRIMARY KEY,
		data LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
		CONSTRAINT data_is_json CHECK (JSON_VALID(data)),
		CONSTRAINT has_a_price CHECK (JSON_EXISTS(data, '$.price')))`)
	o := d.output("table: documents\ncolumns: [id, data]\nkey: [id]\n")
	mapping, err := bloblang.Parse(documentMapping)
	require.NoError(t, err)
	put := func(documents ...string) effect {
		batch := make(service.MessageBatch, len(documents))
		for i, document := range documents {
			m := service.NewMessage([]byte(document))
			mapped, err := m.BloblangQuery(mapping)
			if err != nil {
				m.SetError(err)
				mapped = m
			}
			batch[i] = mapped
		}
		return d.put(o, batch)
	}
	first := put(`{"_id":"a","price":1.10}`, `{"_id":7,"price":12345678901234567890}`, `{"_id":"7", "price":0}`, `{"_id":{"$oid":"5f"},"price":null}`)
	require.Equal(t, "inserted 4, updated 0, unchanged 0, compacted 0, refused 0", first.String())
	second := put(`{"_id":"a","price":1.20}`, `{"_id":"no price"}`, `{"price":1}`, `{"_id":null,"price":1}`, `{"_id":7,"price":12345678901234567890}`, `no JSON`)
	require.Equal(t, "inserted 0, updated 1, unchanged 1, compacted 0, refused 3, failed 1", second.String())
	require.Len(t, second.refused, 4)
	require.Equal(t, "row_check: has_a_price: MariaDB error 4025 (23000): "+checkFails, second.refused[1])
	require.Equal(t, "row_missing: id: the record has no such member", second.refused[2])
	require.Equal(t, second.refused[2], second.refused[3])
	require.Equal(t, []string{`"7"|{"_id":"7", "price":0}`, `"a"|{"_id":"a","price":1.20}`, `7|{"_id":7,"price":12345678901234567890}`, `{"$oid":"5f"}|{"_id":{"$oid":"5f"},"price":null}`},
		d.rows("SELECT id, data FROM documents ORDER BY id"))
}
