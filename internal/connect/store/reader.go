package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// checkEvery is how often a reader asks whether its topic is still the same.
const checkEvery = 5 * time.Second

// reader reads all partitions of a topic from the start.
type reader struct {
	topic  string
	id     [16]byte // zero before Kafka 2.8
	client *kgo.Client
	kill   context.CancelFunc // ends all requests of the client
	log    *slog.Logger
	next   map[int32]int64 // the offset of the next record
}

// open prepares a topic, and returns a reader that has read it to its end. It tries again
// while Kafka does not answer. apply may get the same records more than once, after a call
// of reset.
func open(ctx context.Context, topic Topic, p purpose, opts []kgo.Opt, log *slog.Logger, reset func(), apply func(*kgo.Record)) (r *reader, err error) {
	err = retry(ctx, log, "opening topic "+topic.Name, func(ctx context.Context) error {
		client, err := kgo.NewClient(opts...)
		if err != nil {
			return fatalf("opening topic %s: %w", topic.Name, err)
		}
		defer client.Close()
		found, err := prepare(ctx, client, topic, p, log)
		if err != nil {
			return err
		}
		if r, err = newReader(topic.Name, found, opts, log); err != nil {
			return fatalf("opening topic %s: %w", topic.Name, err)
		}
		reset()
		if err := r.toEnd(ctx, kadm.NewClient(client), apply); err != nil {
			r.close()
			return err
		}
		return nil
	})
	return r, err
}

func newReader(topic string, found found, opts []kgo.Opt, log *slog.Logger) (*reader, error) {
	starts := map[int32]kgo.Offset{}
	for partition := range int32(found.partitions) {
		starts[partition] = kgo.NewOffset().AtStart()
	}
	alive, kill := context.WithCancel(context.Background())
	client, err := kgo.NewClient(append(opts[:len(opts):len(opts)], kgo.WithContext(alive),
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{topic: starts}),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), // exactly.once.source.support writes in transactions
		kgo.KeepControlRecords(),                     // the last record may be one
		kgo.ConsumeResetOffset(kgo.NoResetOffset()),  // records that are lost are an error
	)...)
	if err != nil {
		kill()
		return nil, err
	}
	return &reader{topic: topic, id: found.id, client: client, kill: kill, log: log, next: map[int32]int64{}}, nil
}

// close ends the client. Its Close alone would wait for an answer of a broker that is frozen.
func (r *reader) close() {
	r.kill()
	r.client.Close()
}

// toEnd reads to the end that the topic has now.
func (r *reader) toEnd(ctx context.Context, admin *kadm.Client, apply func(*kgo.Record)) error {
	starts, err := admin.ListStartOffsets(ctx, r.topic)
	if err == nil {
		err = starts.Error()
	}
	if err != nil {
		return fmt.Errorf("listing the start of topic %s: %w", r.topic, err)
	}
	ends, err := admin.ListCommittedOffsets(ctx, r.topic)
	if err == nil {
		err = ends.Error()
	}
	if err != nil {
		return fmt.Errorf("listing the end of topic %s: %w", r.topic, err)
	}
	starts.Each(func(start kadm.ListedOffset) { r.next[start.Partition] = start.Offset })
	for {
		missing := false
		ends.Each(func(end kadm.ListedOffset) { missing = missing || r.next[end.Partition] < end.Offset })
		if !missing {
			return nil
		}
		if err := r.poll(ctx, apply); err != nil {
			return err
		}
	}
}

// follow reads until ctx ends, or until the topic is no longer the one that was opened. It
// goes on after every outage.
func (r *reader) follow(ctx context.Context, apply func(*kgo.Record)) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go r.watch(ctx, cancel)
	for {
		err := r.poll(ctx, apply)
		switch cause := context.Cause(ctx); {
		case cause != nil:
			return cause
		case lost(err):
			return fmt.Errorf("reading topic %s: %w: the topic was deleted, or Kafka has lost records of it: restart the worker", r.topic, err)
		case err != nil:
			r.log.Warn("reading a topic of the worker", "topic", r.topic, "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(retryPause):
			}
		}
	}
}

// lost reports whether reading again cannot help.
func lost(err error) bool {
	var data *kgo.ErrDataLoss
	return errors.Is(err, kerr.UnknownTopicID) || errors.Is(err, kerr.OffsetOutOfRange) || errors.As(err, &data)
}

// poll waits for records.
func (r *reader) poll(ctx context.Context, apply func(*kgo.Record)) error {
	fetches := r.client.PollFetches(ctx)
	fetches.EachRecord(func(record *kgo.Record) {
		if !record.Attrs.IsControl() {
			apply(record)
		}
		r.next[record.Partition] = record.Offset + 1
	})
	var first error
	fetches.EachError(func(_ string, _ int32, err error) {
		if first == nil || lost(err) {
			first = err
		}
	})
	return first
}

// watch ends ctx when the topic was deleted or created again. A broker that has just started
// may not know a topic yet, so it asks more than once.
func (r *reader) watch(ctx context.Context, cancel context.CancelCauseFunc) {
	ticks := time.NewTicker(checkEvery)
	defer ticks.Stop()
	for unknown := 0; unknown < 3; {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
		}
		err := r.check(ctx)
		var fatal fatalError
		switch {
		case errors.As(err, &fatal):
			cancel(err)
			return
		case errors.Is(err, kerr.UnknownTopicOrPartition):
			unknown++
		default:
			unknown = 0
		}
	}
	cancel(fmt.Errorf("topic %s was deleted: restart the workers, which create it again, and create the connectors again", r.topic))
}

// check returns a fatalError if the topic is not the one that was opened.
func (r *reader) check(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, requestLimit)
	defer cancel()
	found, err := describe(ctx, r.client, r.topic)
	if err != nil {
		return err
	}
	if found.id != r.id {
		return fatalf("topic %s was deleted and created again: restart the workers, which read the new topic", r.topic)
	}
	return nil
}
