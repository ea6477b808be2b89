package mariadb

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// A version that is the clock of a zone goes back when summer time ends.
func TestAVersionOfATimeZoneIsWarnedAbout(t *testing.T) {
	t.Parallel()
	for dataType, warnings := range map[string]int{"DATETIME(3)": 1, "TIMESTAMP(3) NULL": 0} {
		d := shared(t, "CREATE TABLE t (id INT PRIMARY KEY, v "+dataType+")")
		o := d.output("table: t\ncolumns: [id, v]\nkey: [id]\nversion: v\ntime_zone: Europe/Berlin\n")
		require.Len(t, o.log.matching("its clock goes back when summer time ends"), warnings, dataType)
		require.Empty(t, d.write(o, map[string]any{"id": int64(1), "v": instant("2024-10-27T00:30:00Z")}))
		require.Empty(t, d.write(o, map[string]any{"id": int64(1), "v": instant("2024-10-27T01:30:00Z")}))
		require.Equal(t, []string{map[int]string{1: "2024-10-27 02:30:00.000", 0: "2024-10-27 01:30:00.000"}[warnings]}, d.rows("SELECT v FROM t"))
	}
}
