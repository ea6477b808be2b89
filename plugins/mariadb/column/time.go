package column

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// timestampForms has the spellings of a point in time that are read from text: with a zone,
// or without one, which then is UTC. Java leaves out seconds that are 0, older writers of
// JSON leave out the colon of a zone, and Debezium's isostring gives a date a zone.
var timestampForms = func() (forms []string) {
	for _, zone := range []string{"Z07:00", "Z0700", ""} {
		for _, seconds := range []string{":05.999999999", ""} {
			forms = append(forms, "2006-01-02T15:04"+seconds+zone, "2006-01-02 15:04"+seconds+zone)
		}
		forms = append(forms, time.DateOnly+zone)
	}
	return forms
}()

// time.Parse takes more than 9 digits, behind a comma too, and cuts them.
var longFraction = regexp.MustCompile(`[.,](\d{10,})`)

// zeroDate is what MySQL and MariaDB may hold where a date is not known.
const zeroDate = "0000-00-00"

// acceptTimestamp gives one spelling for a value, so that texts compare as the times do.
func (c *Column) acceptTimestamp(v any) (any, *record.Refusal) {
	var t time.Time
	switch v := v.(type) {
	case time.Time:
		t = v.UTC()
	case string:
		var ok bool
		if t, ok = parseTimestamp(v); !ok {
			if strings.HasPrefix(v, zeroDate) {
				return nil, refusal.New(refusal.BadValue, c.Name, "%s is not a date: send null", zeroDate)
			}
			return nil, refusal.New(refusal.BadValue, c.Name, "expected a date or time such as 2006-01-02T15:04:05Z")
		}
		if match := longFraction.FindStringSubmatch(v); match != nil && len(strings.TrimRight(match[1], "0")) > 9 {
			return nil, refusal.New(refusal.TooPrecise, c.Name, "a fraction of a second of more than 9 digits")
		}
	default:
		return nil, c.wrongType(v, "a date or time")
	}
	if year := t.Year(); year < 1 || year > 9999 {
		return nil, refusal.New(refusal.OutOfRange, c.Name, "%s holds the years 1 to 9999", strings.ToUpper(c.ColumnType))
	}
	if c.Family == Dates {
		if t.Hour() != 0 || t.Minute() != 0 || t.Second() != 0 || t.Nanosecond() != 0 {
			return nil, refusal.New(refusal.TooPrecise, c.Name, "a time of day for a DATE")
		}
		return t.Format(time.DateOnly), nil
	}
	if c.DataType == "timestamp" && !inTimestamp(t) {
		return nil, refusal.New(refusal.OutOfRange, c.Name, "%s", c.TimestampRange())
	}
	unit := time.Second
	for range c.Fraction {
		unit /= 10
	}
	if t.Nanosecond()%int(unit) != 0 {
		return nil, refusal.New(refusal.TooPrecise, c.Name, "a fraction of a second finer than the %d digits of %s", c.Fraction, strings.ToUpper(c.ColumnType))
	}
	form := time.DateTime
	if c.Fraction > 0 {
		form = "2006-01-02 15:04:05.000000"[:len(time.DateTime)+1+c.Fraction]
	}
	return t.Format(form), nil
}

func parseTimestamp(text string) (time.Time, bool) {
	for _, form := range timestampForms {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// inTimestamp is false for what no MariaDB takes into a TIMESTAMP column. The second
// 0 of 1970 is MariaDB's zero date. Until MariaDB 11.5 the column ends in 2038, since
// then in 2106, but not on every platform: between the two the server decides.
// https://mariadb.com/kb/en/timestamp/
func inTimestamp(t time.Time) bool {
	return t.After(time.Unix(0, 0)) && t.Unix() <= math.MaxUint32
}

// TimestampRange returns the text about a time that the column cannot hold.
func (c *Column) TimestampRange() string {
	return strings.ToUpper(c.ColumnType) + " holds the times after 1970-01-01 00:00:00 UTC, until 2038-01-19 03:14:07 UTC (since MariaDB 11.5 until 2106-02-07 06:28:15 UTC): use a DATETIME column, or correct the value"
}

// A time is a time of day, which may be marked as UTC, or a signed duration, in hours,
// minutes and seconds.
var timeForm = regexp.MustCompile(`^(-?)(\d+)(:[0-5]\d)(?:(:[0-5]\d)(\.\d+)?)?(Z|[+-]00:?00)?$`)

// A TIME goes from -838:59:59.999999 to 838:59:59.999999.
const maxHours = "838"

func (c *Column) acceptTime(v any) (any, *record.Refusal) {
	text, ok := v.(string)
	if !ok {
		return nil, c.wrongType(v, "a time as text")
	}
	match := timeForm.FindStringSubmatch(text)
	if match == nil || match[1] != "" && match[6] != "" {
		return nil, refusal.New(refusal.BadValue, c.Name, "expected a time such as 15:04:05")
	}
	sign, hours, rest := match[1], strings.TrimLeft(match[2], "0"), match[3]+cmp.Or(match[4], ":00")
	if len(hours) > len(maxHours) || len(hours) == len(maxHours) && hours > maxHours {
		return nil, refusal.New(refusal.OutOfRange, c.Name, "%s holds -838:59:59 to 838:59:59", strings.ToUpper(c.ColumnType))
	}
	fraction := strings.TrimRight(match[5], "0.")
	if digits := len(fraction) - 1; digits > c.Fraction {
		return nil, refusal.New(refusal.TooPrecise, c.Name, "%d digits of a second, %s keeps %d", digits, strings.ToUpper(c.ColumnType), c.Fraction)
	}
	for len(hours) < 2 {
		hours = "0" + hours
	}
	return sign + hours + rest + fraction, nil
}

// TypeName returns the type of a value in the words of a record.
func TypeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case int64, int, int32, uint64, uint32:
		return "an integer"
	case float64, float32:
		return "a float"
	case json.Number:
		return "a number"
	case bool:
		return "a boolean"
	case string:
		return "text"
	case []byte:
		return "bytes"
	case time.Time:
		return "a date or time"
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	}
	return fmt.Sprintf("a %T", v)
}
