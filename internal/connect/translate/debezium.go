package translate

import (
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef"
)

// debeziumNotes lists where rows, tables or states differ from those of Debezium's connector
// in version 3.4.
func (t *translator) debeziumNotes() {
	if t.class != configdef.Debezium {
		return
	}
	k := t.keys()
	if !t.v.Bool("quote.identifiers") {
		t.differs("quote.identifiers", "order-sink always quotes names. The connector's task fails at a name that is a word of SQL, such as order, unless this is true")
	}
	if t.v.Word("schema.evolution") == "basic" {
		t.differs("schema.evolution", "text in the key of a table that order-sink creates has a binary collation: two ids that differ in case are two rows. A decimal has up to 65 digits, in the connector up to 38. order-sink creates no table without its key, and adds no required column of text: records wait until somebody has added it")
	}
	if strings.ContainsAny(strings.TrimSpace(t.v.String(k.fields)), " \t") {
		t.differs(k.fields, "spaces around a name do not count. The connector takes them for a part of the name, and the key then lacks this column")
	}
	if t.v.Word("schema.evolution") == "basic" && len(t.keyNames()) > 1 {
		t.differs(k.fields, "the key of a table that order-sink creates has this order of columns. In the connector it has the order of the record's fields")
	}
	if t.v.Bool("delete.enabled") && t.keyMode() != "record_key" {
		t.differs("delete.enabled", "a change event also deletes the row of its %s. The connector's task fails, because it wants record_key", k.fields)
	}
	if t.keyMode() != "record_key" {
		return
	}
	if len(t.keyNames()) == 1 {
		t.differs(k.fields, "a key that is one value, such as text, is the column %s. The connector's task fails at it: it wants a key of fields", t.keyNames()[0])
	}
	included := t.list(k.include)
	if isMissing := func(name string) bool { return !slices.Contains(included, name) }; len(included) > 0 && (len(t.keyNames()) == 0 || slices.ContainsFunc(t.keyNames(), isMissing)) {
		t.differs(k.include, "the columns of the key are always stored. The connector's task fails if the list does not name them")
	}
}
