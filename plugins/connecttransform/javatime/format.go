package javatime

import (
	"strconv"
	"time"
)

// Format writes a time in UTC.
func (p *Pattern) Format(t time.Time) string {
	t = t.UTC()
	m := moment{Time: t}
	m.year, m.month, m.day = date(t)
	b := make([]byte, 0, 2*len(p.text))
	for i := range p.items {
		b = p.items[i].append(b, &m)
	}
	return string(b)
}

// moment is a time with its date in Java's calendar.
type moment struct {
	time.Time
	year  int
	month time.Month
	day   int
}

func (f *item) append(b []byte, t *moment) []byte {
	switch f.letter {
	case 0:
		return append(b, f.text...)
	case 'G':
		if t.year <= 0 {
			return append(b, "BC"...)
		}
		return append(b, "AD"...)
	case 'y':
		return appendYear(b, t.yearOfEra(), f.count)
	case 'Y':
		year, _ := week(t.Time)
		return appendYear(b, year, f.count)
	case 'M', 'L':
		switch {
		case f.count >= 4:
			return append(b, t.month.String()...)
		case f.count == 3:
			return append(b, t.month.String()[:3]...)
		}
	case 'E':
		if f.count >= 4 {
			return append(b, t.Weekday().String()...)
		}
		return append(b, t.Weekday().String()[:3]...)
	case 'a':
		if t.Hour() < 12 {
			return append(b, "AM"...)
		}
		return append(b, "PM"...)
	case 'z':
		if f.count >= 4 {
			return append(b, "Coordinated Universal Time"...)
		}
		return append(b, "UTC"...)
	case 'Z':
		return append(b, "+0000"...)
	case 'X':
		return append(b, 'Z')
	}
	return appendNumber(b, f.number(t), f.count)
}

// number returns the value of a field that is a number.
func (f *item) number(t *moment) int {
	switch f.letter {
	case 'M', 'L':
		return int(t.month)
	case 'w':
		_, week := week(t.Time)
		return week
	case 'W': // weeks begin on Sunday
		first := time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
		return (t.Day()+int(first.Weekday())-1)/7 + 1
	case 'D':
		return t.YearDay()
	case 'd':
		return t.day
	case 'F':
		return (t.day-1)/7 + 1
	case 'u':
		return (int(t.Weekday())+6)%7 + 1
	case 'H':
		return t.Hour()
	case 'k':
		return (t.Hour()+23)%24 + 1
	case 'K':
		return t.Hour() % 12
	case 'h':
		return (t.Hour()+11)%12 + 1
	case 'm':
		return t.Minute()
	case 's':
		return t.Second()
	}
	return t.Nanosecond() / int(time.Millisecond) // S
}

func (t *moment) yearOfEra() int {
	if t.year <= 0 {
		return 1 - t.year
	}
	return t.year
}

// week returns the year and the number of a week, where weeks begin on Sunday and week 1 has
// the first of January, as in the United States.
func week(t time.Time) (year, week int) {
	// The Saturday of a week is in the year of the week.
	saturday := t.AddDate(0, 0, int(time.Saturday-t.Weekday()))
	return saturday.Year(), (saturday.YearDay()-1)/7 + 1
}

// appendYear writes the last two digits for two letters, as Java does.
func appendYear(b []byte, year, count int) []byte {
	if count == 2 {
		return appendNumber(b, year%100, 2)
	}
	return appendNumber(b, year, count)
}

func appendNumber(b []byte, n, width int) []byte {
	text := strconv.Itoa(n)
	for range width - len(text) {
		b = append(b, '0')
	}
	return append(b, text...)
}
