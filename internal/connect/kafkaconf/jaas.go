package kafkaconf

import (
	"errors"
	"fmt"
	"strings"
)

// Module is a login module of a JAAS configuration.
type Module struct {
	Class   string
	Options map[string]string
}

// ParseJAAS reads the value of sasl.jaas.config: CLASS FLAG NAME="VALUE" ...; with the rules
// of Kafka's own parser. Its errors contain no part of the text.
func ParseJAAS(text string) ([]Module, error) {
	p := jaasParser{rest: text}
	p.next()
	modules, err := p.modules("")
	if err == nil && modules == nil {
		err = errors.New("the JAAS config has no login module")
	}
	return modules, err
}

// ParseJAASFile reads a JAAS file: SECTION { CLASS FLAG NAME="VALUE" ...; };
func ParseJAASFile(text string) (map[string][]Module, error) {
	sections := map[string][]Module{}
	p := jaasParser{rest: text}
	for p.next(); p.token != ""; p.next() {
		name := p.word
		if p.next(); p.token != "{" {
			return nil, errors.New("expected NAME { CLASS FLAG OPTION=\"VALUE\"; };")
		}
		p.next()
		modules, err := p.modules("}")
		if err != nil {
			return nil, fmt.Errorf("section %s: %w", name, err)
		}
		if p.next(); p.token != ";" {
			return nil, fmt.Errorf("section %s: expected }; at its end", name)
		}
		sections[name] = modules
	}
	return sections, nil
}

// modules reads modules up to a token, which is then the current one. "" is the end.
func (p *jaasParser) modules(end string) (all []Module, err error) {
	for p.token != end {
		m := Module{Class: p.word, Options: map[string]string{}}
		if p.next(); p.token == "" {
			return nil, errors.New("the JAAS config has no control flag: write required behind the class")
		}
		switch strings.ToUpper(p.word) {
		case "REQUIRED", "REQUISITE", "SUFFICIENT", "OPTIONAL":
		default:
			return nil, errors.New("the JAAS config has no valid control flag: write required behind the class")
		}
		for p.next(); p.token != "" && p.token != ";"; p.next() {
			name := p.word
			if p.next(); p.token == "=" {
				p.next()
			} else {
				p.token = ""
			}
			if p.token == "" || !p.isWord {
				return nil, fmt.Errorf("option %d of the JAAS config has no value: write NAME=\"VALUE\", with \\\" for a quote in the value", len(m.Options)+1)
			}
			m.Options[name] = p.word
		}
		if p.token != ";" {
			return nil, errors.New("the JAAS config has no semicolon at its end")
		}
		all = append(all, m)
		p.next()
	}
	return all, nil
}

// jaasParser divides a text as the StreamTokenizer of Java does with Kafka's settings.
type jaasParser struct {
	rest   string
	token  string // "" at the end; a word, the kind of a quoted text, or one other character
	word   string // of a word or a quoted text
	isWord bool
}

// next reads the next token.
func (p *jaasParser) next() {
	p.token, p.word, p.isWord = "", "", false
	p.skip()
	if p.rest == "" {
		return
	}
	switch c := p.rest[0]; {
	case c == '"' || c == '\'':
		p.token, p.isWord = string(c), true
		p.rest = p.rest[1:]
		p.quoted(c)
	case isDigit(c) || c == '-': // a number has no text in Java
		p.token, p.rest = "0", strings.TrimLeft(p.rest[1:], "0123456789.")
	case isLetter(c):
		end := 0
		for end < len(p.rest) && (isLetter(p.rest[end]) || isDigit(p.rest[end])) {
			end++
		}
		p.word, p.isWord, p.rest = p.rest[:end], true, p.rest[end:]
		p.token = p.word
	default:
		p.token, p.rest = string(c), p.rest[1:]
	}
}

// skip skips white space and comments.
func (p *jaasParser) skip() {
	for {
		p.rest = strings.TrimLeftFunc(p.rest, func(r rune) bool { return r <= ' ' })
		switch {
		case strings.HasPrefix(p.rest, "/*"):
			_, p.rest, _ = strings.Cut(p.rest[2:], "*/")
		case strings.HasPrefix(p.rest, "/"):
			_, p.rest, _ = strings.Cut(p.rest, "\n")
		default:
			return
		}
	}
}

// quoted reads a text up to its quote. In Java a line's end is an end of the text, too.
func (p *jaasParser) quoted(quote byte) {
	var out strings.Builder
	i := 0
	for ; i < len(p.rest) && p.rest[i] != quote && p.rest[i] != '\n' && p.rest[i] != '\r'; i++ {
		if p.rest[i] != '\\' || i+1 == len(p.rest) {
			out.WriteByte(p.rest[i])
			continue
		}
		i++
		if c := p.rest[i]; c >= '0' && c <= '7' {
			code, digits := octal(p.rest[i:])
			out.WriteRune(code)
			i += digits - 1
		} else if at := strings.IndexByte("abfnrtv", c); at >= 0 {
			out.WriteByte("\a\b\f\n\r\t\v"[at])
		} else {
			out.WriteByte(c)
		}
	}
	p.word = out.String()
	if i < len(p.rest) && p.rest[i] == quote {
		i++
	}
	p.rest = p.rest[i:]
}

// octal reads \0 to \377.
func octal(text string) (code rune, digits int) {
	limit := 2
	if text[0] <= '3' {
		limit = 3
	}
	for digits < limit && digits < len(text) && text[digits] >= '0' && text[digits] <= '7' {
		code = code*8 + rune(text[digits]-'0')
		digits++
	}
	return code, digits
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '-' || c == '$' || c >= 0x80
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' || c == '.' }
