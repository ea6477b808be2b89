package kafka

import (
	"context"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
)

// lookEvery is how often the ends of the logs are asked for. They are not taken from
// what is fetched alone: while the buffer is full nothing is fetched.
const lookEvery = 2 * time.Second

// watch looks at the logs of the assigned partitions until ctx ends.
func (r *records) watch(ctx context.Context, client *kgo.Client) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		if err := r.look(ctx, client); err != nil && ctx.Err() == nil {
			r.debug("Looking at the ends of the logs: %v", err)
		}
	}
}

func (r *records) look(ctx context.Context, client *kgo.Client) error {
	ctx, done := context.WithTimeout(ctx, askFor)
	defer done()
	stays := r.stays()
	if len(stays) == 0 {
		return nil
	}
	places := make([]place, 0, len(stays))
	for at := range stays {
		places = append(places, at)
	}
	logs, err := logsOf(ctx, client, places)
	if err != nil {
		return err
	}
	elections := map[place]int32{}
	for at, log := range logs {
		if seen := stays[at].seenEpoch; seen != unknown && log.epoch > seen {
			elections[at] = seen
		}
	}
	ends := epochEnds(ctx, kadm.NewClient(client), elections)
	var failed error
	for at, log := range logs {
		from, ask := r.compare(at, stays[at].stay, log, ends[at])
		if !ask {
			continue
		}
		more, err := HasRecords(ctx, client, at.topic, at.number, from, log.stable)
		switch {
		case err != nil: // the other partitions are compared all the same
			failed = err
		case !more:
			r.pass(at, stays[at].stay, from, log.stable, log.epoch)
		}
	}
	return failed
}

// snapshot is a partition as it was when a look at its log began.
type snapshot struct {
	stay      int
	seenEpoch int32
}

func (r *records) stays() map[place]snapshot {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	all := map[place]snapshot{}
	for at, p := range r.partitions {
		if p.next != unknown && !p.leaving && !p.suspect {
			all[at] = snapshot{p.stay, p.seenEpoch}
		}
	}
	return all
}

// compare compares a partition with its log. ask says that the offsets after from may
// have no record: nothing was fetched since the last look although there is room.
func (r *records) compare(at place, stay int, log logState, ofSeen epochEnd) (from int64, ask bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	p := r.partitions[at]
	if p.stay != stay || p.leaving || p.suspect {
		return 0, false
	}
	idle := len(p.queue) == 0 && len(p.out) == 0 && r.held < r.limits.buffer
	waited := idle && p.fetched == p.idleAt
	p.idleAt = unknown
	if idle {
		p.idleAt = p.fetched
	}
	zero := [16]byte{}
	switch {
	case p.topicID != log.topicID && p.topicID != zero && log.topicID != zero:
		r.suspect(p, "the topic has another ID")
		return 0, false
	case ofSeen.known && ofSeen.offset < p.seen: // also when the log never had the epoch
		r.suspect(p, "the log was cut off at its end")
		return 0, false
	case waited && log.start > p.fetched:
		r.suspect(p, "the log begins behind the offset that is read next")
		return 0, false
	}
	if p.topicID == zero {
		p.topicID = log.topicID
	}
	p.seen, p.seenEpoch = log.stable, log.epoch
	p.saw(p.fetched, p.fetchedEpoch) // it may be newer than the answer
	p.end = max(p.end, log.stable)
	r.proceed(p, p.moved && p.epoch != unknown)
	return p.fetched, waited && p.fetched < log.stable
}

// pass moves a partition's position behind offsets without records.
func (r *records) pass(at place, stay int, from, to int64, epoch int32) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	p := r.partitions[at]
	if p.stay != stay || p.suspect || p.fetched != from {
		return
	}
	p.fetched, p.fetchedEpoch = to, epoch
	r.proceed(p, p.skip())
}
