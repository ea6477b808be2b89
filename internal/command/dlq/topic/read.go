package topic

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/kafka/client"
)

const (
	// connectTimeout is how long the brokers may take to answer the first requests.
	connectTimeout = 15 * time.Second
	// electionPause is the time between two requests while a partition has no leader.
	electionPause = 200 * time.Millisecond
	// pollTimeout is how long the reader waits for records before it asks the broker
	// whether the spans have more of them.
	pollTimeout = time.Second
	// fetchBytes is the size of a fetch. The broker sends a larger record nevertheless.
	fetchBytes = 1 << 20
)

// Span is a part of a partition: the offsets from From up to before End.
type Span struct{ From, End int64 }

// Spans are parts of a topic, by partition.
type Spans map[int32]Span

// Offsets returns the number of offsets in all spans.
func (s Spans) Offsets() (n int64) {
	for _, span := range s {
		n += span.End - span.From
	}
	return n
}

// Spans connects, and returns the partitions that have records now.
func (t *Topic) Spans(ctx context.Context) (Spans, error) {
	// Without this option, the client answers for 5 seconds from metadata without a leader.
	c, err := t.Client(kgo.MetadataMinAge(electionPause))
	if err != nil {
		return nil, err
	}
	defer c.Close()
	short, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	if err := c.Ping(short); err != nil { // no broker answers and accepts the account
		return nil, fmt.Errorf("connecting to %s: %w", t.brokers, err)
	}
	starts, ends, err := t.bounds(short, kadm.NewClient(c))
	if err != nil {
		return nil, fmt.Errorf("listing the offsets of topic %s: %w", t.Name, err)
	}
	found := Spans{}
	ends.Each(func(end kadm.ListedOffset) {
		start, ok := starts.Lookup(t.Name, end.Partition)
		if ok && start.Offset < end.Offset {
			found[end.Partition] = Span{start.Offset, end.Offset}
		}
	})
	return found, nil
}

// bounds returns where the partitions start and end. It asks again while brokers elect the
// leader of a partition, until ctx ends.
func (t *Topic) bounds(ctx context.Context, admin *kadm.Client) (starts, ends kadm.ListedOffsets, err error) {
	for {
		var err2 error
		starts, err = admin.ListStartOffsets(ctx, t.Name)
		ends, err2 = admin.ListEndOffsets(ctx, t.Name)
		err = cmp.Or(errors.Join(err, starts.Error()), errors.Join(err2, ends.Error()))
		if !isElection(err) {
			return starts, ends, err
		}
		select {
		case <-ctx.Done():
			return nil, nil, err
		case <-time.After(electionPause):
		}
	}
}

// isElection reports whether an error lasts only until a partition has a leader.
func isElection(err error) bool {
	return kerr.IsRetriable(err) && !errors.Is(err, kerr.UnknownTopicOrPartition)
}

// Read calls visit with every record of the spans, in the order of each partition.
//
// Some offsets have no record, even at the end of a partition: compaction and
// transactions leave such holes.
func (t *Topic) Read(ctx context.Context, spans Spans, visit func(*kgo.Record) error) error {
	if len(spans) == 0 {
		return nil
	}
	offsets := map[int32]kgo.Offset{}
	for partition, s := range spans {
		offsets[partition] = kgo.NewOffset().At(s.From)
	}
	c, err := t.Client(
		kgo.ConsumePartitions(map[string]map[int32]kgo.Offset{t.Name: offsets}),
		kgo.KeepControlRecords(), // the last record may be the marker of a transaction
		kgo.FetchMaxWait(pollTimeout/2),
		kgo.FetchMaxBytes(fetchBytes), // the client holds a few fetches while visit works
		kgo.FetchMaxPartitionBytes(fetchBytes),
		// When a client is closed before it starts, it starts nevertheless, and ends a
		// fetch session while it creates the session. Sessions only save bytes when a
		// topic has many partitions and few new records.
		kgo.DisableFetchSessions(),
	)
	if err != nil {
		return err
	}
	defer c.Close()
	r := &reader{topic: t.Name, client: c, left: maps.Clone(spans)}
	for len(r.left) > 0 {
		short, cancel := context.WithTimeout(ctx, pollTimeout)
		fetches := c.PollFetches(short)
		cancel()
		err := context.Cause(ctx)
		for _, failed := range fetches.Errors() {
			if err == nil && !errors.Is(failed.Err, context.DeadlineExceeded) {
				err = failed.Err
			}
		}
		switch {
		case err != nil:
			return fmt.Errorf("reading topic %s: %w", t.Name, err)
		case fetches.Empty():
			err = r.finishHoles(ctx)
		default:
			err = r.visit(fetches, visit)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// reader reads the spans that are left.
type reader struct {
	topic  string
	client *kgo.Client
	left   Spans
}

func (r *reader) visit(fetches kgo.Fetches, visit func(*kgo.Record) error) error {
	for record := range fetches.RecordsAll() {
		s, unfinished := r.left[record.Partition]
		if !unfinished {
			continue // the client fetched past the end
		}
		if record.Offset < s.End && !record.Attrs.IsControl() {
			if err := visit(record); err != nil {
				return err
			}
		}
		r.left[record.Partition] = Span{record.Offset + 1, s.End}
		if record.Offset+1 >= s.End {
			r.finish(record.Partition)
		}
	}
	return nil
}

// finishHoles removes the spans that have no more records.
func (r *reader) finishHoles(ctx context.Context) error {
	for partition, s := range r.left {
		more, err := client.HasRecords(ctx, r.client, r.topic, partition, s.From, s.End)
		if isElection(err) {
			continue // the next poll asks again
		}
		if err != nil {
			return fmt.Errorf("reading topic %s, partition %d: %w", r.topic, partition, err)
		}
		if !more {
			r.finish(partition)
		}
	}
	return nil
}

func (r *reader) finish(partition int32) {
	delete(r.left, partition)
	r.client.PauseFetchPartitions(map[string][]int32{r.topic: {partition}})
}
