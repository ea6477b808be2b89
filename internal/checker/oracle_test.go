package checker

import (
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
)

var seedRow = Row{"o", "u", "p", "3", "7", "21"}

// judged has values and the expected outcome of each, for a user_id of 40 characters.
var judged = map[string]struct {
	value string
	row   Row
	code  string
}{
	"good":                     {value: payload(``, ``), row: seedRow},
	"payload first":            {value: `{"payload":{"order_id":"o","user_id":"u","product_id":"p","qty":3,"unit_price":7},"schema":` + seedSchema + "}\n", row: seedRow},
	"schema written otherwise": {value: strings.Replace(payload(``, ``), `{"type":"struct",`, ` { "type" : "struct", `, 1), row: seedRow},
	"another total":            {value: payload(`21`, `22`), row: seedRow},
	"total null":               {value: payload(`21`, `null`), row: seedRow},
	"unknown member":           {value: payload(`{`, `{"note":1.5,`), row: seedRow},
	"beyond 32 bits":           {value: payload(`"qty":3,"unit_price":7`, `"qty":2147483647,"unit_price":2147483647`), row: Row{"o", "u", "p", "2147483647", "2147483647", "4611686014132420609"}},
	"64 characters":            {value: payload(`"o"`, `"`+strings.Repeat("주", 64)+`"`), row: Row{strings.Repeat("주", 64), "u", "p", "3", "7", "21"}},
	"as long as the column":    {value: payload(`"u"`, `"`+strings.Repeat("주", 40)+`"`), row: Row{"o", strings.Repeat("주", 40), "p", "3", "7", "21"}},
	"free":                     {value: payload(`"unit_price":7`, `"unit_price":0`), row: Row{"o", "u", "p", "3", "0", "0"}},
	"tombstone":                {value: ``, code: "order_missing"},
	"tombstone of old":         {value: `{"schema":null,"payload":null}`, code: "order_missing"},
	"half":                     {value: payload(``, ``)[:300], code: "bad_json"},
	"two documents":            {value: payload(``, ``) + `{}`, code: "bad_json"},
	"not UTF-8":                {value: payload(`"u"`, "\"\xff\""), code: "bad_json"},
	"a list":                   {value: `[1]`, code: "bad_envelope"},
	"null":                     {value: `null`, code: "bad_envelope"},
	"bare payload":             {value: `{"order_id":"o"}`, code: "bad_envelope"},
	"a third member":           {value: strings.Replace(payload(``, ``), `{`, `{"x":1,`, 1), code: "bad_envelope"},
	"payload null":             {value: envelope(`null`), code: "null_field"},
	"payload a text":           {value: envelope(`"x"`), code: "type_mismatch"},
	"number as text":           {value: payload(`"qty":3`, `"qty":"3"`), code: "type_mismatch"},
	"text as number":           {value: payload(`"u"`, `5`), code: "type_mismatch"},
	"wrong type of an id":      {value: payload(`"o"`, `true`), code: "type_mismatch"},
	"33 bits":                  {value: payload(`"qty":3`, `"qty":2147483648`), code: "out_of_range"},
	"65 bits":                  {value: payload(`"qty":3`, `"qty":18446744073709551617`), code: "out_of_range"},
	"no order_id":              {value: payload(`"order_id":"o",`, ``), code: "order_missing"},
	"order_id null":            {value: payload(`"o"`, `null`), code: "order_missing"},
	"order_id empty":           {value: payload(`"o"`, `""`), code: "order_empty"},
	"order_id of 65":           {value: payload(`"o"`, `"`+strings.Repeat("o", 65)+`"`), code: "order_too_long"},
	"product_id of 256":        {value: payload(`"p"`, `"`+strings.Repeat("p", 256)+`"`), code: "order_too_long"},
	"no qty":                   {value: payload(`"qty":3,`, ``), code: "order_missing"},
	"qty 0":                    {value: payload(`"qty":3`, `"qty":0`), code: "order_range"},
	"unit_price null":          {value: payload(`"unit_price":7`, `"unit_price":null`), code: "order_missing"},
	"unit_price -1":            {value: payload(`"unit_price":7`, `"unit_price":-1`), code: "order_range"},
	"total_price -1":           {value: payload(`21`, `-1`), code: "order_range"},
	"longer than the column":   {value: payload(`"u"`, `"`+strings.Repeat("u", 41)+`"`), code: "row_too_long"},
}

func envelope(payload string) string {
	return `{"schema":` + seedSchema + `,"payload":` + payload + `}`
}

// payload returns the envelope of a good order with one part of its payload replaced.
func payload(from, to string) string {
	whole := `{"order_id":"o","user_id":"u","product_id":"p","qty":3,"unit_price":7,"total_price":21}`
	if !strings.Contains(whole, from) {
		panic(from + " is not in the payload")
	}
	return envelope(strings.Replace(whole, from, to, 1))
}

func TestSeedOracle(t *testing.T) {
	oracle := SeedOracle(40)
	for name, test := range judged {
		got := oracle(&kgo.Record{Value: []byte(test.value)})
		if got.Err != nil || got.Code != test.code || !slices.Equal(got.Row, test.row) {
			t.Errorf("%s: got %q, %v, %v; expected %q, %v", name, got.Code, got.Row, got.Err, test.code, test.row)
		}
	}
	for name, value := range map[string]string{
		"another schema": `{"schema":{"type":"string"},"payload":"x"}`,
		"a fraction":     payload(`"qty":3`, `"qty":3.0`),
	} {
		if got := oracle(&kgo.Record{Value: []byte(value)}); got.Err == nil {
			t.Errorf("%s: got %q, %v; expected that it does not know", name, got.Code, got.Row)
		}
	}
}

// The oracle and the generators agree on the code of each message.
func TestTheOracleAgreesWithTheGenerators(t *testing.T) {
	const column = 60
	oracle, g := SeedOracle(column), orders.NewGenerator(7)
	for range 200 {
		for _, m := range []orders.Message{g.Good(), g.NotJSON(), g.NoSchema(), g.WrongType(), g.BrokenRule(), g.TooLong(column)} {
			if got := oracle(&kgo.Record{Value: m.Value}); got.Err != nil || got.Code != m.Code {
				t.Fatalf("%s: got %q, %v; expected %q", m.Value, got.Code, got.Err, m.Code)
			}
		}
	}
}
