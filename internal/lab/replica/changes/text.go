package changes

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// quote returns a text as a literal of SQL.
func quote(text string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\x00", `\0`, "\n", `\n`, "\r", `\r`, "\x1a", `\Z`).Replace(text) + "'"
}

// The characters of texts. The second of each set is in the character set of the column.
var (
	anyRunes    = []rune("aZ09 _-'\"\\`%\n\r\t\x00\x1a\u007féßÅ한국어주문日本語🛒😀👩‍👧\u2028\ufffdА̊<&>")
	latinRunes  = []rune("aZ09 _-'\"\\%\néßÅÿ€")
	planeRunes  = []rune("aZ09 '\"\\한국어日本語é\u2028")
	simpleRunes = []rune("abcXYZ 0189한é")
)

// text returns texts of at most n characters, with and without blanks at the end.
func text(runes []rune, n int) value {
	extremes := []string{"''", "' '", "'a '", quote(strings.Repeat(string(runes[len(runes)-1]), n))}
	return oneOf(extremes, func(r *rand.Rand) string { return quote(randomText(r, runes, r.IntN(n+1))) })
}

func randomText(r *rand.Rand, runes []rune, n int) string {
	var b strings.Builder
	for range n {
		b.WriteRune(runes[r.IntN(len(runes))])
	}
	return b.String()
}

// long returns texts that are often short, and sometimes longer than 65,535 bytes.
func long(r *rand.Rand) string {
	switch r.IntN(20) {
	case 0:
		return "REPEAT(" + quote(randomText(r, anyRunes, 100)) + "," + fmt.Sprint(200+r.IntN(600)) + ")"
	case 1:
		return "''"
	}
	return quote(randomText(r, anyRunes, r.IntN(300)))
}

// binary returns at most n bytes.
func binary(n int) value {
	extremes := []string{"X''", "X'00'", "X'FF00'", "X'" + strings.Repeat("FF", n) + "'", "X'" + strings.Repeat("00", n) + "'"}
	if n == 1 {
		extremes = []string{"X''", "X'00'", "X'FF'"}
	}
	return oneOf(extremes, func(r *rand.Rand) string { return bytesOf(r, r.IntN(n+1)) })
}

func longBinary(r *rand.Rand) string {
	if r.IntN(20) == 0 {
		return "REPEAT(" + bytesOf(r, 100) + "," + fmt.Sprint(200+r.IntN(600)) + ")"
	}
	return bytesOf(r, r.IntN(300))
}

func bytesOf(r *rand.Rand, n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = byte(r.UintN(256))
	}
	return fmt.Sprintf("X'%X'", text)
}

// document returns JSON with the blanks, the numbers and the order of members that a
// client chose.
func document(r *rand.Rand) string {
	extremes := []string{`'{}'`, `'[]'`, `'null'`, `'""'`, `'1.10'`, `'{"b": 1,  "a":[1.0, 2e3, 123456789012345678901234567890]}'`}
	return oneOf(extremes, func(r *rand.Rand) string {
		name := strings.ReplaceAll(randomText(r, simpleRunes, 5), `"`, "")
		return quote(fmt.Sprintf(`{"%s" : %d,"t":"%s\n\"\u00e9"}`, name, r.Int64(), name))
	})(r)
}
