package logical

import (
	"strconv"
	"time"
)

// Instant returns the date or the time that a number of units since 1970 names, in UTC. The
// unit is a millisecond, a microsecond, a nanosecond or a day.
func Instant(v int64, unit time.Duration) time.Time {
	var t time.Time
	switch unit {
	case time.Millisecond:
		t = time.UnixMilli(v)
	case time.Microsecond:
		t = time.UnixMicro(v)
	case time.Nanosecond:
		t = time.Unix(0, v)
	default: // days
		t = time.UnixMilli(v * millisPerDay)
	}
	return t.UTC()
}

const millisPerDay = 24 * 60 * 60 * 1000

// Duration returns a number of units as 15:04:05, with a fraction of the unit's digits
// unless the fraction is zero. A number that is not within one day is a signed duration,
// as MariaDB's TIME is: -01:00:00, 838:59:59. Only the column knows its range.
func Duration(v int64, unit time.Duration) string {
	perSecond := uint64(time.Second / unit)
	var scratch [40]byte
	b := scratch[:0]
	rest := uint64(v)
	if v < 0 {
		b = append(b, '-')
		rest = -rest
	}
	seconds, fraction := rest/perSecond, rest%perSecond
	b = append(appendTwo(b, seconds/3600), ':')
	b = append(appendTwo(b, seconds/60%60), ':')
	b = appendTwo(b, seconds%60)
	if fraction != 0 {
		b = append(b, '.')
		for perSecond /= 10; perSecond > 0; perSecond /= 10 {
			b = append(b, '0'+byte(fraction/perSecond%10))
		}
	}
	return string(b)
}

func appendTwo(b []byte, v uint64) []byte {
	if v < 10 {
		b = append(b, '0')
	}
	return strconv.AppendUint(b, v, 10)
}
