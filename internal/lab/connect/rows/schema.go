package rows

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"strings"
)

// schema is a schema of Kafka Connect as JsonConverter writes it.
type schema map[string]any

// types are the types of fields beside those of Kafka Connect itself.
var types = map[string]schema{
	"float32": {"type": "float"},
	"float64": {"type": "double"},

	"date":      {"type": "int32", "name": "org.apache.kafka.connect.data.Date", "version": 1},
	"time":      {"type": "int32", "name": "org.apache.kafka.connect.data.Time", "version": 1},
	"timestamp": {"type": "int64", "name": "org.apache.kafka.connect.data.Timestamp", "version": 1},

	"Date":           {"type": "int32", "name": "io.debezium.time.Date", "version": 1},
	"Time":           {"type": "int32", "name": "io.debezium.time.Time", "version": 1},
	"MicroTime":      {"type": "int64", "name": "io.debezium.time.MicroTime", "version": 1},
	"NanoTime":       {"type": "int64", "name": "io.debezium.time.NanoTime", "version": 1},
	"Timestamp":      {"type": "int64", "name": "io.debezium.time.Timestamp", "version": 1},
	"MicroTimestamp": {"type": "int64", "name": "io.debezium.time.MicroTimestamp", "version": 1},
	"NanoTimestamp":  {"type": "int64", "name": "io.debezium.time.NanoTimestamp", "version": 1},
	"ZonedTimestamp": {"type": "string", "name": "io.debezium.time.ZonedTimestamp", "version": 1},
	"ZonedTime":      {"type": "string", "name": "io.debezium.time.ZonedTime", "version": 1},
	"Year":           {"type": "int32", "name": "io.debezium.time.Year", "version": 1},
	"Json":           {"type": "string", "name": "io.debezium.data.Json", "version": 1},
	"Uuid":           {"type": "string", "name": "io.debezium.data.Uuid", "version": 1},
}

// typed has the types with arguments.
var typed = map[string]func(arguments []string) schema{
	"decimal": func(a []string) schema { // precision, scale
		return schema{
			"type": "bytes", "name": decimalName, "version": 1,
			"parameters": map[string]string{"scale": a[1], "connect.decimal.precision": a[0]},
		}
	},
	"enum": func(a []string) schema {
		return schema{
			"type": "string", "name": "io.debezium.data.Enum", "version": 1,
			"parameters": map[string]string{"allowed": strings.Join(a, ",")},
		}
	},
	"bits": func(a []string) schema {
		return schema{"type": "bytes", "name": "io.debezium.data.Bits", "version": 1, "parameters": map[string]string{"length": a[0]}}
	},
	"source": func(a []string) schema { // Connect's type, the source's type, its length, its scale
		parameters := map[string]string{"__debezium.source.column.type": a[1]}
		for i, name := range []string{"length", "scale"} {
			if len(a) > i+2 {
				parameters["__debezium.source.column."+name] = a[i+2]
			}
		}
		base := schema{"type": a[0]}
		if known, is := types[a[0]]; is {
			base = clone(known)
		}
		base["parameters"] = parameters
		return base
	},
	"array": func(a []string) schema {
		return schema{"type": "array", "items": schema{"type": a[0], "optional": false}}
	},
	"map": func(a []string) schema {
		return schema{"type": "map", "keys": schema{"type": a[0], "optional": false}, "values": schema{"type": a[1], "optional": true}}
	},
}

const decimalName = "org.apache.kafka.connect.data.Decimal"

// fieldText is NAME TYPE, with a question mark when it is optional, and a default in JSON.
var fieldText = regexp.MustCompile(`^(\S+) (\w+)(?:\(([^)]*)\))?(\?)?(?: = (.+))?$`)

// structOf reads "id int32, name string?, price decimal(10,2)? = \"0.00\"". The name of
// another schema is a type, too.
func (c *testCase) structOf(name string) (schema, error) {
	text, found := c.Schemas[name]
	if !found {
		return nil, fmt.Errorf("no schema %s", name)
	}
	fields := []schema{}
	for part := range strings.SplitSeq(text, ", ") {
		match := fieldText.FindStringSubmatch(strings.TrimSpace(part))
		if match == nil {
			return nil, fmt.Errorf("the field %q is not NAME TYPE", part)
		}
		field, err := c.typeOf(match[2], match[3])
		if err != nil {
			return nil, err
		}
		field["field"], field["optional"] = match[1], match[4] != ""
		if match[5] != "" {
			var value any
			if err := json.Unmarshal([]byte(match[5]), &value); err != nil {
				return nil, fmt.Errorf("the default %s: %w", match[5], err)
			}
			field["default"] = encoded(field, value)
		}
		fields = append(fields, field)
	}
	return schema{"type": "struct", "name": "shop." + name, "optional": false, "fields": fields}, nil
}

func (c *testCase) typeOf(name, arguments string) (schema, error) {
	if make, is := typed[name]; is {
		return make(strings.Split(arguments, ",")), nil
	}
	if known, is := types[name]; is {
		return clone(known), nil
	}
	if c.Schemas[name] != "" {
		return c.structOf(name)
	}
	return schema{"type": name}, nil
}

func clone(s schema) schema {
	copied := schema{}
	for key, value := range s {
		copied[key] = value
	}
	return copied
}

// encoded writes a value as JsonConverter does: a decimal is the bytes of its digits.
func encoded(s schema, value any) any {
	if value == nil {
		return nil
	}
	switch s["type"] {
	case "struct":
		members := map[string]any{}
		given, _ := value.(map[string]any)
		for _, field := range s["fields"].([]schema) {
			name := field["field"].(string)
			members[name] = encoded(field, given[name])
		}
		return members
	case "bytes":
		text, isText := value.(string)
		if s["name"] != decimalName || !isText {
			return value
		}
		scale, _ := strconv.Atoi(s["parameters"].(map[string]string)["scale"])
		return base64.StdEncoding.EncodeToString(unscaled(text, scale))
	}
	return value
}

// unscaled returns the digits of a decimal as a number in two's complement.
func unscaled(text string, scale int) []byte {
	whole, fraction, _ := strings.Cut(text, ".")
	n, _ := new(big.Int).SetString(whole+fraction+strings.Repeat("0", scale-len(fraction)), 10)
	size := n.BitLen()/8 + 1
	if n.Sign() < 0 {
		n.Add(n, new(big.Int).Lsh(big.NewInt(1), uint(8*size)))
	}
	return n.FillBytes(make([]byte, size))
}

// envelope returns the schema and the value of a change event of Debezium.
func envelope(row schema, operation string, before, after any) (s schema, value map[string]any) {
	image := func(name string) schema {
		field := clone(row)
		field["field"], field["optional"] = name, true
		return field
	}
	source := schema{"type": "struct", "name": "io.debezium.connector.mariadb.Source", "field": "source", "optional": false, "fields": []schema{
		{"type": "string", "field": "db", "optional": false}, {"type": "string", "field": "table", "optional": false}, {"type": "int64", "field": "ts_ms", "optional": false},
	}}
	s = schema{"type": "struct", "name": "lab.shop.orders.Envelope", "optional": false, "fields": []schema{
		image("before"), image("after"), source,
		{"type": "string", "field": "op", "optional": false}, {"type": "int64", "field": "ts_ms", "optional": true},
	}}
	return s, map[string]any{
		"before": encoded(row, before), "after": encoded(row, after), "op": operation, "ts_ms": 2,
		"source": map[string]any{"db": "shop", "table": "orders", "ts_ms": 1},
	}
}
