package connectjson

import (
	"errors"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// FuzzDecode: no bytes panic or take long; strict accepts a message only if compat accepts
// it, with the same value; a cached schema gives the same record as a parsed schema.
func FuzzDecode(f *testing.F) {
	addSeeds(f)
	content := []byte(structOf(field("a", `{"type":"int32","optional":true}`), field("b", decimalSchema("2", `,"optional":true`))))
	var strict, compat, cached [3]*Decoder
	for i, opts := range []Options{{}, {Schemaless: true}, {SchemaContent: content}} {
		opts.CacheSize = 4
		strict[i] = newDecoder(f, opts)
		opts.Compat = true
		compat[i] = newDecoder(f, opts)
		cached[i] = newDecoder(f, opts)
	}
	f.Fuzz(func(t *testing.T, input []byte, setting byte) {
		i := int(setting) % len(strict)
		start := time.Now()
		loose, looseErr := compat[i].Decode(input)
		exact, exactErr := strict[i].Decode(input)
		_, _ = cached[i].Decode(input) // from here on its schema is known
		again, againErr := cached[i].Decode(input)
		if took := time.Since(start); took > 10*time.Second {
			t.Fatalf("took %s", took)
		}
		for _, err := range []error{looseErr, exactErr, againErr} {
			var r *record.Refusal
			if err != nil && (!errors.As(err, &r) || r.Code == "" || r.Path == "" || r.Detail == "") {
				t.Fatalf("not a whole refusal: %v", err)
			}
		}
		if (looseErr == nil) != (againErr == nil) {
			t.Fatalf("the schema parsed: %v, found: %v", looseErr, againErr)
		}
		if looseErr == nil {
			a, b := canonicalNumbers(loose), canonicalNumbers(again)
			if a != b {
				t.Fatalf("the schema parsed: %s, found: %s", a, b)
			}
		}
		if exactErr != nil {
			return
		}
		if looseErr != nil {
			t.Fatalf("strict takes what compat refuses: %v", looseErr)
		}
		if a, b := canonicalNumbers(exact), canonicalNumbers(loose); a != b || exact.Unknown != loose.Unknown {
			t.Fatalf("strict gives %s, compat %s", a, b)
		}
	})
}

func addSeeds(f *testing.F) {
	for i, c := range referenceCases() {
		if i%41 == 0 && len(c.input) < 3000 {
			f.Add([]byte(c.input), byte(i))
		}
	}
	f.Add([]byte(seedEnvelope), byte(0))
	for _, input := range []string{
		`{"a":12.50,"b":[12345678901234567.89,1e400,-0.0,1E-7],"c":18446744073709551615}`, "\x00\x00\x00\x00\x07{\"a\":1}", "\x0a\x01x\x10\x96\x01", "\x1f\x8b\x08\x00",
	} {
		f.Add([]byte(input), byte(1)) // without a schema
	}
	for _, input := range []string{
		envelope(`{"type":"array","items":{"type":"float"}}`, "[0.1,7.038531e-26,1e39,-1e-60]"), envelope("null", "[1.50,9223372036854775808]"),
		envelope(`{"type":"int64","name":"io.debezium.time.MicroTime"}`, "-1"), envelope(`{"type":"int32","name":"io.debezium.time.Time"}`, "86400000"),
		envelope(bitsOf("9"), `"VQE="`), envelope(bitsOf("64"), `"//////////8="`), envelope(variableDecimal, `{"scale":1,"value":"Iw=="}`),
	} {
		f.Add([]byte(input), byte(0))
	}
}

// canonicalNumbers renders a record with decimals as numbers, since strict writes them at
// the schema's scale.
func canonicalNumbers(rec Record) string {
	return string(canonical(nil, rec.Schema, normalized(rec.Schema, rec.Value)))
}

func normalized(s *schema.Schema, value any) any {
	if s == nil {
		return value
	}
	switch v := value.(type) {
	case string:
		if s.Logical == schema.Decimal {
			r, ok := new(big.Rat).SetString(v)
			if !ok {
				panic(fmt.Sprintf("%q is no decimal", v))
			}
			return r.RatString()
		}
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			if pair, ok := e.([]any); ok && s.Type == schema.Map {
				out[i] = []any{normalized(s.Keys, pair[0]), normalized(s.Items, pair[1])}
			} else {
				out[i] = normalized(s.Items, e)
			}
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for k, e := range v {
			child := s.Items
			if s.Type == schema.Struct {
				child = s.Fields[s.Index[k]].Schema
			}
			out[k] = normalized(child, e)
		}
		return out
	}
	return value
}
