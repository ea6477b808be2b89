package table

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestDerive(t *testing.T) {
	for name, c := range map[string]struct {
		target          Target
		value, key      []string
		columns, fields []string
		keyColumns      []string
		refused         string
	}{
		"key of the value":    {target: Target{Key: []string{"id"}}, value: []string{"a", "id", "b"}, columns: []string{"id", "a", "b"}, fields: []string{"id", "a", "b"}, keyColumns: []string{"id"}},
		"key of metadata":     {target: Target{Key: []string{"kafka_offset", "id"}, Metadata: []string{"kafka_offset"}}, value: []string{"a", "id"}, columns: []string{"id", "a", "kafka_offset"}, fields: []string{"id", "a"}, keyColumns: []string{"kafka_offset", "id"}},
		"struct key":          {target: Target{KeyFrom: FromKey}, value: []string{"a", "id"}, key: []string{"id", "part"}, columns: []string{"id", "part", "a"}, fields: []string{"id", "part", "a"}, keyColumns: []string{"id", "part"}},
		"part of the key":     {target: Target{KeyFrom: FromKey, Key: []string{"id"}}, value: []string{"a"}, key: []string{"id", "part"}, columns: []string{"id", "a"}, fields: []string{"id", "a"}, keyColumns: []string{"id"}},
		"renamed member":      {target: Target{KeyFrom: FromKey, Select: Selection{Rename: map[string]string{"id": "order_id"}, Include: []string{"a"}}}, value: []string{"a", "id", "b"}, key: []string{"id", "part"}, columns: []string{"order_id", "part", "a"}, fields: []string{"id", "part", "a"}, keyColumns: []string{"order_id", "part"}},
		"renamed by name":     {target: Target{KeyFrom: FromKey, Key: []string{"order_id"}, Select: Selection{Rename: map[string]string{"id": "order_id"}}}, value: []string{"a"}, key: []string{"id", "part"}, columns: []string{"order_id", "a"}, fields: []string{"id", "a"}, keyColumns: []string{"order_id"}},
		"excluded member":     {target: Target{KeyFrom: FromKey, Select: Selection{Exclude: []string{"part"}}}, value: []string{"a"}, key: []string{"id", "part"}, refused: "row_shape: part: exclude_fields names a member of the record key, and all members of the key identify the row: name the columns of the key in key, or do not exclude the field"},
		"key of one value":    {target: Target{KeyFrom: FromKey, Key: []string{"id"}}, value: []string{"id", "a"}, columns: []string{"id", "a"}, fields: []string{"id", "a"}, keyColumns: []string{"id"}},
		"included":            {target: Target{Key: []string{"id"}, Select: Selection{Include: []string{"b"}}}, value: []string{"a", "id", "b"}, columns: []string{"id", "b"}, fields: []string{"id", "b"}, keyColumns: []string{"id"}},
		"excluded":            {target: Target{Key: []string{"id"}, Select: Selection{Exclude: []string{"b"}}}, value: []string{"a", "id", "b"}, columns: []string{"id", "a"}, fields: []string{"id", "a"}, keyColumns: []string{"id"}},
		"renamed":             {target: Target{Key: []string{"id"}, Select: Selection{Rename: map[string]string{"order_id": "id", "a": "A"}}}, value: []string{"a", "order_id"}, columns: []string{"id", "A"}, fields: []string{"order_id", "a"}, keyColumns: []string{"id"}},
		"version":             {target: Target{Key: []string{"id"}, Version: "v"}, value: []string{"v", "id"}, columns: []string{"id", "v"}, fields: []string{"id", "v"}, keyColumns: []string{"id"}},
		"no key field":        {target: Target{Key: []string{"id"}}, value: []string{"a"}, refused: "row_missing: id: the record has no such field, but it belongs to the key"},
		"no member":           {target: Target{KeyFrom: FromKey, Key: []string{"id"}}, value: []string{"a"}, key: []string{"part"}, refused: "row_missing: id: the record's key has no such member"},
		"no name":             {target: Target{KeyFrom: FromKey}, value: []string{"a"}, refused: "row_shape: kafka_key: the key is one value: name its column in key"},
		"differ in case":      {target: Target{Key: []string{"id"}}, value: []string{"id", "a", "A"}, refused: "row_shape: A: two fields of the record differ in case only: rename one, or exclude it"},
		"key in another case": {target: Target{Key: []string{"id"}}, value: []string{"id", "ID"}, refused: "row_shape: ID: two fields of the record differ in case only: rename one, or exclude it"},
		"field in capitals":   {target: Target{Key: []string{"id"}}, value: []string{"a", "ID"}, columns: []string{"id", "a"}, fields: []string{"ID", "a"}, keyColumns: []string{"id"}},
		"member in capitals":  {target: Target{KeyFrom: FromKey, Key: []string{"id"}}, value: []string{"a"}, key: []string{"ID"}, columns: []string{"id", "a"}, fields: []string{"ID", "a"}, keyColumns: []string{"id"}},
		"as metadata":         {target: Target{Key: []string{"id"}, Metadata: []string{"kafka_offset"}}, value: []string{"id", "KAFKA_offset"}, refused: "row_shape: KAFKA_offset: metadata_columns has a column of this name, too: rename the field, or exclude it"},
		"no version":          {target: Target{Key: []string{"id"}, Version: "v"}, value: []string{"id"}, refused: "row_missing: v: the record has no such field, but it is the version"},
		"key members":         {target: Target{KeyFrom: FromKey}, value: []string{"a"}, key: []string{"id", "ID"}, refused: "row_shape: ID: two columns of the key differ in case only"},
	} {
		derived, refused := c.target.Derive(c.value, c.key)
		if c.refused != "" {
			require.EqualError(t, refused, c.refused, name)
			continue
		}
		require.Nil(t, refused, name)
		require.Equal(t, c.columns, derived.Columns, name)
		require.Equal(t, c.fields, derived.Fields, name)
		require.Equal(t, c.keyColumns, derived.Key, name)
	}
}
