package mariadb

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// The spellings of a point in time that are read from text: with a zone, or
// without one, which then is UTC.
var timestampForms = []string{
	time.RFC3339Nano,
	"2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999",
	"2006-01-02T15:04:05.999999999",
	time.DateOnly,
}

// time.Parse takes more than 9 digits, behind a comma too, and cuts them.
var longFraction = regexp.MustCompile(`[.,](\d{10,})`)

// acceptTimestamp gives one spelling for a value, so that texts compare as the
// times do.
func (c *column) acceptTimestamp(v any) (any, *record.Refusal) {
	var t time.Time
	switch v := v.(type) {
	case time.Time:
		t = v.UTC()
	case string:
		var ok bool
		if t, ok = parseTimestamp(v); !ok {
			return nil, refusal.New(refusal.BadValue, c.name, "expected a date or time such as 2006-01-02T15:04:05Z")
		}
		if match := longFraction.FindStringSubmatch(v); match != nil && len(strings.TrimRight(match[1], "0")) > 9 {
			return nil, refusal.New(refusal.TooPrecise, c.name, "a fraction of a second of more than 9 digits")
		}
	default:
		return nil, c.mismatch(v, "a date or time")
	}
	if year := t.Year(); year < 1 || year > 9999 {
		return nil, refusal.New(refusal.OutOfRange, c.name, "%s holds the years 1 to 9999", strings.ToUpper(c.columnType))
	}
	if c.family == dates {
		if t.Hour() != 0 || t.Minute() != 0 || t.Second() != 0 || t.Nanosecond() != 0 {
			return nil, refusal.New(refusal.TooPrecise, c.name, "a time of day for a DATE")
		}
		return t.Format(time.DateOnly), nil
	}
	if c.dataType == "timestamp" && !inTimestamp(t) {
		return nil, refusal.New(refusal.OutOfRange, c.name, "%s", timestampRange(c))
	}
	unit := time.Second
	for range c.fraction {
		unit /= 10
	}
	if t.Nanosecond()%int(unit) != 0 {
		return nil, refusal.New(refusal.TooPrecise, c.name, "a fraction of a second finer than the %d digits of %s", c.fraction, strings.ToUpper(c.columnType))
	}
	return t.Format(datetimeForms[c.fraction]), nil
}

var datetimeForms = [...]string{
	"2006-01-02 15:04:05", "2006-01-02 15:04:05.0", "2006-01-02 15:04:05.00",
	"2006-01-02 15:04:05.000", "2006-01-02 15:04:05.0000",
	"2006-01-02 15:04:05.00000", "2006-01-02 15:04:05.000000",
}

func parseTimestamp(text string) (time.Time, bool) {
	for _, form := range timestampForms {
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// A time is a time of day or a signed duration, in hours, minutes and seconds.
var timeForm = regexp.MustCompile(`^(-?)(\d+)(:[0-5]\d:[0-5]\d)(\.\d+)?$`)

// A TIME goes from -838:59:59.999999 to 838:59:59.999999.
const maxHours = "838"

func (c *column) acceptTime(v any) (any, *record.Refusal) {
	text, ok := v.(string)
	if !ok {
		return nil, c.mismatch(v, "a time as text")
	}
	match := timeForm.FindStringSubmatch(text)
	if match == nil {
		return nil, refusal.New(refusal.BadValue, c.name, "expected a time such as 15:04:05")
	}
	sign, hours, rest := match[1], strings.TrimLeft(match[2], "0"), match[3]
	if len(hours) > len(maxHours) || len(hours) == len(maxHours) && hours > maxHours {
		return nil, refusal.New(refusal.OutOfRange, c.name, "%s holds -838:59:59 to 838:59:59", strings.ToUpper(c.columnType))
	}
	fraction := strings.TrimRight(match[4], "0.")
	if digits := len(fraction) - 1; digits > c.fraction {
		return nil, refusal.New(refusal.TooPrecise, c.name, "%d digits of a second, %s keeps %d", digits, strings.ToUpper(c.columnType), c.fraction)
	}
	for len(hours) < 2 {
		hours = "0" + hours
	}
	return sign + hours + rest + fraction, nil
}

// typeName is a value's type in the words of a record.
func typeName(v any) string {
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
