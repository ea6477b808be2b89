package javatime

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var now = time.Date(2026, time.November, 28, 0, 0, 0, 0, time.UTC)

func compile(t testing.TB, pattern string) *Pattern {
	t.Helper()
	p, err := Compile(pattern)
	require.NoError(t, err)
	return p
}

func TestFormat(t *testing.T) {
	at := time.Date(2026, time.January, 31, 22, 5, 9, 7_000_000, time.UTC)
	for pattern, want := range map[string]string{
		"yyyy-MM-dd'T'HH:mm:ss.SSSX": "2026-01-31T22:05:09.007Z",
		"yy y yyyyy":                 "26 2026 02026",
		"M MM MMM MMMM L LLLL":       "1 01 Jan January 1 January",
		"E EEEE u F":                 "Sat Saturday 6 5",
		"D DDD d":                    "31 031 31",
		"H k K h a":                  "22 22 10 10 PM",
		"z zzzz Z X XX XXX":          "UTC Coordinated Universal Time +0000 Z Z Z",
		"YYYY-'W'ww W":               "2026-W05 5",
		"'o''clock' ''G''":           "o'clock 'AD'",
		"S SS SSSS":                  "7 07 0007",
	} {
		require.Equal(t, want, compile(t, pattern).Format(at), pattern)
	}
	first := compile(t, "yyyy-MM-dd G")
	require.Equal(t, "0001-01-01 AD", first.Format(time.Date(0, time.December, 30, 0, 0, 0, 0, time.UTC)), "the Julian calendar")
	require.Equal(t, "1582-10-04 AD", first.Format(gregorian.AddDate(0, 0, -1)))
	require.Equal(t, "1582-10-15 AD", first.Format(gregorian))
	require.Equal(t, "2026-01-31 24", compile(t, "YYYY-MM-dd kk").Format(time.Date(2026, time.January, 31, 0, 0, 0, 0, time.UTC)))
	require.Equal(t, "2027", compile(t, "YYYY").Format(time.Date(2026, time.December, 28, 0, 0, 0, 0, time.UTC)), "the year of the week")
}

func TestParse(t *testing.T) {
	for _, c := range []struct{ pattern, text, want string }{
		{"yyyy-MM-dd", "2026-01-31", "2026-01-31T00:00:00Z"},
		{"yyyy-MM-dd", "2026-1-32 and more", "2026-02-01T00:00:00Z"},
		{"yyyy-MM-dd", "2026-13-01", "2027-01-01T00:00:00Z"},
		{"yyyyMMddHHmm", "202601312205", "2026-01-31T22:05:00Z"},
		{"yyyy-MM-dd HH:mm:ss.SSS", "2026-01-31 22:05:09.123456", "2026-01-31T22:07:12.456Z"},
		{"dd.MM.yy", "01.02.26", "2026-02-01T00:00:00Z"},
		{"dd.MM.yy", "01.02.47", "1947-02-01T00:00:00Z"},
		{"d MMM yyyy h:mm a", "1 feb 2026 12:30 am", "2026-02-01T00:30:00Z"},
		{"d MMMM yyyy h:mm a", "1 February 2026 12:30 PM", "2026-02-01T12:30:00Z"},
		{"EEE, d MMM yyyy HH:mm:ss z", "Sat, 31 Jan 2026 22:05:09 GMT+1:30", "2026-01-31T20:35:09Z"},
		{"yyyy-MM-dd'T'HH:mm:ssXXX", "2026-01-31T22:05:09-08:00", "2026-02-01T06:05:09Z"},
		{"yyyy-MM-dd'T'HH:mm:ssX", "2026-01-31T22:05:09Z", "2026-01-31T22:05:09Z"},
		{"yyyy-MM-dd HH:mm Z", "2026-01-31 22:05 +0130", "2026-01-31T20:35:00Z"},
		{"yyyy-DDD", "2026-045", "2026-02-14T00:00:00Z"},
		{"HH:mm", "24:30", "1970-01-02T00:30:00Z"},
		{"kk:mm", "24:30", "1970-01-01T00:30:00Z"},
		{"yyyy G", "44 BC", "-0043-01-01T00:00:00Z"},
	} {
		got, err := compile(t, c.pattern).Parse(c.text, now)
		require.NoError(t, err, c.pattern)
		if c.pattern == "yyyy G" {
			require.Equal(t, "0044 BC", compile(t, c.pattern).Format(got))
			continue
		}
		require.Equal(t, c.want, got.Format(time.RFC3339Nano), c.pattern)
	}
	for _, c := range []struct{ pattern, text string }{
		{"yyyy-MM-dd", "2026/01/31"}, {"yyyy-MM-dd", ""}, {"yyyyMMdd", "2026"}, {"MMM", "Foo"}, {"X", "01"}, {"XXX", "+0100"}, {"z", "Mars"}, {"a", "noon"},
	} {
		_, err := compile(t, c.pattern).Parse(c.text, now)
		require.ErrorIs(t, err, ErrNoMatch, c.pattern)
	}
	_, err := compile(t, "YYYY").Parse("2026", now)
	require.EqualError(t, err, "the pattern has the letter Y, a week, which no time can be read from: write y for the year")
}

func TestCompileRefuses(t *testing.T) {
	for pattern, want := range map[string]string{
		"yyyy-bb": "the pattern has the letter b, which is no field of SimpleDateFormat: put text between single quotes",
		"yyyy'T":  "the pattern has a single quote that no other one closes",
		"HH XXXX": "the pattern has more than three X, which SimpleDateFormat refuses",
	} {
		_, err := Compile(pattern)
		require.EqualError(t, err, want)
	}
}

// A time comes back from its text in both calendars.
func TestParseIsTheReverseOfFormat(t *testing.T) {
	p := compile(t, "yyyy-MM-dd'T'HH:mm:ss.SSSX G")
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMilli(rapid.Int64Range(-70e12, 250e12).Draw(t, "millis")).UTC()
		back, err := p.Parse(p.Format(at), now)
		require.NoError(t, err)
		require.Equal(t, at, back, p.Format(at))
	})
}

// FuzzParse requires that no pattern and no text panics.
func FuzzParse(f *testing.F) {
	f.Add("yyyy-MM-dd'T'HH:mm:ss.SSSX", "2026-01-31T22:05:09.007Z")
	f.Add("EEE, d MMM yy h:mm a z G u k K D w W F", "Sat, 31 Jan 26 10:05 PM GMT-1:00")
	f.Fuzz(func(_ *testing.T, pattern, text string) {
		p, err := Compile(pattern)
		if err != nil {
			return
		}
		if at, err := p.Parse(text, now); err == nil {
			_ = p.Format(at)
		}
	})
}
