package record

import "github.com/twmb/franz-go/pkg/kgo"

// MaxTimestamp is the largest number that [TimestampOf] reads. It is in the year 2103 in
// microseconds. No number of milliseconds that makes sense is larger.
const MaxTimestamp = 4_200_000_000_000_000

// TimestampOf returns the number in a record's timestamp, as it is in the log.
//
// It should be milliseconds, but brokers before Kafka 4.0 take any number, and some
// producers send microseconds (KAFKA-14991). The client library multiplies the number
// by 1,000,000 to nanoseconds, modulo 2^64. Since 1,000,000 is 2^6 * 15625 and 15625
// is odd, the product still tells the number modulo 2^58: enough to read milliseconds
// and microseconds exactly.
//
// known is false for a record without a timestamp (-1), and for a number that is
// negative or larger than MaxTimestamp: nanoseconds. The lost bits cannot tell 48 days
// of nanoseconds in 9 years (2024-10-20 to 2024-12-07, and next 2033-12-07 to
// 2034-01-25) from a small number.
func TimestampOf(r *kgo.Record) (number int64, known bool) {
	const inverse = 0x10fb65668c26139 // of 15625, modulo 2^58
	n := uint64(r.Timestamp.UnixNano()) >> 6 * inverse & (1<<58 - 1)
	return int64(n), n <= MaxTimestamp
}
