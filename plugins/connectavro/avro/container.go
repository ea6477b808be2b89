package avro

import (
	"slices"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

func (r *reader) array(p *plan) (any, *record.Refusal) {
	out := []any{}
	for {
		n, refused := r.block()
		if n == 0 || refused != nil {
			return out, refused
		}
		out = slices.Grow(out, n)
		for range n {
			v, refused := r.value(p.items)
			if refused != nil {
				return nil, refused.At(refusal.Element(len(out)))
			}
			out = append(out, v)
		}
	}
}

func (r *reader) mapping(p *plan) (any, *record.Refusal) {
	out := map[string]any{}
	for {
		n, refused := r.block()
		if n == 0 || refused != nil {
			return out, refused
		}
		for range n {
			name, refused := r.text()
			if refused == nil {
				refused = r.put(p, out, name)
			}
			if refused != nil {
				return nil, refused.At(refusal.Element(len(out))) // a key may be data
			}
		}
	}
}

func (r *reader) put(p *plan, out map[string]any, name string) *record.Refusal {
	if _, twice := out[name]; twice {
		return bad("a key stands twice")
	}
	v, refused := r.value(p.items)
	out[name] = v
	return refused
}

// entries reads a map that is an array of entries: an object if its keys are text, else a
// list of [key, value].
func (r *reader) entries(p *plan) (any, *record.Refusal) {
	object, pairs, seen := map[string]any{}, []any{}, map[any]bool{}
	isObject := p.keys.schema.Type == schema.String
	for i := 0; ; {
		n, refused := r.block()
		switch {
		case refused != nil:
			return nil, refused
		case n == 0 && isObject:
			return object, nil
		case n == 0:
			return pairs, nil
		}
		for range n {
			key, refused := r.value(p.keys)
			if refused == nil && isObject {
				name, isText := key.(string)
				if !isText {
					return nil, refusal.New(refusal.TypeMismatch, "expected text as the key of a map, got null").At(refusal.Element(i))
				}
				refused = r.put(p, object, name)
			} else if refused == nil {
				refused = r.pair(p, &pairs, seen, key)
			}
			if refused != nil {
				return nil, refused.At(refusal.Element(i))
			}
			i++
		}
	}
}

func (r *reader) pair(p *plan, pairs *[]any, seen map[any]bool, key any) *record.Refusal {
	id := key
	switch k := key.(type) {
	case []byte:
		id = string(k)
	case map[string]any, []any: // as keys these differ
		id = len(*pairs)
	}
	if seen[id] {
		return bad("a key stands twice")
	}
	seen[id] = true
	v, refused := r.value(p.items)
	*pairs = append(*pairs, []any{key, v})
	return refused.At("[1]")
}

func (r *reader) union(p *plan) (any, *record.Refusal) {
	n, refused := r.index(len(p.branches), "a type")
	if refused != nil {
		return nil, refused
	}
	b := &p.branches[n]
	switch {
	case b.plan == nil: // null
		return r.clone(p.absent)
	case b.name == "": // the only type
		return r.value(b.plan)
	}
	if refused := r.spend(len(p.branches)); refused != nil {
		return nil, refused
	}
	v, refused := r.value(b.plan)
	if refused != nil {
		return nil, refused.At(refusal.Name(b.name))
	}
	out := make(map[string]any, len(p.branches))
	for _, other := range p.branches {
		if other.plan != nil {
			out[other.name] = nil
		}
	}
	out[b.name] = v
	return out, nil
}
