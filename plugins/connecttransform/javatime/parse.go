package javatime

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// fields are what a text says about a time. Hours, days and months may be beyond their
// range, or negative.
type fields struct {
	year, month, day, dayOfYear int
	hasDay, hasYearDay          bool
	isBC                        bool
	weekday                     time.Weekday
	hasWeekday                  bool
	hour, minute, second, milli int
	hour12, half                int // half is 1 for PM
	hasHour, hasHour12, hasHalf bool
	zone                        time.Duration // east of UTC
}

// ErrNoMatch says that a text does not match a pattern.
var ErrNoMatch = errors.New("the text does not match the pattern")

// Parse reads a time. now decides the century of a year of two digits. The error is
// ErrNoMatch, or names a field that Parse does not read.
func (p *Pattern) Parse(text string, now time.Time) (time.Time, error) {
	f := fields{year: 1970, month: 1, day: 1, dayOfYear: 1}
	r := reader{text: text, now: now}
	for i := range p.items {
		it := &p.items[i]
		if it.letter == 0 {
			if !strings.HasPrefix(r.text[r.at:], it.text) {
				return time.Time{}, ErrNoMatch
			}
			r.at += len(it.text)
			continue
		}
		// A number that stands before another one has as many digits as letters.
		abuts := i+1 < len(p.items) && isNumeric(&p.items[i+1])
		if !r.field(it, abuts, &f) {
			if strings.IndexByte("YwWF", it.letter) >= 0 {
				return time.Time{}, fmt.Errorf("the pattern has the letter %c, a week, which no time can be read from: write y for the year", it.letter)
			}
			return time.Time{}, ErrNoMatch
		}
	}
	return f.time(), nil
}

func isNumeric(it *item) bool {
	switch it.letter {
	case 0, 'G', 'E', 'a', 'z', 'Z', 'X':
		return false
	case 'M', 'L':
		return it.count <= 2
	}
	return true
}

// reader reads fields from a text.
type reader struct {
	text string
	at   int
	now  time.Time
}

func (r *reader) field(it *item, abuts bool, f *fields) bool {
	for r.at < len(r.text) && (r.text[r.at] == ' ' || r.text[r.at] == '\t') {
		r.at++
	}
	if r.at >= len(r.text) {
		return false
	}
	switch it.letter {
	case 'G':
		n := r.name([]string{"BC", "AD"})
		f.isBC = n == 0
		return n >= 0
	case 'E':
		n := r.names(weekdays)
		f.weekday, f.hasWeekday = time.Weekday(n), true
		return n >= 0
	case 'a':
		f.half, f.hasHalf = r.name([]string{"AM", "PM"}), true
		return f.half >= 0
	case 'z', 'Z', 'X':
		zone, ok := r.zone(it)
		f.zone = zone
		return ok
	case 'M', 'L':
		if it.count >= 3 {
			n := r.names(months)
			f.month = n + 1
			return n >= 0
		}
	case 'Y', 'w', 'W', 'F':
		return false
	}
	start := r.at
	n, ok := r.number(it.count, abuts)
	if ok {
		f.set(it, n, r.text[start:r.at], r.now)
	}
	return ok
}

// number reads digits with a minus sign before them.
func (r *reader) number(count int, abuts bool) (n int, ok bool) {
	end := len(r.text)
	if abuts {
		if end = r.at + count; end > len(r.text) {
			return 0, false
		}
	}
	at := r.at
	negative := r.text[at] == '-'
	if negative {
		at++
	}
	first := at
	for at < end && r.text[at] >= '0' && r.text[at] <= '9' {
		if n < 1e12 {
			n = n*10 + int(r.text[at]-'0')
		}
		at++
	}
	r.at = at
	if negative {
		n = -n
	}
	return int(int32(n)), at > first // Java's Number.intValue
}

// set stores a number. digits is its text.
func (f *fields) set(it *item, n int, digits string, now time.Time) {
	switch it.letter {
	case 'y':
		f.year = n
		if it.count <= 2 && len(digits) == 2 && digits[0] != '-' {
			f.year = century(n, now)
		}
	case 'M', 'L':
		f.month = n
	case 'd':
		f.day, f.hasDay, f.hasYearDay = n, true, false
	case 'D':
		f.dayOfYear, f.hasYearDay = n, true
	case 'u':
		f.weekday, f.hasWeekday = time.Weekday(((n%7)+7)%7), true
	case 'H':
		f.hour, f.hasHour, f.hasHour12 = n, true, false
	case 'k':
		f.hour, f.hasHour, f.hasHour12 = n, true, false
		if n == 24 {
			f.hour = 0
		}
	case 'K':
		f.hour12, f.hasHour12 = n, true
	case 'h':
		f.hour12, f.hasHour12 = n, true
		if n == 12 {
			f.hour12 = 0
		}
	case 'm':
		f.minute = n
	case 's':
		f.second = n
	case 'S':
		f.milli = n
	}
}

// century returns the year from 80 years before now to 19 years after, whose last digits
// are n.
func century(n int, now time.Time) int {
	first := now.AddDate(-80, 0, 0).Year()
	year := first/100*100 + n
	if n < first%100 {
		year += 100
	}
	return year
}

// time returns the time of the fields. A field beyond its range counts on.
func (f *fields) time() time.Time {
	year := f.year
	if f.isBC {
		year = 1 - year
	}
	hour := f.hour
	if f.hasHour12 || f.hasHalf && !f.hasHour {
		hour = f.hour12 + 12*f.half
	}
	month, day := time.Month(f.month), f.day
	if f.hasYearDay {
		month, day = time.January, f.dayOfYear
	}
	t := midnight(year, month, day)
	if f.hasWeekday && !f.hasDay && !f.hasYearDay { // the weekday of the week of the first
		t = t.AddDate(0, 0, int(f.weekday-t.Weekday()))
	}
	millis := int64(hour)*3_600_000 + int64(f.minute)*60_000 + int64(f.second)*1000 + int64(f.milli) - f.zone.Milliseconds()
	return time.UnixMilli(t.UnixMilli() + millis).UTC()
}
