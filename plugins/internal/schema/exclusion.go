package schema

import (
	"errors"
	"strings"
)

// Exclusion has the fields that records are decoded without, by name. A name with names
// below it is a struct that only loses those.
type Exclusion map[string]Exclusion

// ParseExclusion reads the paths of fields: the names of the structs and of the field, with
// dots between them.
func ParseExclusion(paths []string) (Exclusion, error) {
	all := Exclusion{}
	for _, path := range paths {
		at, names := all, strings.Split(path, ".")
		for i, name := range names {
			below, isNamed := at[name]
			switch last := i == len(names)-1; {
			case name == "":
				return nil, errors.New("a name of a field is empty")
			case last:
				at[name] = nil
			case isNamed && below == nil: // another path excludes the struct
				below = Exclusion{}
			case !isNamed:
				below = Exclusion{}
				at[name] = below
			}
			at = below
		}
	}
	return all, nil
}

// FromSchema takes the fields from a schema that nobody else has yet.
func (e Exclusion) FromSchema(s *Schema) {
	if len(e) == 0 || s.Type != Struct || s.Logical != Plain {
		return
	}
	sent := &Sent{Index: s.Index}
	var kept []Field
	index := make(map[string]int, len(s.Fields))
	for _, f := range s.Fields {
		at := Omitted
		if below, isNamed := e[f.Name]; !isNamed || below != nil {
			below.FromSchema(f.Schema)
			at = len(kept)
			index[f.Name] = at
			kept = append(kept, f)
		}
		sent.Fields = append(sent.Fields, SentField{Name: f.Name, At: at})
	}
	if len(kept) < len(s.Fields) {
		s.Fields, s.Index, s.Sent = kept, index, sent
	}
}

// FromValue takes the fields from a value that was decoded without a schema.
func (e Exclusion) FromValue(v any) {
	object, isObject := v.(map[string]any)
	if !isObject {
		return
	}
	for name, below := range e {
		if below == nil {
			delete(object, name)
		} else {
			below.FromValue(object[name])
		}
	}
}
