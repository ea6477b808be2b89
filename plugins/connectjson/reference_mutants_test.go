package connectjson

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/plugins/connectjson/schema"
)

// mutate makes questions from the table's: tokens exchanged, copied, dropped, bytes
// changed, documents crossed.
func mutate(table []referenceCase, n int) []referenceCase {
	rnd := rand.New(rand.NewPCG(*mutantSeed, 0))
	words := append(slices.Clone(referenceValues), `"type"`, `"schema"`, `"payload"`, `"optional"`, `"default"`, `"fields"`, `"field"`, `"items"`, `"keys"`, `"values"`, `"name"`, `"parameters"`, `"scale"`, `"int8"`, `"int64"`, `"struct"`, `"map"`, `"array"`, `"bytes"`, `"string"`, `"double"`, `"float"`,
		`"org.apache.kafka.connect.data.Decimal"`, `"org.apache.kafka.connect.data.Time"`, `"org.apache.kafka.connect.data.Date"`, ",", ":", "{", "}", "[", "]", " ", "\n", `\u`, `\`, `"`, "0", "e", ".", "-", "\xef\xbb\xbf", "\x00", "\xc3", "\xed\xa0\x80", "=")
	words = append(words, referenceTypes...)
	cases := make([]referenceCase, 0, n)
	for len(cases) < n {
		if rnd.IntN(3) == 0 {
			cases = append(cases, referenceCase{"enable", randomEnvelope(rnd)})
			continue
		}
		c := table[rnd.IntN(len(table))]
		if len(c.input) > 2000 || c.input == "" {
			continue
		}
		gentle := rnd.IntN(3) > 0
		if gentle && !json.Valid([]byte(c.input)) {
			continue
		}
		for range 1 + rnd.IntN(4) {
			if gentle && c.input != "" {
				c.input = exchangeValue(rnd, c.input)
			} else {
				c.input = mutateOnce(rnd, c.input, words, table)
			}
		}
		cases = append(cases, c)
	}
	return cases
}

var typeNames = []string{"int8", "int16", "int32", "int64", "float", "double", "boolean", "string", "bytes", "array", "map", "struct"}

// exchangeValue puts another scalar, or another type's name, in the place of one, so that
// the document stays JSON.
func exchangeValue(rnd *rand.Rand, in string) string {
	spans := tokenSpans(in)
	for range 20 {
		at := spans[rnd.IntN(len(spans))]
		token := in[at[0]:at[1]]
		if strings.HasPrefix(in[at[1]:], ":") || strings.IndexByte("{}[]:, ", token[0]) >= 0 {
			continue
		}
		if slices.Contains(typeNames, strings.Trim(token, `"`)) {
			if rnd.IntN(4) > 0 {
				continue
			}
			return in[:at[0]] + `"` + schema.Type(rnd.IntN(int(schema.Array))).String() + `"` + in[at[1]:]
		}
		return in[:at[0]] + randomScalar(rnd) + in[at[1]:]
	}
	return in
}

func randomScalar(rnd *rand.Rand) string {
	digits := func(n int) string {
		b := []byte{byte('1' + rnd.IntN(9))}
		for range n {
			b = append(b, byte('0'+rnd.IntN(10)))
		}
		return string(b)
	}
	sign := []string{"", "", "-"}[rnd.IntN(3)]
	switch rnd.IntN(8) {
	case 0:
		return sign + digits(rnd.IntN(24))
	case 1:
		return sign + digits(rnd.IntN(20)) + "." + strings.Repeat("0", rnd.IntN(4)) + digits(rnd.IntN(20))
	case 2:
		return fmt.Sprintf("%s%s.%se%d", sign, digits(rnd.IntN(18)), digits(rnd.IntN(18)), rnd.IntN(700)-350)
	case 3:
		return fmt.Sprintf("%s%se%d", sign, digits(rnd.IntN(18)), rnd.IntN(40)-20)
	case 4:
		b := make([]byte, rnd.IntN(20))
		for i := range b {
			b[i] = byte(rnd.IntN(256))
		}
		return `"` + base64.StdEncoding.EncodeToString(b) + `"`
	case 5:
		var b []byte
		for range rnd.IntN(6) {
			b = fmt.Appendf(b, `\u%04x`, []int{rnd.IntN(128), 0xD800 + rnd.IntN(0x800), rnd.IntN(0x10000)}[rnd.IntN(3)])
		}
		return `"` + string(b) + `"`
	case 6:
		return []string{"null", "true", "false", "[]", "{}", "0", "-0", "[1,null]"}[rnd.IntN(8)]
	default:
		return referenceValues[rnd.IntN(len(referenceValues))]
	}
}

func mutateOnce(rnd *rand.Rand, in string, words []string, table []referenceCase) string {
	word := words[rnd.IntN(len(words))]
	if in == "" {
		return word
	}
	tokens := tokenSpans(in)
	at := tokens[rnd.IntN(len(tokens))]
	other := tokens[rnd.IntN(len(tokens))]
	switch rnd.IntN(9) {
	case 0, 1, 2: // another token
		return in[:at[0]] + word + in[at[1]:]
	case 3: // a token of this document
		return in[:at[0]] + in[other[0]:other[1]] + in[at[1]:]
	case 4:
		return in[:at[0]] + in[at[1]:]
	case 5: // insert
		return in[:at[0]] + word + in[at[0]:]
	case 6: // one byte
		b := []byte(in)
		b[rnd.IntN(len(b))] = byte(rnd.IntN(256))
		return string(b)
	case 7: // a range again
		lo, hi := min(at[0], other[0]), max(at[1], other[1])
		return in[:hi] + "," + in[lo:hi] + in[hi:]
	default: // the payload of another document
		c := table[rnd.IntN(len(table))].input
		i, j := strings.Index(in, `"payload":`), strings.Index(c, `"payload":`)
		if i < 0 || j < 0 || len(c) > 2000 {
			return in[:at[0]]
		}
		return in[:i] + c[j:]
	}
}

// tokenSpans finds where strings, numbers, words and signs stand, roughly.
func tokenSpans(in string) [][2]int {
	var spans [][2]int
	for i := 0; i < len(in); {
		j := i + 1
		switch c := in[i]; {
		case c == '"':
			for j < len(in) && in[j] != '"' {
				j++
			}
			j = min(j+1, len(in))
		case strings.IndexByte("{}[]:, ", c) < 0:
			for j < len(in) && strings.IndexByte("{}[]:, \"", in[j]) < 0 {
				j++
			}
		}
		spans = append(spans, [2]int{i, j})
		i = j
	}
	return spans
}

// randomEnvelope is a schema and a payload that mostly fits it.
func randomEnvelope(rnd *rand.Rand) string {
	node, value := randomNode(rnd, 3)
	return envelope("{"+node+"}", value())
}

// randomNode gives a schema node's members and a maker of values for it.
func randomNode(rnd *rand.Rand, depth int) (node string, value func() string) {
	const connect = `"name":"org.apache.kafka.connect.data.`
	mostly := func(draw func() string) func() string {
		return func() string {
			if rnd.IntN(12) == 0 {
				return randomScalar(rnd)
			}
			return draw()
		}
	}
	list := func(draw func() string) string {
		var parts []string
		for range rnd.IntN(4) {
			parts = append(parts, draw())
		}
		return strings.Join(parts, ",")
	}
	integer := func(limit int64) func() string {
		return mostly(func() string { return strconv.FormatInt(rnd.Int64N(limit)-limit/2, 10) })
	}
	kinds := 16
	if depth == 0 {
		kinds = 12
	}
	switch rnd.IntN(kinds) {
	case 0:
		node, value = `"type":"int8"`, integer(400)
	case 1:
		node, value = `"type":"int16"`, integer(80_000)
	case 2:
		node, value = `"type":"int32"`, integer(1<<33)
	case 3:
		node, value = `"type":"int64"`, integer(math.MaxInt64)
	case 4:
		node, value = `"type":"float"`, mostly(func() string { return strconv.FormatFloat(rnd.NormFloat64()*1e20, 'g', -1, 64) })
	case 5:
		node, value = `"type":"double"`, mostly(func() string { return strconv.FormatFloat(rnd.ExpFloat64(), 'e', rnd.IntN(20), 64) })
	case 6:
		node, value = `"type":"boolean"`, mostly(func() string { return strconv.FormatBool(rnd.IntN(2) == 0) })
	case 7:
		node, value = `"type":"string"`, mostly(func() string { return `"é 한 \u0041 \ud83d\ude00"` })
	case 8:
		node, value = `"type":"bytes"`, mostly(func() string { return `"AQID"` })
	case 9:
		scale := strconv.Itoa(rnd.IntN(12) - 2)
		node = `"type":"bytes",` + connect + `Decimal","parameters":{"scale":"` + scale + `"}`
		value = mostly(func() string { return randomScalar(rnd) })
	case 10:
		node, value = `"type":"int32",`+connect+[]string{"Date", "Time"}[rnd.IntN(2)]+`"`, integer(200_000_000)
	case 11:
		node, value = `"type":"int64",`+connect+`Timestamp"`, integer(math.MaxInt64)
	case 12:
		items, item := randomNode(rnd, depth-1)
		node, value = `"type":"array","items":{`+items+`}`, mostly(func() string { return "[" + list(item) + "]" })
	case 13:
		keys, key := randomNode(rnd, depth-1)
		items, item := randomNode(rnd, depth-1)
		node = `"type":"map","keys":{` + keys + `},"values":{` + items + `}`
		value = mostly(func() string {
			if strings.HasPrefix(keys, `"type":"string"`) {
				return "{" + list(func() string { return fmt.Sprintf(`"k%d":%s`, rnd.IntN(3), item()) }) + "}"
			}
			return "[" + list(func() string { return "[" + key() + "," + item() + "]" }) + "]"
		})
	default:
		var nodes []string
		values := map[string]func() string{}
		for i := range 1 + rnd.IntN(4) {
			part, draw := randomNode(rnd, depth-1)
			name := fmt.Sprintf("f%d", i)
			nodes = append(nodes, "{"+part+`,"field":"`+name+`"}`)
			values[name] = draw
		}
		node = `"type":"struct","fields":[` + strings.Join(nodes, ",") + `]`
		value = mostly(func() string {
			var members []string
			for range len(nodes) + rnd.IntN(2) {
				name := fmt.Sprintf("f%d", rnd.IntN(len(nodes)))
				members = append(members, `"`+name+`":`+values[name]())
			}
			for i := range nodes {
				name := fmt.Sprintf("f%d", i)
				if rnd.IntN(5) > 0 {
					members = append(members, `"`+name+`":`+values[name]())
				}
			}
			return "{" + strings.Join(members, ",") + "}"
		})
	}
	if rnd.IntN(2) == 0 {
		node += `,"optional":true`
	}
	if rnd.IntN(4) == 0 {
		node += `,"default":` + value()
	}
	return node, value
}
