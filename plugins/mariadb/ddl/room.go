package ddl

import (
	"fmt"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// The limits of MariaDB, in bytes.
const (
	maxKeyBytes = 3072  // of InnoDB's keys
	maxRowBytes = 65535 // of a row without its TEXT and BLOB columns
)

// keyText is how many characters a text of the key has by default, as in the JDBC sinks.
const keyText = 255

// keyRoom returns how many characters each text of the key may have, so that the key is no
// longer than InnoDB allows.
func keyRoom(t *table.Target, s Schemas) int {
	const largest = 32 // bytes of a key column with another type, rounded up
	texts, left := 0, maxKeyBytes
	for _, name := range t.Key {
		its, _, err := schemaOf(t, s, name)
		if err == nil && (its.Type < schema.String || its.Logical == schema.Decimal) {
			left -= largest
			continue
		}
		texts++
	}
	return max(1, left/4/max(texts, 1))
}

// shorten makes the longest texts LONGTEXT until the row fits in a page of the server.
func shorten(all []Column) {
	const other = 32 // bytes of a column without a length, rounded up
	left := maxRowBytes
	for i := range all {
		c := &all[i]
		var n int
		switch {
		case strings.HasPrefix(c.Type, "VARCHAR("):
			_, _ = fmt.Sscanf(c.Type, "VARCHAR(%d)", &n)
			c.size = 4*n + 2
		case strings.HasPrefix(c.Type, "VARBINARY("):
			_, _ = fmt.Sscanf(c.Type, "VARBINARY(%d)", &n)
			c.size = n + 2
		}
		left -= max(c.size, other)
	}
	for left < 0 {
		longest := -1
		for i := range all {
			if !all[i].Key && all[i].size > other && (longest < 0 || all[i].size > all[longest].size) {
				longest = i
			}
		}
		if longest < 0 {
			return
		}
		c := &all[longest]
		left += c.size - other
		kind := "LONGTEXT" + anyText
		if strings.HasPrefix(c.Type, "VARBINARY") {
			kind = "LONGBLOB"
		}
		c.size, c.Type = 0, kind
	}
}
