package store

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"pgregory.net/rapid"

	"github.com/order-sink/order-sink/internal/connect"
)

type content struct {
	config map[string]string
	target connect.Target
}

func (v view) contents() map[string]content {
	all := map[string]content{}
	for name, e := range v {
		if e.config != nil {
			all[name] = content{e.config, started(e.target)}
		}
	}
	return all
}

// contents returns the connectors that a worker finds in a log. A worker of Kafka Connect
// ignores headers.
func contents(t require.TestingT, log []*kgo.Record, headers bool) map[string]content {
	v := view{}
	for _, r := range log {
		copied := *r
		if !headers {
			copied.Headers = nil
		}
		_, _, err := v.apply(&copied, false)
		require.NoError(t, err)
	}
	return v.contents()
}

func config(value string) map[string]string { return map[string]string{"k": value} }

// numbered gives the records of a log their offsets.
func numbered(records ...*kgo.Record) []*kgo.Record {
	for i, r := range records {
		r.Offset = int64(i)
	}
	return records
}

func creation(id, value string, target connect.Target) []*kgo.Record {
	return []*kgo.Record{
		addHeader(targetRecord("c", target), createHeader, id),
		addHeader(connectorRecord("c", config(value)), createHeader, id),
	}
}

func TestTheFirstCreationWins(t *testing.T) {
	a, b := creation("a", "A", connect.TargetPaused), creation("b", "B", connect.TargetStopped)
	v := view{}
	winners := map[string]bool{}
	for _, r := range numbered(a[0], b[0], b[1], a[1]) {
		_, created, err := v.apply(r, true)
		require.NoError(t, err)
		if created != nil {
			winners[created.id] = created.won
		}
	}
	require.Equal(t, map[string]bool{"a": false, "b": true}, winners)
	require.Equal(t, config("B"), v["c"].config)
	require.Equal(t, connect.TargetStopped, v["c"].target)
	require.True(t, v["c"].broken(), "a JVM worker sees the loser")
}

func TestEachCreationHasItsOwnTarget(t *testing.T) {
	a, b := creation("a", "A", connect.TargetPaused), creation("b", "B", connect.TargetStopped)
	log := numbered(a[0], b[0], a[1], b[1])
	require.Equal(t, map[string]content{"c": {config("A"), connect.TargetPaused}}, contents(t, log, true))
}

func TestARepairDoesNotUndoAChangeInBetween(t *testing.T) {
	a, b := creation("a", "A", connect.TargetPaused), creation("b", "B", "")
	v := view{}
	log := numbered(b[1], a[0], a[1])
	for _, r := range log {
		_, _, err := v.apply(r, true)
		require.NoError(t, err)
	}
	repair := v["c"].repair("c", 2)
	log = numbered(append(log, connectorRecord("c", config("put")), repair[0], repair[1])...)
	require.Equal(t, map[string]content{"c": {config("put"), connect.TargetStarted}}, contents(t, log, true))
	require.Equal(t, map[string]content{"c": {config("B"), connect.TargetStarted}}, contents(t, log, false), "so it needs another repair")

	log = numbered(append(log[:3], connectorRecord("c", nil), targetRecord("c", ""), repair[0], repair[1])...)
	require.Empty(t, contents(t, log, true), "a deleted connector stays deleted")
}

// world has a config topic and workers that read and write it at their own speed.
type world struct {
	log     []*kgo.Record
	compact []*kgo.Record // the same after compaction
	workers [3]*worker
	ids     int
}

type worker struct {
	view   view
	read   int           // how many records of world.log
	outbox []*kgo.Record // produced, but not yet in the log
}

func (w *world) deliver(r *kgo.Record) {
	r.Offset = int64(len(w.log))
	w.log, w.compact = append(w.log, r), append(w.compact, r)
}

func (w *world) catchUp(t require.TestingT, me *worker, to int) {
	for ; me.read < to; me.read++ {
		_, _, err := me.view.apply(w.log[me.read], true)
		require.NoError(t, err)
	}
}

func (w *world) settled() bool {
	reader := view{}
	for _, r := range w.log {
		_, _, _ = reader.apply(r, false)
	}
	for _, e := range reader {
		if e.broken() {
			return false
		}
	}
	for _, me := range w.workers {
		if len(me.outbox) > 0 {
			return false
		}
	}
	return true
}

