package schema

import (
	"slices"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/connectjson/refusal"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// The members of a schema node, and of its parameters.
const (
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

	parameterScale     = "scale"
	parameterPrecision = "connect.decimal.precision"
)

// Parser reads schemas from a scanned document.
type Parser struct {
	*jackson.Tree
	Strict bool
	// Value converts the default of a schema by that schema.
	Value func(*Schema, jackson.Node) (any, *record.Refusal)
}

// Parse reads the schema of the node n, which is not null.
func (p *Parser) Parse(n jackson.Node) (*Schema, *record.Refusal) {
	if k := p.Kind(n); k != jackson.Object {
		return nil, refusal.New(refusal.BadSchema, "expected a schema node, got "+k.String())
	}
	if p.Strict {
		if r := p.checkNode(n); r != nil {
			return nil, r
		}
	}
	at := p.Member(n, memberType)
	if at == 0 || p.Kind(at) != jackson.String {
		return nil, refusal.New(refusal.BadSchema, "expected the name of a type, got "+p.Found(at)).At(memberType)
	}
	t := slices.Index(typeNames[:], p.Text(at))
	if t < 0 {
		return nil, refusal.New(refusal.BadSchema, "expected boolean, int8, int16, int32, int64, float, double, bytes, string, array, map or struct, got another name").At(memberType)
	}
	s := &Schema{Type: Type(t)}
	var r *record.Refusal
	switch s.Type {
	case Array:
		s.Items, r = p.parsePart(n, memberItems)
	case Map:
		if s.Keys, r = p.parsePart(n, memberKeys); r == nil {
			s.Items, r = p.parsePart(n, memberValues)
		}
	case Struct:
		r = p.parseFields(s, n)
	}
	if r != nil {
		return nil, r
	}
	if at = p.Member(n, memberOptional); at != 0 {
		s.Optional = p.Kind(at) == jackson.True
	}
	if at = p.Member(n, memberName); at != 0 && p.Kind(at) == jackson.String {
		s.Name = p.Text(at)
	}
	if r = p.parseLogical(s, n); r != nil {
		return nil, r
	}
	return s, p.parseDefault(s, n).At(memberDefault)
}

// checkNode refuses what the reference silently ignores: a member twice, `optional` as
// text (which makes the field required), a `name` that is not text (which loses the
// logical type).
func (p *Parser) checkNode(n jackson.Node) *record.Refusal {
	for _, m := range [...]struct{ name, want string }{
		{memberOptional, "boolean"}, {memberName, "string"}, {memberParameters, "object"},
	} {
		at := p.Member(n, m.name)
		if at == 0 {
			continue
		}
		if k := p.Kind(at); k != jackson.Null && k.String() != m.want {
			return refusal.New(refusal.BadSchema, "expected "+m.want+", got "+k.String()).At(m.name)
		}
	}
	seen := make(map[string]bool, p.Count(n))
	for i := n + 1; i < p.Next(n); i = p.Next(i + 1) {
		name := string(p.Name(i))
		if seen[name] {
			return refusal.New(refusal.BadSchema, "the member stands twice").At(refusal.Name(name))
		}
		seen[name] = true
	}
	return nil
}

func (p *Parser) parsePart(n jackson.Node, member string) (*Schema, *record.Refusal) {
	at := p.Member(n, member)
	if at == 0 {
		return nil, refusal.New(refusal.BadSchema, "expected a schema node, got nothing").At(member)
	}
	s, r := p.Parse(at)
	return s, r.At(member)
}

func (p *Parser) parseFields(s *Schema, n jackson.Node) *record.Refusal {
	at := p.Member(n, memberFields)
	if at == 0 || p.Kind(at) != jackson.Array {
		return refusal.New(refusal.BadSchema, "expected an array, got "+p.Found(at)).At(memberFields)
	}
	s.Fields = make([]Field, 0, p.Count(at))
	s.Index = make(map[string]int, p.Count(at))
	for i := at + 1; i < p.Next(at); i = p.Next(i) {
		f, r := p.parseField(s, i)
		if r != nil {
			return r.At(refusal.Element(len(s.Fields))).At(memberFields)
		}
		s.Index[f.Name] = len(s.Fields)
		s.Fields = append(s.Fields, f)
	}
	return nil
}

func (p *Parser) parseField(s *Schema, n jackson.Node) (Field, *record.Refusal) {
	if k := p.Kind(n); k != jackson.Object {
		return Field{}, refusal.New(refusal.BadSchema, "expected a schema node, got "+k.String())
	}
	at := p.Member(n, memberField)
	if at == 0 || p.Kind(at) != jackson.String {
		return Field{}, refusal.New(refusal.BadSchema, "expected the field's name, got "+p.Found(at)).At(memberField)
	}
	f := Field{Name: p.Text(at)}
	if f.Name == "" {
		return Field{}, refusal.New(refusal.BadSchema, "expected the field's name, got an empty one").At(memberField)
	}
	var r *record.Refusal
	if f.Schema, r = p.Parse(n); r != nil {
		return Field{}, r
	}
	if _, twice := s.Index[f.Name]; twice {
		return Field{}, refusal.New(refusal.BadSchema, "another field has the same name").At(memberField)
	}
	return f, nil
}

// parseDefault converts the default by the node's own schema. Java checks the default
// against the unfinished schema of the node, which no struct equals: a struct cannot have
// a default.
func (p *Parser) parseDefault(s *Schema, n jackson.Node) *record.Refusal {
	at := p.Member(n, memberDefault)
	if at == 0 {
		return nil
	}
	v, r := p.Value(s, at)
	switch {
	case r != nil:
		r.Code = refusal.BadSchema
		return r
	case v == nil && !s.Optional:
		return refusal.New(refusal.BadSchema, "expected "+s.Type.String()+", got null")
	case v != nil && s.Type == Struct:
		return refusal.New(refusal.BadSchema, "a struct cannot have a default")
	}
	s.Default = v
	return nil
}
