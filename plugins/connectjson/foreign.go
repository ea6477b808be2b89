package connectjson

import (
	"bytes"
	"encoding/json"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/order-sink/order-sink/plugins/connectjson/jackson"
)

// formats are other formats that producers send, by their first bytes. algorithm is the
// setting of the processor decompress, if that processor reads the format.
var formats = []struct{ magic, name, algorithm string }{
	{"\x1f\x8b", "compressed with gzip", "gzip"},
	{"\x78\x01", "compressed with zlib", "zlib"},
	{"\x78\x5e", "compressed with zlib", "zlib"},
	{"\x78\x9c", "compressed with zlib", "zlib"},
	{"\x78\xda", "compressed with zlib", "zlib"},
	{"BZh91AY&SY", "compressed with bzip2", "bzip2"},
	{"\x04\x22\x4d\x18", "compressed with lz4", "lz4"},
	{"\x28\xb5\x2f\xfd", "compressed with zstd", ""},
	{"\xff\x06\x00\x00sNaPpY", "compressed with snappy", ""},
	{"\x82SNAPPY\x00", "compressed with snappy", ""},
	{"Obj\x01", "an Avro file", ""},
	{"\xc3\x01", "a single Avro object", ""},
	{"\xac\xed\x00\x05", "a serialized Java object", ""},
}

const (
	wireHeader = 5   // of Schema Registry's wire format: a zero byte, four of the schema's id
	looked     = 512 // bytes
)

// foreign names the format that a value without JSON seems to have, and the change that
// is necessary. It returns "" for an unknown format. Jackson's answer, that a byte is
// unexpected, hides the commonest mistake: another converter in the producer.
func foreign(b []byte, strict bool) string {
	const send = ": let the producer send JSON with org.apache.kafka.connect.json.JsonConverter"
	if len(b) > jackson.MaxDocument {
		return ""
	}
	for _, f := range formats {
		switch {
		case !bytes.HasPrefix(b, []byte(f.magic)):
		case f.algorithm != "":
			return "the value is " + f.name + ", not JSON: let the producer send JSON and set its compression.type instead, or put `decompress: {algorithm: " + f.algorithm + "}` before this processor"
		case strings.HasPrefix(f.name, "compressed"):
			return "the value is " + f.name + ", not JSON: let the producer send JSON and set its compression.type instead"
		default:
			return "the value is " + f.name + ", not JSON" + send
		}
	}
	const wire = "the value begins with Schema Registry's wire format (a zero byte and a schema id), "
	switch {
	case isUTF16(b) && strict: // compat reads it, where it is JSON
		return "the value is text in UTF-16: let the producer send UTF-8"
	case isUTF16(b):
		return ""
	case len(b) > wireHeader && b[0] == 0 && json.Valid(b[wireHeader:]):
		return wire + "then has JSON" + send + ", or put `mapping: root = content().slice(5)` before this processor and set schemas_enable: false"
	case len(b) > wireHeader && b[0] == 0:
		return wire + "then has Avro or Protobuf" + send + ", or use connect_avro_decode for Avro"
	case !hasControls(b):
		return ""
	case isProtobuf(b):
		return "the value looks like Protobuf, not JSON" + send
	case !beginsAsJSON(b):
		return "the value is binary data, not JSON" + send
	}
	return ""
}

func isUTF16(b []byte) bool {
	return bytes.HasPrefix(b, []byte("\xfe\xff")) || bytes.HasPrefix(b, []byte("\xff\xfe")) || len(b) >= 4 && b[0] == 0 && b[1] != 0 && b[2] == 0
}

func beginsAsJSON(b []byte) bool {
	start := bytes.TrimLeft(b, " \t\r\n")
	return len(start) > 0 && strings.IndexByte(`{["-0123456789tfn`, start[0]) >= 0
}

// hasControls says whether b has a control character near its start. Text has none.
func hasControls(b []byte) bool {
	return bytes.ContainsFunc(b[:min(len(b), looked)], func(c rune) bool {
		return c < ' ' && c != '\t' && c != '\n' && c != '\f' && c != '\r'
	})
}

// isProtobuf says whether b is fields of Protobuf from its start to its end, without the
// deprecated groups.
func isProtobuf(b []byte) bool {
	for len(b) > 0 {
		number, kind, n := protowire.ConsumeField(b)
		if n < 0 || kind == protowire.StartGroupType || number > protowire.MaxValidNumber {
			return false
		}
		b = b[n:]
	}
	return true
}
