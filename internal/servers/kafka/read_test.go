package kafka_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// Read begins at the first offset that a partition still has, and ends at its end.
func TestReadVisitsEveryRecord(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic, client := kafkatest.Topic(t, b, 3), kafkatest.Client(t, b) // the last partition has no records
		for i := range 6 {
			record := &kgo.Record{Topic: topic, Partition: int32(i % 2), Value: fmt.Append(nil, i)}
			if err := client.ProduceSync(t.Context(), record).FirstErr(); err != nil {
				t.Fatal(err)
			}
		}
		var from kadm.Offsets
		from.AddOffset(topic, 1, 1, -1)
		if _, err := kadm.NewClient(client).DeleteRecords(t.Context(), from); err != nil {
			t.Fatal(err)
		}
		var read []string
		for _, r := range kafkatest.Records(t, b, topic) {
			read = append(read, string(r.Value))
		}
		slices.Sort(read)
		if got := strings.Join(read, " "); got != "0 2 3 4 5" {
			t.Errorf("read %s, expected 0 2 3 4 5", got)
		}
		stop := errors.New("stop")
		if err := kafka.Read(t.Context(), b.Seeds(), topic, func(*kgo.Record) error { return stop }); !errors.Is(err, stop) {
			t.Errorf("got %v, expected the error of visit", err)
		}
	})
}

func TestBehindNamesThePartitions(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic, client := kafkatest.Topic(t, b, 2), kafkatest.Client(t, b)
		admin := kadm.NewClient(client)
		if err := client.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Partition: 1}, &kgo.Record{Topic: topic, Partition: 1}).FirstErr(); err != nil {
			t.Fatal(err)
		}
		behind := func(expected string) {
			t.Helper()
			if got := fmt.Sprint(kafka.Behind(t.Context(), admin, topic, topic)); got != expected {
				t.Errorf("behind: %s, expected %s", got, expected)
			}
		}
		// Partition 0 has no records.
		for committed, expected := range []string{"partition 1 is at 0 of 2", "partition 1 is at 1 of 2", "<nil>"} {
			var offsets kadm.Offsets
			offsets.AddOffset(topic, 1, int64(committed), -1)
			if err := admin.CommitAllOffsets(t.Context(), topic, offsets); err != nil {
				t.Fatal(err)
			}
			behind(expected)
		}
		ends, err := kafka.Ends(t.Context(), admin, topic)
		if err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(kafka.BehindEnds(t.Context(), admin, topic, ends)); got != "partition 0 is at -1 of 0" {
			t.Errorf("behind the ends: %s, expected that partition 0 has no commit", got)
		}
	})
}
