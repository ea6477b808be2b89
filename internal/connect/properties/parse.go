// Package properties reads what a Kafka Connect worker is configured with: Java properties
// files, CONNECT_* variables, config providers, and the worker's own keys.
package properties

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ReadFile reads a Java properties file.
func ReadFile(path string) (map[string]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading properties: %w", err)
	}
	return Parse(path, text)
}

const (
	whitespace = " \t\f"
	separators = "=:"
)

// Parse reads the text of a Java properties file as java.util.Properties does. The bytes are
// UTF-8, or else ISO-8859-1. The name is for errors: "reading NAME: line 3: ...". Values keep
// the spaces at their ends. When a key occurs twice, its last value counts.
func Parse(name string, text []byte) (map[string]string, error) {
	properties := map[string]string{}
	lines := strings.Split(lineEnds.Replace(decode(text)), "\n")
	for i := 0; i < len(lines); {
		first := i + 1
		var line string
		line, i = logicalLine(lines, i)
		if line == "" {
			continue
		}
		rawKey, rawValue := split(line)
		key, err := unescape(rawKey)
		if err != nil {
			return nil, fmt.Errorf("reading %s: line %d: %w", name, first, err)
		}
		if properties[key], err = unescape(rawValue); err != nil {
			return nil, fmt.Errorf("reading %s: line %d, key %s: %w", name, first, key, err)
		}
	}
	return properties, nil
}

var lineEnds = strings.NewReplacer("\r\n", "\n", "\r", "\n")

// decode returns the text of a file. Java reads the file of a worker as ISO-8859-1 and the
// file of a config provider as UTF-8. Text in ISO-8859-1 that is not ASCII is hardly ever
// valid UTF-8, so both are recognized.
func decode(file []byte) string {
	if file = bytes.TrimPrefix(file, []byte("\uFEFF")); utf8.Valid(file) {
		return string(file)
	}
	runes := make([]rune, len(file))
	for i, b := range file {
		runes[i] = rune(b)
	}
	return string(runes)
}

// logicalLine joins the line at i with those that a backslash at its end continues. It
// returns nothing for a blank line or a comment, and the index of the line behind.
func logicalLine(lines []string, i int) (string, int) {
	line := strings.TrimLeft(lines[i], whitespace)
	i++
	if line == "" || line[0] == '#' || line[0] == '!' {
		return "", i
	}
	for continues(line) {
		line = line[:len(line)-1]
		if line == "" || i == len(lines) { // nothing to continue: the next line is a new one
			break
		}
		line += strings.TrimLeft(lines[i], whitespace)
		i++
	}
	return line, i
}

// continues reports whether a line ends in a backslash that is not escaped itself.
func continues(line string) bool {
	return (len(line)-len(strings.TrimRight(line, `\`)))%2 == 1
}

// split divides a line at the first separator that is not escaped: white space, = or :, the
// latter with white space around it.
func split(line string) (key, value string) {
	end := len(line)
	for i := 0; i < len(line); i++ {
		if line[i] == '\\' {
			i++
		} else if strings.IndexByte(whitespace+separators, line[i]) >= 0 {
			end = i
			break
		}
	}
	value = strings.TrimLeft(line[end:], whitespace)
	if value != "" && strings.IndexByte(separators, value[0]) >= 0 {
		value = strings.TrimLeft(value[1:], whitespace)
	}
	return line[:end], value
}

var errUnicode = errors.New(`\u needs four hexadecimal digits behind it; write \\ for a backslash`)

// unescape works with the 16-bit characters of Java: an escaped emoji is two of them.
func unescape(text string) (string, error) {
	if !strings.Contains(text, `\`) {
		return text, nil
	}
	var out []uint16
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		if runes[i] != '\\' {
			out = utf16.AppendRune(out, runes[i])
			continue
		}
		i++ // a line never ends in a single backslash
		if runes[i] != 'u' {
			out = utf16.AppendRune(out, control(runes[i]))
			continue
		}
		digits := string(runes[i+1 : min(i+5, len(runes))])
		code, err := strconv.ParseUint(digits, 16, 16)
		if err != nil || len(digits) != 4 {
			return "", errUnicode
		}
		out = append(out, uint16(code))
		i += 4
	}
	return string(utf16.Decode(out)), nil
}

// control returns the character that a backslash and a letter stand for.
func control(r rune) rune {
	switch r {
	case 't':
		return '\t'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 'f':
		return '\f'
	}
	return r
}
