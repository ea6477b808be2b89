package javatime

import "time"

// gregorian is when Java's calendar changes: the day after 1582-10-04 of the Julian calendar.
var gregorian = time.Date(1582, time.October, 15, 0, 0, 0, 0, time.UTC)

const (
	epochDay   = 2440588 // the Julian day number of 1970-01-01
	secondsDay = 24 * 60 * 60
)

// date returns the year, the month and the day in Java's calendar.
func date(t time.Time) (year int, month time.Month, day int) {
	if !t.Before(gregorian) {
		return t.Date()
	}
	// The steps of https://en.wikipedia.org/wiki/Julian_day, for a year that begins in March.
	c := floor(t.Unix(), secondsDay) + epochDay + 32082
	d := floor(4*c+3, 1461)
	e := c - floor(1461*d, 4)
	m := (5*e + 2) / 153
	return int(d - 4800 + m/10), time.Month(m + 3 - 12*(m/10)), int(e - (153*m+2)/5 + 1)
}

// midnight returns the begin of a day in Java's calendar. Months and days may be beyond
// their range.
func midnight(year int, month time.Month, day int) time.Time {
	t := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if !t.Before(gregorian) {
		return t
	}
	months := int64(year)*12 + int64(month) - 1
	y, m := floor(months, 12), months-12*floor(months, 12)+1
	a := (14 - m) / 12
	y, m = y+4800-a, m+12*a-3
	number := int64(day) + (153*m+2)/5 + 365*y + floor(y, 4) - 32083
	return time.Unix((number-epochDay)*secondsDay, 0).UTC()
}

// floor divides towards the past.
func floor(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
