package kafkaconf

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Error is a property whose value cannot be honoured. Text has the words of Kafka's own
// clients where they refuse the value too, and never a password.
type Error struct {
	Key  string // as the user wrote it, such as consumer.override.sasl.mechanism
	Text string
}

// Error implements error. It always names the key.
func (e *Error) Error() string {
	if strings.Contains(e.Text, e.Key) {
		return e.Text
	}
	return e.Key + ": " + e.Text
}

// Errors returns the errors that an error of this package joins.
func Errors(err error) (all []*Error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok { // errors.As finds only the first
		for _, err := range joined.Unwrap() {
			all = append(all, Errors(err)...)
		}
		return all
	}
	var e *Error
	if errors.As(err, &e) {
		return []*Error{e}
	}
	if err != nil {
		return []*Error{{Text: err.Error()}}
	}
	return nil
}

// Invalid returns the [Error] that Kafka gives for a bad value: "Invalid value VALUE for
// configuration KEY: REASON".
func Invalid(key, value, reason string) *Error {
	return &Error{Key: key, Text: fmt.Sprintf("Invalid value %s for configuration %s: %s", value, key, reason)}
}

// Missing returns the [Error] that Kafka gives for a required property that is not set.
func Missing(key string) *Error {
	return &Error{Key: key, Text: fmt.Sprintf("Missing required configuration %q which has no default value.", key)}
}

// Empty returns the [Error] that Kafka gives for a list that must have an item.
func Empty(key string) *Error {
	return &Error{Key: key, Text: "Configuration '" + key + "' must not be empty. Valid values include: any non-empty value"}
}

// Verdict says what happens to a property.
type Verdict string

// The verdicts.
const (
	Honoured Verdict = "honoured"
	Ignored  Verdict = "ignored"
	Refused  Verdict = "refused"
	Unknown  Verdict = "unknown"
)

// Note is what happens to a property, and why if it is not honoured.
type Note struct {
	Key     string
	Verdict Verdict
	Reason  string
}

// Secret is a text that fmt, slog and encoding/json do not show. Use string(s) for the text.
type Secret string

const hidden = "[hidden]"

// String returns "[hidden]", or nothing for an empty secret.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return hidden
}

// GoString is String, for %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText is String, for JSON and for slog.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Trim removes what Kafka removes around each value: the spaces and control characters of
// ASCII.
func Trim(value string) string {
	return strings.TrimFunc(value, func(r rune) bool { return r <= ' ' })
}

// Type is a type of Kafka's ConfigDef for numbers.
type Type struct {
	name string
	bits int
}

// The types of numbers.
var (
	TypeShort = Type{"SHORT", 16}
	TypeInt   = Type{"INT", 32}
	TypeLong  = Type{"LONG", 64}
)

// ParseNumber reads a number of at least min as Kafka does.
func ParseNumber(key, value string, t Type, min int64) (int64, error) {
	n, err := strconv.ParseInt(Trim(value), 10, t.bits)
	if err != nil {
		return 0, Invalid(key, value, "Not a number of type "+t.name)
	}
	if n < min {
		return 0, Invalid(key, value, fmt.Sprintf("Value must be at least %d", min))
	}
	return n, nil
}

// ParseMillis reads a number of milliseconds of at least 0.
func ParseMillis(key, value string, t Type) (time.Duration, error) {
	n, err := ParseNumber(key, value, t, 0)
	return time.Duration(min(n, longest)) * time.Millisecond, err
}

// longest is the longest time.Duration as a number of milliseconds. Kafka's files have
// Long.MAX_VALUE for times without an end.
const longest int64 = (1<<63 - 1) / 1_000_000

// ParseBool reads true or false in any case as Kafka does.
func ParseBool(key, value string) (bool, error) {
	switch strings.ToLower(Trim(value)) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, Invalid(key, value, "Expected value to be either true or false")
}

// ParseList splits a list at its commas. An empty text is an empty list.
func ParseList(value string) (items []string) {
	if value = Trim(value); value == "" {
		return nil
	}
	for item := range strings.SplitSeq(value, ",") {
		items = append(items, Trim(item))
	}
	return items
}
