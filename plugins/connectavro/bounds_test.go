package connectavro

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/connectavro/avro"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

func mustCompile(t *testing.T, text string, o avro.Options) *avro.Schema {
	t.Helper()
	s, refused := avro.Compile(text, nil, o)
	require.Nil(t, refused)
	return s
}

// TestBoundedWork: a short message cannot become a long one.
func TestBoundedWork(t *testing.T) {
	t.Parallel()
	long := func(n int64) []byte { return binary.AppendVarint(nil, n) }
	empty := inRecord("e", "")
	for name, c := range map[string]struct {
		schema  string
		message []byte
		code    string
	}{
		"a billion records without fields": {`{"type":"array","items":` + empty + `}`, long(1 << 30), "out_of_range"},
		"many blocks of them":              {`{"type":"array","items":` + empty + `}`, bytes.Repeat(long(9000), 50), "out_of_range"},
		"a negative number of them":        {`{"type":"array","items":` + empty + `}`, append(long(-1<<62), 0), "out_of_range"},
		"the smallest number of them":      {`{"type":"array","items":` + empty + `}`, append(long(-1<<63), 0), "out_of_range"},
		"a map of many":                    {`{"type":"map","values":"int"}`, long(1 << 40), "out_of_range"},
		"a long text":                      {`"string"`, long(1 << 40), "bad_avro"},
		"a text of a negative length":      {`"string"`, long(-1), "bad_avro"},
		"a decimal of many digits":         {`{"type":"record","name":"r","fields":[{"name":"f","type":{"type":"bytes","logicalType":"decimal","precision":64,"scale":2000000000}}]}`, []byte{2, 1}, "out_of_range"},
	} {
		for _, o := range []avro.Options{{}, {Exclude: schema.Exclusion{"f": nil}}} {
			value, refused := mustCompile(t, c.schema, avro.Options{}).Decode(c.message)
			require.NotNil(t, refused, name)
			require.Nil(t, value)
			require.Equal(t, c.code, refused.Code, name)
			if !strings.HasPrefix(c.schema, `{"type":"record"`) {
				_, refused = mustCompile(t, inField(c.schema), o).Decode(c.message)
				require.NotNil(t, refused, name)
				require.Equal(t, c.code, refused.Code, name)
			}
		}
	}
}

// TestBoundedSchemas: a short schema cannot become a long one.
func TestBoundedSchemas(t *testing.T) {
	t.Parallel()
	fields := `{"name":"f0","type":` + inRecord("r0", "") + `}`
	for i := range 40 {
		text := fmt.Sprintf(`{"type":"record","name":"r%d","fields":[{"name":"a","type":"r%d"},{"name":"b","type":"r%d"}]}`, i+1, i, i)
		fields += fmt.Sprintf(`,{"name":"f%d","type":%s}`, i+1, text)
	}
	for text, want := range map[string]string{
		inRecord("r", fields):                             "more than 100000 types",
		inRecord("r", `{"name":"f","type":["null","r"]}`): "the type r contains itself",
		strings.Repeat(`{"type":"array","items":`, 20000) + `"int"` + strings.Repeat("}", 20000): "not valid JSON",
	} {
		_, refused := avro.Compile(text, nil, avro.Options{})
		require.NotNil(t, refused)
		require.Equal(t, "bad_schema", refused.Code)
		require.Contains(t, refused.Detail, want)
	}
	// A field that is left out may be of any type, but a message has a depth.
	s := mustCompile(t, inRecord("r", `{"name":"a","type":"int"},{"name":"f","type":["null","r"]}`), avro.Options{Exclude: schema.Exclusion{"f": nil}})
	value, refused := s.Decode([]byte("\x02\x02\x04\x00"))
	require.Nil(t, refused)
	require.Equal(t, map[string]any{"a": int64(1)}, value)
	_, refused = s.Decode(bytes.Repeat([]byte{2}, 100_000))
	require.NotNil(t, refused)
	require.Equal(t, "out_of_range", refused.Code)
}

// TestLargeMessagesAreNotKept: a short text does not keep a copy of a large message.
func TestLargeMessagesAreNotKept(t *testing.T) {
	s := mustCompile(t, inRecord("r", `{"name":"a","type":"string"},{"name":"b","type":"bytes"}`), avro.Options{})
	message := append([]byte{4, 'a', 'b'}, binary.AppendVarint(nil, 1<<20)...)
	message = append(message, make([]byte, 1<<20)...)
	allocated := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = s.Decode(message)
		}
	}).AllocedBytesPerOp()
	require.Less(t, allocated, int64(3<<19))
}

// TestPropertiesCountForEachUse of a named type: symbols, defaults and parameters are in
// memory for each field that has the type.
func TestPropertiesCountForEachUse(t *testing.T) {
	t.Parallel()
	var used, symbols strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&used, `,{"name":"f%d","type":"e"}`, i)
		fmt.Fprintf(&symbols, `"a_long_symbol_%d",`, i)
	}
	long := strings.Repeat("a", 20_000)
	for name, first := range map[string]string{
		"symbols":           `{"type":"enum","name":"e","symbols":[` + symbols.String() + `"last"]}`,
		"a default":         `{"type":"fixed","name":"e","size":20000,"connect.default":"` + long + `"}`,
		"a parameter":       `{"type":"fixed","name":"e","size":1,"connect.parameters":{"p":"` + long + `"}}`,
		"a field's default": `{"type":"record","name":"e","fields":[{"name":"x","type":"string","default":"` + long + `"}]}`,
	} {
		one := `{"type":"record","name":"r","fields":[{"name":"first","type":` + first + `}`
		_, refused := avro.Compile(one+`]}`, nil, avro.Options{})
		require.Nil(t, refused, name)
		_, refused = avro.Compile(one+used.String()+`]}`, nil, avro.Options{})
		require.NotNil(t, refused, name)
		require.Equal(t, "bad_schema", refused.Code, name)
	}
}
