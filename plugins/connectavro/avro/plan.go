package avro

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// The properties with which Kafka Connect's converter keeps what Avro cannot say, and the
// names and parameters that the converter adds.
const (
	propertyType       = "connect.type"
	propertyName       = "connect.name"
	propertyVersion    = "connect.version"
	propertyDoc        = "connect.doc"
	propertyParameters = "connect.parameters"
	propertyDefault    = "connect.default"
	propertyInternal   = "connect.internal.type"
	avroPrefix         = "avro"

	namespace      = "io.confluent.connect.avro"
	nameDefault    = namespace + ".ConnectDefault"
	nameUnion      = namespace + ".Union"
	nameEntry      = "MapEntry"
	parameterEnum  = namespace + ".Enum"
	parameterFixed = "connect.fixed.size"
)

// Options are the settings of Compile.
type Options struct {
	// AllLogicalTypes also gives a meaning to the logical types of Avro that Kafka Connect
	// does not know.
	AllLogicalTypes bool
	ConnectOnly     bool // a type of Debezium is what its base type says
	KeepNull        bool // a null field is null although its schema has a default
	Exclude         schema.Exclusion
}

// plan says how to read the binary form of a value of a schema.
type plan struct {
	kind     kind
	schema   *schema.Schema
	bits     uint // of an integer
	fields   []step
	items    *plan // elements of an array, values of a map
	keys     *plan // of a map that is an array of entries; nil for Avro's map
	branches []branch
	symbols  []any
	size     int
	optional bool // a union of null and one type, which is this plan
	null     int64
	absent   any // the value for null
}

// step reads the next field of a record. Its plan is nil if the field is excluded.
type step struct {
	name string
	plan *plan
	skip *node
}

// branch is a type of a union that becomes a struct. Its plan is nil for null.
type branch struct {
	name string
	plan *plan
}

// maxNodes is how many types a schema may have when each use of a named type counts, with
// the weight of its properties. A few names that use one another twice would otherwise be
// millions, and the symbols of an enum would be in memory for each field that uses it.
const maxNodes = 100_000

// compiler makes plans of nodes.
type compiler struct {
	Options
	nodes  int
	active map[*node]bool // the records that the compiler is inside of
}

// use says how a type is used.
type use struct {
	optional     bool
	exclude      schema.Exclusion
	fieldDefault any // the JSON of the default of the field, nil for none
}

func (c *compiler) compile(n *node, u use) (*plan, *record.Refusal) {
	if c.nodes += 1 + n.weight; c.nodes > maxNodes {
		return nil, refusal.New(refusal.BadSchema, "the schema has more than "+strconv.Itoa(maxNodes)+" types")
	}
	if n.kind == kindUnion {
		return c.union(n, u)
	}
	p := &plan{kind: n.kind, schema: &schema.Schema{Optional: u.optional}}
	if r := c.base(p, n, u); r != nil {
		return nil, r
	}
	if r := c.annotate(p.schema, n); r != nil {
		return nil, r
	}
	c.setDefault(p, n, u)
	return p, nil
}

// base sets the type of the schema, and the parts of the plan.
func (c *compiler) base(p *plan, n *node, u use) (r *record.Refusal) {
	s := p.schema
	switch n.kind {
	case kindNull:
		return refusal.New(refusal.BadSchema, "expected a type other than null")
	case kindBoolean:
		s.Type = schema.Boolean
	case kindInt:
		return c.integer(p, n)
	case kindLong:
		s.Type, p.bits = schema.Int64, 64
	case kindFloat:
		s.Type = schema.Float32
	case kindDouble:
		s.Type = schema.Float64
	case kindString:
		s.Type = schema.String
	case kindBytes:
		s.Type = schema.Bytes
	case kindFixed:
		s.Type, p.size = schema.Bytes, n.size
		s.Parameters = map[string]string{parameterFixed: strconv.Itoa(n.size)}
	case kindEnum:
		enumeration(p, n)
	case kindMap:
		s.Type, s.Keys = schema.Map, &schema.Schema{Type: schema.String}
		if p.items, r = c.compile(n.items, use{}); r == nil {
			s.Items = p.items.schema
		}
		return r.At("values")
	case kindArray:
		return c.array(p, n)
	case kindRecord:
		return c.record(p, n, u)
	}
	return nil
}

func (c *compiler) integer(p *plan, n *node) *record.Refusal {
	p.schema.Type, p.bits = schema.Int32, 32
	_, hasLogical := n.object["logicalType"].(string)
	switch name, isSet := n.object[propertyType].(string); {
	case hasLogical || !isSet:
	case name == "int8":
		p.schema.Type, p.bits = schema.Int8, 8
	case name == "int16":
		p.schema.Type, p.bits = schema.Int16, 16
	default:
		return refusal.New(refusal.BadSchema, "expected int8 or int16, got another type").At(propertyType)
	}
	return nil
}

