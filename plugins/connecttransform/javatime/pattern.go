// Package javatime formats and reads times with the patterns of Java's SimpleDateFormat, in
// UTC and in English, and as leniently: text behind the time is ignored, and the 32nd of a
// month is the first of the next one. The calendar is Java's: the Julian one before
// 1582-10-15. Parse reads no weeks (Y, w, W, F), and only zones with one offset.
package javatime

import (
	"errors"
	"fmt"
	"strings"
)

// letters has the letters that Java knows.
const letters = "GyMwWDdFEaHkKhmsSzZYuXL"

// Pattern is a compiled pattern. It is safe for concurrent use.
type Pattern struct {
	text  string
	items []item
}

// item is a field, or text between fields if the letter is 0.
type item struct {
	letter byte
	count  int
	text   string
}

// Compile reads a pattern. The error says which letter Java does not know.
func Compile(pattern string) (*Pattern, error) {
	p := &Pattern{text: pattern}
	for i := 0; i < len(pattern); {
		c := pattern[i]
		switch {
		case c == '\'':
			text, length, err := quoted(pattern[i:])
			if err != nil {
				return nil, err
			}
			p.add(text)
			i += length
		case c|0x20 >= 'a' && c|0x20 <= 'z':
			end := i
			for end < len(pattern) && pattern[end] == c {
				end++
			}
			if strings.IndexByte(letters, c) < 0 {
				return nil, fmt.Errorf("the pattern has the letter %c, which is no field of SimpleDateFormat: put text between single quotes", c)
			}
			if c == 'X' && end-i > 3 {
				return nil, errors.New("the pattern has more than three X, which SimpleDateFormat refuses")
			}
			p.items = append(p.items, item{letter: c, count: end - i})
			i = end
		default:
			p.add(pattern[i : i+1])
			i++
		}
	}
	return p, nil
}

// quoted reads text in single quotes. Two quotes are one, inside and outside.
func quoted(pattern string) (text string, length int, _ error) {
	if strings.HasPrefix(pattern, "''") {
		return "'", 2, nil
	}
	var b strings.Builder
	for i := 1; i < len(pattern); i++ {
		if pattern[i] != '\'' {
			b.WriteByte(pattern[i])
			continue
		}
		if i+1 < len(pattern) && pattern[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		return b.String(), i + 1, nil
	}
	return "", 0, errors.New("the pattern has a single quote that no other one closes")
}

func (p *Pattern) add(text string) {
	if last := len(p.items) - 1; last >= 0 && p.items[last].letter == 0 {
		p.items[last].text += text
		return
	}
	p.items = append(p.items, item{text: text})
}

// String returns the pattern.
func (p *Pattern) String() string { return p.text }
