package jackson

import (
	"unicode"
	"unicode/utf8"
)

// document reads buf from its start. Afterwards nodes[0] is the document.
func (s *scanner) document() error {
	c := s.space()
	if c == 0 && s.pos >= len(s.buf) {
		if s.strict {
			return s.bad("no document")
		}
		s.push(Missing, 0)
		return nil
	}
	if err := s.value(c, 0); err != nil {
		return err
	}
	if s.strict {
		if s.space(); s.pos < len(s.buf) {
			return s.bad("bytes after the document")
		}
		return nil
	}
	return s.rootEnd()
}

// rootEnd checks what follows the document. Jackson takes anything there, but a number
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
		if c < utf8.RuneSelf {
			if identifierPart(rune(c)) && c >= '0' {
				return s.bad("bytes after the literal")
			}
			return nil
		}
		n := sequence(s.buf[s.pos:], s.wide)
		if n == 0 {
			return s.bad("invalid UTF-8")
		}
		u := appendSequence(nil, s.buf[s.pos:s.pos+n], false)
		if identifierPart(rune(u[len(u)-1])) {
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
