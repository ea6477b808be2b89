package wire

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestSplit(t *testing.T) {
	t.Parallel()
	guid := []byte("\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f")
	header := func(b ...byte) string { return string(b) }
	for name, c := range map[string]struct {
		header, message string
		ref, rest       string
	}{
		"an id":                {"", "\x00\x00\x00\x01\x00ab", "256", "ab"},
		"the largest id":       {"", "\x00\x7f\xff\xff\xffab", "2147483647", "ab"},
		"no bytes of a value":  {"", "\x00\x00\x00\x00\x07", "7", ""},
		"a GUID":               {"", "\x01" + string(guid) + "ab", "00010203-0405-0607-0809-0a0b0c0d0e0f", "ab"},
		"an id in a header":    {header(0, 0, 0, 0, 7), "\x00ab", "7", "\x00ab"},
		"a GUID in a header":   {"\x01" + string(guid), "ab", "00010203-0405-0607-0809-0a0b0c0d0e0f", "ab"},
		"a header goes first":  {header(0, 0, 0, 0, 7), "\x00\x00\x00\x00\x08ab", "7", "\x00\x00\x00\x00\x08ab"},
		"a header and nothing": {header(0, 0, 0, 0, 7), "", "7", ""},
	} {
		ref, rest, refused := Split(c.header, []byte(c.message))
		require.Nil(t, refused, name)
		require.Equal(t, c.ref, ref.String(), name)
		require.Equal(t, c.rest, string(rest), name)
	}
}

func TestSplitRefuses(t *testing.T) {
	t.Parallel()
	const expected = "bad_envelope: : expected Schema Registry's wire format (a zero byte and a schema id), got "
	for _, c := range []struct{ header, message, want string }{
		{"", "", expected + "0 bytes"},
		{"", "\x00\x00\x00\x01", expected + "4 bytes"},
		{"", "\x01\x00\x00\x00\x07ab", expected + "other bytes: let the producer use AvroConverter or KafkaAvroSerializer"},
		{"", "plain text", expected + "other bytes: let the producer use AvroConverter or KafkaAvroSerializer"},
		{"", `{"schema":null}`, expected + "JSON: use connect_json_decode"},
		{"", "Obj\x01ab", expected + "an Avro file: let the producer send each record with AvroConverter or KafkaAvroSerializer"},
		{"", "\xc3\x01abcd", expected + "a single Avro object: let the producer use AvroConverter or KafkaAvroSerializer"},
		{"", "\x00\x80\x00\x00\x00ab", "bad_envelope: : expected a schema id up to 2147483647, got a greater number"},
		{"7", "\x00\x00\x00\x00\x07", "bad_envelope: : expected a schema id of 5 bytes or a GUID of 17 bytes in the header, got other bytes"},
		{"\x00\x00\x00\x00\x07\x00", "ab", "bad_envelope: : expected a schema id of 5 bytes or a GUID of 17 bytes in the header, got other bytes"},
	} {
		_, _, refused := Split(c.header, []byte(c.message))
		require.NotNil(t, refused)
		require.Equal(t, c.want, refused.Error())
	}
	_, rest, refused := Split("", bytes.Repeat([]byte{1}, 17))
	require.Nil(t, refused)
	require.Empty(t, rest)
}
