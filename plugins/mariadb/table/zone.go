package table

import (
	"github.com/order-sink/order-sink/plugins/mariadb/column"
)

// warnZone warns about a version that goes back when summer time ends.
func (t *Table) warnZone() {
	if t.Version < 0 {
		return
	}
	if c := &t.Columns[t.Version]; c.Zone != nil && c.Family == column.Datetimes {
		t.Warnings = append(t.Warnings, FieldVersion+" column "+quote(c.Name)+" is a DATETIME with "+column.FieldTimeZone+": its clock goes back when summer time ends, and newer records then seem older for an hour: use a TIMESTAMP column, or an integer")
	}
}
