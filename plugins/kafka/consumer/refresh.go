package consumer

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/order-sink/order-sink/plugins/kafka/client"
	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

// refreshPeriod is how often the consumer asks for the ends of the logs. It does not take
// them from the fetches alone: nothing is fetched while the buffer is full.
const refreshPeriod = 2 * time.Second

// watch refreshes what is known of the assigned partitions until ctx ends.
func (c *Consumer) watch(ctx context.Context) {
	ticker := time.NewTicker(refreshPeriod)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		if err := c.refresh(ctx); err != nil && ctx.Err() == nil {
			c.config.Debug("Refreshing the ends of the logs: %v", err)
		}
	}
}

func (c *Consumer) refresh(ctx context.Context) error {
	ctx, done := context.WithTimeout(ctx, client.AnswerTimeout)
	defer done()
	assigned := c.Snapshots()
	if len(assigned) == 0 {
		return nil
	}
	logs, err := offsets.ReadLogs(ctx, c.logs, slices.Collect(maps.Keys(assigned)))
	if err != nil {
		return err
	}
	elections := map[offsets.TopicPartition]int32{}
	for tp, log := range logs {
		if epoch := assigned[tp].LogEndEpoch; epoch != offsets.Unknown && log.Epoch > epoch {
			elections[tp] = epoch
		}
	}
	ends := offsets.EpochEnds(ctx, c.logs, elections)
	var failed error
	for tp, log := range logs {
		log.EndOfLogEndEpoch = ends[tp]
		from, ask := c.Refresh(tp, assigned[tp], log)
		if !ask {
			continue
		}
		more, err := client.HasRecords(ctx, c.logs, tp.Topic, tp.Partition, from, log.StableEnd)
		switch {
		case err != nil: // the other partitions are refreshed all the same
			failed = err
		case !more:
			c.Skip(tp, assigned[tp], from, log)
		}
	}
	return failed
}
