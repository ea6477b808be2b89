package jackson

import "unicode/utf8"

// special marks the bytes at which a string's plain run ends: a quote, an escape, a
// control character and all that is not ASCII.
var special = func() (t [256]bool) {
	for c := range t {
		t[c] = c < ' ' || c == '"' || c == '\\' || c >= utf8.RuneSelf
	}
	return t
}()

// text reads a string or a member's name, from its opening quote.
func (s *scanner) text(name bool) error {
	start := s.pos + 1
	plain := true
	i := start
	for {
		for i < len(s.buf) && !special[s.buf[i]] {
			i++
		}
		if i < len(s.buf) && s.buf[i] == '"' {
			break
		}
		s.pos = i
		length, itself, err := s.character()
		if err != nil {
			return err
		}
		plain = plain && itself
		i += length
	}
	s.nodes = append(s.nodes, node{kind: String, plain: plain, start: int32(start), end: int32(i), next: Node(len(s.nodes) + 1)})
	s.pos = i + 1
	if name && (!plain || i-start > maxNameLen) || i-start > maxTextLen {
		return s.checkText(s.buf[start:i], name)
	}
	return nil
}

// character checks the escape or the character at pos, which is not plain ASCII. It
// returns its length, and whether its bytes are its text.
func (s *scanner) character() (length int, itself bool, err error) {
	if s.pos >= len(s.buf) {
		return 0, false, s.bad("unterminated string")
	}
	rest := s.buf[s.pos:]
	switch {
	case rest[0] == '\\':
		if length = escapeLen(rest); length == 0 {
			return 0, false, s.bad("invalid escape")
		}
		return length, false, nil
	case rest[0] < ' ':
		return 0, false, s.bad("control character in a string")
	}
	if r, n := utf8.DecodeRune(rest); r != utf8.RuneError || n > 1 {
		return n, true, nil
	}
	if length = sequence(rest, s.wide); length == 0 || s.strict {
		return 0, false, s.bad("invalid UTF-8")
	}
	return length, false, nil
}

// checkText applies the rules about the decoded text: Jackson's limits of length, and
// that the escaped surrogates of a name come in pairs.
func (s *scanner) checkText(raw []byte, name bool) error {
	u := units(raw, name)
	if !name {
		if len(u) > maxTextLen {
			return s.bad("a string longer than 20000000 characters ends")
		}
		return nil
	}
	if brokenPair(raw) && !s.wide {
		return s.bad("a name with half a surrogate pair ends")
	}
	if text, _ := textOfUnits(u); len(text) > maxNameLen {
		return s.bad("a name longer than 50000 bytes ends")
	}
	return nil
}

// escapeLen is the length of the escape that b begins with, 0 if it is none.
func escapeLen(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) < 6 {
			return 0
		}
		for _, c := range b[2:6] {
			if hexValue(c) < 0 {
				return 0
			}
		}
		return 6
	}
	return 0
}

func hexValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
