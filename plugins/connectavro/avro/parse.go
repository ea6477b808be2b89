package avro

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
)

// kind is one of Avro's types.
type kind uint8

// The types. The first ones are primitive.
const (
	kindNull kind = iota
	kindBoolean
	kindInt
	kindLong
	kindFloat
	kindDouble
	kindBytes
	kindString
	kindRecord
	kindEnum
	kindArray
	kindMap
	kindFixed
	kindUnion
)

var kindNames = []string{
	"null", "boolean", "int", "long", "float", "double", "bytes", "string", "record", "enum", "array", "map", "fixed",
}

// String returns the name of the type in a schema.
func (k kind) String() string { return kindNames[k] }

// kindOf returns the type of this name. known is false for the name of a defined type.
func kindOf(name string) (k kind, known bool) {
	if name == "error" { // a record of a protocol
		return kindRecord, true
	}
	i := slices.Index(kindNames, name)
	return kind(max(i, 0)), i >= 0
}

// node is a type of a schema. A named type that the schema uses again is the same node
// again, so the nodes of a recursive type are a cycle.
type node struct {
	kind     kind
	name     string         // of a record, an enum or a fixed, with its namespace
	object   map[string]any // the JSON of the type, nil for a bare name; numbers are json.Number
	fields   []field
	symbols  []string
	items    *node   // elements of an array, values of a map
	branches []*node // of a union
	size     int     // of a fixed, in bytes
	weight   int     // what the properties cost for each use of the type, in types
}

// field is a field of a record.
type field struct {
	name   string
	node   *node
	object map[string]any
}

// text returns a property that is text, "" for any other property and for none.
func (n *node) text(property string) string { return textOf(n.object, property) }

func textOf(object map[string]any, name string) string {
	text, _ := object[name].(string)
	return text
}

// base returns the last part of the name of a named type.
func (n *node) base() string { return n.name[strings.LastIndexByte(n.name, '.')+1:] }

// parser reads the texts of a schema and of the schemas that it references. Like the
// parser of a Kafka Connect worker, it accepts any names and wrong defaults: a registry
// has such schemas, and producers write records with them.
type parser struct {
	named map[string]*node // the types that are defined so far
}

// parse reads one schema.
func (p *parser) parse(text string) (*node, *record.Refusal) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var document any
	err := decoder.Decode(&document)
	if err == nil {
		_, err = decoder.Token()
	}
	if err != io.EOF {
		if !isPrimitive(text) {
			return nil, refusal.New(refusal.BadSchema, "the schema is not valid JSON")
		}
		document = text // a bare word, as the oldest registries have it
	}
	return p.node(document, "")
}

func isPrimitive(name string) bool {
	k, known := kindOf(name)
	return known && k < kindRecord
}

func (p *parser) node(v any, namespace string) (*node, *record.Refusal) {
	switch v := v.(type) {
	case string:
		return p.reference(v, namespace)
	case []any:
		return p.union(v, namespace)
	case map[string]any:
		return p.object(v, namespace)
	}
	return nil, refusal.New(refusal.BadSchema, "expected a type, got another JSON value")
}

func (p *parser) reference(name, namespace string) (*node, *record.Refusal) {
	if k, known := kindOf(name); known && k < kindRecord {
		return &node{kind: k}, nil
	}
	if n := p.named[qualified(name, namespace)]; n != nil {
		return n, nil
	}
	if n := p.named[name]; n != nil {
		return n, nil
	}
	return nil, refusal.New(refusal.BadSchema, "the type "+refusal.Name(name)+" is not defined: add the schema that defines it to the references of the schema in the registry")
}

func qualified(name, namespace string) string {
	if namespace == "" || strings.Contains(name, ".") {
		return name
	}
	return namespace + "." + name
}

