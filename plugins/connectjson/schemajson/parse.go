// Package schemajson reads the schemas of Kafka Connect JSON and remembers them by their
// bytes.
package schemajson

import (
	"strconv"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// The members of a schema node, and of its parameters.
const (
	memberType       = "type"
	memberOptional   = "optional"
	memberName       = "name"
	memberVersion    = "version"
	memberDoc        = "doc"
	memberParameters = "parameters"
	memberDefault    = "default"
	memberFields     = "fields"
	memberField      = "field"
	memberItems      = "items"
	memberKeys       = "keys"
	memberValues     = "values"
)

// Parser reads schemas from a scanned document.
type Parser struct {
	*jackson.Tree
	Strict bool
	// ConnectOnly leaves the names of Debezium's types out, so that they have no meaning.
	ConnectOnly bool
	// Value converts the default of a schema by that schema.
	Value func(*schema.Schema, jackson.Node) (any, *record.Refusal)
}

// Parse reads the schema of the node n, which is not null.
func (p *Parser) Parse(n jackson.Node) (*schema.Schema, *record.Refusal) {
	if k := p.Kind(n); k != jackson.Object {
		return nil, refusal.New(refusal.BadSchema, "expected a schema node, got "+k.String())
	}
	if p.Strict {
		if r := p.checkNode(n); r != nil {
			return nil, r
		}
	}
	at, k := p.Member(n, memberType)
	if k != jackson.String {
		return nil, refusal.New(refusal.BadSchema, "expected the name of a type, got "+k.String()).At(memberType)
	}
	t, known := schema.TypeOf(p.Text(at))
	if !known {
		return nil, refusal.New(refusal.BadSchema, "expected boolean, int8, int16, int32, int64, float, double, bytes, string, array, map or struct, got another name").At(memberType)
	}
	s := &schema.Schema{Type: t}
	var r *record.Refusal
	switch s.Type {
	case schema.Array:
		s.Items, r = p.parsePart(n, memberItems)
	case schema.Map:
		if s.Keys, r = p.parsePart(n, memberKeys); r == nil {
			s.Items, r = p.parsePart(n, memberValues)
		}
	case schema.Struct:
		r = p.parseFields(s, n)
	}
	if r != nil {
		return nil, r
	}
	_, k = p.Member(n, memberOptional)
	s.Optional = k == jackson.True
	if at, k = p.Member(n, memberName); k == jackson.String {
		s.Name = p.Text(at)
	}
	if at, k = p.Member(n, memberVersion); k == jackson.Int {
		if version, err := strconv.ParseInt(p.Text(at), 10, 32); err == nil {
			s.Version = int(version)
		}
	}
	if at, k = p.Member(n, memberDoc); k == jackson.String {
		s.Doc = p.Text(at)
	}
	if r = p.parseLogical(s, n); r != nil {
		return nil, r
	}
	return s, p.parseDefault(s, n).At(memberDefault)
}

// checkNode refuses mistakes that the reference ignores without an error: a member twice,
// `optional` as text (which makes the field required), a `name` that is not text (which
// loses the logical type).
func (p *Parser) checkNode(n jackson.Node) *record.Refusal {
	for _, m := range [...]struct{ name, want string }{
		{memberOptional, "boolean"}, {memberName, "string"}, {memberParameters, "object"},
	} {
		_, k := p.Member(n, m.name)
		if k != jackson.Missing && k != jackson.Null && k.String() != m.want {
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

func (p *Parser) parsePart(n jackson.Node, member string) (*schema.Schema, *record.Refusal) {
	at, k := p.Member(n, member)
	if k == jackson.Missing {
		return nil, refusal.New(refusal.BadSchema, "expected a schema node, got nothing").At(member)
	}
	s, r := p.Parse(at)
	return s, r.At(member)
}

func (p *Parser) parseFields(s *schema.Schema, n jackson.Node) *record.Refusal {
	at, k := p.Member(n, memberFields)
	if k != jackson.Array {
		return refusal.New(refusal.BadSchema, "expected an array, got "+k.String()).At(memberFields)
	}
	s.Fields = make([]schema.Field, 0, p.Count(at))
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

func (p *Parser) parseField(s *schema.Schema, n jackson.Node) (schema.Field, *record.Refusal) {
	if k := p.Kind(n); k != jackson.Object {
		return schema.Field{}, refusal.New(refusal.BadSchema, "expected a schema node, got "+k.String())
	}
	at, k := p.Member(n, memberField)
	if k != jackson.String {
		return schema.Field{}, refusal.New(refusal.BadSchema, "expected the field's name, got "+k.String()).At(memberField)
	}
	f := schema.Field{Name: p.Text(at)}
	if f.Name == "" {
		return schema.Field{}, refusal.New(refusal.BadSchema, "expected the field's name, got an empty one").At(memberField)
	}
	var r *record.Refusal
	if f.Schema, r = p.Parse(n); r != nil {
		return schema.Field{}, r
	}
	if _, twice := s.Index[f.Name]; twice {
		return schema.Field{}, refusal.New(refusal.BadSchema, "another field has the same name").At(memberField)
	}
	return f, nil
}

// parseDefault converts the default by the node's own schema. Java checks the default
// against the unfinished schema of the node, which no struct equals: a struct cannot have
// a default.
func (p *Parser) parseDefault(s *schema.Schema, n jackson.Node) *record.Refusal {
	at, k := p.Member(n, memberDefault)
	if k == jackson.Missing {
		return nil
	}
	v, r := p.Value(s, at)
	switch {
	case r != nil:
		r.Code = refusal.BadSchema
		return r
	case v == nil && !s.Optional:
		return refusal.New(refusal.BadSchema, "expected "+s.Type.String()+", got null")
	case v != nil && s.Type == schema.Struct:
		return refusal.New(refusal.BadSchema, "a struct cannot have a default")
	}
	s.Default = v
	return nil
}

// parseLogical reads the logical type and the parameters of a schema.
func (p *Parser) parseLogical(s *schema.Schema, n jackson.Node) *record.Refusal {
	if p.ConnectOnly {
		s.Name = schema.WithoutDebezium(s.Name)
	}
	l, known := schema.Meanings[s.Name]
	switch {
	case !known:
	case l.Base == s.Type || l.IsConnect && !p.Strict:
		s.Meaning = l
	case l.IsConnect:
		detail := "expected " + l.Base.String() + " for this logical type, got " + s.Type.String()
		return refusal.New(refusal.BadSchema, detail).At(memberType)
	}
	if at, k := p.Member(n, memberParameters); k == jackson.Object {
		if r := p.parseParameters(s, at); r != nil {
			return r.At(memberParameters)
		}
	}
	if p.Strict && s.Logical == schema.Decimal && !s.HasScale {
		return refusal.New(refusal.BadSchema, "expected the Decimal's scale as text").At(schema.ParameterScale).At(memberParameters)
	}
	return nil
}

func (p *Parser) parseParameters(s *schema.Schema, n jackson.Node) *record.Refusal {
	s.Parameters = make(map[string]string, p.Count(n))
	for _, m := range p.Members(n) {
		if k := p.Kind(m.Value); k != jackson.String {
			return refusal.New(refusal.BadSchema, "expected string, got "+k.String()).At(refusal.Name(m.Name))
		}
		s.Parameters[m.Name] = p.Text(m.Value)
	}
	s.ReadParameters()
	return nil
}
