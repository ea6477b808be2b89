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

// pipelineFile writes the file of a pipeline. The command must not use its input and port.
func pipelineFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "pipeline.yaml")
	if err := os.WriteFile(file, []byte("http: { address: nowhere }\ninput: { file: { paths: [ /nowhere ] } }\n"+text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// empty writes a resources file with only the dead letter output.
func empty(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "resources.yaml")
	if err := os.WriteFile(file, []byte("output_resources: [ { label: dead_letter, redpanda: { seed_brokers: [ x ], topic: x } } ]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestAPipelineGetsWhatItsInputGave(t *testing.T) {
	u := newUser(t, kafkatest.InMemory(t))
	g := orders.NewGenerator(21)
	r := refusal{Message: g.WrongType(), at: 7, code: "type_mismatch", field: "payload.qty", partition: 1}
	r.Key = []byte("a key")
	// A header of the producer does not replace the record's own metadata.
	r.Headers = []kgo.RecordHeader{{Key: "traceparent", Value: []byte("00-1")}, {Key: "kafka_topic", Value: []byte("another")}}
	u.refuse(r)
	stored := filepath.Join(t.TempDir(), "stored")
	file := pipelineFile(t, `
pipeline:
  processors:
    - mapping: 'root = [ content().string(), @kafka_key.string(), @kafka_topic, @kafka_partition, @kafka_offset, @kafka_timestamp_ms, @kafka_tombstone_message, @traceparent, @."order_sink.replayed_from", @.keys().length() ]'
output:
  file: { path: "${STORED}", codec: lines }
`)
	t.Setenv("STORED", stored)
	got := parse[result](t, u.expect(0, "replay", "-r", empty(t), "--through", file, "--all", "--yes", "1", "-o", "json").out)
	if got != (result{Topic: u.deadLetters, Matched: 1, Replayed: 1}) {
		t.Errorf("got %+v", got)
	}
	line, err := os.ReadFile(stored)
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("[%q,%q,%q,1,7,%d,false,\"00-1\",%q,9]\n", r.Value, "a key", u.log, base.UnixMilli()+7, u.deadLetters+"/1/0")
	if string(line) != want {
		t.Errorf("the pipeline got\n%s expected\n%s", line, want)
	}
	if n := u.count(u.log); n != 0 {
		t.Errorf("%d records were written to the log", n)
	}
	if got := u.expect(0, "show", "1:0").out; !strings.Contains(got, " to "+file+"\n") {
		t.Errorf("it shows\n%s", got)
	}
	u.expect(exitNothing, "replay", "--through", file, "--all", "--yes", "1")
}

// A pipeline without a dead letter output returns a refused batch with an error.
func TestReturnedDeadLettersRemainOpen(t *testing.T) {
	u := newUser(t, kafkatest.InMemory(t))
	u.some(1100)
	file := pipelineFile(t, "output: { reject: 'not today' }\n")
	got := u.run("replay", "-r", empty(t), "--through", file, "--all", "--yes", "1100", "-o", "json")
	r := parse[result](t, got.out)
	if got.code != exitError || r.Refused != passRecords || r.Replayed != 0 || !strings.Contains(r.Error, "the pipeline returned dead letters 0:0 to 0:499: not today") {
		t.Errorf("exit code %d, %+v", got.code, r)
	}
	if s := parse[summary](t, u.expect(0, "list", "-o", "json").out); s.Open != 1100 || u.count(u.deadLetters) != 1100 {
		t.Errorf("%d dead letters are open", s.Open)
	}
}

// Without origins, the orders would look like one record to a pipeline.
func TestADeadLetterOfUnknownOriginIsNotSentThrough(t *testing.T) {
	u := newUser(t, kafkatest.InMemory(t))
	u.some(2)
	g := orders.NewGenerator(24)
	u.refuse(refusal{Message: g.NotJSON(), code: "bad_json", field: "value", without: []string{"__connect.errors.topic"}})
	got := u.expect(exitError, "replay", "-r", empty(t), "--through", pipelineFile(t, "output: { drop: {} }"), "--all", "--yes", "3")
	if !strings.Contains(got.err, "dead letter 0:2 does not name its origin") || u.count(u.deadLetters) != 3 {
		t.Errorf("printed %s, %d dead letters and marks", got.err, u.count(u.deadLetters))
	}
	u.expect(0, "replay", "-r", empty(t), "--through", pipelineFile(t, "output: { drop: {} }"), "--code", "order_range", "--yes", "2")
}

// The user has chosen the dead letters, so their refusal does not stop the pipeline. The
// output here has no dead_letter_limit: only a pipeline without the field can be built.
func TestThePipelinesLimitIsLeftOut(t *testing.T) {
	u := newUser(t, kafkatest.InMemory(t))
	u.some(1)
	file := pipelineFile(t, "output:\n  fallback:\n    - drop: { dead_letter_limit: { ratio: 0.5 } }\n    - drop: {}\n")
	u.expect(0, "replay", "-r", empty(t), "--through", file, "--all", "--yes", "1")
}

func TestAPipelineThatCannotBeBuiltGetsNoDeadLetter(t *testing.T) {
	u := newUser(t, kafkatest.InMemory(t))
	u.some(1)
	for name, test := range map[string]struct {
		args []string
		code int
		says string
	}{
		"no such file":     {[]string{"--through", "nowhere.yaml"}, exitError, "reading the pipeline: open nowhere.yaml"},
		"no YAML":          {[]string{"--through", pipelineFile(t, "output: [")}, exitError, "yaml"},
		"no such output":   {[]string{"--through", pipelineFile(t, "output: { nowhere: {} }")}, exitError, "nowhere"},
		"resource missing": {[]string{"--through", pipelineFile(t, "output: { resource: nowhere }")}, exitError, "nowhere"},
		"a topic as well":  {[]string{"--through", pipelineFile(t, "output: { drop: {} }"), "--to-topic", "other"}, exitUsage, "--through sends to no topic"},
		"by key as well":   {[]string{"--through", pipelineFile(t, "output: { drop: {} }"), "--by-key"}, exitUsage, "--through sends to no topic"},
		"another number":   {[]string{"--through", pipelineFile(t, "output: { drop: {} }"), "--yes", "2"}, exitError, "the filter matches 1 dead letter, not 2"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"replay", "-r", empty(t), "--all"}, test.args...)
			if test.code == exitError && test.says != "the filter matches 1 dead letter, not 2" {
				args = append(args, "--yes", "1")
			}
			if got := u.expect(test.code, args...); !strings.Contains(got.err, test.says) {
				t.Errorf("printed %s", got.err)
			}
			if n := u.count(u.deadLetters); n != 1 {
				t.Errorf("the dead letter was marked")
			}
		})
	}
}
