package def

import (
	"fmt"
	"strconv"
	"strings"
)

// NullValue is the error of a JSON null.
const NullValue = "Null value can not be supplied as the configuration value."

// Missing is the error of a required key that the configuration does not have.
func Missing(key string) string {
	return fmt.Sprintf("Missing required configuration %q which has no default value.", key)
}

// Invalid is the error of a value, such as `Invalid value 0 for configuration tasks.max:
// Value must be at least 1`.
func Invalid(key string, value any, reason string) string {
	return fmt.Sprintf("Invalid value %s for configuration %s: %s", java(value), key, reason)
}

// java returns a value as Java prints it.
func java(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case []string:
		return "[" + strings.Join(v, ", ") + "]"
	}
	return fmt.Sprint(value)
}

// bits is the size of the integers.
var bits = map[Kind]int{Short: 16, Int: 32, Long: 64}

// parse reads the text of a value. White space around it never counts.
func (k *Key) parse(text string) (value any, problem string) {
	trimmed := Trim(text)
	switch k.Kind {
	case Boolean:
		switch strings.ToLower(trimmed) {
		case "true":
			return true, ""
		case "false":
			return false, ""
		}
		return nil, Invalid(k.Name, text, "Expected value to be either true or false")
	case Int, Long, Short:
		n, err := strconv.ParseInt(trimmed, 10, bits[k.Kind])
		if err != nil {
			return nil, Invalid(k.Name, text, "Not a number of type "+string(k.Kind))
		}
		return n, ""
	case List:
		return Split(trimmed), ""
	case Class:
		if full, known := k.Classes(trimmed); known {
			return full, ""
		}
		return nil, Invalid(k.Name, text, "Class "+text+" could not be found.")
	}
	return trimmed, ""
}

// Trim removes what Java's String.trim removes.
func Trim(text string) string {
	return strings.TrimFunc(text, func(r rune) bool { return r <= ' ' })
}

// Split reads a list. Empty text is a list of nothing, and "," one of two empty texts.
func Split(text string) []string {
	text = Trim(text)
	if text == "" {
		return []string{}
	}
	parts := strings.Split(text, ",")
	for i := range parts {
		// The pattern of Kafka takes the white space of regular expressions.
		parts[i] = strings.Trim(parts[i], " \t\n\v\f\r")
	}
	return parts
}
