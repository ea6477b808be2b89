package field

import (
	"errors"
	"strings"
)

// parsePath reads a path of Kafka's syntax V2: names with dots between them. A name with a
// dot stands between backticks. Between backticks, a backtick before a dot or at the end is
// part of the name when a backslash stands before it.
func parsePath(path string) (steps []string, _ error) {
	rest := path
	for rest != "" {
		if rest[0] != '`' {
			name, after, found := strings.Cut(rest, ".")
			steps = append(steps, name)
			if !found {
				return steps, nil
			}
			rest = after
			continue
		}
		name, after, err := parseQuoted(rest[1:])
		if err != nil {
			return nil, err
		}
		steps = append(steps, name)
		rest = after
	}
	if strings.HasSuffix(path, ".") {
		steps = append(steps, "")
	}
	return steps, nil
}

// parseQuoted reads a name behind its first backtick. rest is what stands behind the dot.
func parseQuoted(text string) (name, rest string, _ error) {
	var b strings.Builder
	start := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '`' {
			continue
		}
		escaped := i > 0 && text[i-1] == '\\'
		switch isLast := i == len(text)-1; {
		case isLast && escaped:
			return "", "", errUnclosed
		case isLast:
			b.WriteString(text[start:i])
			return b.String(), "", nil
		case text[i+1] != '.': // part of the name
		case escaped:
			b.WriteString(text[start:i-1] + "`")
			start = i + 1
		default:
			b.WriteString(text[start:i])
			return b.String(), text[i+2:], nil
		}
	}
	return "", "", errUnclosed
}

var errUnclosed = errors.New("a backtick has no other one that closes it: write a backslash before a backtick that belongs to a name")
