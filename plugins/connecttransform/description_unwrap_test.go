package connecttransform

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var modes = regexp.MustCompile("(?m)^\\| `((?:delete|drop)[^`]+)` \\| (.*) \\| (.*) \\|$")

// The table of the options of ExtractNewRecordState is true.
func TestTheTableOfDeletesAndTombstones(t *testing.T) {
	its := envelope()
	row := map[string]any{"order_id": "a"}
	fate := func(option string, value any) string {
		m := order(nil, value)
		if value != nil {
			m.MetaSetImmut("its", its)
		}
		out := process(t, `
schema_metadata: its
transforms: [ { name: unwrap, type: io.debezium.transforms.ExtractNewRecordState, `+option+` } ]
`, m)
		if len(out) == 0 {
			return "dropped"
		}
		require.NoError(t, out[0].GetError())
		_, hasSchema := out[0].MetaGetImmut("its")
		left, _ := out[0].AsStructured()
		return describeFate(left, hasSchema, value == nil)
	}
	tested := 0
	for _, mode := range modes.FindAllStringSubmatch(description, -1) {
		assert.Equal(t, mode[2], fate(mode[1], map[string]any{"before": map[string]any{"order_id": "a"}, "after": nil, "op": "d"}), "a delete with %s", mode[1])
		assert.Equal(t, mode[3], fate(mode[1], nil), "a tombstone with %s", mode[1])
		tested++
	}
	require.Equal(t, 9, tested)
	require.Equal(t, "null with the schema of the row", fate("add.fields: op", map[string]any{"before": row, "after": nil, "op": "d"}), "the default")
}

// describeFate writes what is left of a delete or a tombstone in the words of the table.
func describeFate(left any, hasSchema, tombstone bool) string {
	fields, _ := left.(map[string]any)
	switch {
	case fields["__deleted"] == "true":
		return "the old row with `__deleted`"
	case left == nil && hasSchema:
		return "null with the schema of the row"
	case left == nil && tombstone:
		return "passed"
	case left == nil:
		return "a tombstone"
	}
	return "another record"
}