func (p *parser) union(branches []any, namespace string) (*node, *record.Refusal) {
	u := &node{kind: kindUnion}
	seen := map[string]bool{}
	for i, v := range branches {
		n, r := p.node(v, namespace)
		if r != nil {
			return nil, r.At(refusal.Element(i))
		}
		id := strconv.Itoa(int(n.kind)) + " " + n.name
		if n.kind == kindUnion || seen[id] {
			return nil, refusal.New(refusal.BadSchema, "a union has a union, or a type twice").At(refusal.Element(i))
		}
		seen[id] = true
		u.branches = append(u.branches, n)
	}
	if len(branches) == 0 {
		return nil, refusal.New(refusal.BadSchema, "a union has no types")
	}
	return u, nil
}

func (p *parser) object(object map[string]any, namespace string) (*node, *record.Refusal) {
	name, isText := object["type"].(string)
	if !isText {
		return p.node(object["type"], namespace)
	}
	k, known := kindOf(name)
	if !known {
		return p.reference(name, namespace)
	}
	n := &node{kind: k, object: object, weight: weight(object)}
	var r *record.Refusal
	switch k {
	case kindRecord, kindEnum, kindFixed:
		r = p.define(n, namespace)
	case kindArray:
		n.items, r = p.node(object["items"], namespace)
		r = r.At("items")
	case kindMap:
		n.items, r = p.node(object["values"], namespace)
		r = r.At("values")
	}
	return n, r
}

// define reads a named type. Its name is known before its fields are read, since they may
// use it.
func (p *parser) define(n *node, namespace string) *record.Refusal {
	name := textOf(n.object, "name")
	if name == "" {
		return refusal.New(refusal.BadSchema, "a "+n.kind.String()+" has no name")
	}
	if own, isSet := n.object["namespace"].(string); isSet {
		namespace = own
	}
	n.name = qualified(name, namespace)
	if _, twice := p.named[n.name]; twice {
		return refusal.New(refusal.BadSchema, "the type is defined twice").At(refusal.Name(n.name))
	}
	p.named[n.name] = n
	namespace = n.name[:max(strings.LastIndexByte(n.name, '.'), 0)]
	switch n.kind {
	case kindEnum:
		return n.readSymbols()
	case kindFixed:
		size, isNumber := n.object["size"].(json.Number)
		v, err := strconv.ParseInt(string(size), 10, 32)
		if !isNumber || err != nil || v < 0 {
			return refusal.New(refusal.BadSchema, "a fixed has no size").At(refusal.Name(n.name))
		}
		n.size = int(v)
		return nil
	}
	return p.fields(n, namespace)
}

func (n *node) readSymbols() *record.Refusal {
	symbols, _ := n.object["symbols"].([]any)
	for _, s := range symbols {
		text, isText := s.(string)
		if !isText {
			return refusal.New(refusal.BadSchema, "a symbol of an enum is not text").At(refusal.Name(n.name))
		}
		n.symbols = append(n.symbols, text)
	}
	return nil
}

func (p *parser) fields(n *node, namespace string) *record.Refusal {
	fields, isArray := n.object["fields"].([]any)
	if !isArray {
		return refusal.New(refusal.BadSchema, "a record has no fields").At(refusal.Name(n.name))
	}
	seen := make(map[string]bool, len(fields))
	for i, v := range fields {
		object, _ := v.(map[string]any)
		f := field{name: textOf(object, "name"), object: object}
		if f.name == "" || seen[f.name] {
			return refusal.New(refusal.BadSchema, "a field has no name, or the name of another field").At(refusal.Element(i))
		}
		seen[f.name] = true
		n.weight += weight(object)
		var r *record.Refusal
		if f.node, r = p.node(object["type"], namespace); r != nil {
			return r.At(refusal.Name(f.name))
		}
		n.fields = append(n.fields, f)
	}
	return nil
}

// weight returns the size of the properties that are no types: symbols, defaults, parameters
// and texts. 64 bytes of them count as a type.
func weight(object map[string]any) (bytes int) {
	for name, v := range object {
		switch name {
		case "type", "fields", "items", "values":
		default:
			bytes += len(jsonOf(v))
		}
	}
	return bytes / 64
}

// jsonOf returns the JSON text of a property.
func jsonOf(v any) string {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // no error: the value was JSON
	return strings.TrimSuffix(b.String(), "\n")
}
