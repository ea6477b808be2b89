package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/configdef"
)

// unreadable is the answer to a body that is not what it should be. Kafka Connect answers 500,
// not 400.
func unreadable(format string, args ...any) error {
	return connect.Errorf(http.StatusInternalServerError, "Reading the body: "+format, args...)
}

// object reads the body as a JSON object. It returns nil for no body and for null.
func object(r *http.Request) (map[string]json.RawMessage, error) {
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, fmt.Errorf("reading the body: %w", err)
	}
	text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, nil
	}
	var members map[string]json.RawMessage
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, unreadable("%s", explain(err))
	}
	return members, nil
}

// explain returns the problem of a JSON text without Go's names for it.
func explain(err error) string {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &kind):
		return "expected a JSON object, not " + article(kind.Value)
	case errors.As(err, &syntax):
		return fmt.Sprintf("it is not valid JSON: %v at byte %d", err, syntax.Offset)
	}
	return err.Error()
}

func article(kind string) string {
	if kind == "array" || kind == "object" {
		return "an " + kind
	}
	return "a " + kind
}

// known returns an error for a member that is not one of the names.
func known(members map[string]json.RawMessage, names ...string) error {
next:
	for member := range members {
		for _, name := range names {
			if member == name {
				continue next
			}
		}
		return unreadable("unrecognized field %q: the fields are %s", member, strings.Join(names, ", "))
	}
	return nil
}

// null reports whether a member is missing or null.
func null(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

// config reads the configuration of a connector. A null is [configdef.Null].
func config(members map[string]json.RawMessage) (map[string]string, error) {
	config := make(map[string]string, len(members))
	for key, raw := range members {
		if null(raw) {
			config[key] = configdef.Null
			continue
		}
		text, err := scalar(raw)
		if err != nil {
			return nil, unreadable("the value of %q is %v: write text, a number, true or false", key, err)
		}
		config[key] = text
	}
	return config, nil
}

// scalar returns the text of a value: a number as it is written, and a list with commas. The
// configurations that Confluent's Control Center exports have lists, which a worker of Kafka
// Connect does not take.
func scalar(raw json.RawMessage) (string, error) {
	switch raw[0] {
	case '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err
	case '{':
		return "", errors.New("an object")
	case '[':
		var values []json.RawMessage
		if err := json.Unmarshal(raw, &values); err != nil {
			return "", err
		}
		texts := make([]string, len(values))
		for i, value := range values {
			if null(value) || value[0] == '[' {
				return "", errors.New("a list of more than texts")
			}
			var err error
			if texts[i], err = scalar(value); err != nil {
				return "", fmt.Errorf("a list with %w", err)
			}
		}
		return strings.Join(texts, ","), nil
	}
	return string(raw), nil
}
