package avro

import (
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
)

// maxDepth is the depth to which skip goes. Only a type that contains itself goes deeper.
const maxDepth = 1000

// skip passes over a value of an excluded field.
func (r *reader) skip(n *node, depth int) (refused *record.Refusal) {
	if depth > maxDepth {
		return refusal.New(refusal.OutOfRange, "the message is nested too deep")
	}
	switch n.kind {
	case kindNull:
	case kindBoolean:
		_, refused = r.take(1)
	case kindInt, kindLong, kindEnum:
		_, refused = r.long()
	case kindFloat:
		_, refused = r.take(4)
	case kindDouble:
		_, refused = r.take(8)
	case kindBytes, kindString:
		_, refused = r.bytes()
	case kindFixed:
		_, refused = r.take(int64(n.size))
	case kindRecord:
		if refused = r.spend(len(n.fields)); refused != nil {
			return refused
		}
		for _, f := range n.fields {
			if refused = r.skip(f.node, depth+1); refused != nil {
				return refused
			}
		}
	case kindUnion:
		i, refused := r.index(len(n.branches), "a type")
		if refused != nil {
			return refused
		}
		return r.skip(n.branches[i], depth+1)
	case kindArray, kindMap:
		return r.skipBlocks(n, depth+1)
	}
	return refused
}

// skipBlocks passes over the blocks of an array or a map. It does not trust the size of a
// block, so that a message has the same value whatever is excluded.
func (r *reader) skipBlocks(n *node, depth int) *record.Refusal {
	for {
		count, refused := r.block()
		if count == 0 || refused != nil {
			return refused
		}
		for range count {
			if n.kind == kindMap {
				if _, refused = r.text(); refused != nil {
					return refused
				}
			}
			if refused = r.skip(n.items, depth); refused != nil {
				return refused
			}
		}
	}
}
