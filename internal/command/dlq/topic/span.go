package topic

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
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
	c, err := t.Client()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	if err := t.ping(ctx, c); err != nil {
		return nil, err
	}
	admin := kadm.NewClient(c)
	starts, err := admin.ListStartOffsets(ctx, t.Name)
	if err = errors.Join(err, starts.Error()); err != nil {
		return nil, fmt.Errorf("listing the offsets of topic %s: %w", t.Name, err)
	}
	ends, err := admin.ListEndOffsets(ctx, t.Name)
	if err = errors.Join(err, ends.Error()); err != nil {
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
