package changes

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"strings"
)

// value returns a random value of a column, as a literal of SQL.
type value func(r *rand.Rand) string

// oneOf returns one of the texts as it is, as often as a random value. The texts are the
// zero and extreme values.
func oneOf(extremes []string, random value) value {
	return func(r *rand.Rand) string {
		if r.IntN(2) == 0 {
			return extremes[r.IntN(len(extremes))]
		}
		return random(r)
	}
}

// orNull returns NULL for some rows.
func orNull(of value) value {
	return func(r *rand.Rand) string {
		if r.IntN(6) == 0 {
			return "NULL"
		}
		return of(r)
	}
}

// integer returns integers of a number of bits.
func integer(bits uint, unsigned bool) value {
	lowest, count := new(big.Int), new(big.Int).Lsh(big.NewInt(1), bits)
	if !unsigned {
		lowest.Neg(new(big.Int).Rsh(count, 1))
	}
	highest := new(big.Int).Add(lowest, new(big.Int).Sub(count, big.NewInt(1)))
	return oneOf([]string{lowest.String(), highest.String(), "0", "1"}, func(r *rand.Rand) string {
		n := new(big.Int).SetUint64(r.Uint64())
		n.Mod(n, count)
		return n.Add(n, lowest).String()
	})
}

// decimal returns numbers of DECIMAL(precision,scale).
func decimal(precision, scale int, unsigned bool) value {
	point := func(digits string) string { return digits[:precision-scale] + "." + digits[precision-scale:] }
	most := point(strings.Repeat("9", precision))
	extremes := []string{"0", most, point(strings.Repeat("0", precision-1) + "1")}
	if !unsigned {
		extremes = append(extremes, "-"+most)
	}
	return oneOf(extremes, func(r *rand.Rand) string {
		text := point(digits(r, precision))
		if !unsigned && r.IntN(2) == 0 {
			return "-" + text
		}
		return text
	})
}

func digits(r *rand.Rand, n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = byte('0' + r.IntN(10))
	}
	return string(text)
}

// float returns numbers of at most 6 digits: a snapshot rounds others.
func float(r *rand.Rand) string {
	extremes := []string{"0", "-0.5", "3.40282e38", "-3.40282e38", "1.17549e-38", "16777.2"}
	return oneOf(extremes, func(r *rand.Rand) string {
		return fmt.Sprintf("%de%d", r.IntN(2_000_000)-1_000_000, r.IntN(40)-20)
	})(r)
}

func double(r *rand.Rand) string {
	extremes := []string{"0", "1.7976931348623157e308", "-1.7976931348623157e308", "5e-324", "2.2250738585072014e-308", "0.1"}
	return oneOf(extremes, func(r *rand.Rand) string {
		return fmt.Sprintf("%d.%se%d", r.IntN(19)-9, digits(r, 16), r.IntN(600)-300)
	})(r)
}

// fixed returns numbers of FLOAT(7,3).
func fixed(r *rand.Rand) string {
	return fmt.Sprintf("%d.%s", r.IntN(2000)-1000, digits(r, 3))
}

func bit(n int) value {
	return oneOf([]string{"b'0'", "b'1'", "b'" + strings.Repeat("1", n) + "'"}, func(r *rand.Rand) string {
		text := make([]byte, n)
		for i := range text {
			text[i] = byte('0' + r.IntN(2))
		}
		return "b'" + string(text) + "'"
	})
}

func boolean(r *rand.Rand) string { return [...]string{"TRUE", "FALSE"}[r.IntN(2)] }

// choice returns one of the labels of an ENUM.
func choice(labels ...string) value {
	return func(r *rand.Rand) string { return quote(labels[r.IntN(len(labels))]) }
}

// choices returns some of the labels of a SET.
func choices(labels ...string) value {
	return func(r *rand.Rand) string {
		var chosen []string
		for _, label := range labels {
			if r.IntN(2) == 0 {
				chosen = append(chosen, label)
			}
		}
		return quote(strings.Join(chosen, ","))
	}
}

// uuid returns UUIDs that do not end in a zero byte: the connector moves it to the start.
func uuid(r *rand.Rand) string {
	extremes := []string{"'ffffffff-ffff-ffff-ffff-ffffffffffff'", "'00000000-0000-0000-0000-000000000001'"}
	return oneOf(extremes, func(r *rand.Rand) string {
		return uuidOf(r.Uint64(), r.Uint64())
	})(r)
}

// uuidOf returns a UUID of version 4. MariaDB refuses some that are of no version.
func uuidOf(high, low uint64) string {
	high = high&^0xf000 | 0x4000
	low = low&^(0b11<<62) | 0b10<<62
	if low&0xff == 0 {
		low++
	}
	text := fmt.Sprintf("%016x%016x", high, low)
	return quote(text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:])
}

// shape returns geometries of a kind, such as POINT, or of any kind for "".
func shape(kind string) value {
	point := func(r *rand.Rand) string {
		return fmt.Sprintf("%d.%d %d", r.IntN(360)-180, r.IntN(100), r.IntN(180)-90)
	}
	line := func(r *rand.Rand) string { return "(" + point(r) + "," + point(r) + "," + point(r) + ")" }
	ring := func(r *rand.Rand) string {
		x, y := r.IntN(100), r.IntN(100)
		return fmt.Sprintf("(%d %d,%d %d,%d %d,%[1]d %[2]d)", x, y, x+1, y, x+1, y+1)
	}
	kinds := map[string]value{
		"POINT":           func(r *rand.Rand) string { return "(" + point(r) + ")" },
		"LINESTRING":      line,
		"POLYGON":         func(r *rand.Rand) string { return "(" + ring(r) + ")" },
		"MULTIPOINT":      line,
		"MULTILINESTRING": func(r *rand.Rand) string { return "(" + line(r) + "," + line(r) + ")" },
		"MULTIPOLYGON":    func(r *rand.Rand) string { return "((" + ring(r) + "),(" + ring(r) + "))" },
		"GEOMETRYCOLLECTION": func(r *rand.Rand) string {
			return "(POINT(" + point(r) + "),LINESTRING" + line(r) + ")"
		},
	}
	names := []string{"POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION"}
	return func(r *rand.Rand) string {
		name := kind
		if name == "" {
			name = names[r.IntN(len(names))]
		}
		return fmt.Sprintf("ST_GeomFromText('%s%s',%d)", name, kinds[name](r), [...]int{0, 4326}[r.IntN(2)])
	}
}
