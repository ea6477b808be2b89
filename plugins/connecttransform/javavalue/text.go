// Package javavalue converts values as the classes of Java and of Kafka Connect do, where a
// transform makes text of a number or a number of text.
package javavalue

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/logical"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

const millisPerDay = 24 * 60 * 60 * 1000

// Text returns the text of a value as Kafka Connect writes it (Values.convertToString): a
// Date, Time or Timestamp of Kafka Connect in ISO form, bytes in base64, a type of Debezium
// as the number or the text that its producer sent, and everything else as Java prints it.
// A decimal is plain digits. A struct, a map and an array are JSON. ok is false for a value
// that its schema does not have.
func Text(s *schema.Schema, v any) (text string, ok bool) {
	encoded, ok := logical.Encode(s, v)
	if !ok {
		return "", false
	}
	if s != nil && s.IsConnect {
		if n, isNumber := encoded.(int64); isNumber {
			if s.Logical == schema.Date {
				n *= millisPerDay
			}
			return dateText(n), true
		}
	}
	switch v := encoded.(type) {
	case string:
		return v, true
	case int64:
		return strconv.FormatInt(v, 10), true
	case float64:
		return FloatText(v), true
	case bool:
		return strconv.FormatBool(v), true
	case json.Number:
		return v.String(), true
	case time.Time: // without a schema
		return dateText(v.UnixMilli()), true
	case []byte:
		return base64.StdEncoding.EncodeToString(v), true
	}
	b, err := json.Marshal(encoded)
	return string(b), err == nil
}

// dateText chooses the form by the number, as Values.dateFormatFor does: a time of day for
// what is before 1970-01-02, a date for whole days.
func dateText(millis int64) string {
	t := time.UnixMilli(millis).UTC()
	switch {
	case millis < millisPerDay:
		return t.Format("15:04:05.000Z")
	case millis%millisPerDay == 0:
		return t.Format("2006-01-02")
	}
	return t.Format("2006-01-02T15:04:05.000Z")
}

// FloatText returns the text of a float or a double as Java's Double.toString does: with a
// point and a digit behind it, and with an exponent below 0.001 and from 10,000,000. A float
// is the float64 of its shortest decimal, so its text is right, too.
func FloatText(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "Infinity"
	case math.IsInf(v, -1):
		return "-Infinity"
	case v == 0 && math.Signbit(v):
		return "-0.0"
	case v == 0:
		return "0.0"
	}
	if a := math.Abs(v); a >= 1e-3 && a < 1e7 {
		text := strconv.FormatFloat(v, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return text
	}
	digits, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e")
	if !strings.Contains(digits, ".") {
		digits += ".0"
	}
	n, _ := strconv.Atoi(exponent)
	return digits + "E" + strconv.Itoa(n)
}
