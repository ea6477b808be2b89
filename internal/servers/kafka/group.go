package kafka

import (
	"context"
	"errors"
	"fmt"

	"github.com/twmb/franz-go/pkg/kadm"
)

// Behind returns an error that names the partitions of a topic whose end a consumer
// group has not committed. It returns nil when the group has caught up.
func Behind(ctx context.Context, admin *kadm.Client, group, topic string) error {
	ends, err := Ends(ctx, admin, topic)
	if err != nil {
		return err
	}
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

// BehindEnds is [Behind] for the ends that a topic had earlier.
func BehindEnds(ctx context.Context, admin *kadm.Client, group string, ends kadm.ListedOffsets) error {
	committed, err := admin.FetchOffsets(ctx, group)
	if err = errors.Join(err, committed.Error()); err != nil {
		return fmt.Errorf("fetching the committed offsets: %w", err)
	}
	var behind []error
	ends.Each(func(end kadm.ListedOffset) {
		if at, _ := committed.Lookup(end.Topic, end.Partition); at.At < end.Offset {
			behind = append(behind, fmt.Errorf("partition %d is at %d of %d", end.Partition, at.At, end.Offset))
		}
	})
	return errors.Join(behind...)
}
