package mariadb

import (
	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// tableOf returns the name of the table of a message, "" when the table is configured or
// when no table can have the name.
func (o *output) tableOf(batch service.MessageBatch, message int) string {
	if _, isFixed := o.table.Static(); isFixed {
		return ""
	}
	name, err := batch.TryInterpolatedString(message, o.table)
	if err != nil {
		return ""
	}
	var target table.Target
	if target.Database, target.Table, err = table.ParseName(name); err != nil || target.CheckName() != nil {
		return ""
	}
	return name
}
