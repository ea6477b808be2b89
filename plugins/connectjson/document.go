package connectjson

import (
	"unicode"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// document reads buf from the start. Afterwards nodes[0] is the document.
func (s *scanner) document() *record.Refusal {
	s.pos, s.nodes = 0, s.nodes[:0]
	c := s.skip()
	if c == 0 && s.pos >= len(s.buf) {
		if s.strict {
			return s.bad("no document")
		}
		s.nodes = append(s.nodes, node{kind: kindMissing, next: 1})
		return nil
	}
	if r := s.value(c, 0); r != nil {
		return r
	}
	if s.strict {
		if s.skip(); s.pos < len(s.buf) {
			return s.bad("bytes after the document")
		}
		return nil
	}
	return s.rootEnd()
}

// rootEnd checks what may follow a document in Jackson's eyes: anything, but a number needs white space and a literal
// must not go on as a name.
func (s *scanner) rootEnd() *record.Refusal {
	if s.pos >= len(s.buf) {
		return nil
	}
	c := s.buf[s.pos]
	switch s.nodes[0].kind {
	case kindInt, kindFloat:
		if c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			return s.bad("bytes after the number")
		}
	case kindTrue, kindFalse, kindNull:
		if c < utf8.RuneSelf {
			if identifierPart(rune(c)) && c >= '0' {
				return s.bad("bytes after the literal")
			}
			return nil
		}
		var u []uint16
		if n := sequence(s.buf[s.pos:], s.wide); n == 0 {
			return s.bad("invalid UTF-8")
		} else if u = appendSequence(u, s.buf[s.pos:s.pos+n], false); identifierPart(rune(u[len(u)-1])) {
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
