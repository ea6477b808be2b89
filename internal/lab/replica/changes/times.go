package changes

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// date returns dates from the year 1 on. Zero dates become NULL on their way.
func date(r *rand.Rand) string {
	extremes := []string{"'0001-01-01'", "'0099-12-31'", "'1582-10-04'", "'1582-10-15'", "'1969-12-31'", "'1970-01-01'", "'2024-02-29'", "'9999-12-31'"}
	return oneOf(extremes, func(r *rand.Rand) string {
		return quote(day(1900, 2100, r).Format("2006-01-02"))
	})(r)
}

// day returns a time from the year from to the year to, without it.
func day(from, to int, r *rand.Rand) time.Time {
	first := time.Date(from, 1, 1, 0, 0, 0, 0, time.UTC)
	return first.Add(time.Duration(r.Int64N(int64(time.Date(to, 1, 1, 0, 0, 0, 0, time.UTC).Sub(first)))))
}

// fraction returns the decimal places of a time: "" or ".123".
func fraction(r *rand.Rand, places int) string {
	if places == 0 {
		return ""
	}
	return "." + digits(r, places)
}

// most returns the last fraction of a second.
func most(places int) string {
	if places == 0 {
		return ""
	}
	return "." + strings.Repeat("9", places)
}

// clock returns values of TIME, which may be negative and longer than a day.
func clock(places int) value {
	extremes := []string{"'00:00:00'", "'838:59:59" + most(places) + "'", "'-838:59:59" + most(places) + "'", "'-00:00:01'", "'24:00:00'"}
	return oneOf(extremes, func(r *rand.Rand) string {
		sign := [...]string{"", "-"}[r.IntN(2)]
		return fmt.Sprintf("'%s%02d:%02d:%02d%s'", sign, r.IntN(838), r.IntN(60), r.IntN(60), fraction(r, places))
	})
}

// datetime returns times from the year 1 on. A snapshot moves the days from 5 to 14 October
// 1582, which the calendar of Java leaves out.
func datetime(places int) value {
	extremes := []string{"'0001-01-01 00:00:00'", "'1000-01-01 00:00:00'", "'1582-10-04 12:00:00'", "'1582-10-15 12:00:00'", "'1969-12-31 23:59:59" + most(places) + "'", "'1970-01-01 00:00:00'", "'9999-12-31 23:59:59" + most(places) + "'"}
	return oneOf(extremes, func(r *rand.Rand) string {
		return quote(day(1900, 2100, r).Format("2006-01-02 15:04:05") + fraction(r, places))
	})
}

// timestamp returns times within the range of TIMESTAMP, in UTC.
func timestamp(places int) value {
	extremes := []string{"'1970-01-01 00:00:01'", "'2038-01-19 03:14:07" + most(places) + "'", "'2000-02-29 12:00:00'"}
	return oneOf(extremes, func(r *rand.Rand) string {
		return quote(day(1971, 2038, r).Format("2006-01-02 15:04:05") + fraction(r, places))
	})
}

// year returns years without 0, which becomes 1900.
func year(r *rand.Rand) string {
	return oneOf([]string{"1901", "2155", "1970", "2000"}, func(r *rand.Rand) string { return fmt.Sprint(1901 + r.IntN(255)) })(r)
}
