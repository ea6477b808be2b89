package ddl

import (
	"fmt"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// The limits of MariaDB, in bytes.
const (
	maxKeyBytes  = 3072  // of InnoDB's keys
	maxRowBytes  = 65000 // of a row without its TEXT and BLOB columns: 65,535 with what describes it
	maxPageBytes = 8000  // of a row in a page of InnoDB: 8,126 with what describes it
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

// shorten makes the longest texts LONGTEXT, and bytes LONGBLOB, until a row has room in
// MariaDB and in a page of InnoDB.
func shorten(all []Column) {
	for {
		row, page := 0, 0
		longest, widest := -1, -1
		for i := range all {
			inRow, inPage := all[i].bytes()
			row, page = row+inRow, page+inPage
			if !all[i].isShort() || all[i].Key {
				continue
			}
			if longest < 0 || inRow > first(all[longest].bytes()) {
				longest = i
			}
			if inPage > pointer && (widest < 0 || inPage > second(all[widest].bytes())) {
				widest = i
			}
		}
		switch {
		case row > maxRowBytes && longest >= 0:
			all[longest].lengthen()
		case page > maxPageBytes && widest >= 0:
			all[widest].lengthen()
		default:
			return
		}
	}
}

func first(n, _ int) int  { return n }
func second(_, n int) int { return n }

// pointer is how many bytes of a long value a page keeps.
const pointer = 22

// isShort says whether the column is a text or bytes with a length.
func (c *Column) isShort() bool {
	return strings.HasPrefix(c.Type, "VARCHAR(") || strings.HasPrefix(c.Type, "VARBINARY(")
}

// bytes returns how many bytes the column takes in a row of MariaDB, and in a page, at most.
func (c *Column) bytes() (row, page int) {
	const short = 255 // bytes that a page keeps as a whole
	n := 0
	switch {
	case strings.HasPrefix(c.Type, "VARCHAR("):
		_, _ = fmt.Sscanf(c.Type, "VARCHAR(%d)", &n)
		n *= 4
	case strings.HasPrefix(c.Type, "VARBINARY("):
		_, _ = fmt.Sscanf(c.Type, "VARBINARY(%d)", &n)
	case strings.HasPrefix(c.Type, "DECIMAL"):
		return 30, 30
	default:
		return 17, pointer // of a UUID, of a LONGTEXT
	}
	if n > short {
		return n + 2, pointer
	}
	return n + 2, n + 2
}

func (c *Column) lengthen() {
	if strings.HasPrefix(c.Type, "VARBINARY") {
		c.Type = "LONGBLOB"
	} else {
		c.Type = "LONGTEXT" + anyText
	}
}
