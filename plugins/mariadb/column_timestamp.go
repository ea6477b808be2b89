package mariadb

import (
	"math"
	"strings"
	"time"
)

// inTimestamp is false for what no MariaDB takes into a TIMESTAMP column. The second
// 0 of 1970 is MariaDB's zero date. Until MariaDB 11.5 the column ends in 2038, since
// then in 2106, but not on every platform: between the two the server decides.
// https://mariadb.com/kb/en/timestamp/
func inTimestamp(t time.Time) bool {
	return t.After(time.Unix(0, 0)) && t.Unix() <= math.MaxUint32
}

func timestampRange(c *column) string {
	return strings.ToUpper(c.columnType) + " holds the times after 1970-01-01 00:00:00 UTC, until 2038-01-19 03:14:07 UTC (since MariaDB 11.5 until 2106-02-07 06:28:15 UTC): use a DATETIME column, or correct the value"
}
