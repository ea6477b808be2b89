package schema

import (
	"math"
	"strings"
	"unicode"
)

// The parameters that logical types need.
const (
	ParameterScale     = "scale"
	ParameterPrecision = "connect.decimal.precision"
	parameterLength    = "length" // of Debezium's Bits
)

// ReadParameters sets the members of a schema that its logical type has in Parameters.
func (s *Schema) ReadParameters() {
	if scale, found := s.Parameters[ParameterScale]; found {
		s.Scale, s.HasScale = parseInt(scale)
	}
	switch s.Logical {
	case Decimal:
		s.Precision = positive(s.Parameters[ParameterPrecision])
	case Bits:
		s.Length = positive(s.Parameters[parameterLength])
	}
}

// positive is a number above 0, else 0.
func positive(text string) int {
	if v, ok := parseInt(text); ok && v > 0 {
		return int(v)
	}
	return 0
}

// parseInt is Java's Integer.parseInt: a sign, and digits of any script.
func parseInt(text string) (v int64, ok bool) {
	negative := strings.HasPrefix(text, "-")
	if negative || strings.HasPrefix(text, "+") {
		text = text[1:]
	}
	for _, r := range text {
		if r > 0xFFFF || !unicode.IsDigit(r) || v > math.MaxInt32 {
			return 0, false
		}
		zero := r // each script's ten digits stand together, in order
		for unicode.IsDigit(zero-1) && r-zero < 9 {
			zero--
		}
		v = v*10 + int64(r-zero)
	}
	if negative {
		v = -v
	}
	return v, text != "" && v >= math.MinInt32 && v <= math.MaxInt32
}
