package jackson

import "errors"

// Kind is the kind of a node.
type Kind uint8

// The kinds of nodes.
const (
	Missing Kind = iota // no member, or a document of white space only
	Null
	False
	True
	Int   // a number of digits only
	Float // a number with a fraction or an exponent
	String
	Array
	Object
	Skipped // a value that a [Skip] knows
)

var kindNames = [...]string{"nothing", "null", "boolean", "boolean", "number", "number", "string", "array", "object", "object"}

// String is the name of the kind in JSON.
func (k Kind) String() string { return kindNames[k] }

// IsNumber says whether the kind is a number.
func (k Kind) IsNumber() bool { return k == Int || k == Float }

// Node is the index of a node in a [Tree]. The root is 0, and no member of an object is.
// The children of a container follow it: n+1 is the first one, and [Tree.Next] leads from
// each to the one after it. A member of an object is a node of its name and the node of
// its value right after.
type Node int32

type node struct {
	kind       Kind
	plain      bool  // a number, or a string whose bytes are its text: no escape, valid UTF-8
	start, end int32 // its bytes; a string's without the quotes
	next       Node  // the node after it and all it contains
	count      int32 // members or elements
}

// keptNodes is how many nodes a tree keeps for the next document.
const keptNodes = 1 << 14

// keptText is the greatest length of a value whose strings share one copy of its bytes:
// one allocation instead of one each. In a longer value a short string would keep a lot
// of memory.
const keptText = 8 << 10

// Tree is a document as a flat list of nodes. It is reused from document to document.
type Tree struct {
	buf    []byte
	nodes  []node
	wide   bool
	shared Node
	copy   string // the bytes of shared from copyAt on, made by its first string
	copyAt int32
}

// Scan reads a document. The tree refers to b until [Tree.Release]. strict takes UTF-8
// only, one document and nothing after it; otherwise Scan reads as Jackson does. skip may
// be nil.
func (t *Tree) Scan(b []byte, strict bool, skip Skip) (err error) {
	if len(b) > MaxDocument {
		return errors.New("a document longer than a gigabyte")
	}
	s := scanner{nodes: t.nodes[:0], strict: strict, skip: skip}
	if s.buf, s.wide, err = decodeBytes(b, strict); err != nil {
		return err
	}
	err = s.document()
	t.buf, t.nodes, t.wide = s.buf, s.nodes, s.wide
	t.Share(unshared)
	return err
}

// Release makes the tree forget the document, and memory that most documents do not need.
func (t *Tree) Release() {
	t.buf, t.copy = nil, ""
	if cap(t.nodes) > keptNodes {
		t.nodes = nil
	}
}

const unshared Node = -1

// Share lets the strings of a value be parts of one copy of its bytes. All strings of the
// value live as long as one of them does.
func (t *Tree) Share(value Node) {
	t.shared, t.copy = value, ""
	if value != unshared && t.nodes[value].end-t.nodes[value].start > keptText {
		t.shared = unshared
	}
}

// Length is the length of the document in bytes of UTF-8.
func (t *Tree) Length() int { return len(t.buf) }

// Transcoded says whether the document was in UTF-16 or UTF-32. The bytes of its nodes
// may then be no valid UTF-8.
func (t *Tree) Transcoded() bool { return t.wide }

// Kind is the kind of the node.
func (t *Tree) Kind(n Node) Kind { return t.nodes[n].kind }

// Next is the node after n and all that n contains.
func (t *Tree) Next(n Node) Node { return t.nodes[n].next }

// Count is the number of members or elements of a container.
func (t *Tree) Count(n Node) int { return int(t.nodes[n].count) }

// Bytes are those of the node, of a string without its quotes. They are the document's.
func (t *Tree) Bytes(n Node) []byte { return t.buf[t.nodes[n].start:t.nodes[n].end] }

// Text is the text of a string, or the digits of a number.
func (t *Tree) Text(n Node) string {
	text, _ := t.WholeText(n)
	return text
}

// WholeText is [Tree.Text], and whether it is whole. A text with half a surrogate pair is
// not: it has "?" in that place.
func (t *Tree) WholeText(n Node) (text string, whole bool) {
	node := &t.nodes[n]
	if !node.plain {
		u, _ := units(t.Bytes(n), false)
		text, lone := textOfUnits(u)
		return text, !lone
	}
	if t.shared == unshared {
		return string(t.Bytes(n)), true
	}
	if t.copy == "" {
		value := &t.nodes[t.shared]
		t.copy, t.copyAt = string(t.buf[value.start:value.end]), value.start
	}
	return t.copy[node.start-t.copyAt : node.end-t.copyAt], true
}

// Base64 are the bytes that a string has in base64, if it is base64.
func (t *Tree) Base64(n Node) ([]byte, bool) {
	if t.nodes[n].plain {
		return decodeBase64(t.Bytes(n))
	}
	return decodeBase64([]byte(t.Text(n)))
}

// Name is the text of a member's name. It may be the document's.
func (t *Tree) Name(n Node) []byte {
	if t.nodes[n].plain {
		return t.Bytes(n)
	}
	u, _ := units(t.Bytes(n), true)
	text, _ := textOfUnits(u)
	return []byte(text)
}

// Member is the value of an object's member and its kind, which is Missing if there is
// none. Of two members of one name, the last one counts.
func (t *Tree) Member(object Node, name string) (value Node, kind Kind) {
	for n := object + 1; n < t.nodes[object].next; n = t.nodes[n+1].next {
		if string(t.Name(n)) == name {
			value, kind = n+1, t.nodes[n+1].kind
		}
	}
	return value, kind
}

// Member is a member of an object.
type Member struct {
	Name  string
	Value Node
}

// Members are those of an object, each name once, as in a Java LinkedHashMap: in the
// position of its first member, with the value of its last one.
func (t *Tree) Members(object Node) []Member {
	list := make([]Member, 0, t.nodes[object].count)
	seen := make(map[string]int, t.nodes[object].count)
	for n := object + 1; n < t.nodes[object].next; n = t.nodes[n+1].next {
		name := string(t.Name(n))
		if at, twice := seen[name]; twice {
			list[at].Value = n + 1
			continue
		}
		seen[name] = len(list)
		list = append(list, Member{name, n + 1})
	}
	return list
}
