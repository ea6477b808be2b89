// Package wire reads the wire format of Confluent's serializers: which schema a message
// has, and where its value begins.
package wire

import (
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
)

// The headers of a record in which a producer can send the schema, instead of in front of
// the key or of the value.
const (
	KeyHeader   = "__key_schema_id"
	ValueHeader = "__value_schema_id"
)

// The first byte of the wire format: what follows.
const (
	magicID   = 0 // four bytes: the id
	magicGUID = 1 // sixteen bytes: the GUID
)

const (
	idSize   = 4
	guidSize = 16
)

// Ref names a schema in the registry. It is comparable.
type Ref struct {
	ID     int
	GUID   [guidSize]byte
	IsGUID bool
}

// String returns the id, or the GUID in the form 8-4-4-4-12.
func (r Ref) String() string {
	if !r.IsGUID {
		return strconv.Itoa(r.ID)
	}
	text := hex.EncodeToString(r.GUID[:])
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}

// Kind returns the word for what String returns.
func (r Ref) Kind() string {
	if r.IsGUID {
		return "GUID"
	}
	return "id"
}

// Split returns the schema of a message and its value. It looks at the header first, which
// is "" if there is none, as the Dual deserializer does.
func Split(header string, message []byte) (Ref, []byte, *record.Refusal) {
	if header != "" {
		ref, rest, ok := split([]byte(header))
		if !ok || len(rest) > 0 || ref.ID > math.MaxInt32 {
			return Ref{}, nil, refusal.New(refusal.BadEnvelope, "expected a schema id of 5 bytes or a GUID of 17 bytes in the header, got other bytes")
		}
		return ref, message, nil
	}
	ref, rest, ok := split(message)
	switch {
	case !ok:
		return Ref{}, nil, refusal.New(refusal.BadEnvelope, unframed(message))
	case ref.ID > math.MaxInt32: // a registry has no path for it
		return Ref{}, nil, refusal.New(refusal.BadEnvelope, "expected a schema id up to 2147483647, got a greater number")
	}
	return ref, rest, nil
}

func split(b []byte) (ref Ref, rest []byte, ok bool) {
	switch {
	case len(b) > idSize && b[0] == magicID:
		return Ref{ID: int(binary.BigEndian.Uint32(b[1:]))}, b[1+idSize:], true
	case len(b) > guidSize && b[0] == magicGUID:
		ref.IsGUID = true
		copy(ref.GUID[:], b[1:])
		return ref, b[1+guidSize:], true
	}
	return Ref{}, nil, false
}

// unframed says what a message is that does not have the wire format.
func unframed(b []byte) string {
	const expected = "expected Schema Registry's wire format (a zero byte and a schema id), got "
	switch {
	case len(b) > 0 && (b[0] == '{' || b[0] == '['):
		return expected + "JSON: use connect_json_decode"
	case len(b) > 3 && string(b[:4]) == "Obj\x01":
		return expected + "an Avro file: let the producer send each record with AvroConverter or KafkaAvroSerializer"
	case len(b) > 1 && string(b[:2]) == "\xc3\x01":
		return expected + "a single Avro object: let the producer use AvroConverter or KafkaAvroSerializer"
	case len(b) <= idSize:
		return expected + strconv.Itoa(len(b)) + " bytes"
	}
	return expected + "other bytes: let the producer use AvroConverter or KafkaAvroSerializer"
}
