package mariadb

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// storedValues are values to write into a column of one type. want is what the server then
// shows, or the code of the refusal.
type storedValues []struct {
	v    any
	want string
}

func instant(text string) time.Time {
	v, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		panic(err)
	}
	return v
}

var (
	x255  = strings.Repeat("x", 255)
	nines = strings.Repeat("9", 38)
)

var valuesByType = map[string]storedValues{
	"TINYINT":            {{int64(-128), "-128"}, {int64(127), "127"}, {int64(128), refusal.OutOfRange}, {int64(-129), refusal.OutOfRange}, {true, "1"}, {false, "0"}, {nil, "NULL"}},
	"TINYINT UNSIGNED":   {{int64(0), "0"}, {int64(255), "255"}, {int64(256), refusal.OutOfRange}, {int64(-1), refusal.OutOfRange}},
	"BOOLEAN":            {{true, "1"}, {false, "0"}, {"true", refusal.Type}},
	"SMALLINT":           {{int64(-32768), "-32768"}, {int64(32767), "32767"}, {int64(32768), refusal.OutOfRange}, {true, refusal.Type}},
	"SMALLINT UNSIGNED":  {{int64(65535), "65535"}, {int64(65536), refusal.OutOfRange}},
	"MEDIUMINT":          {{int64(-8388608), "-8388608"}, {int64(8388607), "8388607"}, {int64(8388608), refusal.OutOfRange}},
	"MEDIUMINT UNSIGNED": {{int64(16777215), "16777215"}, {int64(16777216), refusal.OutOfRange}},
	"INT": {
		{int64(math.MinInt32), "-2147483648"}, {int64(math.MaxInt32), "2147483647"}, {int64(math.MaxInt32 + 1), refusal.OutOfRange},
		{12.7, refusal.Type}, {12.0, "12"}, {float64(1 << 53), refusal.OutOfRange}, {math.NaN(), refusal.Type}, {math.Inf(1), refusal.Type}, {"12", "12"}, {"12.00", "12"}, {"12.5", refusal.TooPrecise}, {"12x", refusal.Type}, {"", refusal.Type},
		{json.Number("7e2"), "700"}, {json.Number("0.5"), refusal.TooPrecise}, {json.Number("1e999999999"), refusal.OutOfRange}, {json.Number("1e-999999999"), refusal.TooPrecise}, {json.Number("1e99999999999999999999"), refusal.OutOfRange}, {"1e+-5", refusal.Type}, {"1e", refusal.Type}, {json.Number("0." + strings.Repeat("0", 1000) + "1e999"), refusal.TooPrecise}, {json.Number("0." + strings.Repeat("0", 1000) + "1e1001"), "1"}, {strings.Repeat("9", 2001), refusal.Type}, {json.Number("1e300"), refusal.OutOfRange}, {[]byte("1"), refusal.Type}, {map[string]any{}, refusal.Type}, {instant("2024-01-01T00:00:00Z"), refusal.Type},
	},
	"INT UNSIGNED": {{int64(math.MaxUint32), "4294967295"}, {int64(math.MaxUint32 + 1), refusal.OutOfRange}},
	"BIGINT": {
		{int64(math.MinInt64), "-9223372036854775808"}, {int64(math.MaxInt64), "9223372036854775807"},
		{"9223372036854775808", refusal.OutOfRange}, {uint64(math.MaxUint64), refusal.OutOfRange}, {"-9223372036854775809", refusal.OutOfRange}, {1e18, refusal.Type},
	},
	"BIGINT UNSIGNED": {{uint64(math.MaxUint64), "18446744073709551615"}, {"18446744073709551615", "18446744073709551615"}, {"18446744073709551616", refusal.OutOfRange}, {int64(-1), refusal.OutOfRange}},
	"BIT(1)":          {{true, "\x01"}, {false, "\x00"}, {int64(2), refusal.OutOfRange}},
	"BIT(9)":          {{int64(341), "\x01U"}, {int64(512), refusal.OutOfRange}, {[]byte{1}, refusal.Type}},
	"BIT(64)":         {{json.Number("18446744073709551615"), "\xff\xff\xff\xff\xff\xff\xff\xff"}, {uint64(math.MaxUint64), "\xff\xff\xff\xff\xff\xff\xff\xff"}, {int64(-1), refusal.OutOfRange}},
	"DECIMAL(10,2)": {{"99999999.99", "99999999.99"}, {"-99999999.99", "-99999999.99"}, {"100000000.00", refusal.OutOfRange}, {"0.005", refusal.TooPrecise}, {"1.500", "1.50"}, {"-0", "0.00"}, {"007.1", "7.10"}, {int64(5), "5.00"}, {json.Number("1.25"), "1.25"}, {json.Number("12.50"), "12.50"}, {json.Number("125e-2"), "1.25"}, {json.Number("1E+3"), "1000.00"}, {json.Number("1E-7"), refusal.TooPrecise}, {json.Number("12345678901234567.89"), refusal.OutOfRange},
		{0.1, "0.10"}, {float32(0.1), "0.10"}, {float32(19.99), "19.99"}, {-0.05, "-0.05"}, {12.5, "12.50"}, {math.Copysign(0, -1), "0.00"}, {5.0, "5.00"}, {99999999.99, "99999999.99"}, {1e8, refusal.OutOfRange}, {0.125, refusal.TooPrecise}, {0.30000000000000004, refusal.TooPrecise}, {float64(float32(0.1)), refusal.TooPrecise}, {1e-7, refusal.TooPrecise}, {5e-324, refusal.TooPrecise}, {math.MaxFloat64, refusal.OutOfRange}, {math.NaN(), refusal.OutOfRange}, {math.Inf(1), refusal.OutOfRange}, {math.Inf(-1), refusal.OutOfRange}, {float32(math.Inf(1)), refusal.OutOfRange}, {"1e400", refusal.OutOfRange}, {json.Number("1e400"), refusal.OutOfRange}, {json.Number("1e401"), refusal.OutOfRange}, {json.Number("1e-401"), refusal.TooPrecise}, {json.Number("-1e999999999"), refusal.OutOfRange}, {json.Number("0e999999999"), "0.00"},
		{".5", refusal.Type}, {"5.", refusal.Type}, {"+5", refusal.Type}, {"NaN", refusal.Type}},
	"DECIMAL(38,0)":                   {{nines, nines}, {"-" + nines, "-" + nines}, {nines + "9", refusal.OutOfRange}},
	"DECIMAL(38,38)":                  {{"0." + nines, "0." + nines}, {"1", refusal.OutOfRange}},
	"DECIMAL(65,0)":                   {{1e23, "100000000000000000000000"}, {1e64, "1" + strings.Repeat("0", 64)}, {1e65, refusal.OutOfRange}},
	"DECIMAL(38,30)":                  {{1e-7, "0.000000100000000000000000000000"}, {1.17e-28, "0.000000000000000000000000000117"}, {float32(1e-7), "0.000000100000000000000000000000"}},
	"DECIMAL(38,10)":                  {{nines[:28] + "." + nines[:10], nines[:28] + "." + nines[:10]}},
	"DECIMAL(65,38)":                  {{strings.Repeat("9", 27) + "." + nines, strings.Repeat("9", 27) + "." + nines}, {"-0." + strings.Repeat("0", 37) + "1", "-0." + strings.Repeat("0", 37) + "1"}, {strings.Repeat("9", 28), refusal.OutOfRange}, {"0." + strings.Repeat("0", 38) + "1", refusal.TooPrecise}},
	"DECIMAL(65,30)":                  {{strings.Repeat("9", 35) + "." + strings.Repeat("9", 30), strings.Repeat("9", 35) + "." + strings.Repeat("9", 30)}, {strings.Repeat("9", 36), refusal.OutOfRange}, {"0." + strings.Repeat("0", 30) + "1", refusal.TooPrecise}},
	"DECIMAL(5) UNSIGNED":             {{"-1", refusal.OutOfRange}, {"99999", "99999"}},
	"DOUBLE":                          {{0.1, "0.1"}, {math.MaxFloat64, "1.7976931348623157e+308"}, {math.SmallestNonzeroFloat64, "5e-324"}, {math.Inf(1), refusal.OutOfRange}, {math.NaN(), refusal.OutOfRange}, {float32(0.1), "0.1"}, {float32(7.038531e-26), "7.038531e-26"}, {float32(math.MaxFloat32), "3.4028235e+38"}, {math.Copysign(0, -1), "0"}, {json.Number("0.10000000000000001"), "0.1"}, {json.Number("12345678901234567.89"), refusal.TooPrecise}, {json.Number("0.100000000000000000001"), refusal.TooPrecise}, {json.Number("1E-7"), "1e-07"}, {json.Number("1e-400"), refusal.TooPrecise}, {json.Number("5e-324"), "5e-324"}, {json.Number("1.2345e-322"), refusal.TooPrecise}, {json.Number("0.1000000000000000055511151231257827"), "0.1"}, {json.Number("9007199254740993.0"), refusal.TooPrecise}, {json.Number("123456789012345678e10"), refusal.TooPrecise}, {int64(1) << 50, "1.125899906842624e+15"}, {int64(1)<<53 + 1, refusal.TooPrecise}, {"0.1", refusal.Type}, {json.Number("0.1"), "0.1"}, {uint64(1)<<63 + 1, refusal.TooPrecise}, {uint64(1) << 63, "9.223372036854776e+18"}, {int64(math.MaxInt64), refusal.TooPrecise}, {int64(math.MinInt64), "-9.223372036854776e+18"}, {json.Number("9007199254740993"), refusal.TooPrecise}, {json.Number("9007199254740994"), "9.007199254740994e+15"}, {json.Number("1e300"), "1e+300"}, {json.Number("1e400"), refusal.OutOfRange}},
	"FLOAT":                           {{0.5, "0.5"}, {0.1, "0.1"}, {float32(0.1), "0.1"}, {float64(float32(0.1)), "0.1"}, {json.Number("0.1"), "0.1"}, {json.Number("0.10"), "0.1"}, {1e39, refusal.OutOfRange}, {3.4028235e38, "3.40282e+38"}, {-math.MaxFloat32, "-3.40282e+38"}, {3.4028236e38, refusal.OutOfRange}, {7.038531e-26, "7.03853e-26"}, {1e-45, "1e-45"}, {1e-60, refusal.TooPrecise}, {0.12345678, "0.123457"}, {0.123456781, refusal.TooPrecise}, {16777217.0, refusal.TooPrecise}, {int64(16777216), "1.67772e+07"}, {int64(16777217), refusal.TooPrecise}},
	"DOUBLE(10,3)":                    {{1.125, "1.125"}, {1.0625, refusal.TooPrecise}, {float32(0.1), "0.1"}},
	"FLOAT(7,2)":                      {{0.1, "0.1"}, {float32(0.1), "0.1"}, {float64(float32(0.1)), "0.1"}, {0.125, refusal.TooPrecise}},
	"DOUBLE UNSIGNED":                 {{-0.5, refusal.OutOfRange}},
	"VARCHAR(5)":                      {{"주문번호들", "주문번호들"}, {"🍜🍜🍜🍜🍜", "🍜🍜🍜🍜🍜"}, {"abcdef", refusal.TooLong}, {"a    ", "a    "}, {"a     ", refusal.TooLong}, {"", ""}, {"a\x00b", "a\x00b"}, {"\xff", refusal.BadText}, {[]byte("é"), "é"}, {int64(1), refusal.Type}, {true, refusal.Type}, {`'";\`, `'";\`}, {[]byte(nil), ""}},
	"CHAR(5)":                         {{"a", "a"}, {"a ", refusal.Padded}, {" a", " a"}},
	"VARCHAR(5) CHARACTER SET latin1": {{"é", "é"}, {"주", refusal.BadValue}},
	"TINYTEXT":                        {{strings.Repeat("é", 127), strings.Repeat("é", 127)}, {strings.Repeat("é", 128), refusal.TooLong}, {"a ", "a "}},
	"TINYTEXT CHARACTER SET latin1":   {{x255, x255}, {x255 + "  ", refusal.TooLong}, {x255 + "x", refusal.TooLong}, {x255[1:] + " ", x255[1:] + " "}, {strings.Repeat("é", 254) + " ", strings.Repeat("é", 254) + " "}},
	"TINYTEXT CHARACTER SET utf16":    {{x255[:126] + " ", x255[:126] + " "}, {x255[:127] + " ", refusal.TooLong}, {strings.Repeat("🍜", 63) + " ", strings.Repeat("🍜", 63) + " "}, {strings.Repeat("🍜", 63) + "  ", refusal.TooLong}},
	"TINYTEXT CHARACTER SET euckr":    {{x255[:254] + " ", x255[:254] + " "}, {x255 + " ", refusal.TooLong}, {strings.Repeat("주", 127) + " ", strings.Repeat("주", 127) + " "}, {strings.Repeat("주", 127) + "  ", refusal.TooLong}},
	"TEXT":                            {{strings.Repeat("x", 65535), strings.Repeat("x", 65535)}, {strings.Repeat("x", 65536), refusal.TooLong}},
	"JSON":                            {{map[string]any{"total": json.Number("12345678901234567.89"), "rate": json.Number("1.50"), "n": json.Number("18446744073709551615")}, `{"n":18446744073709551615,"rate":1.50,"total":12345678901234567.89}`}, {[]any{0.1, float32(0.1), 1e-7, 12345678.0, json.Number("1E-7"), int64(math.MinInt64), uint64(math.MaxUint64)}, `[0.1,0.1,1e-7,12345678,1E-7,-9223372036854775808,18446744073709551615]`}, {[]any{math.Inf(1)}, refusal.Type}, {map[string]any{"b": int64(1), "a": []any{"<", nil}}, `{"a":["<",null],"b":1}`}, {`{"a":1}`, `{"a":1}`}, {"{", refusal.Check}, {[]any{}, "[]"}, {map[string]any{"a": []any{"\xff"}}, refusal.BadText}, {[]any{map[string]any{"\xff": int64(1)}}, refusal.BadText}, {[]any{"\ufffd", `\ufffd`}, "[\"\ufffd\",\"\\\\ufffd\"]"}},
	"VARBINARY(4)":                    {{[]byte{0, 255, 0}, "\x00\xff\x00"}, {[]byte{}, ""}, {[]byte(nil), ""}, {[]byte{1, 2, 3, 4, 5}, refusal.TooLong}, {"ab", "ab"}, {int64(1), refusal.Type}},
	"BINARY(16)":                      {{"6CCD780C-baba-1026-9564-5b8c656024db", "l\xcdx\x0c\xba\xba\x10&\x95d[\x8ce`$\xdb"}, {[]byte("6ccd780c-baba-1026-9564-5b8c656024db"), "l\xcdx\x0c\xba\xba\x10&\x95d[\x8ce`$\xdb"}, {"6ccd780cbaba102695645b8c656024db", refusal.TooLong}, {"6ccd780c-baba-1026-9564-5b8c656024dx", refusal.TooLong}, {"0123456789abcdef", "0123456789abcdef"}},
	"BINARY(4)":                       {{[]byte{0, 255, 0, 1}, "\x00\xff\x00\x01"}, {[]byte{1}, refusal.Padded}, {[]byte(nil), refusal.Padded}},
	"BLOB":                            {{[]byte{0xed, 0xa0, 0x80, '\'', '\\', 0}, "\xed\xa0\x80'\\\x00"}},
	"DATE":                            {{instant("2024-02-29T00:00:00Z"), "2024-02-29"}, {instant("2024-02-29T01:00:00Z"), refusal.TooPrecise}, {"2023-02-29", refusal.BadValue}, {"2023-02-28", "2023-02-28"}, {instant("0001-01-01T00:00:00Z"), "0001-01-01"}, {instant("9999-12-31T00:00:00Z"), "9999-12-31"}, {int64(20240101), refusal.Type}, {"0000-00-00", refusal.BadValue}, {"2024-00-15", refusal.BadValue}, {"2024-01-00", refusal.BadValue}, {"0000-01-01", refusal.OutOfRange}, {time.Time{}, "0001-01-01"}, {"2023-02-28T00:00:00.00000000001Z", refusal.TooPrecise}, {"2026-08-20Z", "2026-08-20"}, {"2026-08-20+00:00", "2026-08-20"}, {"2026-08-20+09:00", refusal.TooPrecise}},
	"DATETIME":                        {{instant("2024-03-10T02:30:00Z"), "2024-03-10 02:30:00"}, {instant("2024-03-10T02:30:00.5Z"), refusal.TooPrecise}, {instant("2024-03-10T11:30:00+09:00"), "2024-03-10 02:30:00"}, {"2024-03-10T11:30:00+09:00", "2024-03-10 02:30:00"}, {"2024-03-10 11:30:00", "2024-03-10 11:30:00"}, {"2024-13-10", refusal.BadValue}, {"0000-00-00 00:00:00", refusal.BadValue}, {"2024-00-10T00:00:00Z", refusal.BadValue}, {"0", refusal.BadValue}, {"", refusal.BadValue}, {instant("9999-12-31T23:59:59Z"), "9999-12-31 23:59:59"}, {time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), refusal.OutOfRange}, {time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), refusal.OutOfRange}},
	"DATETIME(3)":                     {{instant("2024-03-10T02:30:00.123Z"), "2024-03-10 02:30:00.123"}, {instant("2024-03-10T02:30:00.1234Z"), refusal.TooPrecise}, {"2026-08-20T10:15", "2026-08-20 10:15:00.000"}, {"2026-08-20T10:15Z", "2026-08-20 10:15:00.000"}, {"2026-08-20 10:15", "2026-08-20 10:15:00.000"}, {"2026-08-20T10:15:30.123+0000", "2026-08-20 10:15:30.123"}, {"2026-08-20T19:15+0900", "2026-08-20 10:15:00.000"}, {"2026-08-20T10", refusal.BadValue}},
	"DATETIME(6)":                     {{instant("2024-03-10T02:30:00.123456Z"), "2024-03-10 02:30:00.123456"}, {instant("2024-03-10T02:30:00.123456789Z"), refusal.TooPrecise}, {instant("1969-12-31T23:59:59.999999Z"), "1969-12-31 23:59:59.999999"}, {"2024-03-10T02:30:00.1234560000009Z", refusal.TooPrecise}, {"2024-03-10 02:30:00.1234560000009", refusal.TooPrecise}, {"2024-03-10T02:30:00,1234560000009+09:00", refusal.TooPrecise}, {"2024-03-10T02:30:00.123456000000Z", "2024-03-10 02:30:00.123456"}, {"2024-03-10T02:30:00.x", refusal.BadValue}},
	"TIMESTAMP(3) NULL":               {{instant("2024-03-31T01:30:00.001Z"), "2024-03-31 01:30:00.001"}, {instant("1970-01-01T00:00:01Z"), "1970-01-01 00:00:01.000"}, {instant("2038-01-19T03:14:07.999Z"), "2038-01-19 03:14:07.999"}, {instant("1969-12-31T23:59:59Z"), refusal.OutOfRange}, {instant("1969-12-31T23:59:59.999Z"), refusal.OutOfRange}, {instant("1970-01-01T00:00:00Z"), refusal.OutOfRange}, {instant("1970-01-01T00:00:00.001Z"), "1970-01-01 00:00:00.001"}, {"1970-01-01T09:00:00+09:00", refusal.OutOfRange}, {instant("2038-01-19T03:14:08Z"), refusal.OutOfRange}, {instant("2106-02-07T06:28:16Z"), refusal.OutOfRange}, {instant("2300-01-01T00:00:00Z"), refusal.OutOfRange}, {"0000-00-00 00:00:00", refusal.BadValue}, {nil, "NULL"}},
	"TIME":                            {{"23:59:59", "23:59:59"}, {"-838:59:59", "-838:59:59"}, {"838:59:59", "838:59:59"}, {"839:00:00", refusal.OutOfRange}, {"-839:00:00", refusal.OutOfRange}, {"2562047:47:16", refusal.OutOfRange}, {"25:00:00", "25:00:00"}, {"24:00:00", "24:00:00"}, {"-00:00:01", "-00:00:01"}, {"-01:00:00", "-01:00:00"}, {"100:60:00", refusal.BadValue}, {":00:00", refusal.BadValue}, {"12:00", "12:00:00"}, {"10:15:30Z", "10:15:30"}, {"10:15Z", "10:15:00"}, {"10:15:30+00:00", "10:15:30"}, {"10:15:30+0000", "10:15:30"}, {"10:15:30+09:00", refusal.BadValue}, {"-10:15:30Z", refusal.BadValue}, {"10:15.5", refusal.BadValue}, {"12:00:00.5", refusal.TooPrecise}, {instant("2024-01-01T00:00:00Z"), refusal.Type}},
	"TIME(6)":                         {{"23:59:59.999999", "23:59:59.999999"}, {"00:00:00.000001000", "00:00:00.000001"}, {"00:00:00.0000010000000", "00:00:00.000001"}, {"00:00:00.000000000000", "00:00:00.000000"}, {"00:00:00.0000010000001", refusal.TooPrecise}, {"-00:00:00", "00:00:00.000000"}, {"-00:00:01.000000", "-00:00:01.000000"}, {"-00:00:00.000001", "-00:00:00.000001"}, {"-00:00:00.5", "-00:00:00.500000"}, {"24:00:00", "24:00:00.000000"}, {"838:59:59.999999", "838:59:59.999999"}, {"-838:59:59.999999", "-838:59:59.999999"}, {"838:59:59.9999999", refusal.TooPrecise}, {"839:00:00.000000", refusal.OutOfRange}},
	"YEAR":                            {{int64(2024), "2024"}, {int64(0), "0"}, {json.Number("0.0"), "0"}, {int64(24), refusal.OutOfRange}, {int64(2156), refusal.OutOfRange}, {"x", refusal.Type}, {"2024.5", refusal.TooPrecise}, {json.Number("2024.0"), "2024"}, {"12024.5", refusal.OutOfRange}},
	"ENUM('a\\\\b','\\n')":            {{`a\b`, `a\b`}, {"\n", "\n"}, {`a\\b`, refusal.BadValue}},
	"ENUM('new','it''s','1,2')":       {{"new", "new"}, {"it's", "it's"}, {"1,2", "1,2"}, {"1", refusal.BadValue}, {"NEW", refusal.BadValue}, {int64(1), refusal.Type}},
	"ENUM('🍜','a') CHARACTER SET utf8mb4 COLLATE utf8mb4_bin":        {{"🍜", "🍜"}, {"🍕", refusal.BadValue}, {"?", refusal.BadValue}, {"1", refusal.BadValue}, {"A", refusal.BadValue}, {"🍜🍜", refusal.BadValue}},
	"ENUM('🍜','a') CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci": {{"🍕", refusal.BadValue}, {"a", "a"}, {"?", refusal.BadValue}},
	"SET('🍜','a') CHARACTER SET utf8mb4 COLLATE utf8mb4_bin":         {{"🍜", "🍜"}, {"🍜,a", "🍜,a"}, {"🍕,a", refusal.BadValue}, {"?", refusal.BadValue}},
	"SET('a','b')": {{"a,b", "a,b"}, {"", ""}, {"a,c", refusal.BadValue}, {"1", refusal.BadValue}, {"b,a", "a,b"}, {"b,b", "b"}},
	"UUID":         {{[]byte("\x6c\xcd\x78\x0c\xba\xba\x10\x26\x95\x64\x5b\x8c\x65\x60\x24\xdb"), "6ccd780c-baba-1026-9564-5b8c656024db"}, {[]byte("short"), refusal.Type}, {int64(1), refusal.Type}, {"6CCD780C-BABA-1026-9564-5B8C656024DB", "6ccd780c-baba-1026-9564-5b8c656024db"}, {"x", refusal.BadValue}},
	"INET6":        {{"::1", "::1"}, {"x", refusal.BadValue}},
}

