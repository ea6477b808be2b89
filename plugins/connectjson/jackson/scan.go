// Package jackson reads JSON as Jackson 2.21 does, the library of the reference
// converter, and gives a [Tree] of its nodes. It knows nothing of schemas.
//
// The reader is our own, for two reasons. Compatibility: no Go library answers as Jackson
// does on odd bytes (leading zeros, overlong UTF-8, UTF-16, bytes after the document), and
// the kind of a number (an int, a bigger integer, a decimal) decides about acceptance.
// Speed: an envelope is mostly its schema, which one comparison in the middle of the scan
// recognises; a library would read the schema each time. BenchmarkDecode and
// BenchmarkReaders measure the seed's envelope (one core, 2026-11): the whole decode takes
// 0.6 us and 8 allocations. encoding/json takes 4.6 us and 34 to read the payload into a
// map and skip the schema. jsonparser 1.1.1, which checks neither syntax nor encoding,
// takes 1.2 us and 14 to put the six fields into a map.
package jackson

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// The limits of Jackson's StreamReadConstraints, as the reference uses them.
const (
	maxDepth     = 1000
	maxNumberLen = 1000
	maxNameLen   = 50_000
	maxTextLen   = 20_000_000
)

// MaxDocument is the greatest length of a document in bytes. Jackson has no such limit;
// here a position is an int32.
const MaxDocument = 1 << 30

// Skip says how many bytes of rest the caller knows already, 0 if it knows none. The
// scanner calls it for each member of the root: name has the bytes of the member's name
// and rest begins with its value. What the caller knows must be one whole value.
type Skip func(name, rest []byte) int

type scanner struct {
	buf    []byte
	pos    int
	nodes  []node
	strict bool
	wide   bool // transcoded from UTF-16 or UTF-32, where Jackson lets surrogates pass
	skip   Skip
}

// document reads buf from its start. Afterwards nodes[0] is the document.
func (s *scanner) document() error {
	c := s.space()
	switch {
	case s.pos < len(s.buf):
	case s.strict:
		return s.bad("no document")
	default:
		s.push(Missing, false, 0, 0)
		return nil
	}
	if err := s.value(c, 0); err != nil {
		return err
	}
	if !s.strict {
		return s.rootEnd()
	}
	if s.space(); s.pos < len(s.buf) {
		return s.bad("bytes after the document")
	}
	return nil
}

// rootEnd checks the bytes after the document. Jackson takes any bytes, but a number
// needs white space and a literal must not go on as a name.
func (s *scanner) rootEnd() error {
	if s.pos >= len(s.buf) {
		return nil
	}
	c := s.buf[s.pos]
	switch s.nodes[0].kind {
	case Int, Float:
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return s.bad("bytes after the number")
		}
	case True, False, Null:
		r := rune(c)
		if c >= utf8.RuneSelf {
			n := sequence(s.buf[s.pos:], s.wide)
			if n == 0 {
				return s.bad("invalid UTF-8")
			}
			u := appendSequence(nil, s.buf[s.pos:s.pos+n], false)
			r = rune(u[len(u)-1])
		}
		if c >= '0' && identifierPart(r) {
			return s.bad("bytes after the literal")
		}
	}
	return nil
}

// identifierPart is Java's Character.isJavaIdentifierPart, by Go's Unicode tables.
func identifierPart(r rune) bool {
	return unicode.In(r, unicode.L, unicode.Nl, unicode.Sc, unicode.Pc, unicode.Nd, unicode.Mn, unicode.Mc, unicode.Cf) ||
		r <= 8 || r >= 0x0E && r <= 0x1B || r >= 0x7F && r <= 0x9F
}

func (s *scanner) bad(what string) error {
	return fmt.Errorf("%s at byte %d", what, s.pos)
}

func (s *scanner) unexpected(wanted string) error {
	if s.pos >= len(s.buf) {
		wanted += ", got the end"
	}
	return s.bad("expected " + wanted)
}

// space passes white space and returns the byte that follows, 0 at the end of the input.
func (s *scanner) space() byte {
	for s.pos < len(s.buf) {
		c := s.buf[s.pos]
		if c > ' ' || c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return c
		}
		s.pos++
	}
	return 0
}

// push appends a node that contains no other.
func (s *scanner) push(k Kind, plain bool, start, end int) {
	next := Node(len(s.nodes) + 1)
	s.nodes = append(s.nodes, node{kind: k, plain: plain, start: int32(start), end: int32(end), next: next})
}

// value reads the value that begins with c, in a container of the given depth.
func (s *scanner) value(c byte, depth int) error {
	switch c {
	case '"':
		return s.text(false)
	case '{':
		return s.container(Object, '}', depth+1)
	case '[':
		return s.container(Array, ']', depth+1)
	case 't':
		return s.literal("true", True)
	case 'f':
		return s.literal("false", False)
	case 'n':
		return s.literal("null", Null)
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return s.number()
	}
	return s.unexpected("a value")
}

func (s *scanner) literal(word string, k Kind) error {
	if !bytes.HasPrefix(s.buf[s.pos:], []byte(word)) {
		return s.bad("expected a value")
	}
	s.push(k, false, s.pos, s.pos+len(word))
	s.pos += len(word)
	return nil
}

// container reads an array or an object, which ends with the byte end.
func (s *scanner) container(k Kind, end byte, depth int) error {
	if depth > maxDepth {
		return s.bad("nested deeper than 1000")
	}
	self, count := len(s.nodes), 0
	s.push(k, false, s.pos, 0)
	s.pos++
	for c := s.space(); c != end; count++ {
		if count > 0 {
			if c != ',' {
				return s.unexpected("a comma or the end of the " + k.String())
			}
			s.pos++
			c = s.space()
		}
		var err error
		if k == Object {
			err = s.member(c, depth)
		} else {
			err = s.value(c, depth)
		}
		if err != nil {
			return err
		}
		c = s.space()
	}
	s.pos++
	n := &s.nodes[self]
	n.end, n.next, n.count = int32(s.pos), Node(len(s.nodes)), int32(count)
	return nil
}

// member reads a name, which begins with c, and its value.
func (s *scanner) member(c byte, depth int) error {
	if c != '"' {
		return s.unexpected("a member's name")
	}
	if err := s.text(true); err != nil {
		return err
	}
	if s.space() != ':' {
		return s.unexpected("a colon")
	}
	s.pos++
	c = s.space()
	if depth == 1 && s.skip != nil {
		name := &s.nodes[len(s.nodes)-1]
		if length := s.skip(s.buf[name.start:name.end], s.buf[s.pos:]); length > 0 {
			s.push(Skipped, false, s.pos, s.pos+length)
			s.pos += length
			return nil
		}
	}
	return s.value(c, depth)
}
