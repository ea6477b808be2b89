package connectjson

import "github.com/order-sink/order-sink/plugins/internal/record"

// Names of the members of an envelope and of a schema node.
const (
	memberSchema     = "schema"
	memberPayload    = "payload"
	memberType       = "type"
	memberOptional   = "optional"
	memberName       = "name"
	memberParameters = "parameters"
	memberDefault    = "default"
	memberFields     = "fields"
	memberField      = "field"
	memberItems      = "items"
	memberKeys       = "keys"
	memberValues     = "values"
)

// Type is one of Kafka Connect's types.
type Type uint8

// The types, in the order of org.apache.kafka.connect.data.Schema.Type.
const (
	Int8 Type = iota
	Int16
	Int32
	Int64
	Float32
	Float64
	Boolean
	String
	Bytes
	Array
	Map
	Struct
)

// typeNames are the format's names; float32 and float64 are called float and double there.
var typeNames = [...]string{"int8", "int16", "int32", "int64", "float", "double", "boolean", "string", "bytes", "array", "map", "struct"}

// String is the name of the type in a schema node.
func (t Type) String() string { return typeNames[t] }

func typeOf(name string) (Type, bool) {
	for t, n := range typeNames {
		if n == name {
			return Type(t), true
		}
	}
	return 0, false
}

// Schema is one schema node. It is immutable and shared by all messages that carry it.
type Schema struct {
	Type     Type
	Name     string // the node's `name`: a logical type, or what the producer calls the struct
	Optional bool
	Fields   []Field // of a struct, in the order of `fields`
	Keys     *Schema // of a map
	Items    *Schema // elements of an array, values of a map
	Logical  Logical
	// Scale is a Decimal's number of fraction digits, may be negative; HasScale is false where the schema has none that
	// can be read. Precision is its number of digits by the convention `connect.decimal.precision`, 0 if not known.
	Scale     int64
	HasScale  bool
	Precision int
	// Description is what Options.Describe made of this schema. Only the root of a message's schema has one.
	Description any

	raw      []byte // the root's own bytes
	fallback any    // the default; nil for none, since null is no default
	index    map[string]int
}

// Field is a struct's field.
type Field struct {
	Name   string
	Schema *Schema
}

// parseSchema reads the schema node at index n of the scan, which is not null.
func (c *conversion) parseSchema(n int32) (*Schema, *record.Refusal) {
	node := c.nodes[n]
	if node.kind != kindObject {
		return nil, refuse(BadSchema, "expected a schema node, got "+node.kind.String())
	}
	if c.strict {
		if r := c.checkNode(n); r != nil {
			return nil, r
		}
	}
	at := c.member(n, memberType)
	if at == 0 || c.nodes[at].kind != kindString {
		return nil, refuse(BadSchema, "expected the name of a type, got "+c.found(at)).At(memberType)
	}
	t, ok := typeOf(c.string(at))
	if !ok {
		return nil, refuse(BadSchema, "expected boolean, int8, int16, int32, int64, float, double, bytes, string, array, map or struct, got another name").At(memberType)
	}
	s := &Schema{Type: t}
	var r *record.Refusal
	switch t {
	case Array:
		s.Items, r = c.parsePart(n, memberItems)
	case Map:
		if s.Keys, r = c.parsePart(n, memberKeys); r == nil {
			s.Items, r = c.parsePart(n, memberValues)
		}
	case Struct:
		r = c.parseFields(s, n)
	}
	if r != nil {
		return nil, r
	}
	if at = c.member(n, memberOptional); at != 0 {
		s.Optional = c.nodes[at].kind == kindTrue
	}
	if at = c.member(n, memberName); at != 0 && c.nodes[at].kind == kindString {
		s.Name = c.string(at)
	}
	if r := c.parseLogical(s, n); r != nil {
		return nil, r
	}
	if r := c.parseDefault(s, n); r != nil {
		return nil, r.At(memberDefault)
	}
	return s, nil
}

