package dlq

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// A replayed record has the same timestamp number as in the log. If that is impossible,
// the replay refuses only that dead letter. --through sends the number to the pipeline.
func TestAReplayKeepsTheTimestampOrRefuses(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		u := newUser(t, b)
		g := orders.NewGenerator(31)
		for _, text := range []string{"1795784212612000", "", "-1", fmt.Sprint(base.UnixMilli())} {
			r := refusal{Message: g.BrokenRule(), code: "order_range", field: "qty", without: []string{"order_sink.timestamp_ms"}}
			record := u.deadLetter(r)
			record.Headers = append(record.Headers, kgo.RecordHeader{Key: "order_sink.timestamp_ms", Value: []byte(text)})
			u.send(record)
		}
		for i, expected := range []string{"1795784212612000", "none", "none", at(0)} {
			if got := u.expect(0, "show", fmt.Sprintf("0:%d", i)).out; !strings.Contains(got, "\nSource timestamp  "+expected+"\n") {
				t.Errorf("dead letter %d: it shows\n%s", i, got)
			}
		}
		if got := u.expect(0, "replay", "--all", "--dry-run").out; !strings.Contains(got, "1795784212612000") {
			t.Errorf("would send\n%s", got)
		}
		got := u.expect(exitError, "replay", "--all", "--yes", "4", "-o", "json")
		if r := parse[result](t, got.out); r.Replayed != 1 || r.Refused != 3 || !strings.Contains(r.Error, "3 dead letters were refused, the first one: sending dead letter 0:0: the record's timestamp 1795784212612000 is not in milliseconds") {
			t.Errorf("got %+v", r)
		}
		if log := u.read(u.log); len(log) != 1 || !log[0].Timestamp.Equal(base) {
			t.Errorf("the log has %v", log)
		}

		stored := filepath.Join(t.TempDir(), "stored")
		file := pipelineFile(t, "pipeline: { processors: [ { mapping: 'root = [ @kafka_offset, @kafka_timestamp_ms ]' } ] }\noutput: { file: { path: '"+stored+"', codec: lines } }\n")
		u.expect(0, "replay", "-r", empty(t), "--through", file, "--all", "--yes", "3")
		text, err := os.ReadFile(stored)
		if err != nil {
			t.Fatal(err)
		}
		if string(text) != "[0,1795784212612000]\n[0,null]\n[0,null]\n" {
			t.Errorf("the pipeline got\n%s", text)
		}
	})
}
