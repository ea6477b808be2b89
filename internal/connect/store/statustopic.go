package store

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"
)

// statusTopicLog connects [Statuses] with the status topic. The key of a value that this
// worker has set is in waiting until it is sent, and in own until this worker has read it
// again. Older records of the same key, which are still to be read, must not hide it.
type statusTopicLog struct {
	statuses *Statuses // its mutex guards everything
	topic    string
	reader   *reader
	client   *kgo.Client
	log      *slog.Logger

	waiting map[statusKey]bool
	own     map[statusKey]*sending
	wake    chan struct{}
}

// sending is the newest record of this worker for a key.
type sending struct {
	offset int64       // -1 until Kafka has confirmed it
	after  *kgo.Record // the newest record that was read before that
}

// OpenStatuses opens the status topic, creates it if it is missing, and reads it to its end.
// It waits for Kafka until ctx ends. An error before that is final. self is the id of this
// worker, and generation returns the generation of the group of the workers.
func OpenStatuses(ctx context.Context, topic Topic, self string, generation func() int, opts []kgo.Opt, log *slog.Logger) (*Statuses, error) {
	topic.Partitions = cmp.Or(topic.Partitions, 5)
	s := NewMemoryStatuses()
	s.log, s.self, s.generation = log, self, generation
	l := &statusTopicLog{
		statuses: s, topic: topic.Name, log: log,
		waiting: map[statusKey]bool{}, own: map[statusKey]*sending{}, wake: make(chan struct{}, 1),
	}
	var err error
	l.reader, err = open(ctx, topic, statusTopic, opts, log, func() { clear(s.values) }, l.apply)
	if err != nil {
		return nil, err
	}
	// Kafka Connect chooses the partition by the key, too.
	l.client, err = kgo.NewClient(append(opts[:len(opts):len(opts)], kgo.DefaultProduceTopic(topic.Name),
		kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)), kgo.RequiredAcks(kgo.AllISRAcks()), kgo.DisableIdempotentWrite(),
		kgo.RecordDeliveryTimeout(writeLimit), kgo.MaxProduceRequestsInflightPerBroker(1))...)
	if err != nil {
		l.reader.close()
		return nil, err
	}
	s.send = func(key statusKey) {
		l.waiting[key] = true
		l.poke()
	}
	l.run(context.WithoutCancel(ctx))
	return s, nil
}

// run starts reading and writing, and sets the function that ends both.
func (l *statusTopicLog) run(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	var running sync.WaitGroup
	running.Go(func() {
		if err := l.reader.follow(ctx, l.apply); !errors.Is(err, context.Canceled) {
			l.log.Error("the worker can no longer read the states of other workers", "error", err)
		}
	})
	running.Go(func() { l.write(ctx) })
	l.statuses.close = func(last context.Context) {
		stop()
		running.Wait()
		for l.flush(last) != nil && last.Err() == nil {
			select {
			case <-last.Done():
			case <-time.After(100 * time.Millisecond):
			}
		}
		l.client.Close()
		l.reader.close()
	}
}

func (l *statusTopicLog) poke() {
	select {
	case l.wake <- struct{}{}:
	default:
	}
}

// write sends what waits, and tries again until Kafka takes it.
func (l *statusTopicLog) write(ctx context.Context) {
	failing := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-l.wake:
		}
		err := l.flush(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			l.log.Warn("the states of this worker wait for Kafka", "topic", l.topic, "error", err)
		}
		if failing = err != nil; failing {
			l.poke()
			select {
			case <-ctx.Done():
			case <-time.After(retryPause):
			}
		}
	}
}

// flush sends the newest value of each key that waits.
func (l *statusTopicLog) flush(ctx context.Context) error {
	l.statuses.mutex.Lock()
	var records []*kgo.Record
	for key := range l.waiting {
		records = append(records, statusRecord(key, l.statuses.values[key.connector][key]))
		l.own[key] = &sending{offset: -1}
	}
	clear(l.waiting)
	l.statuses.mutex.Unlock()
	if len(records) == 0 {
		return nil
	}
	var first error
	for _, sent := range l.client.ProduceSync(ctx, records...) {
		key, _ := parseStatusKey(string(sent.Record.Key))
		l.statuses.mutex.Lock()
		if sent.Err != nil {
			first = errors.Join(first, sent.Err)
			l.waiting[key] = true
		} else {
			l.sent(key, sent.Record)
		}
		l.statuses.mutex.Unlock()
	}
	return first
}

// sent is called when Kafka has confirmed a record.
func (l *statusTopicLog) sent(key statusKey, r *kgo.Record) {
	own := l.own[key]
	own.offset = r.Offset
	if own.after != nil && own.after.Offset >= r.Offset {
		l.take(key, own.after)
	}
}

// apply reads a record of any worker.
func (l *statusTopicLog) apply(r *kgo.Record) {
	key, err := parseStatusKey(string(r.Key))
	if err != nil {
		l.log.Warn("a record of the status topic is ignored", "key", string(r.Key), "partition", r.Partition, "offset", r.Offset, "error", err)
		return
	}
	l.statuses.mutex.Lock()
	defer l.statuses.mutex.Unlock()
	if own := l.own[key]; own != nil {
		if own.offset < 0 {
			own.after = r
			return
		}
		if r.Offset < own.offset {
			return
		}
	}
	l.take(key, r)
}

// take makes a record the newest value of its key, unless this worker has a newer one to
// send.
func (l *statusTopicLog) take(key statusKey, r *kgo.Record) {
	delete(l.own, key)
	if l.waiting[key] {
		return
	}
	value, err := parseStatus(key, r)
	if err != nil {
		l.log.Warn("a record of the status topic is ignored", "key", string(r.Key), "partition", r.Partition, "offset", r.Offset, "error", err)
		return
	}
	state, _ := value.(*stateValue)
	switch mine := l.statuses.mine[key]; {
	case mine != nil && state != nil && l.statuses.claims(mine, state):
		l.statuses.send(key) // the value here is mine
		return
	case state == nil || state.WorkerID != l.statuses.self:
		delete(l.statuses.mine, key)
	}
	l.statuses.put(key, value)
}
