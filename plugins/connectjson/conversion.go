package connectjson

import (
	"strconv"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// keptText is the size up to which a payload's strings share one copy of its bytes: one allocation instead of one each.
// Beyond it a short string would keep a long payload in memory.
const keptText = 8 << 10

// extraValues is how many values a message may yield beyond one for each of its bytes and one for each field of its root.
// Without such a bound a schema of many optional fields and an array of empty objects multiply: a batch of short messages
// would take gigabytes (Invariant 6).
const extraValues = 10_000

// conversion turns scanned nodes into values. It is reused from message to message.
type conversion struct {
	scanner
	refuseUnknown bool
	unknown       int     // members that the schema lacks
	budget        int     // values that may still be made
	slots         []int32 // of each struct under way, the node of each field's value
	root          int32   // the value under conversion
	text          string  // a copy of its bytes from textAt on, made by the first string
	textAt        int32
}

// noRoot makes every string a copy of its own, for what outlives the message.
const noRoot = -1

// begin prepares the conversion of the value at node root, or of a schema with noRoot. s is the root's schema, if any.
func (c *conversion) begin(root int32, s *Schema) {
	c.root, c.text, c.slots = root, "", c.slots[:0]
	c.budget = len(c.buf) + extraValues
	if s != nil {
		c.budget += len(s.Fields)
	}
}

// string is the text of a string node.
func (c *conversion) string(n int32) string {
	node := &c.nodes[n]
	if !node.plain {
		text, _ := textOfUnits(units(c.buf[node.start:node.end], false))
		return text
	}
	return c.verbatim(n)
}

// verbatim is a node's bytes as text.
func (c *conversion) verbatim(n int32) string {
	node := &c.nodes[n]
	if c.root == noRoot {
		return string(c.buf[node.start:node.end])
	}
	root := &c.nodes[c.root]
	if root.end-root.start > keptText {
		return string(c.buf[node.start:node.end])
	}
	if c.text == "" {
		c.text, c.textAt = string(c.buf[root.start:root.end]), root.start
	}
	return c.text[node.start-c.textAt : node.end-c.textAt]
}

// name is the text of a name node. It is a copy.
func (c *conversion) name(n int32) string {
	node := &c.nodes[n]
	if node.plain {
		return string(c.buf[node.start:node.end])
	}
	text, _ := textOfUnits(units(c.buf[node.start:node.end], true))
	return text
}

// isName tells whether a name node is the given one.
func (c *conversion) isName(n int32, name string) bool {
	node := &c.nodes[n]
	if node.plain {
		return string(c.buf[node.start:node.end]) == name
	}
	return c.name(n) == name
}

// member is the value of an object's member, 0 if there is none. Of two with the same name the last one counts.
func (c *conversion) member(object int32, name string) (at int32) {
	for i := object + 1; i < c.nodes[object].next; i = c.nodes[i+1].next {
		if c.isName(i, name) {
			at = i + 1
		}
	}
	return at
}

type member struct {
	name  string
	value int32
}

// members are an object's, each name once: in the place of its first, with the value of its last, as in a Java
// LinkedHashMap.
func (c *conversion) members(object int32) []member {
	list := make([]member, 0, c.nodes[object].count)
	seen := make(map[string]int, c.nodes[object].count)
	for i := object + 1; i < c.nodes[object].next; i = c.nodes[i+1].next {
		name := c.name(i)
		if at, twice := seen[name]; twice {
			list[at].value = i + 1
			continue
		}
		seen[name] = len(list)
		list = append(list, member{name, i + 1})
	}
	return list
}

// found describes the node at an index that may be 0, for a refusal.
func (c *conversion) found(n int32) string {
	if n == 0 {
		return kindMissing.String()
	}
	return c.nodes[n].kind.String()
}

// spend takes the cost of values about to be made from the budget.
func (c *conversion) spend(values int) *record.Refusal {
	c.budget -= values
	if c.budget < 0 {
		return refuse(OutOfRange, "the message yields too many values")
	}
	return nil
}

func element(i int) string { return "[" + strconv.Itoa(i) + "]" }

func mismatch(s *Schema, k kind) *record.Refusal {
	return refuse(TypeMismatch, "expected "+s.Type.String()+", got "+k.String())
}
