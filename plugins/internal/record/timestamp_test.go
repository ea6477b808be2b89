package record

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"pgregory.net/rapid"
)

// clients returns the timestamp that the client library makes of a number.
func clients(ms int64) *kgo.Record { return &kgo.Record{Timestamp: time.Unix(0, ms*1e6)} }

func TestTheNumberOfATimestampIsRecovered(t *testing.T) {
	exact := func(ms int64) {
		// An assertion of each of three million numbers would take seconds.
		if got, known := TimestampOf(clients(ms)); !known || got != ms {
			require.FailNow(t, "a number is not recovered", "%d became %d, %v", ms, got, known)
		}
	}
	for _, ms := range []int64{0, 1, 63, 64, 1709210096789, 9223372036854, 9223372036855, 18446744073709, 18446744073710, 1795784212612000, MaxTimestamp} {
		exact(ms)
	}
	for ms := range int64(1_000_000) {
		exact(ms)
		exact(MaxTimestamp - ms)
		exact(1795784212612000 + ms)
	}
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(0, MaxTimestamp).Draw(t, "ms")
		got, known := TimestampOf(clients(ms))
		require.True(t, known, ms)
		require.Equal(t, ms, got)
	})
	for _, ms := range []int64{-1, -2, -1709210096789, MaxTimestamp + 1, 1795784212612000000, 1<<63 - 1} {
		got, known := TimestampOf(clients(ms))
		assert.False(t, known, "%d became %d", ms, got)
	}
}

func BenchmarkTimestamp(b *testing.B) {
	r := clients(1795784212612)
	for b.Loop() {
		if _, known := TimestampOf(r); !known {
			require.FailNow(b, "not known")
		}
	}
}
