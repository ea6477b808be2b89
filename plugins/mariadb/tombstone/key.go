// Package tombstone reads which row a tombstone's Kafka key names.
package tombstone

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// Members returns the value that a tombstone's Kafka key has for each column: a string,
// an int64, a json.Number, a bool, []byte or a time.Time.
//
// The key is one of these, which Kafka Connect's JsonConverter and StringConverter write:
//
//   - Connect JSON, {"schema":…,"payload":…}, whose payload is the value of the one column
//     or an object of all columns;
//   - such an object, or a text in quotes, from a converter without schemas;
//   - the text of the one column.
func Members(key any, columns []string) (map[string]any, *record.Refusal) {
	var raw []byte
	switch k := key.(type) {
	case string:
		raw = []byte(k)
	case []byte:
		raw = k
	}
	if len(columns) == 0 {
		return nil, nil // all of the key is metadata
	}
	if raw == nil {
		return nil, refusal.New(refusal.Missing, "kafka_key", "a tombstone without a key names no row")
	}
	var payload any = raw
	if first := bytes.TrimLeft(raw, " \t\r\n"); len(first) > 0 && (first[0] == '{' || first[0] == '"') {
		var refusal *record.Refusal
		if payload, refusal = parseKey(raw); refusal != nil {
			return nil, refusal
		}
	}
	members, isObject := payload.(map[string]any)
	if !isObject {
		if len(columns) > 1 {
			return nil, refusal.New(refusal.Shape, "kafka_key", "expected an object of %d members, got %s", len(columns), column.TypeName(payload))
		}
		members = map[string]any{columns[0]: payload}
	}
	values := make(map[string]any, len(columns))
	for _, name := range columns {
		v, present := members[name]
		if !present {
			return nil, refusal.New(refusal.Missing, name, "the tombstone's key has no such member")
		}
		switch v.(type) {
		case nil:
			return nil, refusal.New(refusal.Null, name, "the tombstone's key has null for it")
		case map[string]any, []any:
			return nil, refusal.New(refusal.Type, name, "a key's member is one value, got %s", column.TypeName(v))
		}
		values[name] = v
	}
	return values, nil
}

// parseKey reads a key that is JSON: the payload of an envelope, else all of it.
func parseKey(raw []byte) (any, *record.Refusal) {
	if !utf8.Valid(raw) {
		return nil, refusal.New(refusal.BadText, "kafka_key", "the key is not valid UTF-8")
	}
	var key any
	if err := unmarshal(raw, &key); err != nil {
		return nil, refusal.New(refusal.Shape, "kafka_key", "the key begins like JSON and is none")
	}
	envelope, isObject := key.(map[string]any)
	payload, hasPayload := envelope["payload"]
	if _, hasSchema := envelope["schema"]; !isObject || !hasSchema || !hasPayload || len(envelope) != 2 {
		return key, nil
	}
	var declared struct {
		Schema *schema `json:"schema"`
	}
	if err := unmarshal(raw, &declared); err != nil {
		return nil, refusal.New(refusal.Shape, "kafka_key", "the key's schema is none")
	}
	return declared.Schema.convert("kafka_key", payload)
}

// unmarshal reads one JSON document and nothing after it; numbers keep their text.
func unmarshal(raw []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one document")
	}
	return nil
}
