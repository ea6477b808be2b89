package kafka

import (
	"errors"
	"slices"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/order-sink/order-sink/internal/broker"
)

// A broker that hangs on ListOffsets, as when its disk hangs, keeps no member from the
// partitions of the other brokers, and does not hide the lag of these partitions.
func TestABrokerThatHangsKeepsItsOwnPartitionsOnly(t *testing.T) {
	t.Parallel()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(2))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(cluster.Close)
	b := &broker.Memory{Cluster: cluster}
	topic := broker.Topic(t, b, 2)
	group := "readers-of-" + topic
	up := cluster.CoordinatorFor(group)
	for partition, leader := range []int32{up, 1 - up} {
		if err := cluster.MoveTopicPartition(topic, int32(partition), leader); err != nil {
			t.Fatal(err)
		}
	}
	produce(t, b, values(topic, 0, 10)...)
	for partition := range int32(2) {
		if err := commit(t, b, group, at(topic, partition, 0)); err != nil {
			t.Fatal(err)
		}
	}
	awake := make(chan struct{})
	t.Cleanup(func() { close(awake) }) // before the cluster closes
	cluster.ControlKey(int16(kmsg.ListOffsets), func(kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		if cluster.CurrentNode() == up {
			return nil, nil, false
		}
		cluster.SleepControl(func() { <-awake })
		return nil, errors.New("the disk hangs"), true
	})
	w := watching(t, open(b, topic, "buffer_bytes: 100B\nmax_batch_records: 1\n"))
	w.gate.close()
	w.eventually(t, "the first record of the other broker is being written", func() bool { return len(w.got()) == 1 })
	produce(t, b, values(topic, 10, 100)...)
	w.eventually(t, "the lag is 100 while nothing is fetched", func() bool { return w.metric(metricLag, 0) == 100 })
	w.gate.open()
	w.eventually(t, "all is committed", func() bool { return committedAt(t, b, topic) == 100 })
	if got := w.got(); !slices.Equal(got, expected(0, 100)) {
		t.Errorf("read %v, expected 100 records", got)
	}
}
