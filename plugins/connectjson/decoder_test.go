package connectjson

import (
	"fmt"
	"math"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

// TestCompatWhereTheReferenceIsSilent is the table of the reference converter's answers that lose money.
func TestCompatWhereTheReferenceIsSilent(t *testing.T) {
	d := newDecoder(t, Options{Compat: true})
	for _, c := range []struct {
		schema, payload string
		want            any
	}{
		{`{"type":"int32"}`, `"12"`, int64(0)},
		{`{"type":"int32"}`, "true", int64(0)},
		{`{"type":"int32"}`, "{}", int64(0)},
		{`{"type":"int32"}`, "12.9", int64(12)},
		{`{"type":"int32"}`, "3000000000", int64(-1294967296)},
		{`{"type":"int32"}`, "007", int64(7)},
		{`{"type":"int8"}`, "300", int64(44)},
		{`{"type":"double"}`, `"1.5"`, 0.0},
		{`{"type":"double"}`, "1e400", math.Inf(1)},
		{`{"type":"boolean"}`, `"true"`, false},
		{`{"type":"boolean"}`, "1", false},
		{`{"type":"string","optional":true}`, "42", nil},
		{`{"type":"array","items":{"type":"int32"}}`, `[1,"2"]`, []any{int64(1), int64(0)}},
		{`{"type":"bytes","optional":true}`, "5", nil},
		{`{"type":"int64"}`, "9223372036854775808", int64(math.MinInt64)},
		{decimalSchema("2", ""), "1.999", "1.999"},
		{decimalSchema("2", ""), `"1234"`, "-26588.24"},
		{`{"type":"string"}`, `"a\ud83db"`, "a?b"},
		{`{"type":"int32","name":"org.apache.kafka.connect.data.Time"}`, "86400000", "24:00:00"},
	} {
		rec, err := d.Decode([]byte(envelope(c.schema, c.payload)))
		require.NoError(t, err, c.payload)
		require.Equal(t, c.want, rec.Value, c.payload)
	}
}

// TestCompatDebezium is where compat goes beyond the reference, to which these are numbers and text.
func TestCompatDebezium(t *testing.T) {
	d := newDecoder(t, Options{Compat: true})
	for _, c := range []struct {
		base, name, payload string
		want                any
	}{
		{"int32", "Time", "-3600000", "-01:00:00"},
		{"int64", "MicroTime", "3020399000000", "838:59:59"},
		{"int64", "NanoTime", "-9223372036854775808", "-2562047:47:16.854775808"},
		{"int64", "Timestamp", "9223372036854775807", time.UnixMilli(math.MaxInt64).UTC()},
		{"int64", "MicroTimestamp", `"x"`, time.Unix(0, 0).UTC()},
		{"string", "ZonedTimestamp", `"yesterday"`, "yesterday"},
	} {
		rec, err := d.Decode([]byte(envelope(`{"type":"`+c.base+`","name":"io.debezium.time.`+c.name+`"}`, c.payload)))
		require.NoError(t, err, c.payload)
		require.Equal(t, c.want, rec.Value, c.name)
	}
}

func TestTombstones(t *testing.T) {
	content := []byte(`{"type":"struct","fields":[{"type":"int32","field":"a"}]}`)
	for _, opts := range []Options{{}, {Compat: true}, {Schemaless: true}, {SchemaContent: content}} {
		rec, err := newDecoder(t, opts).Decode(nil)
		require.NoError(t, err)
		require.Equal(t, Record{}, rec)
	}
	rec, err := newDecoder(t, Options{}).Decode([]byte(`{"schema":null,"payload":null}`))
	require.NoError(t, err)
	require.Equal(t, Record{}, rec)
	rec, err = newDecoder(t, Options{}).Decode([]byte(envelope(`{"type":"struct","fields":[],"optional":true}`, "null")))
	require.NoError(t, err)
	require.Nil(t, rec.Value)
	require.NotNil(t, rec.Schema)
}

func TestSchemaContent(t *testing.T) {
	d := newDecoder(t, Options{SchemaContent: []byte(`{"type":"struct","fields":[{"type":"int32","field":"a"}],"name":"orders"}`)})
	rec, err := d.Decode([]byte(`{"a":5,"b":6}`))
	require.NoError(t, err)
	require.Equal(t, map[string]any{"a": int64(5)}, rec.Value)
	require.Equal(t, "orders", rec.Schema.Name)
	require.Equal(t, 1, rec.Unknown)
	_, err = d.Decode([]byte(`{"a":"5"}`))
	require.EqualError(t, err, "type_mismatch: value.a: expected int32, got string")

	for content, want := range map[string]string{
		"":               "parsing schema: bad_json: value: no document at byte 0",
		"null":           "parsing schema: bad_schema: schema: expected a schema node, got null",
		"{":              "parsing schema: bad_json: value: expected a member's name, got the end at byte 1",
		`{"type":"int"}`: "parsing schema: bad_schema: schema.type: expected boolean, int8, int16, int32, int64, float, double, bytes, string, array, map or struct, got another name",
	} {
		_, err := NewDecoder(Options{SchemaContent: []byte(content)})
		require.EqualError(t, err, want)
	}
}

func TestUnknownFields(t *testing.T) {
	input := []byte(envelope(structOf(field("a", `{"type":"int32"}`)), `{"x":[{"y":1}],"a":1,"한 국:x":{}}`))
	rec, err := newDecoder(t, Options{}).Decode(input)
	require.NoError(t, err)
	require.Equal(t, 2, rec.Unknown)
	_, err = newDecoder(t, Options{RefuseUnknown: true}).Decode(input)
	require.EqualError(t, err, "unknown_field: payload.x: the schema has no such field")
	_, err = newDecoder(t, Options{RefuseUnknown: true}).Decode([]byte(strings.Replace(string(input), `"x":[{"y":1}],`, "", 1)))
	require.EqualError(t, err, "unknown_field: payload.한_국_x: the schema has no such field")
}

// TestDefaultsAreCopies: a message owns its values, whatever another one does to them.
func TestDefaultsAreCopies(t *testing.T) {
	d := newDecoder(t, Options{})
	input := []byte(envelope(structOf(
		field("list", `{"type":"array","items":{"type":"bytes"},"default":["AQID"]}`),
		field("map", `{"type":"map","keys":{"type":"string"},"values":{"type":"int8"},"default":{"k":1}}`)), "{}"))
	want := map[string]any{"list": []any{[]byte{1, 2, 3}}, "map": map[string]any{"k": int64(1)}}
	for range 3 {
		rec, err := d.Decode(input)
		require.NoError(t, err)
		require.Equal(t, want, rec.Value)
		m := rec.Value.(map[string]any)
		m["list"].([]any)[0].([]byte)[0] = 9
		m["map"].(map[string]any)["k"] = "changed"
	}
}

// TestRecordsDoNotReferToTheMessage: the bytes may be reused once Decode has returned.
func TestRecordsDoNotReferToTheMessage(t *testing.T) {
	d := newDecoder(t, Options{})
	for range 2 { // parsed, then found
		input := []byte(seedEnvelope)
		rec, err := d.Decode(input)
		require.NoError(t, err)
		for i := range input {
			input[i] = '#'
		}
		require.Equal(t, "CATALOG-002", rec.Value.(map[string]any)["product_id"])
		require.Equal(t, "order_id", rec.Schema.Fields[0].Name)
	}
}

// TestSchemaIsParsedOnce, whatever stands around it, and described once.
func TestSchemaIsParsedOnce(t *testing.T) {
	described := 0
	d := newDecoder(t, Options{CacheSize: 10, Describe: func(*Schema) any { described++; return described }})
	for i := range 100 {
		input := seedEnvelope
		if i%2 == 1 {
			input = payloadFirst(input)
		}
		rec, err := d.Decode([]byte(input))
		require.NoError(t, err)
		require.Equal(t, 1, rec.Schema.Description)
	}
	require.Equal(t, 1, described)
}

// TestSimilarSchemas: a schema of which the known one is a part, or that differs in one byte, is another.
func TestSimilarSchemas(t *testing.T) {
	d := newDecoder(t, Options{})
	known := `{"type":"struct","fields":[{"type":"int32","field":"a"}]}`
	longer := `{"type":"struct","fields":[{"type":"int32","field":"a"}],"optional":true}`
	other := `{"type":"struct","fields":[{"type":"int32","field":"b"}]}`
	for range 3 {
		rec, err := d.Decode([]byte(envelope(known, `{"a":1}`)))
		require.NoError(t, err)
		require.Equal(t, map[string]any{"a": int64(1)}, rec.Value)
		rec, err = d.Decode([]byte(envelope(longer, "null")))
		require.NoError(t, err)
		require.Nil(t, rec.Value)
		rec, err = d.Decode([]byte(envelope(other, `{"b":1}`)))
		require.NoError(t, err)
		require.Equal(t, map[string]any{"b": int64(1)}, rec.Value)
		_, err = d.Decode([]byte(envelope(known+" 5", `{"a":1}`)))
		require.EqualError(t, err, "bad_json: value: expected a comma or the end of the object at byte 68")
	}
	// Deeper in a document, a member named schema is but a member.
	rec, err := d.Decode([]byte(envelope("null", `{"schema":`+known+`}`)))
	require.NoError(t, err)
	require.Equal(t, "struct", rec.Value.(map[string]any)["schema"].(map[string]any)["type"])
}

func TestCacheIsBounded(t *testing.T) {
	d := newDecoder(t, Options{CacheSize: 8})
	for i := range 1000 {
		_, err := d.Decode([]byte(envelope(fmt.Sprintf(`{"type":"int32","version":%d}`, i), "1")))
		require.NoError(t, err)
	}
	require.Len(t, d.schemas.byRaw, 8)

	d = newDecoder(t, Options{CacheSize: 1_000_000})
	doc := strings.Repeat("x", 500_000)
	for i := range 50 {
		_, err := d.Decode([]byte(envelope(fmt.Sprintf(`{"type":"int32","doc":"%s%d"}`, doc, i), "1")))
		require.NoError(t, err)
	}
	require.LessOrEqual(t, d.schemas.total, maxCachedBytes)
	total := 0
	for raw := range d.schemas.byRaw {
		total += len(raw)
	}
	require.Equal(t, total, d.schemas.total)
	_, err := d.Decode([]byte(envelope(fmt.Sprintf(`{"type":"int32","doc":"%s"}`, strings.Repeat(doc, 3)), "1")))
	require.NoError(t, err)
	require.Equal(t, total, d.schemas.total)
}

func TestConcurrentDecode(t *testing.T) {
	d := newDecoder(t, Options{CacheSize: 3})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 500 {
				n := (g + i) % 7
				rec, err := d.Decode([]byte(envelope(structOf(field(fmt.Sprintf("f%d", n), `{"type":"int32"}`)), fmt.Sprintf(`{"f%d":%d}`, n, i))))
				if err != nil || rec.Value.(map[string]any)[fmt.Sprintf("f%d", n)] != int64(i) {
					t.Errorf("%v %v", rec.Value, err)
				}
			}
		})
	}
	wg.Wait()
}

// TestBoundedWork: what would multiply into gigabytes or take minutes is refused, or done, in little memory.
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
		"text":       {envelope("null", `"`+strings.Repeat("a", maxTextLen+1)+`"`), "bad_json: value: a string longer than 20000000 characters"},
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
	r := refuse(TypeMismatch, "expected int32, got string").At("[3]").At(pathName("a: b\n\xff")).At(memberPayload)
	require.EqualError(t, r, "type_mismatch: payload.a__b__[3]: expected int32, got string")
	require.Equal(t, "_", pathName(""))
	require.Equal(t, strings.Repeat("n", 64)+"...", pathName(strings.Repeat("n", 100)))
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
				var refusal *record.Refusal
				require.ErrorAs(t, err, &refusal)
				require.True(t, known[refusal.Code])
			}
		}
	}
}
