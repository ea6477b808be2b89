package javatime

import (
	"strings"
	"time"
)

var months, weekdays = func() (m, d []string) {
	for i := time.January; i <= time.December; i++ {
		m = append(m, i.String())
	}
	for i := time.Sunday; i <= time.Saturday; i++ {
		d = append(d, i.String())
	}
	return m, d
}()

// name reads one of several names in any case, and returns its index, -1 for none.
func (r *reader) name(all []string) int {
	for i, name := range all {
		if r.has(name) {
			r.at += len(name)
			return i
		}
	}
	return -1
}

// names reads a name or its first three letters.
func (r *reader) names(all []string) int {
	if i := r.name(all); i >= 0 {
		return i
	}
	for i, name := range all {
		if r.has(name[:3]) {
			r.at += 3
			return i
		}
	}
	return -1
}

func (r *reader) has(name string) bool {
	return len(r.text)-r.at >= len(name) && strings.EqualFold(r.text[r.at:r.at+len(name)], name)
}

// zones has the names of zones that have one offset. A name such as CET has two in Java, by
// the season, and is not read.
var zones = []struct {
	name   string
	offset time.Duration
}{
	{"Coordinated Universal Time", 0}, {"Greenwich Mean Time", 0}, {"UTC", 0}, {"GMT", 0},
	{"PST", -8 * time.Hour}, {"PDT", -7 * time.Hour}, {"MST", -7 * time.Hour}, {"MDT", -6 * time.Hour},
	{"CST", -6 * time.Hour}, {"CDT", -5 * time.Hour}, {"EST", -5 * time.Hour}, {"EDT", -4 * time.Hour},
}

// zone reads a zone: Z and +01, +0100 or +01:00 for X, and +0100, GMT+1:00 or a name for z
// and Z.
func (r *reader) zone(it *item) (offset time.Duration, ok bool) {
	if it.letter == 'X' {
		if r.text[r.at] == 'Z' {
			r.at++
			return 0, true
		}
		return r.offset(it.count > 1, it.count == 3, false)
	}
	if c := r.text[r.at]; c == '+' || c == '-' {
		return r.offset(true, false, false)
	}
	for _, z := range zones {
		if !r.has(z.name) {
			continue
		}
		r.at += len(z.name)
		if z.name == "GMT" && r.at < len(r.text) && (r.text[r.at] == '+' || r.text[r.at] == '-') {
			return r.offset(true, true, true)
		}
		return z.offset, true
	}
	return 0, false
}

// offset reads a sign, two digits of hours (one or two if short), and minutes if minutes is
// true, with a colon before them if colon is.
func (r *reader) offset(minutes, colon, short bool) (offset time.Duration, ok bool) {
	sign := time.Duration(1)
	switch r.text[r.at] {
	case '-':
		sign = -1
	case '+':
	default:
		return 0, false
	}
	r.at++
	hours, ok := r.digits(2)
	if !ok && short {
		hours, ok = r.digits(1)
	}
	if !ok || hours > 23 {
		return 0, false
	}
	if !minutes {
		return sign * time.Duration(hours) * time.Hour, true
	}
	if colon {
		if r.at >= len(r.text) || r.text[r.at] != ':' {
			return sign * time.Duration(hours) * time.Hour, short
		}
		r.at++
	}
	m, ok := r.digits(2)
	return sign * (time.Duration(hours)*time.Hour + time.Duration(m)*time.Minute), ok && m < 60
}

// digits reads a number of digits.
func (r *reader) digits(count int) (n int, ok bool) {
	if r.at+count > len(r.text) {
		return 0, false
	}
	for _, c := range []byte(r.text[r.at : r.at+count]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	r.at += count
	return n, true
}
