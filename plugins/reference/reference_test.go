// Package reference compares the processors connect_json_decode and connect_transform with
// the originals: the converter and the transforms of Kafka Connect and of Debezium. It
// needs the golden answers of testdata, not Java.
package reference

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/connecttransform/chain"
)

// How the golden answers are made again: see testdata/README.md.
var (
	corpusFile = flag.String("reference.corpus", "", "write the cases to this file instead of comparing the answers")
	goldenFile = flag.String("reference.golden", "testdata/golden.txt.gz", "the answers of the originals, compressed or not")
	random     = flag.Int("reference.random", 0, "ask so many random cases in place of the table")
	seed       = flag.Uint64("reference.seed", 1, "of the random cases")
	shown      = flag.Int("reference.show", 20, "how many differences the test shows")
)

// TestReference compares connect_json_decode and connect_transform with the answers of
// Kafka Connect 4.3.1, of Debezium 3.4.0 and, for the old options of its
// ExtractNewRecordState, of Debezium 3.1.3.
func TestReference(t *testing.T) {
	questions, lines := corpus()
	if *corpusFile != "" {
		require.NoError(t, os.WriteFile(*corpusFile, lines, 0o644))
		return
	}
	golden := readLines(t, *goldenFile)
	digest := sha256.Sum256(lines)
	require.Equal(t, hex.EncodeToString(digest[:]), golden[len(golden)-1],
		"the golden answers are to other cases: make them again, see testdata/README.md")
	for _, class := range chain.Types() {
		assert.Contains(t, string(lines), fmt.Sprintf("%q", class), "no case has this transform")
	}
	p := newPipelines(t)
	intended := map[string]int{}
	different := 0
	for i, q := range questions {
		want := lastHeaders(golden[i])
		got, reason := p.answer(q)
		if got == want {
			continue
		}
		if d := intention(&q, want, got); d != nil {
			intended[d.name]++
			continue
		}
		if different++; different <= *shown {
			t.Errorf("case %d: %s\n%s%s", i+1, summary(q), contrast(want, got), reason)
		}
	}
	for _, d := range differences {
		if *random > 0 {
			break
		}
		assert.Positive(t, intended[d.name], "no case needs the difference %q: remove it", d.name)
	}
	t.Logf("%d cases, %d differences, intended: %v", len(questions), different, intended)
	assert.Zero(t, different, "differences")
}

// The documentation lists the differences that TestReference accepts, with their reasons.
func TestTheDocumentationHasEachDifference(t *testing.T) {
	description, err := os.ReadFile("../connecttransform/description.md")
	require.NoError(t, err)
	var list strings.Builder
	for _, d := range differences {
		fmt.Fprintf(&list, "- %s. %s\n", d.name, d.reason)
	}
	require.Contains(t, string(description), list.String())
}

func readLines(t *testing.T, name string) (lines []string) {
	t.Helper()
	f, err := os.Open(name)
	require.NoError(t, err)
	defer f.Close()
	var in io.Reader = f
	if filepath.Ext(name) == ".gz" {
		in, err = gzip.NewReader(f)
		require.NoError(t, err)
	}
	scanner := bufio.NewScanner(in)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		lines = append(lines, scanner.Text())
	}
	require.NoError(t, scanner.Err())
	return lines
}

// summary returns what one needs to see of a case.
func summary(q question) string {
	c, _ := json.Marshal(q.Chain)
	var b strings.Builder
	b.Write(c)
	for name, part := range map[string]*string{"key": q.Key, "value": q.Value} {
		b.WriteString("\n  " + name + " ")
		if part == nil {
			b.WriteString("null")
		} else {
			b.WriteString(*part)
		}
	}
	return b.String()
}

// contrast shows the parts of two answers that differ.
func contrast(want, got string) string {
	a, b := strings.Split(want, "\t"), strings.Split(got, "\t")
	if len(a) != len(b) {
		return "  want " + want + "\n  got  " + got + "\n"
	}
	var out strings.Builder
	for i := range a {
		if a[i] != b[i] {
			out.WriteString("  want " + a[i] + "\n  got  " + b[i] + "\n")
		}
	}
	return out.String()
}
