// Package key reads the record key that names a row.
package key

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

// Members returns the value that the record key of a message has for each column: a
// string, an int64, a float64, a json.Number, a bool, []byte or a time.Time. Nobody may change
// the map.
//
// The key is Connect JSON, {"schema":…,"payload":…}, which connect_json_decode has
// decoded, and its payload is the value of the one column or an object of all columns; or
// such an object alone, or a text in quotes, as a converter without schemas writes them;
// or, being none of these, the text of the one column as it stands. Kafka Connect's
// JsonConverter and StringConverter write such keys.
func Members(key any, columns []string) (map[string]any, *record.Refusal) {
	if len(columns) == 0 {
		return nil, nil // all of the key is metadata
	}
	payload, refused := keyPayload(key)
	if refused != nil {
		return nil, refused
	}
	members, isObject := payload.(map[string]any)
	if !isObject {
		if len(columns) > 1 {
			return nil, refusal.New(refusal.Shape, record.Key, "expected an object of %d members, got %s", len(columns), column.TypeName(payload))
		}
		members = map[string]any{columns[0]: payload}
	}
	values := members // nearly always, the members are the columns
	areColumns := len(members) == len(columns) && !slices.ContainsFunc(columns, func(name string) bool { _, has := members[name]; return !has })
	if !areColumns {
		values = make(map[string]any, len(columns))
	}
	for _, name := range columns {
		v, present, refused := table.Member(members, name)
		switch {
		case refused != nil:
			return nil, refused
		case !present:
			return nil, refusal.New(refusal.Missing, name, "the record's key has no such member")
		}
		switch v.(type) {
		case nil:
			return nil, refusal.New(refusal.Null, name, "the record's key has null for it")
		case map[string]any, []any:
			return nil, refusal.New(refusal.Type, name, "a key's member is one value, got %s", column.TypeName(v))
		}
		if !areColumns {
			values[name] = v
		}
	}
	return values, nil
}

// Refused returns why a record key has no value, nil if it has one.
func Refused(key any) *record.Refusal {
	_, refused := keyPayload(key)
	return refused
}

// keyPayload returns the value of a key: a decoded one, one of JSON, or its bytes.
func keyPayload(key any) (any, *record.Refusal) {
	var raw []byte
	switch k := key.(type) {
	case *record.KeyValue:
		if k.Refusal != nil {
			code := cmp.Or(codes[k.Refusal.Code], refusal.Shape)
			return nil, refusal.New(code, k.Refusal.Path, "the record's key: %s", k.Refusal.Detail)
		}
		return k.Value, nil
	case string:
		raw = []byte(k)
	case []byte:
		raw = k
	}
	if raw == nil {
		return nil, refusal.New(refusal.Missing, record.Key, "the record has no key")
	}
	if first := bytes.TrimLeft(raw, " \t\r\n"); len(first) > 0 && (first[0] == '{' || first[0] == '"') {
		return parseKey(raw)
	}
	return raw, nil
}

// codes has the code of this output for each code of connect_json_decode that has one: the
// code of a dead letter says which component refused the record.
var codes = map[string]string{
	"type_mismatch": refusal.Type, "out_of_range": refusal.OutOfRange, "null_field": refusal.Null, "missing_field": refusal.Missing,
}

// parseKey reads a key that is JSON: the payload of an envelope without a schema, else all
// of it.
func parseKey(raw []byte) (any, *record.Refusal) {
	if !utf8.Valid(raw) {
		return nil, refusal.New(refusal.BadText, record.Key, "the key is not valid UTF-8")
	}
	var key any
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber() // numbers keep their text
	err := decoder.Decode(&key)
	if _, end := decoder.Token(); err != nil || !errors.Is(end, io.EOF) { // more than one document
		return nil, refusal.New(refusal.Shape, record.Key, "the key begins like JSON but is not one JSON value")
	}
	envelope, isObject := key.(map[string]any)
	payload, hasPayload := envelope["payload"]
	schema, hasSchema := envelope["schema"]
	switch {
	case !isObject || !hasSchema || !hasPayload || len(envelope) != 2:
		return key, nil
	case schema == nil:
		return payload, nil
	}
	return nil, refusal.New(refusal.Shape, record.Key, "the key has a schema: put connect_json_decode before this output, which decodes the key of a message without content")
}
