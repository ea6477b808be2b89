package chaos

import (
	"context"
	"hash/crc32"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
)

// userIDColumn is shorter than the contract's 255, so that some orders are
// refused by MariaDB only.
const userIDColumn = 100

// flow is order services at work: new orders, changes of earlier ones, the same
// again, and one in a hundred that can never be stored. They send without a key
// and, like a Java producer, some in a row to one partition: the messages of one
// order lie anywhere, and only their timestamps tell the newest.
type flow struct {
	client     *kgo.Client
	topic      string
	partitions atomic.Int32
	rate       int // orders a second
	random     *rand.Rand
	generator  *orders.Generator
	mix        mix
	poison     atomic.Bool // everything is refusable
	keyed      bool        // by the order's id, and of one partition

	userIDColumn atomic.Int32 // what is a little longer is refusable

	known []sent
	now   int64 // the last timestamp, in milliseconds

	// keeping is for faults after which the log no longer has what was sent.
	keeping bool
	mutex   sync.Mutex
	kept    []*kgo.Record // acknowledged by the broker

	sent, acknowledged, failed atomic.Int64
	stop                       context.CancelFunc
	stopped                    sync.WaitGroup
}

// mix is how many of a thousand orders are of which kind; the rest is new.
type mix struct{ changed, again, refusable int }

var usual = mix{changed: 150, again: 140, refusable: 10}

// sent is an order as it was last sent.
type sent struct {
	order orders.Order
	at    int64
}

// maxKnown is how many orders may come again.
const maxKnown = 5000

func (f *flow) start(ctx context.Context) {
	ctx, f.stop = context.WithCancel(ctx)
	f.stopped.Go(func() {
		const tick = 20 * time.Millisecond
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			// As many as a broker that is away may leave waiting.
			if f.sent.Load()-f.acknowledged.Load()-f.failed.Load() > int64(20*f.rate) {
				continue
			}
			f.send(int(int64(f.rate) * int64(tick) / int64(time.Second)))
		}
	})
}

// end stops sending and waits until the broker has acknowledged what was sent.
func (f *flow) end(ctx context.Context) error {
	f.stop()
	f.stopped.Wait()
	return f.client.Flush(ctx)
}

// send sends a few orders, all to one partition.
func (f *flow) send(n int) {
	partition := int32(f.random.IntN(int(f.partitions.Load())))
	for range n {
		record := f.next()
		record.Topic, record.Partition = f.topic, partition
		if f.keyed {
			record.Partition = int32(crc32.ChecksumIEEE(record.Key) % uint32(f.partitions.Load()))
		}
		f.sent.Add(1)
		f.client.Produce(context.Background(), record, func(record *kgo.Record, err error) {
			if err != nil {
				f.failed.Add(1)
				return
			}
			f.keep(record)
			f.acknowledged.Add(1)
		})
	}
}

func (f *flow) keep(record *kgo.Record) {
	if f.keeping {
		f.mutex.Lock()
		defer f.mutex.Unlock()
		f.kept = append(f.kept, record)
	}
}

// take returns the kept records that are gone, and keeps the others.
func (f *flow) take(gone func(*kgo.Record) bool) (taken []*kgo.Record) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	var kept []*kgo.Record
	for _, record := range f.kept {
		if gone(record) {
			taken = append(taken, record)
		} else {
			kept = append(kept, record)
		}
	}
	f.kept = kept
	return taken
}

// next makes a message. Its timestamp is later than those of all before it, as
// long as there is less than one a millisecond and order.
func (f *flow) next() *kgo.Record {
	now := time.Now().UnixMilli()
	f.now = max(f.now, now)
	dice := f.random.IntN(1000)
	switch {
	case f.poison.Load():
		return f.record(f.generator.BrokenRule(), f.now)
	case dice < f.mix.refusable:
		return f.record(f.refusable(), f.now)
	case dice < f.mix.refusable+f.mix.changed && len(f.known) > 0:
		i := f.random.IntN(len(f.known))
		o := &f.known[i]
		o.order.Quantity = 1 + f.random.Int64N(1000)
		o.order.TotalPrice = o.order.Quantity * o.order.UnitPrice
		return f.again(o)
	case dice < f.mix.refusable+f.mix.changed+f.mix.again && len(f.known) > 0:
		return f.again(&f.known[f.random.IntN(len(f.known))])
	}
	o := sent{f.generator.Order(), f.now}
	if len(f.known) < maxKnown {
		f.known = append(f.known, o)
	} else {
		f.known[f.random.IntN(maxKnown)] = o
	}
	return f.good(o)
}

func (f *flow) again(o *sent) *kgo.Record {
	o.at = max(o.at+1, f.now)
	return f.good(*o)
}

func (f *flow) good(o sent) *kgo.Record {
	message := orders.Good(o.order)
	if f.keyed {
		message.Key = []byte(o.order.OrderID)
	}
	return f.record(message, o.at)
}

func (f *flow) refusable() orders.Message {
	switch f.random.IntN(5) {
	case 0:
		return f.generator.NotJSON()
	case 1:
		return f.generator.NoSchema()
	case 2:
		return f.generator.WrongType()
	case 3:
		return f.generator.TooLong(int(f.userIDColumn.Load()))
	}
	return f.generator.BrokenRule()
}

func (f *flow) record(m orders.Message, at int64) *kgo.Record {
	if f.keyed && m.Code != "" {
		m.Key = strconv.AppendInt(nil, f.sent.Load(), 10)
	}
	return &kgo.Record{Key: m.Key, Value: m.Value, Headers: m.Headers, Timestamp: time.UnixMilli(at)}
}
