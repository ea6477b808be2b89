package record

import "github.com/twmb/franz-go/pkg/kgo"

// MaxTimestamp is the largest number that [TimestampOf] reads. It is in the year 2103 in
// microseconds. No useful number of milliseconds is larger.
const MaxTimestamp = 4_200_000_000_000_000

// TimestampOf returns the number that the log has as the timestamp of a record.
//
// The number should be in milliseconds. But brokers before Kafka 4.0 accept any number,
// and some producers send microseconds (KAFKA-14991). The client library multiplies the
// number by 1,000,000, modulo 2^64. 1,000,000 is 2^6 * 15625 and 15625 is odd, so the
// product determines the number modulo 2^58. That is enough for exact milliseconds and
// microseconds.
//
// known is false for a record without a timestamp (-1), for a negative number, and for a
// number larger than MaxTimestamp, such as nanoseconds. Some nanoseconds look like a
// small number, because their upper bits are lost: those of 48 days in 9 years
// (2024-10-20 to 2024-12-07, and next 2033-12-07 to 2034-01-25).
func TimestampOf(r *kgo.Record) (number int64, known bool) {
	const inverse = 0x10fb65668c26139 // of 15625, modulo 2^58
	n := uint64(r.Timestamp.UnixNano()) >> 6 * inverse & (1<<58 - 1)
	return int64(n), n <= MaxTimestamp
}