// TestEveryValueIsStoredExactlyOrRefused writes each value into a column of its type and
// reads it back.
func TestEveryValueIsStoredExactlyOrRefused(t *testing.T) {
	for columnType, cases := range valuesByType {
		t.Run(columnType, func(t *testing.T) {
			t.Parallel()
			d := shared(t, "CREATE TABLE v (id INT PRIMARY KEY, v "+columnType+")")
			o := d.output("table: v\ncolumns: [id, v]\nkey: [id]\n")
			records := make([]any, len(cases))
			for i, c := range cases {
				records[i] = map[string]any{"id": int64(i), "v": c.v}
			}
			refusals := d.write(o, records...)
			for i, c := range cases {
				require.Equal(t, c.want, d.storedOrCode(i, refusals), "%T %v: %s", c.v, c.v, refusals[i])
			}
			// Again: nothing but the same rows, all of them unchanged.
			d.exec("ALTER TABLE v ADD touched TIMESTAMP(6) DEFAULT '2000-01-01' ON UPDATE CURRENT_TIMESTAMP(6)")
			r := d.counts(o, records...)
			require.Contains(t, r, fmt.Sprintf("inserted 0, updated 0, unchanged %d,", len(cases)-len(refusals)))
			require.Equal(t, []string{"0"}, d.rows("SELECT COUNT(*) FROM v WHERE touched <> '2000-01-01'"))
		})
	}
}