// checkNode refuses what the reference reads in silence as if it were not there: a member twice, `optional` as text (which
// makes the field required), a `name` that is not text (which loses the logical type).
func (c *conversion) checkNode(n int32) *record.Refusal {
	for _, m := range [...]struct {
		name string
		ok   [2]kind
		want string
	}{
		{memberOptional, [2]kind{kindTrue, kindFalse}, "boolean"},
		{memberName, [2]kind{kindString, kindString}, "string"},
		{memberParameters, [2]kind{kindObject, kindObject}, "object"},
	} {
		at := c.member(n, m.name)
		if at == 0 {
			continue
		}
		if k := c.nodes[at].kind; k != m.ok[0] && k != m.ok[1] && k != kindNull {
			return refuse(BadSchema, "expected "+m.want+", got "+k.String()).At(m.name)
		}
	}
	seen := make(map[string]bool, c.nodes[n].count)
	for i := n + 1; i < c.nodes[n].next; i = c.nodes[i+1].next {
		name := c.name(i)
		if seen[name] {
			return refuse(BadSchema, "the member stands twice").At(pathName(name))
		}
		seen[name] = true
	}
	return nil
}

func (c *conversion) parsePart(n int32, member string) (*Schema, *record.Refusal) {
	at := c.member(n, member)
	if at == 0 {
		return nil, refuse(BadSchema, "expected a schema node, got nothing").At(member)
	}
	s, r := c.parseSchema(at)
	if r != nil {
		return nil, r.At(member)
	}
	return s, nil
}

func (c *conversion) parseFields(s *Schema, n int32) *record.Refusal {
	at := c.member(n, memberFields)
	if at == 0 || c.nodes[at].kind != kindArray {
		return refuse(BadSchema, "expected an array, got "+c.found(at)).At(memberFields)
	}
	s.Fields = make([]Field, 0, c.nodes[at].count)
	s.index = make(map[string]int, c.nodes[at].count)
	for i := at + 1; i < c.nodes[at].next; i = c.nodes[i].next {
		f, r := c.parseField(s, i)
		if r != nil {
			return r.At(element(len(s.Fields))).At(memberFields)
		}
		s.index[f.Name] = len(s.Fields)
		s.Fields = append(s.Fields, f)
	}
	return nil
}

func (c *conversion) parseField(s *Schema, n int32) (Field, *record.Refusal) {
	if k := c.nodes[n].kind; k != kindObject {
		return Field{}, refuse(BadSchema, "expected a schema node, got "+k.String())
	}
	at := c.member(n, memberField)
	if at == 0 || c.nodes[at].kind != kindString {
		return Field{}, refuse(BadSchema, "expected the field's name, got "+c.found(at)).At(memberField)
	}
	f := Field{Name: c.string(at)}
	if f.Name == "" {
		return Field{}, refuse(BadSchema, "expected the field's name, got an empty one").At(memberField)
	}
	var r *record.Refusal
	if f.Schema, r = c.parseSchema(n); r != nil {
		return Field{}, r
	}
	if _, twice := s.index[f.Name]; twice {
		return Field{}, refuse(BadSchema, "another field has the same name").At(memberField)
	}
	return f, nil
}

// parseDefault converts the default by the node's own schema. Java checks it against the unfinished schema of the node,
// which no struct equals: a struct cannot have a default.
func (c *conversion) parseDefault(s *Schema, n int32) *record.Refusal {
	at := c.member(n, memberDefault)
	if at == 0 {
		return nil
	}
	v, r := c.value(s, at, true)
	switch {
	case r != nil:
		r.Code = BadSchema
		return r
	case v == nil && !s.Optional:
		return refuse(BadSchema, "expected "+s.Type.String()+", got null")
	case v != nil && s.Type == Struct:
		return refuse(BadSchema, "a struct cannot have a default")
	}
	s.fallback = v
	return nil
}
