package dlq

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

const secretEnvelope = `{"schema":{"type":"struct","optional":false,"name":"orders","fields":[` +
	`{"type":"string","field":"order_id","default":"secret default"},` +
	`{"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"2"},"field":"unit_price"}]},` +
	`"payload":{"order_id":"secret 주문","unit_price":"c2VjcmV0","qty":4711,"gift":true,"note":null,"tags":["secret",8.25]}}`

func secretDeadLetter() refusal {
	return refusal{
		Message: orders.Message{
			Key: []byte("secret-key"), Value: []byte(secretEnvelope),
			Headers: []kgo.RecordHeader{{Key: "trace", Value: []byte("secret trace")}, {Key: "raw", Value: []byte("\xff\x00")}, {Key: "none"}},
		},
		at: 42, code: "type_mismatch", field: "payload.qty",
	}
}

// hidden is what `show` prints of the dead letter, without its values.
func hidden(u *user) string {
	return `Letter            0:0
Source            ` + u.log + `/1/42
Source timestamp  ` + strings.Replace(at(0), ".000Z", ".042Z", 1) + `
Failed at         ` + at(0) + `
Stage             order_price
Code              type_mismatch
Field             payload.qty
Reason            type_mismatch: payload.qty: expected another
Key               10 bytes (--values shows them)
Header            trace: 12 bytes (--values shows them)
Header            raw: 2 bytes (--values shows them)
Header            none: none
Value             369 bytes of JSON

{
  "schema": {
    "type": "struct",
    "optional": false,
    "name": "orders",
    "fields": [
      {
        "type": "string",
        "field": "order_id",
        "default": "string(14)"
      },
      {
        "type": "bytes",
        "name": "org.apache.kafka.connect.data.Decimal",
        "parameters": {
          "scale": "2"
        },
        "field": "unit_price"
      }
    ]
  },
  "payload": {
    "order_id": "string(9)",
    "unit_price": "string(8)",
    "qty": "number(4)",
    "gift": "boolean",
    "note": null,
    "tags": [
      "string(6)",
      "number(4)"
    ]
  }
}
`
}

func TestShowHidesValues(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		u := newUser(t, b)
		u.refuse(secretDeadLetter())
		if got := u.expect(0, "show", "0:0"); got.out != hidden(u) {
			t.Errorf("got\n%s\nexpected\n%s", got.out, hidden(u))
		}
		got := u.expect(0, "show", "0:0", "-o", "json").out
		for _, secret := range []string{"secret", "c2VjcmV0", "4711", "8.25", "true,"} {
			if strings.Contains(strings.ReplaceAll(got, `"replayed": false`, ""), secret) {
				t.Errorf("%q is in\n%s", secret, got)
			}
		}
		if s := parse[shown](t, got); s.Key.Bytes != 10 || s.Name != "0:0" || *s.Source.Offset != 42 || len(s.Headers) != 3 || len(s.Replays) != 0 {
			t.Errorf("got %s", got)
		}
	})
}

func TestShowValuesShowsAll(t *testing.T) {
	u := newUser(t, kafkatest.InMemory(t))
	u.refuse(secretDeadLetter(),
		refusal{Message: orders.Message{Value: []byte("half \"\x1b[2J")}, code: "bad_json"},
		refusal{Message: orders.Message{Key: []byte{}, Value: []byte("\xff\xfe half")}, code: "bad_json"},
		refusal{Message: orders.Message{}, code: "order_missing"},
	)
	got := u.expect(0, "show", "0:0", "--values").out // a flag after the argument
	for _, part := range []string{"secret-key", "trace: secret trace", `raw: "\xff\x00"`, `"order_id": "secret 주문"`, `"qty": 4711`, "secret default"} {
		if !strings.Contains(got, part) {
			t.Errorf("%q is not in\n%s", part, got)
		}
	}
	got = u.expect(0, "show", "--values", "--output", "json", "0:0").out
	s := parse[shown](t, got)
	var compact strings.Builder
	encoder := json.NewEncoder(&compact)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(s.Value.JSON); err != nil || strings.TrimSpace(compact.String()) != secretEnvelope {
		t.Errorf("got %s, %v, expected %s", compact.String(), err, secretEnvelope)
	}
	if *s.Key.Text != "secret-key" || !strings.Contains(got, `"base64": "/wA="`) || string(s.Headers[1].Value.Base64) != "\xff\x00" {
		t.Errorf("got %+v", s)
	}
	for _, test := range []struct{ args, says string }{
		{"0:1", "10 bytes, not JSON (--values shows them)\n"},
		{"--values 0:1", `10 bytes, not JSON` + "\n\n" + `"half \"\x1b[2J"` + "\n"},
		{"--values 0:2", "7 bytes, not JSON\n\n00000000  ff fe 20 68 61 6c 66 "},
		{"0:2", "Key               0 bytes"},
		{"0:3", "Value             none (a tombstone)\n"},
		{"0:3", "Key               none\n"},
	} {
		if got := u.expect(0, append([]string{"show"}, strings.Fields(test.args)...)...).out; !strings.Contains(got, test.says) {
			t.Errorf("show %s: %q is not in\n%s", test.args, test.says, got)
		}
	}
	if got := u.expect(0, "show", "-o", "json", "0:3").out; !strings.Contains(got, `"key": null`) || !strings.Contains(got, `"value": null`) {
		t.Errorf("got %s", got)
	}
}

func TestShowOfNoDeadLetter(t *testing.T) {
	u := newUser(t, kafkatest.InMemory(t))
	u.some(1)
	u.expect(0, "replay", "--all", "--yes", "1")
	for at, says := range map[string]string{
		"0:7": "there is no dead letter 0:7", "1:0": "there is no dead letter 1:0", "9:0": "there is no dead letter 9:0",
		"0:1": "0:1 is not a dead letter: it marks dead letter 0:0 as replayed at 20",
	} {
		if got := u.expect(exitNothing, "show", at); got.out != "" || !strings.Contains(got.err, says) {
			t.Errorf("show %s: got %+v", at, got)
		}
	}
	for _, args := range []string{"", "0", "0:", ":0", "-1:0", "0:x", "0:0 0:1", "0:0 --letters", "0:0 --values 0:1", "0:99999999999999999999"} {
		u.expect(exitUsage, append([]string{"show"}, strings.Fields(args)...)...)
	}
}