// storedOrCode is the stored value of row i, or the code of its refusal.
func (d *database) storedOrCode(i int, refusals map[int]string) string {
	d.t.Helper()
	refused, found := refusals[i]
	if !found {
		return strings.TrimPrefix(d.rows(fmt.Sprintf("SELECT 0, v FROM v WHERE id = %d", i))[0], "0|")
	}
	require.Regexp(d.t, `^[a-z_]+: v: \S`, refused)
	code, _, _ := strings.Cut(refused, ":")
	return code
}

func TestARecordMustHaveEveryColumn(t *testing.T) {
	t.Parallel()
	d := shared(t, orders)
	o := d.output(ordersConfig + "on_missing: refuse\n")
	absent := order("a", "x", 1, "1")
	delete(absent, "product")
	null := order("b", "x", 1, "1")
	null["qty"] = nil
	more := order("c", "x", 1, "1")
	more["other"] = "is ignored"
	require.Equal(t, map[int]string{
		0: "row_missing: product: the record has no such member",
		1: "row_null: qty: the column is NOT NULL",
		3: "row_shape: value: expected an object, got an array",
		4: "row_shape: value: expected an object, got text",
	}, d.write(o, absent, null, nil, []any{}, "text", more))
	require.Equal(t, []string{"c"}, d.rows("SELECT order_id FROM orders"))
}

func TestTimesAreUTCWhateverTheServerThinks(t *testing.T) {
	t.Parallel()
	d := private(t, "CREATE TABLE times (id INT PRIMARY KEY, d DATE, dt DATETIME(3), ts TIMESTAMP(3) NULL)", "--default-time-zone=+09:00", "--sql-mode=", "--character-set-server=latin1", "--autocommit=0", "--transaction-isolation=SERIALIZABLE")
	o := d.output("table: times\ncolumns: [id, d, dt, ts]\nkey: [id]\n")
	at := time.Date(2024, 3, 10, 23, 30, 0, 5_000_000, time.UTC)
	require.Empty(t, d.write(o, map[string]any{"id": int64(1), "d": time.Date(2024, 3, 10, 0, 0, 0, 0, time.UTC), "dt": at, "ts": at}))
	require.Equal(t, []string{"2024-03-10|2024-03-10 23:30:00.005|2024-03-10 23:30:00.005"}, d.rows("SELECT d, dt, ts FROM times"))
}
