package connectjson

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// How the golden answers are made again, and how the reference is asked about more than
// the table: see testdata/reference/README.md.
var (
	corpusFile = flag.String("reference.corpus", "", "write the questions to this file instead of comparing the answers")
	goldenFile = flag.String("reference.golden", "testdata/reference/golden.txt", "the answers of the reference converter")
	mutants    = flag.Int("reference.mutants", 0, "ask so many mutations of the table in place of the table")
	mutantSeed = flag.Uint64("reference.seed", 1, "of the mutations")
)

// TestReference compares compat with the answers of
// org.apache.kafka.connect.json.JsonConverter 4.3.1.
func TestReference(t *testing.T) {
	questions := corpus()
	if *corpusFile != "" {
		require.NoError(t, os.WriteFile(*corpusFile, questions, 0o644))
		return
	}
	answers := readLines(t, *goldenFile)
	digest := sha256.Sum256(questions)
	require.Equal(t, hex.EncodeToString(digest[:]), answers[len(answers)-1],
		"the golden answers are to other questions: make them again, see testdata/reference/README.md")
	decoders := map[string]*Decoder{}
	differences := 0
	for i, q := range strings.Split(strings.TrimSuffix(string(questions), "\n"), "\n") {
		setting, encoded, _ := strings.Cut(q, "\t")
		input, err := base64.StdEncoding.DecodeString(encoded)
		require.NoError(t, err)
		d := decoders[setting]
		if d == nil {
			d, err = referenceDecoder(setting)
			if err == nil {
				decoders[setting] = d
			}
		}
		got := "refused"
		if err == nil {
			var rec Record
			if rec, err = d.Decode(input); err == nil {
				got = "ok " + string(canonical(nil, rec.Schema, rec.Value))
			}
		}
		if got != answers[i] && !ownDecision(input, answers[i], err) {
			if differences++; differences <= 40 {
				t.Errorf("line %d: %s %.300q\n want %.300s\n got  %.300s (%v)", i+1, setting, input, answers[i], got, err)
			}
		}
	}
	t.Logf("%d questions, %d differences", len(answers)-1, differences)
}

// ownDecision tells where doc.go says that compat decides otherwise.
func ownDecision(input []byte, answer string, err error) bool {
	var r *record.Refusal
	switch {
	case len(input) == 0: // a tombstone
		return err == nil
	case errors.As(err, &r) && strings.Contains(r.Detail, "at most 2000 characters"):
		return strings.HasPrefix(answer, "ok ")
	}
	return false
}

func referenceDecoder(setting string) (*Decoder, error) {
	opts := Options{Compat: true, CacheSize: 10, Schemaless: setting == "disable"}
	if content, ok := strings.CutPrefix(setting, "content:"); ok {
		schema, err := base64.StdEncoding.DecodeString(content)
		if err != nil {
			return nil, err
		}
		opts.SchemaContent = schema
	}
	return NewDecoder(opts)
}

func readLines(t *testing.T, name string) []string {
	t.Helper()
	f, err := os.Open(name)
	require.NoError(t, err)
	defer func() { require.NoError(t, f.Close()) }()
	var lines []string
	in := bufio.NewScanner(f)
	in.Buffer(nil, 64<<20)
	for in.Scan() {
		lines = append(lines, in.Text())
	}
	require.NoError(t, in.Err())
	return lines
}

func corpus() []byte {
	cases := referenceCases()
	if *mutants > 0 {
		cases = mutate(cases, *mutants)
	}
	var out bytes.Buffer
	seen := map[referenceCase]bool{}
	for _, c := range cases {
		if !seen[c] {
			seen[c] = true
			fmt.Fprintf(&out, "%s\t%s\n", c.setting, base64.StdEncoding.EncodeToString([]byte(c.input)))
		}
	}
	return out.Bytes()
}

// loose decodes plain JSON in compat.
var loose, _ = NewDecoder(Options{Compat: true, Schemaless: true})

// canonical writes a value as Reference.java does.
func canonical(b []byte, s *schema.Schema, value any) []byte {
	switch v := value.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return fmt.Appendf(b, "%t", v)
	case int64:
		return fmt.Appendf(b, "i%d", v)
	case float64:
		if s != nil && s.Type == schema.Float32 {
			v = float64(float32Of(v))
		}
		return fmt.Appendf(b, "f%016x", math.Float64bits(v))
	case json.Number: // strict keeps the text of a number that is a double or a wrapped int64 to the reference
		rec, _ := loose.Decode([]byte(v)) // no error: it is a number
		return canonical(b, nil, rec.Value)
	case []byte:
		return append(append(b, 'x'), hex.EncodeToString(v)...)
	case time.Time:
		return fmt.Appendf(b, "t%d", v.UnixMilli())
	case string:
		switch {
		case s != nil && s.Logical == schema.Decimal:
			return append(append(b, 'd'), v...)
		case s != nil && s.Logical == schema.Time && s.IsConnect:
			return fmt.Appendf(b, "c%d", millisOfDay(v))
		}
		return quote(b, v)
	case []any:
		if s != nil && s.Type == schema.Map {
			var entries []string
			for _, e := range v {
				pair := e.([]any)
				entries = append(entries, string(canonical(append(canonical(nil, s.Keys, pair[0]), ':'), s.Items, pair[1])))
			}
			return joinEntries(b, entries)
		}
		b = append(b, '[')
		for _, e := range v {
			b = append(canonical(b, part(s), e), ',')
		}
		return append(b, ']')
	case map[string]any:
		if s != nil && s.Type == schema.Struct {
			b = append(b, '{')
			for _, f := range s.Fields {
				b = append(canonical(append(quote(b, f.Name), '='), f.Schema, v[f.Name]), ',')
			}
			return append(b, '}')
		}
		var entries []string
		for k, e := range v {
			entries = append(entries, string(canonical(append(quote(nil, k), ':'), part(s), e)))
		}
		return joinEntries(b, entries)
	}
	panic(fmt.Sprintf("%T is no value of a record", value))
}

// float32Of is the Float that a record's float64 stands for.
func float32Of(v float64) float32 {
	f, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', -1, 64), 32)
	if err != nil && !math.IsInf(v, 0) {
		panic(err)
	}
	return float32(f)
}

func part(s *schema.Schema) *schema.Schema {
	if s == nil {
		return nil
	}
	return s.Items
}

func joinEntries(b []byte, entries []string) []byte {
	slices.Sort(entries)
	b = append(b, '<')
	for _, e := range entries {
		b = append(append(b, e...), ',')
	}
	return append(b, '>')
}

func quote(b []byte, text string) []byte {
	b = append(b, '"')
	for _, c := range []byte(text) {
		if c > ' ' && c < 127 && c != '"' && c != '%' {
			b = append(b, c)
		} else {
			b = fmt.Appendf(b, "%%%02X", c)
		}
	}
	return append(b, '"')
}

func millisOfDay(text string) (ms int64) {
	var h, m, s, f int64
	if strings.Contains(text, ".") {
		_, _ = fmt.Sscanf(text, "%d:%d:%d.%d", &h, &m, &s, &f)
	} else {
		_, _ = fmt.Sscanf(text, "%d:%d:%d", &h, &m, &s)
	}
	return ((h*60+m)*60+s)*1000 + f
}
