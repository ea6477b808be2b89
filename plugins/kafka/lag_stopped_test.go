package kafka

import (
	"testing"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// While a loss stops the sinks of a group, each of them shows what is left to read of
// all partitions. Once they read again, each shows the lag of its own partitions.
func TestAStoppedInputShowsWhatIsLeftToRead(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		topic := kafkatest.Topic(t, b, 2)
		group := "readers-of-" + topic
		produce(t, b, append(values(topic, 0, 100), numbered(topic, 1, 30)...)...)
		for partition, offset := range []int64{10, 5} {
			if err := commit(t, b, group, at(topic, int32(partition), offset)); err != nil {
				t.Fatal(err)
			}
		}
		deleteTo(t, b, topic, 60)
		var sinks [2]*watched
		for n := range sinks {
			sinks[n] = watching(t, open(b, topic, "on_offset_gone: stop\n"))
		}
		for _, w := range sinks {
			w.eventually(t, "the lags", func() bool { return w.metric(metricLag, 0) == 40 && w.metric(metricLag, 1) == 25 })
			w.gate.close()
		}
		if err := commit(t, b, group, at(topic, 0, 60)); err != nil {
			t.Fatal(err)
		}
		sinks[0].eventually(t, "each shows its own partition", func() bool {
			lags := map[[2]int64]bool{}
			for _, w := range sinks {
				lags[[2]int64{w.metric(metricLag, 0), w.metric(metricLag, 1)}] = true
			}
			return lags[[2]int64{40, 0}] && lags[[2]int64{0, 25}]
		})
		for _, w := range sinks {
			w.gate.open()
		}
		for _, w := range sinks {
			w.eventually(t, "nothing is left", func() bool { return w.metric(metricLag, 0) == 0 && w.metric(metricLag, 1) == 0 })
		}
	})
}
