package order

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/record"
)

// bound is a configured greatest value. The zero bound lets everything pass.
type bound struct {
	most number
	text string // as configured, for refusals; empty means no bound
}

// parseBound reads a bound as the configuration spells it.
func parseBound(text string, least int64, parse func(string) (number, error)) (bound, error) {
	if text == "" {
		return bound{}, nil
	}
	// An integer bound is compared with an integer price without an allocation.
	most, err := parseInteger(text)
	if err != nil {
		most, err = parse(text)
	}
	if err != nil {
		return bound{}, fmt.Errorf("parsing the bound %q: %w", text, err)
	}
	if most.Cmp(decimal.FromInt(least)) < 0 {
		return bound{}, fmt.Errorf("the bound %q is below %d, so no order could pass", text, least)
	}
	return bound{most: most, text: text}, nil
}

func (b *bound) check(n number, path string) *record.Refusal {
	if b.text != "" && n.Cmp(b.most.Decimal) > 0 {
		return refuse(CodeRange, path, "at most "+b.text, "more")
	}
	return nil
}

// checkText applies the rules of a text field: it is present, valid, and has 1 to most
// characters.
func checkText(record map[string]any, path string, most int) *record.Refusal {
	value := record[path]
	text, ok := value.(string)
	switch {
	case value == nil:
		return refuse(CodeMissing, path, "string", absence(record, path))
	case !ok:
		return refuse(CodeType, path, "string", kind(value))
	case !utf8.ValidString(text):
		return refuse(CodeType, path, "UTF-8 text", "invalid bytes")
	case text == "":
		return refuse(CodeEmpty, path, fmt.Sprintf("1 to %d characters", most), "none")
	case len(text) <= most: // a text never has more characters than bytes
		return nil
	}
	if n := utf8.RuneCountInString(text); n > most {
		return refuse(CodeTooLong, path, fmt.Sprintf("1 to %d characters", most), strconv.Itoa(n))
	}
	return nil
}

// checkNumber reads an exact number, or only an integer if integer is true. The number must
// be at least least, which is 0 or 1, and must not exceed the bound most, if there is one.
func checkNumber(record map[string]any, path string, integer bool, least int, most *bound) (number, *record.Refusal) {
	n, refused := readNumber(record, path, integer)
	switch {
	case refused != nil:
	case n.Sign() < least:
		refused = refuse(CodeRange, path, [...]string{"at least 0", "at least 1"}[least], "less")
	case most != nil:
		refused = most.check(n, path)
	}
	return n, refused
}

// readNumber reads an exact number from each form that a framework uses: an integer of Go,
// the text of a JSON number, and a decimal as plain text.
func readNumber(record map[string]any, path string, integer bool) (number, *record.Refusal) {
	expected, parse := "integer or exact decimal", parseDecimal
	if integer {
		expected, parse = "integer", parseInteger
	}
	switch value := record[path].(type) {
	case nil:
		return number{}, refuse(CodeMissing, path, expected, absence(record, path))
	case int64:
		return whole(value), nil
	case int, int8, int16, int32, uint, uint8, uint16, uint32, uint64:
		// Only decoders of other plugins return these types, so the way through text may be
		// slow.
		n, err := parseInteger(fmt.Sprint(value))
		return n, misread(err, path, expected, "")
	case json.Number:
		n, err := parseInteger(string(value))
		if errors.Is(err, errNotPlain) {
			n, err = parse(string(value))
		}
		return n, misread(err, path, expected, "number with a fraction or an exponent")
	case string:
		if integer {
			break
		}
		n, err := parse(value)
		return n, misread(err, path, expected, "string that is no plain decimal")
	}
	return number{}, refuse(CodeType, path, expected, kind(record[path]))
}

func misread(err error, path, expected, found string) *record.Refusal {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errTooWide):
		return refuse(CodeRange, path, fmt.Sprintf("at most 64 bits, or %d digits with %d after the point", maxDigits, maxScale), "more")
	default:
		return refuse(CodeType, path, expected, found)
	}
}

func absence(record map[string]any, path string) string {
	if _, there := record[path]; there {
		return "null"
	}
	return "none"
}

// kind names a value's type in the words of a schema, never its value.
func kind(value any) string {
	switch value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []byte:
		return "bytes"
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return "integer"
	case float32, float64:
		return "float"
	case json.Number:
		return "number"
	case time.Time:
		return "timestamp"
	case []any:
		return "array"
	case map[string]any:
		return "object"
	default:
		return "another type"
	}
}
