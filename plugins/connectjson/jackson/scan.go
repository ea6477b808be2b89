// Package jackson reads JSON as Jackson 2.21 does, the library of the reference
// converter, and gives a [Tree] of its nodes. It knows nothing of schemas.
//
// The reader is our own, for two reasons. Compatibility: no Go library answers as
// Jackson does on odd bytes (leading zeros, overlong UTF-8, UTF-16, bytes after the
// document), and the kind of a number (an int, a bigger integer, a decimal) decides
// about acceptance. Speed: an envelope is mostly its schema, which one comparison in the
// middle of the scan recognises; a library would read the schema each time. Measured on
// the seed's envelope (see BenchmarkDecode and BenchmarkReaders; one core, 2026-11): the
// whole decode takes 0.6 us and 8 allocations. encoding/json takes 4.6 us and 34 to read
// the payload into a map and skip the schema, and 7.5 us and 103 to read both.
// jsonparser 1.1.1, which checks neither syntax nor encoding, takes 0.6 us to find the
// six fields and 1.2 us with 14 allocations to put them into a map.
package jackson

import (
	"bytes"
	"fmt"
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

func (s *scanner) bad(what string) error {
	return fmt.Errorf("%s at byte %d", what, s.pos)
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

// value reads the value that begins with c, in a container of the given depth.
func (s *scanner) value(c byte, depth int) error {
	switch c {
	case '"':
		return s.text(false)
	case '{':
		return s.object(depth + 1)
	case '[':
		return s.array(depth + 1)
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

func (s *scanner) unexpected(wanted string) error {
	if s.pos >= len(s.buf) {
		return s.bad("expected " + wanted + ", got the end")
	}
	return s.bad("expected " + wanted)
}

func (s *scanner) push(k Kind, start int) int {
	s.nodes = append(s.nodes, node{kind: k, start: int32(start), next: Node(len(s.nodes) + 1)})
	return len(s.nodes) - 1
}

func (s *scanner) close(self, count int) {
	s.pos++
	n := &s.nodes[self]
	n.end, n.next, n.count = int32(s.pos), Node(len(s.nodes)), int32(count)
}

func (s *scanner) literal(word string, k Kind) error {
	if !bytes.HasPrefix(s.buf[s.pos:], []byte(word)) {
		return s.bad("expected a value")
	}
	self := s.push(k, s.pos)
	s.pos += len(word)
	s.nodes[self].end = int32(s.pos)
	return nil
}

func (s *scanner) array(depth int) error {
	if depth > maxDepth {
		return s.bad("nested deeper than 1000")
	}
	self := s.push(Array, s.pos)
	s.pos++
	c := s.space()
	if c == ']' {
		s.close(self, 0)
		return nil
	}
	for count := 1; ; count++ {
		if err := s.value(c, depth); err != nil {
			return err
		}
		switch s.space() {
		case ',':
			s.pos++
			c = s.space()
		case ']':
			s.close(self, count)
			return nil
		default:
			return s.unexpected("a comma or the end of the array")
		}
	}
}

func (s *scanner) object(depth int) error {
	if depth > maxDepth {
		return s.bad("nested deeper than 1000")
	}
	self := s.push(Object, s.pos)
	s.pos++
	c := s.space()
	if c == '}' {
		s.close(self, 0)
		return nil
	}
	for count := 1; ; count++ {
		if err := s.member(c, depth); err != nil {
			return err
		}
		switch s.space() {
		case ',':
			s.pos++
			c = s.space()
		case '}':
			s.close(self, count)
			return nil
		default:
			return s.unexpected("a comma or the end of the object")
		}
	}
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
	if depth == 1 && s.skip != nil && s.known() {
		return nil
	}
	return s.value(c, depth)
}

// known passes the value of a member if the caller knows it.
func (s *scanner) known() bool {
	name := &s.nodes[len(s.nodes)-1]
	length := s.skip(s.buf[name.start:name.end], s.buf[s.pos:])
	if length == 0 {
		return false
	}
	self := s.push(Skipped, s.pos)
	s.pos += length
	s.nodes[self].end = int32(s.pos)
	return true
}
