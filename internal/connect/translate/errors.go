package translate

import (
	"fmt"
	"strings"
)

// Problem is a key that cannot be honoured, and why.
type Problem struct{ Key, Text string }

// Error has everything of a configuration that cannot be honoured.
type Error struct{ Problems []Problem }

// Error implements error. It has one line for each problem.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// String names the key and the reason.
func (p Problem) String() string {
	if strings.Contains(p.Text, p.Key) {
		return p.Text
	}
	return p.Key + ": " + p.Text
}

func (t *translator) refuse(key, format string, args ...any) {
	t.problems = append(t.problems, Problem{key, fmt.Sprintf(format, args...)})
}

// Difference is one respect in which the pipeline differs from the connector on a worker of
// Kafka Connect. Key is "" for what concerns every connector. Value is "[hidden]" for a
// password.
type Difference struct{ Key, Value, Text string }

// String is the difference as `order-sink connect-import` prints it.
func (d Difference) String() string {
	switch {
	case d.Key == "":
		return d.Text
	case d.Value == "":
		return d.Key + ": " + d.Text
	}
	return fmt.Sprintf("%s=%s: %s", d.Key, d.Value, d.Text)
}

// differs lists a difference of a key, with the value of the configuration.
func (t *translator) differs(key, format string, args ...any) {
	value := t.Config[key]
	if strings.Contains(strings.ToLower(key), "password") || strings.Contains(key, "jaas") || strings.Contains(key, "secret") {
		value = "[hidden]"
	}
	t.pipeline.Differences = append(t.pipeline.Differences, Difference{key, value, fmt.Sprintf(format, args...)})
}
