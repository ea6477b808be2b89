package change

import "sync"

// maxWaiting bounds the memory for old rows. A topic of KafkaCDC has one partition, and at
// most the last record of a batch waits.
const maxWaiting = 64

// Pairs joins the two records in which KafkaCDC writes an update: the old row
// (update_before), then the new row (update_after) with the next event_number of the same
// GTID. Its methods may be called at the same time, but the batches of one partition must
// come in their order.
//
// A batch may end between the two records. The old row is then kept for the next batch.
// It must not be deleted before the new row is known: most updates keep the key, so readers
// would miss the row for a while, and a foreign key with ON DELETE CASCADE would delete
// other rows for ever.
//
// An old row is kept after its update, because the framework may bring a batch again.
type Pairs struct {
	mutex   sync.Mutex
	waiting map[eventID]map[string]any
	oldest  []eventID
}

// Join completes the updates among the events of a batch: it sets Before, or Alone if the
// record with the old row is not known. That happens when the process has started between
// the two records, or when the old row became a dead letter. If the update has changed the
// key, the old row then stays in the table.
func (p *Pairs) Join(events []Event) {
	var before map[eventID]map[string]any
	unpaired := make([]eventID, 0, 1)
	for i := range events {
		switch e := &events[i]; e.half {
		case oldRow:
			if before == nil {
				before = make(map[eventID]map[string]any)
			}
			before[e.id.next()] = e.Before
			unpaired = append(unpaired, e.id.next())
		case newRow:
			row, isKnown := before[e.id]
			if n := len(unpaired); n > 0 && unpaired[n-1] == e.id {
				unpaired = unpaired[:n-1]
			}
			if !isKnown {
				row, isKnown = p.find(e.id)
			}
			e.Before, e.Alone = row, !isKnown
		}
	}
	for _, id := range unpaired {
		p.keep(id, before[id])
	}
}

func (p *Pairs) find(id eventID) (map[string]any, bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	row, isKnown := p.waiting[id]
	return row, isKnown
}

func (p *Pairs) keep(id eventID, row map[string]any) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if p.waiting == nil {
		p.waiting = make(map[eventID]map[string]any)
	}
	if _, isKnown := p.waiting[id]; !isKnown {
		p.oldest = append(p.oldest, id)
		if len(p.oldest) > maxWaiting {
			delete(p.waiting, p.oldest[0])
			p.oldest = p.oldest[1:]
		}
	}
	p.waiting[id] = row
}
