package debezium

import (
	"fmt"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
)

// deletes is what becomes of the change event of a delete.
type deletes uint8

const (
	deleteDrop      deletes = iota
	deleteNull              // a null with the schema of the row, which a sink takes for a delete
	deleteTombstone         // a null without a schema
	deleteRewrite           // the old row, with the field __deleted
)

// mode is what becomes of deletes and of tombstones.
type mode struct {
	deletes        deletes
	dropTombstones bool
}

// newModes has the values of delete.tombstone.handling.mode.
var newModes = map[string]mode{
	"drop":                   {deleteDrop, true},
	"tombstone":              {deleteNull, true},
	"rewrite":                {deleteRewrite, true},
	"rewrite-with-tombstone": {deleteRewrite, false},
	"delete-to-tombstone":    {deleteTombstone, true},
}

// oldModes has the values of delete.handling.mode. The option drop.tombstones decides about
// tombstones.
var oldModes = map[string]mode{
	"drop":    {deletes: deleteDrop},
	"none":    {deletes: deleteNull},
	"rewrite": {deletes: deleteRewrite},
}

func newMode(s *transform.Settings, old bool) (mode, error) {
	if old && (!s.Has(optionDeletes) || strings.TrimSpace(s.Text(optionDeletes)) == "") {
		m, err := find(oldModes, optionOldDeletes, s)
		m.dropTombstones = s.Flag(optionTombstones)
		return m, err
	}
	return find(newModes, optionDeletes, s)
}

func find(modes map[string]mode, option string, s *transform.Settings) (mode, error) {
	m, known := modes[strings.ToLower(strings.TrimSpace(s.Text(option)))]
	if !known {
		var names []string
		for name := range modes {
			names = append(names, name)
		}
		slices.Sort(names)
		return mode{}, fmt.Errorf("option %s is %q: expected %s", option, s.Text(option), strings.Join(names, ", "))
	}
	return m, nil
}
