package connectjson

import (
	"fmt"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
)

// TestBoundedWork: the decoder refuses messages that would multiply into gigabytes or take
// minutes, or decodes them in little memory.
func TestBoundedWork(t *testing.T) {
	var fields []string
	for i := range 2000 {
		fields = append(fields, fmt.Sprintf(`{"type":"int8","optional":true,"field":"f%d"}`, i))
	}
	sparse := envelope(`{"type":"array","items":`+structOf(fields...)+`}`, "["+strings.Repeat("{},", 100_000)+"{}]")
	bigDefault := envelope(`{"type":"array","items":{"type":"array","items":{"type":"int8"},"default":[`+strings.Repeat("1,", 50_000)+`1]}}`, "["+strings.Repeat("null,", 100_000)+"null]")
	parameters := envelope(`{"type":"int32","parameters":{`+strings.Repeat(`"a":1,`, 200_000)+`"a":"x"}}`, "5")
	members := envelope("null", "{"+strings.Repeat(`"a":1,`, 200_000)+`"a":2}`)
	digits := envelope(decimalSchema("2", ""), `"`+strings.Repeat("QUJD", 1_000_000)+`"`)
	// Short messages: a batch holds dozens of them.
	short := envelope(`{"type":"array","items":`+structOf(fields[:255]...)+`}`, "["+strings.Repeat("{},", 3_900)+"{}]")
	longDecimals := envelope(`{"type":"array","items":`+decimalSchema("1990", "")+`}`, "["+strings.Repeat(`"AQ==",`, 20_000)+`"AQ=="]`)
	for name, c := range map[string]struct{ input, want string }{
		"short":      {short, "the message yields too many values"},
		"decimals":   {longDecimals, "the message yields too many values"},
		"sparse":     {sparse, "the message yields too many values"},
		"default":    {bigDefault, "the message yields too many values"},
		"parameters": {parameters, ""},
		"members":    {members, ""},
		"digits":     {digits, "out_of_range: payload: expected a Decimal of at most 2000 characters, got a longer one"},
		"deep":       {strings.Repeat("[", 1<<20), "bad_json: value: nested deeper than 1000 at byte 1000"},
		"text":       {envelope("null", `"`+strings.Repeat("a", 20_000_001)+`"`), "bad_json: value: a string longer than 20000000 characters"},
		"exponent":   {envelope(`{"type":"int64"}`, "1e2147483647"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDecoder(t, Options{Compat: true})
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := time.Now()
			_, err := d.Decode([]byte(c.input))
			took := time.Since(start)
			runtime.ReadMemStats(&after)
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, c.want)
			}
			most := uint64(1 << 30)
			if len(c.input) < 200_000 {
				most = 32 << 20
			}
			require.Less(t, after.TotalAlloc-before.TotalAlloc, most)
			require.Less(t, took, 20*time.Second)
		})
	}
}

// TestRefusalText: every refusal has the form that mappings on dead letters cut apart.
func TestRefusalText(t *testing.T) {
	r := refusal.New(refusal.TypeMismatch, "expected int32, got string").At("[3]").At(refusal.Name("a: b\n\xff")).At(memberPayload)
	require.EqualError(t, r, "type_mismatch: payload.a__b__[3]: expected int32, got string")
	require.Equal(t, "_", refusal.Name(""))
	require.Equal(t, strings.Repeat("n", 64)+"...", refusal.Name(strings.Repeat("n", 100)))
	for range 1000 {
		r = r.At("nested")
	}
	require.LessOrEqual(t, len(r.Error()), 256+60)
	form := regexp.MustCompile(`^[a-z_]+: [^: ]+: .+$`)
	known := map[string]bool{}
	for _, c := range Codes {
		require.NotEmpty(t, c.Meaning)
		known[c.Name] = true
	}
	require.Len(t, known, 8)
	for _, c := range referenceCases() {
		if c.setting != "enable" {
			continue
		}
		for _, compat := range []bool{false, true} {
			if _, err := newDecoder(t, Options{Compat: compat}).Decode([]byte(c.input)); err != nil {
				require.Regexp(t, form, err.Error())
				var refused *record.Refusal
				require.ErrorAs(t, err, &refused)
				require.True(t, known[refused.Code])
			}
		}
	}
}
