// Package javaregex matches the names of topics with Java's regular expressions.
//
// The engine is regexp2, because Go's own regexp has no look-around, back-references or
// possessive quantifiers. It differs from java.util.regex in the forms that Compile refuses.
package javaregex

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// timeout limits a match. A pattern such as (a+)+b takes longer than the age of the world
// for some names.
const timeout = time.Second

// Pattern is a compiled regular expression. It is safe for concurrent use.
type Pattern struct {
	first *regexp2.Regexp // finds the first match
	whole *regexp2.Regexp // matches a whole text only
}

// Compile compiles a regular expression of Java. The error says what the engine does not
// take.
func Compile(expression string) (*Pattern, error) {
	if hasNestedClass(expression) {
		return nil, errors.New("a character class inside another one, or && in a class, is not supported: write the characters without it")
	}
	expression = posix(expression)
	p := &Pattern{}
	for _, c := range []struct {
		into *(*regexp2.Regexp)
		text string
	}{{&p.first, expression}, {&p.whole, `\A(?:` + expression + `)\z`}} {
		// \w, \d and \s are ASCII in Java, as in RE2. Java numbers the groups in their order,
		// those with a name as well.
		compiled, err := regexp2.Compile(c.text, regexp2.RE2, regexp2.OptionMaintainCaptureOrder())
		if err != nil {
			return nil, fmt.Errorf("compiling the regular expression: %w", err)
		}
		compiled.MatchTimeout = timeout
		*c.into = compiled
	}
	return p, nil
}

// hasNestedClass reports whether a class has a class inside or an intersection: Java and
// the engine read both, but not in the same way.
func hasNestedClass(expression string) bool {
	inClass, first := false, false
	for i := 0; i < len(expression); i++ {
		c := expression[i]
		switch {
		case strings.HasPrefix(expression[i:], `\Q`):
			length := strings.Index(expression[i:], `\E`)
			if length < 0 {
				return false
			}
			i += length + 1
		case c == '\\':
			i++
		case !inClass:
			inClass, first = c == '[', true
			continue
		case c == '[' || strings.HasPrefix(expression[i:], "&&"):
			return true
		case c == '^' && first:
			continue
		case c == ']' && !first:
			inClass = false
		}
		first = false
	}
	return false
}

// Matches reports whether the pattern matches the whole text, as Matcher.matches does. The
// error says that the match took too long.
func (p *Pattern) Matches(text string) (bool, error) {
	matches, err := p.whole.MatchString(text)
	if err != nil {
		return false, errors.New("the regular expression takes too long")
	}
	return matches, nil
}

// Replacement is a replacement of Matcher.replaceFirst for a pattern.
type Replacement struct {
	pattern *Pattern
	parts   []part
}

// part is text, or a group of the match if group is not negative.
type part struct {
	text  string
	group int
}

// Replacement reads a replacement: $1 and ${name} are groups, and a backslash makes the next
// character text. The error names what Java refuses.
func (p *Pattern) Replacement(text string) (*Replacement, error) {
	r := &Replacement{pattern: p}
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
			if i == len(text) {
				return nil, errors.New("the replacement ends with a backslash: write two for one")
			}
			r.text(text[i : i+1])
		case '$':
			group, length, err := p.reference(text[i+1:])
			if err != nil {
				return nil, err
			}
			r.parts = append(r.parts, part{group: group})
			i += length
		default:
			r.text(text[i : i+1])
		}
	}
	return r, nil
}

func (r *Replacement) text(text string) {
	if last := len(r.parts) - 1; last >= 0 && r.parts[last].group < 0 {
		r.parts[last].text += text
		return
	}
	r.parts = append(r.parts, part{text, -1})
}

// reference reads a group behind a dollar sign.
func (p *Pattern) reference(text string) (group, length int, _ error) {
	if strings.HasPrefix(text, "{") {
		name, _, closed := strings.Cut(text[1:], "}")
		group = p.first.GroupNumberFromName(name)
		if !closed || group < 0 || name == "" || name[0] <= '9' {
			return 0, 0, fmt.Errorf("the replacement names the group %q, which the regular expression does not have", name)
		}
		return group, len(name) + 2, nil
	}
	if text == "" || text[0] < '0' || text[0] > '9' {
		return 0, 0, errors.New(`the replacement has a "$" that is no group: write "\$" for the character`)
	}
	groups := len(p.first.GetGroupNumbers())
	for length < len(text) && text[length] >= '0' && text[length] <= '9' {
		next := group*10 + int(text[length]-'0')
		if length > 0 && next >= groups {
			break // as in Java: $12 is $1 and a 2 when there are fewer groups
		}
		group = next
		length++
	}
	if group >= groups {
		return 0, 0, fmt.Errorf("the replacement names the group %d, and the regular expression has %d", group, groups-1)
	}
	return group, length, nil
}

// ReplaceFirst replaces the first match in the text. It returns the text itself if there is
// none.
func (r *Replacement) ReplaceFirst(text string) (string, error) {
	m, err := r.pattern.first.FindStringMatch(text)
	if err != nil {
		return "", errors.New("the regular expression takes too long")
	}
	if m == nil {
		return text, nil
	}
	runes := []rune(text)
	var b strings.Builder
	b.WriteString(string(runes[:m.RuneIndex]))
	for _, part := range r.parts {
		if part.group < 0 {
			b.WriteString(part.text)
		} else if g := m.GroupByNumber(part.group); g != nil {
			b.WriteString(g.String())
		}
	}
	b.WriteString(string(runes[m.RuneIndex+m.RuneLength:]))
	return b.String(), nil
}
