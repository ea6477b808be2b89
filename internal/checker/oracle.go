package checker

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/twmb/franz-go/pkg/kgo"
)

// Outcome is what a correct sink makes of a record: a row, a dead letter with a code, a
// deleted row, or nothing if all are empty. Err means that the oracle does not know.
type Outcome struct {
	Row  Row
	Code string
	// Deleted is the primary key of the row that the record deletes. All records of such a
	// key must be in one partition, because partitions have no common order.
	Deleted string
	Err     error
}

// Row has the text of each column as the server returns it: UTF-8, and never NULL. The
// first column is the primary key.
type Row []string

// Oracle judges a record from its bytes.
type Oracle func(*kgo.Record) Outcome

// The schema of the order services: three texts and three 32-bit integers, all optional.
const seedSchema = `{"type":"struct","fields":[` +
	`{"type":"string","optional":true,"field":"order_id"},` +
	`{"type":"string","optional":true,"field":"user_id"},` +
	`{"type":"string","optional":true,"field":"product_id"},` +
	`{"type":"int32","optional":true,"field":"qty"},` +
	`{"type":"int32","optional":true,"field":"unit_price"},` +
	`{"type":"int32","optional":true,"field":"total_price"}],` +
	`"optional":false,"name":"orders"}`

// SeedOracle judges the records of the order services. userIDColumn is the number of
// characters that the column user_id holds. The oracle returns an error for another
// schema and for unusual JSON (a member twice, 1e1 for 10).
func SeedOracle(userIDColumn int) Oracle {
	var schema any
	if err := json.Unmarshal([]byte(seedSchema), &schema); err != nil {
		panic(err) // the constant above
	}
	return func(record *kgo.Record) Outcome { return judgeSeed(record.Value, schema, userIDColumn) }
}

func judgeSeed(value []byte, seed any, userIDColumn int) Outcome {
	payload, refused := openEnvelope(value, seed)
	if refused != nil {
		return *refused
	}
	numbers, refused := convertSeed(payload)
	if refused != nil {
		return *refused
	}
	if code := breaksContract(payload, numbers); code != "" {
		return Outcome{Code: code}
	}
	// The sink corrects the producer's total. The product of two 32-bit integers cannot
	// overflow the 64 bits of the column.
	total := new(big.Int).Mul(numbers["qty"], numbers["unit_price"])
	row := Row{
		payload["order_id"].(string), payload["user_id"].(string), payload["product_id"].(string),
		numbers["qty"].String(), numbers["unit_price"].String(), total.String(),
	}
	if utf8.RuneCountInString(row[1]) > userIDColumn {
		return Outcome{Code: "row_too_long"}
	}
	return Outcome{Row: row}
}

// openEnvelope returns the payload, or the outcome of a record without one.
func openEnvelope(value []byte, seed any) (payload map[string]any, refused *Outcome) {
	if len(value) == 0 {
		return nil, &Outcome{Code: "order_missing"} // a tombstone is no order
	}
	var envelope map[string]json.RawMessage
	err := json.Unmarshal(value, &envelope)
	if !utf8.Valid(value) || err != nil && !json.Valid(value) {
		return nil, &Outcome{Code: "bad_json"}
	}
	if err != nil || len(envelope) != 2 || envelope["schema"] == nil || envelope["payload"] == nil {
		return nil, &Outcome{Code: "bad_envelope"}
	}
	if string(envelope["schema"]) == "null" && string(envelope["payload"]) == "null" {
		return nil, &Outcome{Code: "order_missing"} // some producers write a tombstone so
	}
	if string(envelope["schema"]) != seedSchema {
		var schema any
		if json.Unmarshal(envelope["schema"], &schema) != nil || !reflect.DeepEqual(schema, seed) {
			return nil, &Outcome{Err: errors.New("not the seed's schema")}
		}
	}
	decoder := json.NewDecoder(strings.NewReader(string(envelope["payload"])))
	decoder.UseNumber() // money is never a float
	if err := decoder.Decode(&payload); err != nil {
		return nil, &Outcome{Code: "type_mismatch"}
	}
	if payload == nil {
		return nil, &Outcome{Code: "null_field"} // the schema says "optional": false
	}
	return payload, nil
}

// convertSeed judges the types and sizes field by field, as the decoder does. The decoder
// comes first and treats null as absent.
func convertSeed(payload map[string]any) (numbers map[string]*big.Int, refused *Outcome) {
	for _, name := range []string{"order_id", "user_id", "product_id"} {
		if _, isText := payload[name].(string); payload[name] != nil && !isText {
			return nil, &Outcome{Code: "type_mismatch"}
		}
	}
	numbers = map[string]*big.Int{}
	for _, name := range []string{"qty", "unit_price", "total_price"} {
		if payload[name] == nil {
			continue
		}
		number, isNumber := payload[name].(json.Number)
		if !isNumber {
			return nil, &Outcome{Code: "type_mismatch"}
		}
		integer, isInteger := new(big.Int).SetString(number.String(), 10)
		if !isInteger {
			return nil, &Outcome{Err: fmt.Errorf("%s is written as %s", name, number)}
		}
		if !integer.IsInt64() || integer.Int64() != int64(int32(integer.Int64())) {
			return nil, &Outcome{Code: "out_of_range"}
		}
		numbers[name] = integer
	}
	return numbers, nil
}

// breaksContract returns the code of the first field that breaks the contract, or "".
func breaksContract(payload map[string]any, numbers map[string]*big.Int) string {
	for _, field := range []struct {
		name string
		most int
	}{{"order_id", 64}, {"user_id", 255}, {"product_id", 255}} {
		text, there := payload[field.name].(string)
		switch {
		case !there:
			return "order_missing"
		case text == "":
			return "order_empty"
		case utf8.RuneCountInString(text) > field.most:
			return "order_too_long"
		}
	}
	quantity, price, total := numbers["qty"], numbers["unit_price"], numbers["total_price"]
	switch {
	case quantity == nil:
		return "order_missing"
	case quantity.Sign() < 1:
		return "order_range"
	case price == nil:
		return "order_missing"
	case price.Sign() < 0, total != nil && total.Sign() < 0:
		return "order_range"
	}
	return ""
}
