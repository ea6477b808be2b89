package content

import (
	"encoding/json"
	"strings"
	"testing"
)

const envelope = `{"schema":{"type":"struct","optional":false,"name":"orders","fields":[` +
	`{"type":"string","field":"order_id","default":"secret default"},` +
	`{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"},"field":"unit_price"}]},` +
	`"payload":{"order_id":"secret 주문","unit_price":"c2VjcmV0","qty":4711,"gift":true,"note":null,"tags":["secret",8.25]}}`

func TestMaskKeepsOnlyTypes(t *testing.T) {
	for document, want := range map[string]string{
		`"x"`:                         `"string(1)"`,
		`-1.5e3`:                      `"number(6)"`,
		`null`:                        `null`,
		`[]`:                          `[]`,
		"{\n}":                        `{}`,
		`[true,{"a":{"schema":"x"}}]`: `["boolean",{"a":{"schema":"string(1)"}}]`,
		`{"payload":{"type":"secret"},"schema":"secret"}`:          `{"payload":{"type":"string(6)"},"schema":"string(6)"}`,
		`{"schema":{"order_id":"secret","items":{"type":"int8"}}}`: `{"schema":{"order_id":"string(6)","items":{"type":"int8"}}}`,
		`{"schema":[{"type":"int8","x":1}],"schema":null}`:         `{"schema":[{"type":"int8","x":"number(1)"}],"schema":null}`,
		`{"a\n\"":"é\ud83c\udf6b"}`:                                `{"a\n\"":"string(2)"}`,
	} {
		if got := string(Mask([]byte(document))); got != want {
			t.Errorf("%s: got %s, expected %s", document, got, want)
		}
	}
}

// Any JSON document becomes a JSON document with the same objects.
func FuzzMask(f *testing.F) {
	for _, seed := range []string{envelope, `[[{"schema":{"fields":[{}]}}]]`, `{"schema":{"parameters":{"a":[1]}}}`, `1e400`, `"\ud800"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		if !json.Valid(document) {
			return
		}
		masked := Mask(document)
		if !json.Valid(masked) {
			t.Errorf("%q became %q", document, masked)
		}
		if again := Mask(masked); strings.Count(string(again), "{") != strings.Count(string(masked), "{") {
			t.Errorf("%q became %q", masked, again)
		}
	})
}
