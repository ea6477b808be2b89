package dlq

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	_ "github.com/redpanda-data/benthos/v4/public/components/io"
	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	_ "github.com/redpanda-data/connect/v4/public/components/kafka"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// pipeline writes a pipeline's file, whose own input and port are not to be used.
func pipeline(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pipeline.yaml")
	if err := os.WriteFile(file, []byte("http: { address: nowhere }\ninput: { file: { paths: [ /nowhere ] } }\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// empty is a resources file without what a pipeline under test does not need.
func empty(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "resources.yaml")
	if err := os.WriteFile(file, []byte("output_resources: [ { label: dead_letter, redpanda: { seed_brokers: [ x ], topic: x } } ]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAPipelineGetsWhatItsInputGave(t *testing.T) {
	w := newWorld(t, kafkatest.InMemory(t))
	g := orders.NewGenerator(21)
	r := refusal{Message: g.WrongType(), at: 7, code: "type_mismatch", field: "payload.qty", partition: 1}
	r.Key = []byte("a key")
	// A producer's header cannot pass for the record's own place.
	r.Headers = []kgo.RecordHeader{{Key: "traceparent", Value: []byte("00-1")}, {Key: "kafka_topic", Value: []byte("another")}}
	w.refuse(r)
	stored := filepath.Join(t.TempDir(), "stored")
	file := pipeline(t, `
pipeline:
  processors:
    - mapping: 'root = [ content().string(), @kafka_key.string(), @kafka_topic, @kafka_partition, @kafka_offset, @kafka_timestamp_ms, @kafka_tombstone_message, @traceparent, @."order_sink.replayed_from", @.keys().length() ]'
output:
  file: { path: "${STORED}", codec: lines }
`)
	t.Setenv("STORED", stored)
	got := parse[result](t, w.expect(0, "replay", "-r", empty(t), "--through", file, "--all", "--yes", "1", "-o", "json").out)
	if got != (result{Topic: w.letters, Matched: 1, Replayed: 1}) {
		t.Errorf("got %+v", got)
	}
	line, err := os.ReadFile(stored)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("[%q,%q,%q,1,7,%d,false,\"00-1\",%q,9]\n", r.Value, "a key", w.log, base.UnixMilli()+7, w.letters+"/1/0")
	if string(line) != want {
		t.Errorf("the pipeline got\n%s expected\n%s", line, want)
	}
	if n := w.count(w.log); n != 0 {
		t.Errorf("%d records were written to the log", n)
	}
	if got := w.expect(0, "show", "1:0").out; !strings.Contains(got, " to "+file+"\n") {
		t.Errorf("it shows\n%s", got)
	}
	w.expect(exitNothing, "replay", "--through", file, "--all", "--yes", "1")
}

// A pipeline without an output for what is refused gives it back.
func TestLettersThatAreGivenBackStayOpen(t *testing.T) {
	w := newWorld(t, kafkatest.InMemory(t))
	w.some(1100)
	file := pipeline(t, "output: { reject: 'not today' }\n")
	got := w.run("replay", "-r", empty(t), "--through", file, "--all", "--yes", "1100", "-o", "json")
	r := parse[result](t, got.out)
	if got.code != exitError || r.Refused != passLetters || r.Replayed != 0 || !strings.Contains(r.Error, "the pipeline gave letters 0:0 to 0:499 back: not today") {
		t.Errorf("exit code %d, %+v", got.code, r)
	}
	if s := parse[summary](t, w.expect(0, "list", "-o", "json").out); s.Open != 1100 || w.count(w.letters) != 1100 {
		t.Errorf("%d letters are open", s.Open)
	}
}

// Without a place of their own, letters would be one record to a pipeline.
func TestALetterOfUnknownOriginIsNotPassed(t *testing.T) {
	w := newWorld(t, kafkatest.InMemory(t))
	w.some(2)
	g := orders.NewGenerator(24)
	w.refuse(refusal{Message: g.NotJSON(), code: "bad_json", field: "value", without: []string{headerTopic}})
	got := w.expect(exitError, "replay", "-r", empty(t), "--through", pipeline(t, "output: { drop: {} }"), "--all", "--yes", "3")
	if !strings.Contains(got.err, "letter 0:2 does not say where it came from") || w.count(w.letters) != 3 {
		t.Errorf("it says %s, %d records of letters", got.err, w.count(w.letters))
	}
	w.expect(0, "replay", "-r", empty(t), "--through", pipeline(t, "output: { drop: {} }"), "--code", "order_range", "--yes", "2")
}

// Somebody has chosen the letters: the pipeline does not stop for them.
func TestThePipelinesLimitIsNotForAPass(t *testing.T) {
	p := &pass{pipeline: pipeline(t, "output:\n  fallback:\n    - mariadb_upsert: { table: t, dead_letter_limit: { ratio: 0.5 }, dsn: '${A}' }\n    - drop: {}\n")}
	text, err := p.config()
	if err != nil || strings.Contains(text, "limit") || strings.Contains(text, "nowhere") || !strings.Contains(text, "table: t") || !strings.Contains(text, "dsn: '${A}'") {
		t.Errorf("%v:\n%s", err, text)
	}
}

func TestAPipelineThatCannotBeBuiltTakesNoLetter(t *testing.T) {
	w := newWorld(t, kafkatest.InMemory(t))
	w.some(1)
	for name, test := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no such file":     {[]string{"--through", "nowhere.yaml"}, exitError, "reading the pipeline: open nowhere.yaml"},
		"no YAML":          {[]string{"--through", pipeline(t, "output: [")}, exitError, "yaml"},
		"no such output":   {[]string{"--through", pipeline(t, "output: { nowhere: {} }")}, exitError, "nowhere"},
		"resource missing": {[]string{"--through", pipeline(t, "output: { resource: nowhere }")}, exitError, "nowhere"},
		"a topic as well":  {[]string{"--through", pipeline(t, "output: { drop: {} }"), "--to-topic", "other"}, exitUsage, "--through leads to no topic"},
		"by key as well":   {[]string{"--through", pipeline(t, "output: { drop: {} }"), "--by-key"}, exitUsage, "--through leads to no topic"},
		"another number":   {[]string{"--through", pipeline(t, "output: { drop: {} }"), "--yes", "2"}, exitError, "1 letter match, not 2"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"replay", "-r", empty(t), "--all"}, test.args...)
			if test.code == exitError && test.says != "1 letter match, not 2" {
				args = append(args, "--yes", "1")
			}
			if got := w.expect(test.code, args...); !strings.Contains(got.err, test.says) {
				t.Errorf("it says %s", got.err)
			}
			if n := w.count(w.letters); n != 1 {
				t.Errorf("the letter was marked")
			}
		})
	}
}
