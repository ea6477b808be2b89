package mariadb

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestEveryValueIsStoredExactlyOrRefused writes each value into a column of a
// type and reads it back: want is what the server then shows, or the code of the
// refusal.
func TestEveryValueIsStoredExactlyOrRefused(t *testing.T) {
	type values []struct {
		v    any
		want string
	}
	at := func(text string) time.Time {
		v, err := time.Parse(time.RFC3339Nano, text)
		require.NoError(t, err)
		return v
	}
	x255 := strings.Repeat("x", 255)
	digits := strings.Repeat("9", 38)
	for columnType, cases := range map[string]values{
		"TINYINT":            {{int64(-128), "-128"}, {int64(127), "127"}, {int64(128), CodeOutOfRange}, {int64(-129), CodeOutOfRange}, {true, "1"}, {false, "0"}, {nil, "NULL"}},
		"TINYINT UNSIGNED":   {{int64(0), "0"}, {int64(255), "255"}, {int64(256), CodeOutOfRange}, {int64(-1), CodeOutOfRange}},
		"BOOLEAN":            {{true, "1"}, {false, "0"}, {"true", CodeType}},
		"SMALLINT":           {{int64(-32768), "-32768"}, {int64(32767), "32767"}, {int64(32768), CodeOutOfRange}, {true, CodeType}},
		"SMALLINT UNSIGNED":  {{int64(65535), "65535"}, {int64(65536), CodeOutOfRange}},
		"MEDIUMINT":          {{int64(-8388608), "-8388608"}, {int64(8388607), "8388607"}, {int64(8388608), CodeOutOfRange}},
		"MEDIUMINT UNSIGNED": {{int64(16777215), "16777215"}, {int64(16777216), CodeOutOfRange}},
		"INT": {
			{int64(math.MinInt32), "-2147483648"}, {int64(math.MaxInt32), "2147483647"}, {int64(math.MaxInt32 + 1), CodeOutOfRange},
			{12.7, CodeType}, {12.0, "12"}, {float64(1 << 53), CodeOutOfRange}, {math.NaN(), CodeType}, {math.Inf(1), CodeType}, {"12", "12"}, {"12.00", "12"}, {"12.5", CodeTooPrecise}, {"12x", CodeType}, {"", CodeType},
			{json.Number("7e2"), "700"}, {json.Number("0.5"), CodeTooPrecise}, {json.Number("1e999999999"), CodeOutOfRange}, {json.Number("1e-999999999"), CodeTooPrecise}, {json.Number("1e99999999999999999999"), CodeOutOfRange}, {"1e+-5", CodeType}, {"1e", CodeType}, {json.Number("0." + strings.Repeat("0", 1000) + "1e999"), CodeTooPrecise}, {json.Number("0." + strings.Repeat("0", 1000) + "1e1001"), "1"}, {strings.Repeat("9", 2001), CodeType}, {json.Number("1e300"), CodeOutOfRange}, {[]byte("1"), CodeType}, {map[string]any{}, CodeType}, {at("2024-01-01T00:00:00Z"), CodeType},
		},
		"INT UNSIGNED": {{int64(math.MaxUint32), "4294967295"}, {int64(math.MaxUint32 + 1), CodeOutOfRange}},
		"BIGINT": {
			{int64(math.MinInt64), "-9223372036854775808"}, {int64(math.MaxInt64), "9223372036854775807"},
			{"9223372036854775808", CodeOutOfRange}, {uint64(math.MaxUint64), CodeOutOfRange}, {"-9223372036854775809", CodeOutOfRange}, {1e18, CodeType},
		},
		"BIGINT UNSIGNED": {{uint64(math.MaxUint64), "18446744073709551615"}, {"18446744073709551615", "18446744073709551615"}, {"18446744073709551616", CodeOutOfRange}, {int64(-1), CodeOutOfRange}},
		"BIT(1)":          {{true, "\x01"}, {false, "\x00"}, {int64(2), CodeOutOfRange}},
		"BIT(64)":         {{uint64(math.MaxUint64), "\xff\xff\xff\xff\xff\xff\xff\xff"}, {int64(-1), CodeOutOfRange}},
		"DECIMAL(10,2)": {{"99999999.99", "99999999.99"}, {"-99999999.99", "-99999999.99"}, {"100000000.00", CodeOutOfRange}, {"0.005", CodeTooPrecise}, {"1.500", "1.50"}, {"-0", "0.00"}, {"007.1", "7.10"}, {int64(5), "5.00"}, {json.Number("1.25"), "1.25"}, {json.Number("12.50"), "12.50"}, {json.Number("125e-2"), "1.25"}, {json.Number("1E+3"), "1000.00"}, {json.Number("1E-7"), CodeTooPrecise}, {json.Number("12345678901234567.89"), CodeOutOfRange},
			{0.1, "0.10"}, {float32(0.1), "0.10"}, {float32(19.99), "19.99"}, {-0.05, "-0.05"}, {12.5, "12.50"}, {math.Copysign(0, -1), "0.00"}, {5.0, "5.00"}, {99999999.99, "99999999.99"}, {1e8, CodeOutOfRange}, {0.125, CodeTooPrecise}, {0.30000000000000004, CodeTooPrecise}, {float64(float32(0.1)), CodeTooPrecise}, {1e-7, CodeTooPrecise}, {5e-324, CodeTooPrecise}, {math.MaxFloat64, CodeOutOfRange}, {math.NaN(), CodeOutOfRange}, {math.Inf(1), CodeOutOfRange}, {math.Inf(-1), CodeOutOfRange}, {float32(math.Inf(1)), CodeOutOfRange}, {"1e400", CodeOutOfRange}, {json.Number("1e400"), CodeOutOfRange}, {json.Number("1e401"), CodeOutOfRange}, {json.Number("1e-401"), CodeTooPrecise}, {json.Number("-1e999999999"), CodeOutOfRange}, {json.Number("0e999999999"), "0.00"},
			{".5", CodeType}, {"5.", CodeType}, {"+5", CodeType}, {"NaN", CodeType}},
		"DECIMAL(38,0)":                   {{digits, digits}, {"-" + digits, "-" + digits}, {digits + "9", CodeOutOfRange}},
		"DECIMAL(38,38)":                  {{"0." + digits, "0." + digits}, {"1", CodeOutOfRange}},
		"DECIMAL(65,0)":                   {{1e23, "100000000000000000000000"}, {1e64, "1" + strings.Repeat("0", 64)}, {1e65, CodeOutOfRange}},
		"DECIMAL(38,30)":                  {{1e-7, "0.000000100000000000000000000000"}, {1.17e-28, "0.000000000000000000000000000117"}, {float32(1e-7), "0.000000100000000000000000000000"}},
		"DECIMAL(38,10)":                  {{digits[:28] + "." + digits[:10], digits[:28] + "." + digits[:10]}},
		"DECIMAL(65,30)":                  {{strings.Repeat("9", 35) + "." + strings.Repeat("9", 30), strings.Repeat("9", 35) + "." + strings.Repeat("9", 30)}, {strings.Repeat("9", 36), CodeOutOfRange}, {"0." + strings.Repeat("0", 30) + "1", CodeTooPrecise}},
		"DECIMAL(5) UNSIGNED":             {{"-1", CodeOutOfRange}, {"99999", "99999"}},
		"DOUBLE":                          {{0.1, "0.1"}, {math.MaxFloat64, "1.7976931348623157e+308"}, {math.SmallestNonzeroFloat64, "5e-324"}, {math.Inf(1), CodeOutOfRange}, {math.NaN(), CodeOutOfRange}, {float32(0.1), "0.1"}, {float32(7.038531e-26), "7.038531e-26"}, {float32(math.MaxFloat32), "3.4028235e+38"}, {math.Copysign(0, -1), "0"}, {json.Number("0.10000000000000001"), "0.1"}, {json.Number("12345678901234567.89"), CodeTooPrecise}, {json.Number("0.100000000000000000001"), CodeTooPrecise}, {json.Number("1E-7"), "1e-07"}, {json.Number("1e-400"), CodeTooPrecise}, {json.Number("5e-324"), "5e-324"}, {json.Number("1.2345e-322"), CodeTooPrecise}, {json.Number("0.1000000000000000055511151231257827"), "0.1"}, {json.Number("9007199254740993.0"), CodeTooPrecise}, {json.Number("123456789012345678e10"), CodeTooPrecise}, {int64(1) << 50, "1.125899906842624e+15"}, {int64(1)<<53 + 1, CodeTooPrecise}, {"0.1", CodeType}, {json.Number("0.1"), "0.1"}, {uint64(1)<<63 + 1, CodeTooPrecise}, {uint64(1) << 63, "9.223372036854776e+18"}, {int64(math.MaxInt64), CodeTooPrecise}, {int64(math.MinInt64), "-9.223372036854776e+18"}, {json.Number("9007199254740993"), CodeTooPrecise}, {json.Number("9007199254740994"), "9.007199254740994e+15"}, {json.Number("1e300"), "1e+300"}, {json.Number("1e400"), CodeOutOfRange}},
		"FLOAT":                           {{0.5, "0.5"}, {0.1, "0.1"}, {float32(0.1), "0.1"}, {float64(float32(0.1)), "0.1"}, {json.Number("0.1"), "0.1"}, {json.Number("0.10"), "0.1"}, {1e39, CodeOutOfRange}, {3.4028235e38, "3.40282e+38"}, {-math.MaxFloat32, "-3.40282e+38"}, {3.4028236e38, CodeOutOfRange}, {7.038531e-26, "7.03853e-26"}, {1e-45, "1e-45"}, {1e-60, CodeTooPrecise}, {0.12345678, "0.123457"}, {0.123456781, CodeTooPrecise}, {16777217.0, CodeTooPrecise}, {int64(16777216), "1.67772e+07"}, {int64(16777217), CodeTooPrecise}},
		"DOUBLE(10,3)":                    {{1.125, "1.125"}, {1.0625, CodeTooPrecise}, {float32(0.1), "0.1"}},
		"FLOAT(7,2)":                      {{0.1, "0.1"}, {float32(0.1), "0.1"}, {float64(float32(0.1)), "0.1"}, {0.125, CodeTooPrecise}},
		"DOUBLE UNSIGNED":                 {{-0.5, CodeOutOfRange}},
		"VARCHAR(5)":                      {{"주문번호들", "주문번호들"}, {"🍜🍜🍜🍜🍜", "🍜🍜🍜🍜🍜"}, {"abcdef", CodeTooLong}, {"a    ", "a    "}, {"a     ", CodeTooLong}, {"", ""}, {"a\x00b", "a\x00b"}, {"\xff", CodeBadText}, {[]byte("é"), "é"}, {int64(1), CodeType}, {true, CodeType}, {`'";\`, `'";\`}, {[]byte(nil), ""}},
		"CHAR(5)":                         {{"a", "a"}, {"a ", CodePadded}, {" a", " a"}},
		"VARCHAR(5) CHARACTER SET latin1": {{"é", "é"}, {"주", CodeBadValue}},
		"TINYTEXT":                        {{strings.Repeat("é", 127), strings.Repeat("é", 127)}, {strings.Repeat("é", 128), CodeTooLong}, {"a ", "a "}},
		"TINYTEXT CHARACTER SET latin1":   {{x255, x255}, {x255 + "  ", CodeTooLong}, {x255 + "x", CodeTooLong}, {x255[1:] + " ", x255[1:] + " "}, {strings.Repeat("é", 254) + " ", strings.Repeat("é", 254) + " "}},
		"TINYTEXT CHARACTER SET utf16":    {{x255[:126] + " ", x255[:126] + " "}, {x255[:127] + " ", CodeTooLong}, {strings.Repeat("🍜", 63) + " ", strings.Repeat("🍜", 63) + " "}, {strings.Repeat("🍜", 63) + "  ", CodeTooLong}},
		"TINYTEXT CHARACTER SET euckr":    {{x255[:254] + " ", x255[:254] + " "}, {x255 + " ", CodeTooLong}, {strings.Repeat("주", 127) + " ", strings.Repeat("주", 127) + " "}, {strings.Repeat("주", 127) + "  ", CodeTooLong}},
		"TEXT":                            {{strings.Repeat("x", 65535), strings.Repeat("x", 65535)}, {strings.Repeat("x", 65536), CodeTooLong}},
		"JSON":                            {{map[string]any{"total": json.Number("12345678901234567.89"), "rate": json.Number("1.50"), "n": json.Number("18446744073709551615")}, `{"n":18446744073709551615,"rate":1.50,"total":12345678901234567.89}`}, {[]any{0.1, float32(0.1), 1e-7, 12345678.0, json.Number("1E-7"), int64(math.MinInt64), uint64(math.MaxUint64)}, `[0.1,0.1,1e-7,12345678,1E-7,-9223372036854775808,18446744073709551615]`}, {[]any{math.Inf(1)}, CodeType}, {map[string]any{"b": int64(1), "a": []any{"<", nil}}, `{"a":["<",null],"b":1}`}, {`{"a":1}`, `{"a":1}`}, {"{", CodeCheck}, {[]any{}, "[]"}, {map[string]any{"a": []any{"\xff"}}, CodeBadText}, {[]any{map[string]any{"\xff": int64(1)}}, CodeBadText}, {[]any{"\ufffd", `\ufffd`}, "[\"\ufffd\",\"\\\\ufffd\"]"}},
		"VARBINARY(4)":                    {{[]byte{0, 255, 0}, "\x00\xff\x00"}, {[]byte{}, ""}, {[]byte(nil), ""}, {[]byte{1, 2, 3, 4, 5}, CodeTooLong}, {"ab", "ab"}, {int64(1), CodeType}},
		"BINARY(4)":                       {{[]byte{0, 255, 0, 1}, "\x00\xff\x00\x01"}, {[]byte{1}, CodePadded}, {[]byte(nil), CodePadded}},
		"BLOB":                            {{[]byte{0xed, 0xa0, 0x80, '\'', '\\', 0}, "\xed\xa0\x80'\\\x00"}},
		"DATE":                            {{at("2024-02-29T00:00:00Z"), "2024-02-29"}, {at("2024-02-29T01:00:00Z"), CodeTooPrecise}, {"2023-02-29", CodeBadValue}, {"2023-02-28", "2023-02-28"}, {at("0001-01-01T00:00:00Z"), "0001-01-01"}, {at("9999-12-31T00:00:00Z"), "9999-12-31"}, {int64(20240101), CodeType}, {"0000-00-00", CodeBadValue}, {"2024-00-15", CodeBadValue}, {"2024-01-00", CodeBadValue}, {"0000-01-01", CodeOutOfRange}, {time.Time{}, "0001-01-01"}, {"2023-02-28T00:00:00.00000000001Z", CodeTooPrecise}},
		"DATETIME":                        {{at("2024-03-10T02:30:00Z"), "2024-03-10 02:30:00"}, {at("2024-03-10T02:30:00.5Z"), CodeTooPrecise}, {at("2024-03-10T11:30:00+09:00"), "2024-03-10 02:30:00"}, {"2024-03-10T11:30:00+09:00", "2024-03-10 02:30:00"}, {"2024-03-10 11:30:00", "2024-03-10 11:30:00"}, {"2024-13-10", CodeBadValue}, {"0000-00-00 00:00:00", CodeBadValue}, {"2024-00-10T00:00:00Z", CodeBadValue}, {"0", CodeBadValue}, {"", CodeBadValue}, {at("9999-12-31T23:59:59Z"), "9999-12-31 23:59:59"}, {time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), CodeOutOfRange}, {time.Date(-1, 1, 1, 0, 0, 0, 0, time.UTC), CodeOutOfRange}},
		"DATETIME(3)":                     {{at("2024-03-10T02:30:00.123Z"), "2024-03-10 02:30:00.123"}, {at("2024-03-10T02:30:00.1234Z"), CodeTooPrecise}},
		"DATETIME(6)":                     {{at("2024-03-10T02:30:00.123456Z"), "2024-03-10 02:30:00.123456"}, {at("2024-03-10T02:30:00.123456789Z"), CodeTooPrecise}, {at("1969-12-31T23:59:59.999999Z"), "1969-12-31 23:59:59.999999"}, {"2024-03-10T02:30:00.1234560000009Z", CodeTooPrecise}, {"2024-03-10 02:30:00.1234560000009", CodeTooPrecise}, {"2024-03-10T02:30:00,1234560000009+09:00", CodeTooPrecise}, {"2024-03-10T02:30:00.123456000000Z", "2024-03-10 02:30:00.123456"}, {"2024-03-10T02:30:00.x", CodeBadValue}},
		"TIMESTAMP(3) NULL":               {{at("2024-03-31T01:30:00.001Z"), "2024-03-31 01:30:00.001"}, {at("1970-01-01T00:00:01Z"), "1970-01-01 00:00:01.000"}, {at("2038-01-19T03:14:07.999Z"), "2038-01-19 03:14:07.999"}, {at("1969-12-31T23:59:59Z"), CodeOutOfRange}, {at("1969-12-31T23:59:59.999Z"), CodeOutOfRange}, {at("1970-01-01T00:00:00Z"), CodeOutOfRange}, {at("1970-01-01T00:00:00.001Z"), "1970-01-01 00:00:00.001"}, {"1970-01-01T09:00:00+09:00", CodeOutOfRange}, {at("2038-01-19T03:14:08Z"), CodeOutOfRange}, {at("2106-02-07T06:28:16Z"), CodeOutOfRange}, {at("2300-01-01T00:00:00Z"), CodeOutOfRange}, {"0000-00-00 00:00:00", CodeBadValue}, {nil, "NULL"}},
		"TIME":                            {{"23:59:59", "23:59:59"}, {"-838:59:59", "-838:59:59"}, {"838:59:59", "838:59:59"}, {"839:00:00", CodeOutOfRange}, {"-839:00:00", CodeOutOfRange}, {"2562047:47:16", CodeOutOfRange}, {"25:00:00", "25:00:00"}, {"24:00:00", "24:00:00"}, {"-00:00:01", "-00:00:01"}, {"-01:00:00", "-01:00:00"}, {"100:60:00", CodeBadValue}, {":00:00", CodeBadValue}, {"12:00", CodeBadValue}, {"12:00:00.5", CodeTooPrecise}, {at("2024-01-01T00:00:00Z"), CodeType}},
		"TIME(6)":                         {{"23:59:59.999999", "23:59:59.999999"}, {"00:00:00.000001000", "00:00:00.000001"}, {"00:00:00.0000010000000", "00:00:00.000001"}, {"00:00:00.000000000000", "00:00:00.000000"}, {"00:00:00.0000010000001", CodeTooPrecise}, {"-00:00:00", "00:00:00.000000"}, {"-00:00:01.000000", "-00:00:01.000000"}, {"-00:00:00.000001", "-00:00:00.000001"}, {"-00:00:00.5", "-00:00:00.500000"}, {"24:00:00", "24:00:00.000000"}, {"838:59:59.999999", "838:59:59.999999"}, {"-838:59:59.999999", "-838:59:59.999999"}, {"838:59:59.9999999", CodeTooPrecise}, {"839:00:00.000000", CodeOutOfRange}},
		"YEAR":                            {{int64(2024), "2024"}, {int64(24), CodeOutOfRange}, {int64(2156), CodeOutOfRange}, {"x", CodeType}, {"2024.5", CodeTooPrecise}, {json.Number("2024.0"), "2024"}, {"12024.5", CodeOutOfRange}},
		"ENUM('a\\\\b','\\n')":            {{`a\b`, `a\b`}, {"\n", "\n"}, {`a\\b`, CodeBadValue}},
		"ENUM('new','it''s','1,2')":       {{"new", "new"}, {"it's", "it's"}, {"1,2", "1,2"}, {"1", CodeBadValue}, {"NEW", CodeBadValue}, {int64(1), CodeType}},
		"ENUM('🍜','a') CHARACTER SET utf8mb4 COLLATE utf8mb4_bin":        {{"🍜", "🍜"}, {"🍕", CodeBadValue}, {"?", CodeBadValue}, {"1", CodeBadValue}, {"A", CodeBadValue}, {"🍜🍜", CodeBadValue}},
		"ENUM('🍜','a') CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci": {{"🍕", CodeBadValue}, {"a", "a"}, {"?", CodeBadValue}},
		"SET('🍜','a') CHARACTER SET utf8mb4 COLLATE utf8mb4_bin":         {{"🍜", "🍜"}, {"🍜,a", "🍜,a"}, {"🍕,a", CodeBadValue}, {"?", CodeBadValue}},
		"SET('a','b')": {{"a,b", "a,b"}, {"", ""}, {"a,c", CodeBadValue}, {"1", CodeBadValue}, {"b,a", "a,b"}, {"b,b", "b"}},
		"UUID":         {{"6CCD780C-BABA-1026-9564-5B8C656024DB", "6ccd780c-baba-1026-9564-5b8c656024db"}, {"x", CodeBadValue}},
		"INET6":        {{"::1", "::1"}, {"x", CodeBadValue}},
	} {
		t.Run(columnType, func(t *testing.T) {
			t.Parallel()
			w := shared(t, "CREATE TABLE v (id INT PRIMARY KEY, v "+columnType+")")
			o := w.output("table: v\ncolumns: [id, v]\nkey: [id]\n")
			records := make([]any, len(cases))
			for i, c := range cases {
				records[i] = map[string]any{"id": int64(i), "v": c.v}
			}
			refusals := w.write(o, records...)
			for i, c := range cases {
				got, refused := refusals[i]
				if !refused {
					got = strings.TrimPrefix(w.rows(fmt.Sprintf("SELECT 0, v FROM v WHERE id = %d", i))[0], "0|")
				} else {
					require.Regexp(t, `^[a-z_]+: v: \S`, got)
					got, _, _ = strings.Cut(got, ":")
				}
				require.Equal(t, c.want, got, "%T %v: %s", c.v, c.v, refusals[i])
			}
			// Again: nothing but the same rows, all of them unchanged.
			w.exec("ALTER TABLE v ADD touched TIMESTAMP(6) DEFAULT '2000-01-01' ON UPDATE CURRENT_TIMESTAMP(6)")
			r := w.counts(o, records...)
			require.Contains(t, r, fmt.Sprintf("inserted 0, updated 0, unchanged %d,", len(cases)-len(refusals)))
			require.Equal(t, []string{"0"}, w.rows("SELECT COUNT(*) FROM v WHERE touched <> '2000-01-01'"))
		})
	}
}

func TestARecordMustHaveEveryColumn(t *testing.T) {
	t.Parallel()
	w := shared(t, orders)
	o := w.output(ordersConfig)
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
	}, w.write(o, absent, null, nil, []any{}, "text", more))
	require.Equal(t, []string{"c"}, w.rows("SELECT order_id FROM orders"))
}

func TestTimesAreUTCWhateverTheServerThinks(t *testing.T) {
	t.Parallel()
	w := privateWorld(t, "CREATE TABLE times (id INT PRIMARY KEY, d DATE, dt DATETIME(3), ts TIMESTAMP(3) NULL)", "--default-time-zone=+09:00", "--sql-mode=", "--character-set-server=latin1", "--autocommit=0", "--transaction-isolation=SERIALIZABLE")
	o := w.output("table: times\ncolumns: [id, d, dt, ts]\nkey: [id]\n")
	at := time.Date(2024, 3, 10, 23, 30, 0, 5_000_000, time.UTC)
	require.Empty(t, w.write(o, map[string]any{"id": int64(1), "d": time.Date(2024, 3, 10, 0, 0, 0, 0, time.UTC), "dt": at, "ts": at}))
	require.Equal(t, []string{"2024-03-10|2024-03-10 23:30:00.005|2024-03-10 23:30:00.005"}, w.rows("SELECT d, dt, ts FROM times"))
}
