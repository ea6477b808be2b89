package kafka

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/twmb/franz-go/pkg/kadm"
)

// Behind returns an error with the partitions of a topic that a consumer group has not
// committed to the end. It returns nil when the group has caught up. A partition that
// never had a record needs no commit.
func Behind(ctx context.Context, admin *kadm.Client, group, topic string) error {
	ends, err := Ends(ctx, admin, topic)
	if err != nil {
		return err
	}
	maps.DeleteFunc(ends[topic], func(_ int32, end kadm.ListedOffset) bool { return end.Offset == 0 })
	return BehindEnds(ctx, admin, group, ends)
}

// Ends returns the end offset of each partition of a topic.
func Ends(ctx context.Context, admin *kadm.Client, topic string) (kadm.ListedOffsets, error) {
	ends, err := admin.ListEndOffsets(ctx, topic)
	if err = errors.Join(err, ends.Error()); err != nil {
		return nil, fmt.Errorf("listing the end offsets: %w", err)
	}
	return ends, nil
}

// BehindEnds is [Behind] for the ends that a topic had earlier. Every partition needs a
// commit, even with the end 0, because a topic that was just created again has none.
func BehindEnds(ctx context.Context, admin *kadm.Client, group string, ends kadm.ListedOffsets) error {
	committed, err := admin.FetchOffsets(ctx, group)
	if err = errors.Join(err, committed.Error()); err != nil {
		return fmt.Errorf("fetching the committed offsets: %w", err)
	}
	var behind []error
	ends.Each(func(end kadm.ListedOffset) {
		at := int64(-1)
		if found, ok := committed.Lookup(end.Topic, end.Partition); ok {
			at = found.At
		}
		if at < end.Offset {
			behind = append(behind, fmt.Errorf("partition %d is at %d of %d", end.Partition, at, end.Offset))
		}
	})
	return errors.Join(behind...)
}