func enumeration(p *plan, n *node) {
	p.schema.Type = schema.String
	p.schema.Parameters = map[string]string{parameterEnum: n.name}
	if doc := n.text("doc"); doc != "" {
		p.schema.Parameters[namespace+".enum.doc."+n.base()] = doc
	}
	if d, isSet := n.object["default"].(string); isSet {
		p.schema.Parameters[namespace+".enum.default."+n.base()] = d
	}
	p.symbols = make([]any, len(n.symbols))
	for i, symbol := range n.symbols {
		p.schema.Parameters[parameterEnum+"."+symbol] = symbol
		p.symbols[i] = symbol // boxed once
	}
}

// array compiles an array, or the array of entries with which the converter writes a map
// whose keys are not text.
func (c *compiler) array(p *plan, n *node) (r *record.Refusal) {
	s, items := p.schema, n.items
	if items.kind != kindRecord || items.name != namespace+"."+nameEntry && items.text(propertyInternal) != nameEntry {
		s.Type = schema.Array
		if p.items, r = c.compile(items, use{}); r == nil {
			s.Items = p.items.schema
		}
		return r.At("items")
	}
	s.Type = schema.Map
	if len(items.fields) != 2 || items.fields[0].name != "key" || items.fields[1].name != "value" {
		return refusal.New(refusal.BadSchema, "expected the fields key and value in an entry of a map, got others").At("items")
	}
	if p.keys, r = c.compile(items.fields[0].node, use{}); r != nil {
		return r.At("key").At("items")
	}
	if p.items, r = c.compile(items.fields[1].node, use{}); r != nil {
		return r.At("value").At("items")
	}
	s.Keys, s.Items = p.keys.schema, p.items.schema
	return nil
}

func (c *compiler) record(p *plan, n *node, u use) *record.Refusal {
	if c.active[n] {
		return refusal.New(refusal.BadSchema, "the type "+refusal.Name(n.name)+" contains itself, which no record can: let the producer write another type, or leave the field out with exclude_fields")
	}
	c.active[n] = true
	defer delete(c.active, n)
	if _, isOneValue := schema.Meanings[n.text(propertyName)]; isOneValue && !c.ConnectOnly {
		u.exclude = nil
	}
	s := p.schema
	s.Type, s.Index = schema.Struct, make(map[string]int, len(n.fields))
	if doc := n.text("doc"); doc != "" {
		set(s, namespace+".record.doc", doc)
	}
	for _, f := range n.fields {
		if doc := textOf(f.object, "doc"); doc != "" {
			set(s, namespace+".field.doc."+f.name, doc)
		}
		below, isNamed := u.exclude[f.name]
		if isNamed && below == nil {
			p.fields = append(p.fields, step{skip: f.node})
			continue
		}
		fieldPlan, r := c.compile(f.node, use{exclude: below, fieldDefault: f.object["default"]})
		if r != nil {
			return r.At(refusal.Name(f.name))
		}
		p.fields = append(p.fields, step{name: f.name, plan: fieldPlan})
		s.Index[f.name] = len(s.Fields)
		s.Fields = append(s.Fields, schema.Field{Name: f.name, Schema: fieldPlan.schema})
	}
	return nil
}

// union compiles a union: of null and one type to that type as optional, of one type to
// that type, and of others to a struct with a field for each type.
func (c *compiler) union(n *node, u use) (*plan, *record.Refusal) {
	null := -1
	for i, b := range n.branches {
		if b.kind == kindNull {
			null = i
		}
	}
	switch {
	case len(n.branches) == 1:
		p, r := c.compile(n.branches[0], use{exclude: u.exclude, fieldDefault: u.fieldDefault})
		if r != nil {
			return nil, r
		}
		return &plan{kind: kindUnion, schema: p.schema, branches: []branch{{plan: p}}}, nil
	case len(n.branches) == 2 && null >= 0:
		p, r := c.compile(n.branches[1-null], use{optional: true, exclude: u.exclude})
		if r != nil {
			return nil, r
		}
		p.optional, p.null = true, int64(null)
		if !c.KeepNull {
			p.absent = p.schema.Default
		}
		return p, nil
	}
	s := &schema.Schema{Type: schema.Struct, Name: nameUnion, Optional: null >= 0, Index: map[string]int{}}
	p := &plan{kind: kindUnion, schema: s}
	for i, b := range n.branches {
		if i == null {
			p.branches = append(p.branches, branch{})
			continue
		}
		name := b.kind.String()
		if b.name != "" {
			name = b.base()
		}
		if _, twice := s.Index[name]; twice {
			return nil, refusal.New(refusal.BadSchema, "two types of a union have the same name").At(refusal.Name(name))
		}
		branchPlan, r := c.compile(b, use{optional: true, exclude: u.exclude[name]}) // a type itself is no field
		if r != nil {
			return nil, r.At(refusal.Name(name))
		}
		p.branches = append(p.branches, branch{name, branchPlan})
		s.Index[name] = len(s.Fields)
		s.Fields = append(s.Fields, schema.Field{Name: name, Schema: branchPlan.schema})
	}
	setUnionDefault(p, u.fieldDefault)
	if !c.KeepNull {
		p.absent = s.Default
	}
	return p, nil
}

func isLogical(n *node, name string) bool { return strings.EqualFold(n.text("logicalType"), name) }

func number(v any) (int, bool) {
	text, isNumber := v.(json.Number)
	n, err := strconv.ParseInt(string(text), 10, 32)
	return int(n), isNumber && err == nil
}
