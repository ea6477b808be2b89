package avro_test

import (
	"bufio"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/connectavro/avro"
)

var (
	corpusFile = flag.String("reference.corpus", "", "write the questions for the reference to this file")
	goldenFile = flag.String("reference.golden", "testdata/reference/golden.txt", "the answers of the reference")
	generated  = flag.Int("reference.generated", 150, "how many schemas the generator adds")
	firstSeed  = flag.Uint64("reference.seed", 1, "the seed of the first of them")
)

// asked is a question with a value in the binary form.
type asked struct {
	question
	value []byte
}

// valuesEach is how many values a schema has. The answers have unions with each type.
const valuesEach = 3

func corpus(t *testing.T) []asked {
	t.Helper()
	var all []asked
	for i, q := range slices.Concat(questions, moreQuestions) {
		var schema any
		decoder := json.NewDecoder(strings.NewReader(q.schema))
		decoder.UseNumber()
		require.NoError(t, decoder.Decode(&schema), q.name)
		for n := range valuesEach {
			g := newGenerator(uint64(1000*i + n))
			g.find(schema)
			c := asked{question: q, value: g.value(nil, schema)}
			c.name += fmt.Sprintf(" %d", n)
			all = append(all, c)
		}
	}
	for n := range *generated {
		g := newGenerator(*firstSeed + uint64(n))
		schema := g.record(3)
		text, err := json.Marshal(schema)
		require.NoError(t, err)
		for range valuesEach {
			all = append(all, asked{question{fmt.Sprintf("generated %d", len(all)), string(text), ""}, g.value(nil, schema)})
		}
	}
	return all
}

// TestReference compares schemas and values with those of a Kafka Connect converter:
// testdata/reference/README.md.
func TestReference(t *testing.T) {
	all := corpus(t)
	if *corpusFile != "" {
		var b strings.Builder
		for _, c := range all {
			fmt.Fprintf(&b, "%s\t%s\t%s\n", c.name, base64.StdEncoding.EncodeToString([]byte(c.schema)), hex.EncodeToString(c.value))
		}
		require.NoError(t, os.WriteFile(*corpusFile, []byte(b.String()), 0o600))
		return
	}
	answers := readGolden(t)
	differences := map[string]int{}
	for _, c := range all {
		want, found := answers[c.name]
		require.True(t, found, "no answer to %q", c.name)
		got := answer(c)
		if c.differs == "" {
			require.Equal(t, strings.ReplaceAll(want, "\t", "\n"), strings.ReplaceAll(got, "\t", "\n"), "%s: %s %x", c.name, c.schema, c.value)
		} else if got != want {
			differences[c.differs]++
		}
	}
	for _, q := range slices.Concat(questions, moreQuestions) {
		if q.differs != "" {
			require.NotZero(t, differences[q.differs], "the answers to %q do not differ", q.name)
		}
	}
}

func answer(c asked) string {
	keep, refused := avro.Compile(c.schema, nil, avro.Options{KeepNull: true})
	if refused != nil {
		return "error"
	}
	replace, refused := avro.Compile(c.schema, nil, avro.Options{})
	if refused != nil {
		return "error"
	}
	value := c.value
	if strings.HasPrefix(c.schema, `{"type":"bytes"`) { // a value that is bytes has no length
		value = value[1:]
	}
	stored, refused := keep.Decode(value)
	if refused != nil {
		return "error"
	}
	replaced, refused := replace.Decode(value)
	if refused != nil {
		return "error"
	}
	return "ok\t" + canonicalSchema(keep.Record) + "\t" + canonicalValue(keep.Record, stored) + "\t" + canonicalValue(keep.Record, replaced)
}

func readGolden(t *testing.T) map[string]string {
	t.Helper()
	file, err := os.Open(*goldenFile)
	require.NoError(t, err)
	defer file.Close()
	answers := map[string]string{}
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		name, answer, _ := strings.Cut(lines.Text(), "\t")
		answers[name] = answer
	}
	require.NoError(t, lines.Err())
	return answers
}
