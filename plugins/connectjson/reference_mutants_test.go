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

	"github.com/order-sink/order-sink/plugins/internal/schema"
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
	node, value := generator{rnd}.node(3)
	return envelope("{"+node+"}", value())
}

// generator draws schemas and values for them.
type generator struct{ *rand.Rand }

// mostly draws another scalar in place of one value in twelve.
func (g generator) mostly(draw func() string) func() string {
	return func() string {
		if g.IntN(12) == 0 {
			return randomScalar(g.Rand)
		}
		return draw()
	}
}

func (g generator) list(draw func() string) string {
	var parts []string
	for range g.IntN(4) {
		parts = append(parts, draw())
	}
	return strings.Join(parts, ",")
}

func (g generator) integer(limit int64) func() string {
	return g.mostly(func() string { return strconv.FormatInt(g.Int64N(limit)-limit/2, 10) })
}

// node gives a schema node's members and a maker of values for it.
func (g generator) node(depth int) (node string, value func() string) {
	kinds := 16
	if depth == 0 {
		kinds = 12
	}
	switch kind := g.IntN(kinds); kind {
	case 12:
		items, item := g.node(depth - 1)
		node, value = `"type":"array","items":{`+items+`}`, g.mostly(func() string { return "[" + g.list(item) + "]" })
	case 13:
		node, value = g.mapping(depth)
	case 14, 15:
		node, value = g.structure(depth)
	default:
		node, value = g.scalar(kind)
	}
	if g.IntN(2) == 0 {
		node += `,"optional":true`
	}
	if g.IntN(4) == 0 {
		node += `,"default":` + value()
	}
	return node, value
}

func (g generator) scalar(kind int) (node string, value func() string) {
	const connect = `"name":"org.apache.kafka.connect.data.`
	switch kind {
	case 0:
		return `"type":"int8"`, g.integer(400)
	case 1:
		return `"type":"int16"`, g.integer(80_000)
	case 2:
		return `"type":"int32"`, g.integer(1 << 33)
	case 3:
		return `"type":"int64"`, g.integer(math.MaxInt64)
	case 4:
		return `"type":"float"`, g.mostly(func() string { return strconv.FormatFloat(g.NormFloat64()*1e20, 'g', -1, 64) })
	case 5:
		return `"type":"double"`, g.mostly(func() string { return strconv.FormatFloat(g.ExpFloat64(), 'e', g.IntN(20), 64) })
	case 6:
		return `"type":"boolean"`, g.mostly(func() string { return strconv.FormatBool(g.IntN(2) == 0) })
	case 7:
		return `"type":"string"`, g.mostly(func() string { return `"é 한 \u0041 \ud83d\ude00"` })
	case 8:
		return `"type":"bytes"`, g.mostly(func() string { return `"AQID"` })
	case 9:
		scale := strconv.Itoa(g.IntN(12) - 2)
		node = `"type":"bytes",` + connect + `Decimal","parameters":{"scale":"` + scale + `"}`
		return node, g.mostly(func() string { return randomScalar(g.Rand) })
	case 10:
		return `"type":"int32",` + connect + []string{"Date", "Time"}[g.IntN(2)] + `"`, g.integer(200_000_000)
	default:
		return `"type":"int64",` + connect + `Timestamp"`, g.integer(math.MaxInt64)
	}
}

func (g generator) mapping(depth int) (node string, value func() string) {
	keys, key := g.node(depth - 1)
	items, item := g.node(depth - 1)
	return `"type":"map","keys":{` + keys + `},"values":{` + items + `}`, g.mostly(func() string {
		if strings.HasPrefix(keys, `"type":"string"`) {
			return "{" + g.list(func() string { return fmt.Sprintf(`"k%d":%s`, g.IntN(3), item()) }) + "}"
		}
		return "[" + g.list(func() string { return "[" + key() + "," + item() + "]" }) + "]"
	})
}

func (g generator) structure(depth int) (node string, value func() string) {
	var nodes []string
	var values []func() string // of each field, its member
	for i := range 1 + g.IntN(4) {
		part, draw := g.node(depth - 1)
		name := fmt.Sprintf("f%d", i)
		nodes = append(nodes, "{"+part+`,"field":"`+name+`"}`)
		values = append(values, func() string { return `"` + name + `":` + draw() })
	}
	return `"type":"struct","fields":[` + strings.Join(nodes, ",") + `]`, g.mostly(func() string {
		var members []string
		for range len(values) + g.IntN(2) {
			members = append(members, values[g.IntN(len(values))]())
		}
		for _, member := range values {
			if g.IntN(5) > 0 {
				members = append(members, member())
			}
		}
		return "{" + strings.Join(members, ",") + "}"
	})
}
