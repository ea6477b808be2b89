package table

import (
	"slices"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// Origin is the part of a record that has the value of a column.
type Origin uint8

// The origins.
const (
	FromValue    Origin = iota // a member of the record's value
	FromKey                    // a member of the record's key, or the key itself
	FromMetadata               // the metadata of the message, such as its offset or a header
)

// Source says where a column gets its values.
type Source struct {
	Origin
	Name string // of the member, or of the metadata
	At   int    // the index of the metadata in Target.Metadata
}

// Source returns the source of a column.
func (t *Target) Source(column string) Source {
	i := slices.Index(t.members(), column)
	if i < 0 {
		return Source{FromMetadata, column, slices.Index(t.Metadata, column)}
	}
	field := column
	if t.Fields != nil {
		field = t.Fields[i]
	}
	if t.KeyFrom == FromKey && containsFold(t.Key, column) {
		return Source{Origin: FromKey, Name: field}
	}
	return Source{Origin: FromValue, Name: field}
}

// Member returns the member of a record, or of its key, for a column: the one of this name,
// else the one whose name differs in case only, as MariaDB compares the names of columns.
func Member(of map[string]any, name string) (v any, present bool, refused *record.Refusal) {
	if v, present = of[name]; present {
		return v, true, nil
	}
	for other := range of {
		if !strings.EqualFold(other, name) {
			continue
		}
		if present {
			return nil, true, differInCase(name)
		}
		v, present = of[other], true
	}
	return v, present, nil
}

// differInCase returns the refusal of a record with two fields for a column.
func differInCase(column string) *record.Refusal {
	return refusal.New(refusal.Shape, column, "two fields of the record differ in case only: rename one, or exclude it")
}
