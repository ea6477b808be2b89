package record

import (
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestParse(t *testing.T) {
	own := &Refusal{Stage{"own", "OWN"}, "row_null", "a: b", "c"}
	for text, c := range map[string]struct {
		err  error
		want *Refusal
	}{
		"itself":                {own, own},
		"in another error":      {fmt.Errorf("type_mismatch: a: b: %w", own), own},
		"its text":              {errors.New(own.Error()), &Refusal{Upsert, "row_null", "a", "b: c"}},
		"words in front":        {errors.New("rejecting due to failed processing: order_type: qty: expected\nint32"), &Refusal{Price, "order_type", "qty", "expected\nint32"}},
		"a transform":           {errors.New("transform_bad_value: cast.qty: no number"), &Refusal{Transform, "transform_bad_value", "cast.qty", "no number"}},
		"a comma in front":      {errors.New("failed, bad_json: value: the end"), &Refusal{Decode, "bad_json", "value", "the end"}},
		"no code":               {errors.New("dial tcp: lookup: no such host"), nil},
		"a code without a text": {errors.New("bad_json: value"), nil},
	} {
		assert.Equal(t, c.want, Parse(c.err), text)
	}
}
