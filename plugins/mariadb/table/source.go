package table

import (
	"slices"
	"strings"
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

// source returns the source of a column.
func (t *Target) source(column string) Source {
	if i := slices.Index(t.Metadata, column); i >= 0 && !slices.Contains(t.members(), column) {
		return Source{FromMetadata, column, i}
	}
	if t.KeyFrom == FromKey && slices.ContainsFunc(t.Key, func(name string) bool { return strings.EqualFold(name, column) }) {
		return Source{Origin: FromKey, Name: column}
	}
	return Source{Origin: FromValue, Name: column}
}
