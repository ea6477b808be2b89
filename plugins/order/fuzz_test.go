package order

import (
	"bytes"
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"testing"
)

var refusalForm = regexp.MustCompile(`^([a-z_]+): ([^: ]+): expected .+, got .+$`)

// FuzzPrice feeds any JSON object as a record. The contract prices the record or refuses it
// in the form of a dead letter's text, and does not change it. A price equals the result of
// rational arithmetic.
func FuzzPrice(f *testing.F) {
	for _, seed := range []string{
		`{"order_id":"a","user_id":"b","product_id":"c","qty":7,"unit_price":11000,"total_price":77000}`,
		`{"order_id":"a","user_id":"b","product_id":"c","qty":7,"unit_price":"19.99","total_price":null}`,
		`{"order_id":"a","user_id":"b","product_id":"c","qty":9223372036854775807,"unit_price":19.99}`,
		`{"order_id":"a","user_id":"b","product_id":"c","qty":2,"unit_price":4611686018427387904,"total_price":-1}`,
		`{"order_id":"a","user_id":"b","product_id":"c","qty":1,"unit_price":1e400}`,
		`{"order_id":"","user_id":null,"product_id":[],"qty":{},"unit_price":true}`,
		`{"order_id":"주문\ud800","user_id":"b","product_id":"c","qty":"7","unit_price":"-0.00"}`,
		`{}`,
	} {
		f.Add([]byte(seed), false, false)
		f.Add([]byte(seed), true, true)
	}
	lenient := mustContract(f, bounds{}, false)
	strict := mustContract(f, bounds{quantity: "1000", unitPrice: "99999.99", totalPrice: "9999999"}, true)
	codes := make([]string, len(Codes))
	for i, code := range Codes {
		codes[i] = code.Name
	}
	f.Fuzz(func(t *testing.T, content []byte, integers, bounded bool) {
		record, before := decode(content), decode(content)
		if record == nil {
			return
		}
		c := lenient
		if bounded {
			c = strict
		}
		total, corrected, refused := c.price(record, declaredTypes{integerPrice: integers, integerTotal: integers})
		if !equalJSON(record, before) {
			t.Fatal("the record was changed")
		}
		if refused != nil {
			parts := refusalForm.FindStringSubmatch(refused.Error())
			if parts == nil || !slices.Contains(codes, parts[1]) {
				t.Fatalf("the refusal cannot be cut apart: %s", refused)
			}
			return
		}
		if bounded && corrected {
			t.Fatal("a mismatch was corrected where it is to be refused")
		}
		want := new(big.Rat).Mul(rational(t, record["qty"]), rational(t, record["unit_price"]))
		if rational(t, total).Cmp(want) != 0 {
			t.Fatalf("got %v, want %s", total, want)
		}
	})
}

func decode(content []byte) map[string]any {
	var record map[string]any
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.UseNumber()
	if decoder.Decode(&record) != nil {
		return nil
	}
	return record
}

func equalJSON(a, b map[string]any) bool {
	left, errLeft := json.Marshal(a)
	right, errRight := json.Marshal(b)
	return errLeft == nil && errRight == nil && bytes.Equal(left, right)
}

func rational(t *testing.T, value any) *big.Rat {
	t.Helper()
	var text string
	switch value := value.(type) {
	case int64:
		return new(big.Rat).SetInt64(value)
	case json.Number:
		text = string(value)
	case string:
		text = value
	default:
		t.Fatalf("an accepted number is a %T", value)
	}
	rat, ok := new(big.Rat).SetString(text)
	if !ok {
		t.Fatalf("an accepted number does not parse: %q", text)
	}
	return rat
}
