package kafka_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/eventually"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// The heap of the broker is large enough for large records of several producers and for
// the log cleaner.
func TestTheBrokerHasMemoryForItsLogCleaner(t *testing.T) {
	b := kafkatest.Private(t)
	checkMemory(t, b)
	const topic, senders, each = "compacted", 12, 4
	if err := b.CreateTopic(t.Context(), topic, 4, map[string]string{
		"cleanup.policy": "compact", "segment.bytes": "16777216", "segment.ms": "100",
		"min.cleanable.dirty.ratio": "0.01", "max.message.bytes": "9000000",
	}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var wg sync.WaitGroup
	for sender := range senders {
		client := connect(t, b, kgo.ProducerBatchMaxBytes(9_000_000), kgo.ProducerBatchCompression(kgo.NoCompression()),
			kgo.RecordPartitioner(kgo.ManualPartitioner()))
		wg.Go(func() {
			for n := range each {
				value := make([]byte, 8_000_000)
				value[0] = byte(n)
				record := &kgo.Record{Topic: topic, Partition: int32(sender % 4), Key: fmt.Append(nil, sender), Value: value}
				if err := client.ProduceSync(ctx, record).FirstErr(); err != nil {
					t.Errorf("record %d of sender %d: %v", n, sender, err)
					return
				}
			}
		})
	}
	wg.Wait()
	err := eventually.Until(ctx, "the log cleaner has removed half of the records", func(ctx context.Context) error {
		left, last := readAll(ctx, t, b, topic)
		for key, n := range last {
			if n != each-1 {
				t.Errorf("the newest record of sender %s is number %d, expected %d", key, n, each-1)
			}
		}
		if len(last) != senders {
			t.Errorf("the topic has records of %d senders, expected %d", len(last), senders)
		}
		if left > senders*each/2 && !t.Failed() {
			return fmt.Errorf("%d records are left", left)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if log, err := os.ReadFile(b.Log()); err != nil || bytes.Contains(log, []byte("OutOfMemoryError")) {
		t.Errorf("the broker ran out of memory (%v): %s", err, after(log, "OutOfMemoryError"))
	}
	select {
	case <-b.Process().Done():
		t.Errorf("the broker ended: %v", b.Process().Exit())
	default:
	}
}

// readAll reads a topic to its end. It returns the number of records, and the first byte
// of the newest value of each key.
func readAll(ctx context.Context, t *testing.T, b *kafka.Java, topic string) (records int, last map[string]byte) {
	t.Helper()
	client := connect(t, b, kgo.ConsumeTopics(topic))
	defer client.Close()
	ends, err := kadm.NewClient(client).ListEndOffsets(ctx, topic)
	if err != nil {
		t.Fatal(err)
	}
	last = map[string]byte{}
	for unread := len(ends[topic]); unread > 0; {
		fetches := client.PollFetches(ctx)
		if err := fetches.Err(); err != nil {
			t.Fatal(err)
		}
		fetches.EachRecord(func(r *kgo.Record) {
			records++
			last[string(r.Key)] = r.Value[0]
			// The log cleaner never removes the last record of a partition.
			if end, _ := ends.Lookup(topic, r.Partition); r.Offset+1 == end.Offset {
				unread--
			}
		})
	}
	return records, last
}

// checkMemory compares the memory that a broker reserves with its heap.
func checkMemory(t *testing.T, b *kafka.Java) {
	t.Helper()
	configs, err := kadm.NewClient(connect(t, b)).DescribeBrokerConfigs(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, config := range configs[0].Configs {
		if config.Key == "log.cleaner.dedupe.buffer.size" {
			n, err := strconv.Atoi(config.MaybeValue())
			if err != nil || n > b.HeapMB()<<20/4 {
				t.Errorf("%s is %d bytes, more than a quarter of the heap of %d MB (%v)", config.Key, n, b.HeapMB(), err)
			}
			return
		}
	}
	t.Error("the broker does not report the size of its log cleaner's map")
}

func after(log []byte, word string) []byte {
	_, rest, _ := bytes.Cut(log, []byte(word))
	return rest[:min(len(rest), 2000)]
}
