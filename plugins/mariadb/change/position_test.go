package change

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPositionsAreIntegersInTheOrderOfTheSource(t *testing.T) {
	positions := func(source map[string]any) (all [3]any) {
		e := Event{Op: Create, source: debeziumSource(source)}
		for i, name := range Positions {
			v, refused := e.Position(name)
			if refused != nil {
				require.Equal(t, "row_position", refused.Code)
				require.Equal(t, name, refused.Path)
				v = nil
			}
			all[i] = v
		}
		return all
	}
	for name, c := range map[string]struct {
		source map[string]any
		want   [3]any
	}{
		"nothing":                {nil, [3]any{}},
		"an event":               {map[string]any{"ts_ms": int64(5), "gtid": "1-2-3", "file": "mariadb-bin.000003", "pos": int64(990), "row": int64(4)}, [3]any{int64(5), int64(3), int64(30_000_000_990)}},
		"other types":            {map[string]any{"ts_ms": float64(5), "gtid": "0-1-9223372036854775808", "file": "x.y.1000000", "pos": json.Number("4294967295")}, [3]any{int64(5), uint64(9223372036854775808), int64(10_000_004_294_967_295)}},
		"a snapshot":             {map[string]any{"snapshot": "last", "gtid": nil, "file": "b.1", "pos": int64(4)}, [3]any{nil, int64(0), int64(10_000_000_004)}},
		"an old snapshot":        {map[string]any{"snapshot": true}, [3]any{nil, int64(0), nil}},
		"no snapshot":            {map[string]any{"snapshot": "false", "gtid": nil}, [3]any{}},
		"an incremental one":     {map[string]any{"snapshot": "incremental", "gtid": "0-1-7"}, [3]any{nil, int64(7), nil}},
		"a GTID of MySQL":        {map[string]any{"gtid": "3E11FA47-71CA-11E1-9E33-C80AA9429562:23"}, [3]any{}},
		"no numbers":             {map[string]any{"ts_ms": 1.5, "gtid": "a-b-c", "file": "binlog.", "pos": "990"}, [3]any{}},
		"the last file":          {map[string]any{"file": "b.922337202", "pos": int64(9_999_999_999)}, [3]any{nil, nil, int64(9_223_372_029_999_999_999)}},
		"a file beyond the last": {map[string]any{"file": "b.922337203", "pos": int64(0)}, [3]any{}},
		"a negative position":    {map[string]any{"file": "b.1", "pos": int64(-1)}, [3]any{}},
		"a number too large":     {map[string]any{"ts_ms": json.Number("9223372036854775808"), "file": "b.99999999999999999999", "pos": int64(1)}, [3]any{}},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, c.want, positions(c.source)) })
	}
	none := Event{}
	_, refused := none.Position(SourceGTID)
	require.EqualError(t, refused, "row_position: source_gtid: the record is no event")
}
