package avro

import (
	"encoding/binary"
	"math"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/refusal"
)

// extraValues is how many values a message may yield beyond one for each of its bytes and
// one for each field of its root. An array of a billion nulls, or of records without
// fields, has no bytes (Invariant 6).
const extraValues = 10_000

// sharedText is the greatest size of a message whose texts are parts of one copy of the
// message. In a larger message, a short text would keep a large copy in memory.
const sharedText = 4096

// reader reads the binary form of one message.
type reader struct {
	b      []byte // what is not read yet
	shared string // a copy of the whole message, "" until a text is read
	total  int    // of the message, in bytes
	budget int    // values that the message may still yield
}

func (r *reader) begin(b []byte, fields int) {
	*r = reader{b: b, total: len(b), budget: len(b) + extraValues + fields}
}

// spend takes the cost of values from the budget before they are made.
func (r *reader) spend(values int) *record.Refusal {
	r.budget -= values
	if r.budget < 0 {
		return refusal.New(refusal.OutOfRange, "the message yields too many values")
	}
	return nil
}

func bad(detail string) *record.Refusal { return refusal.New(refusal.BadAvro, detail) }

func short() *record.Refusal { return bad("expected more bytes, got the end of the message") }

// long reads an integer of variable length, zigzag-encoded.
func (r *reader) long() (int64, *record.Refusal) {
	if len(r.b) > 0 && r.b[0] < 0x80 { // as most are
		v := uint64(r.b[0])
		r.b = r.b[1:]
		return int64(v>>1) ^ -int64(v&1), nil
	}
	v, n := binary.Uvarint(r.b)
	switch {
	case n == 0:
		return 0, short()
	case n < 0:
		return 0, bad("expected an integer of at most 64 bits, got a longer one")
	}
	r.b = r.b[n:]
	return int64(v>>1) ^ -int64(v&1), nil
}

// take returns the next n bytes. They are part of the message.
func (r *reader) take(n int64) ([]byte, *record.Refusal) {
	switch {
	case n < 0:
		return nil, bad("expected a length, got a negative number")
	case n > int64(len(r.b)):
		return nil, short()
	}
	b := r.b[:n:n]
	r.b = r.b[n:]
	return b, nil
}

// bytes reads bytes with their length in front. They are part of the message.
func (r *reader) bytes() ([]byte, *record.Refusal) {
	n, refused := r.long()
	if refused != nil {
		return nil, refused
	}
	return r.take(n)
}

func (r *reader) text() (string, *record.Refusal) {
	b, refused := r.bytes()
	if refused != nil {
		return "", refused
	}
	if !utf8.Valid(b) {
		return "", bad("expected text in UTF-8, got other bytes")
	}
	if r.shared == "" {
		return string(b), nil
	}
	end := r.total - len(r.b)
	return r.shared[end-len(b) : end], nil
}

func (r *reader) boolean() (bool, *record.Refusal) {
	b, refused := r.take(1)
	if refused != nil {
		return false, refused
	}
	if b[0] > 1 {
		return false, bad("expected a boolean, the byte 0 or 1, got another byte")
	}
	return b[0] == 1, nil
}

func (r *reader) float() (float32, *record.Refusal) {
	b, refused := r.take(4)
	if refused != nil {
		return 0, refused
	}
	return math.Float32frombits(binary.LittleEndian.Uint32(b)), nil
}

func (r *reader) double() (float64, *record.Refusal) {
	b, refused := r.take(8)
	if refused != nil {
		return 0, refused
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b)), nil
}

// block reads how many elements the next block of an array or a map has, 0 for the end. It
// takes their number from the budget.
func (r *reader) block() (int, *record.Refusal) {
	n, refused := r.long()
	if refused != nil {
		return 0, refused
	}
	if n < 0 { // the size of the block in bytes follows
		if _, refused = r.long(); refused != nil {
			return 0, refused
		}
		n = -n
	}
	if n < 0 || n > int64(r.budget) {
		return 0, refusal.New(refusal.OutOfRange, "the message yields too many values")
	}
	return int(n), r.spend(int(n))
}

// index reads the index of a symbol or of a type of a union.
func (r *reader) index(of int, what string) (int, *record.Refusal) {
	n, refused := r.long()
	if refused == nil && (n < 0 || n >= int64(of)) {
		refused = bad("expected " + what + " of the schema, got a number beyond them")
	}
	return int(n), refused
}