// act lets a worker begin a change as far as it knows the log.
func (w *world) act(t *rapid.T, me *worker) {
	name := rapid.SampledFrom([]string{"c", "d-1"}).Draw(t, "name")
	value := config(strconv.Itoa(rapid.IntRange(0, 3).Draw(t, "value")))
	target := rapid.SampledFrom([]connect.Target{"", connect.TargetStarted, connect.TargetPaused, connect.TargetStopped}).Draw(t, "target")
	e := me.view.entry(name)
	switch action := rapid.SampledFrom([]string{"create", "create", "put", "delete", "target", "repair"}).Draw(t, "action"); {
	case action == "create" && e.config == nil:
		w.ids++
		if target != "" {
			me.outbox = append(me.outbox, addHeader(targetRecord(name, target), createHeader, strconv.Itoa(w.ids)))
		}
		me.outbox = append(me.outbox, addHeader(connectorRecord(name, value), createHeader, strconv.Itoa(w.ids)))
	case action == "put":
		me.outbox = append(me.outbox, connectorRecord(name, value))
	case action == "delete" && e.config != nil:
		me.outbox = append(me.outbox, connectorRecord(name, nil), targetRecord(name, ""))
	case action == "target" && e.config != nil && target != "":
		me.outbox = append(me.outbox, targetRecord(name, target))
	case action == "repair" && e.broken():
		me.outbox = append(me.outbox, e.repair(name, int64(me.read)-1)...)
	}
}

// clean is what Kafka's log cleaner does to the records so far.
func (w *world) clean(t *rapid.T) {
	last := map[string]int64{}
	for _, r := range w.compact {
		last[string(r.Key)] = r.Offset
	}
	tombstones := rapid.Bool().Draw(t, "tombstones")
	if !tombstones { // it keeps them for a day (delete.retention.ms)
		for _, me := range w.workers {
			w.catchUp(t, me, len(w.log))
		}
	}
	var kept []*kgo.Record
	for _, r := range w.compact {
		if last[string(r.Key)] == r.Offset && (tombstones || r.Value != nil) {
			kept = append(kept, r)
		}
	}
	w.compact = kept
}

// settle lets the leader repair what is broken.
func (w *world) settle(t require.TestingT) {
	leader := &worker{view: view{}}
	for rounds := 0; ; rounds++ {
		w.catchUp(t, leader, len(w.log))
		before := len(w.log)
		for name, e := range leader.view {
			if e.broken() {
				for _, r := range e.repair(name, int64(leader.read)-1) {
					w.deliver(r)
				}
			}
		}
		if len(w.log) == before {
			return
		}
		require.Less(t, rounds, 10, "the repairs never end")
	}
}

func TestAllReadersAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{}
		for i := range w.workers {
			w.workers[i] = &worker{view: view{}}
		}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			me := w.workers[rapid.IntRange(0, 2).Draw(t, "worker")]
			switch step := rapid.IntRange(0, 9).Draw(t, "step"); {
			case step < 3 && len(me.outbox) == 0: // a worker writes one change at a time
				w.act(t, me)
			case step < 6 && len(me.outbox) > 0:
				w.deliver(me.outbox[0])
				me.outbox = me.outbox[1:]
			case step < 8:
				w.catchUp(t, me, rapid.IntRange(me.read, len(w.log)).Draw(t, "read"))
			case step == 8:
				me.outbox = nil // the worker dies
			case w.settled():
				w.clean(t)
			}
		}
		for _, me := range w.workers {
			for _, r := range me.outbox {
				w.deliver(r)
			}
		}
		w.settle(t)
		want := contents(t, w.log, true)
		require.Equal(t, want, contents(t, w.log, false), "a worker that ignores headers")
		require.Equal(t, want, contents(t, w.compact, true), "a worker that starts after compaction")
		require.Equal(t, want, contents(t, w.compact, false), "a worker that ignores headers, after compaction")
		for _, me := range w.workers {
			w.catchUp(t, me, len(w.log))
			require.Equal(t, want, me.view.contents(), "a worker that has read all the time")
		}
	})
}

func TestANameIsAlwaysUTF8(t *testing.T) {
	log := numbered(&kgo.Record{Key: []byte("connector-\xff"), Value: []byte(`{"properties":{}}`)})
	require.Equal(t, map[string]content{"\uFFFD": {map[string]string{}, connect.TargetStarted}}, contents(t, log, true), "a metric of another name panics")
}
