package javaregex

import "strings"

// classes are Java's classes of ASCII characters, without the brackets.
var classes = map[string]string{
	"Lower": `a-z`, "Upper": `A-Z`, "ASCII": `\x00-\x7F`, "Alpha": `a-zA-Z`, "Digit": `0-9`, "Alnum": `a-zA-Z0-9`,
	"Punct": `!-/:-@\[-\x60{-~`, "Graph": `!-~`, "Print": ` -~`, "Blank": ` \t`, "Cntrl": `\x00-\x1F\x7F`, "XDigit": `0-9a-fA-F`, "Space": ` \t\n\x0B\f\r`,
}

// posix replaces Java's names of classes, such as \p{Alpha}, which the engine does not know.
// It leaves a negated name inside a class, which the engine refuses.
func posix(expression string) string {
	var b strings.Builder
	inClass := false
	for i := 0; i < len(expression); i++ {
		switch c := expression[i]; {
		case c == '[' || c == ']':
			inClass = c == '['
		case c == '\\' && i+1 < len(expression):
			name, after, found := strings.Cut(strings.TrimPrefix(expression[i+2:], "{"), "}")
			members, known := classes[name]
			negated := expression[i+1] == 'P'
			if found && known && (negated && !inClass || expression[i+1] == 'p') {
				b.WriteString(bracket(members, inClass, negated))
				i = len(expression) - len(after) - 1
				continue
			}
			b.WriteByte(c)
			i++
		}
		b.WriteByte(expression[i])
	}
	return b.String()
}

func bracket(members string, inClass, negated bool) string {
	switch {
	case inClass:
		return members
	case negated:
		return "[^" + members + "]"
	}
	return "[" + members + "]"
}
