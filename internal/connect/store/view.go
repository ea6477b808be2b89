package store

import (
	"cmp"
	"errors"
	"maps"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect"
)

// view is what the records of the config topic say, in their order. It is the same in each
// worker, because each worker applies the same records by the same rules:
//
//  1. A record without headers of this package replaces what its key said before.
//  2. The records of a creation have the header order-sink-create with the same id. The
//     record of the connector applies only if the connector does not exist at this place of
//     the log, so exactly one of two creations at once wins. The record of the target, if
//     the creation has one, comes first, and applies only together with the record of the
//     connector.
//  3. Kafka Connect's workers and compaction know no headers, so they would keep the last
//     creation. A repair appends the winner again. It has the header order-sink-repair with
//     the offset up to which its writer had read. It applies only if nothing newer than this
//     offset applied to its key, or if it says the same. So a change that comes between is
//     not lost.
//
// The invariant: the last record of each key is one that applied. Then compaction, and a
// worker that ignores headers, have the same connectors. A connector for which this is not so
// is broken, and needs a repair.
type view map[string]*entry

// entry is a connector, or the name of a connector that does not exist.
type entry struct {
	config     map[string]string // nil if the connector does not exist
	target     connect.Target    // "" for none
	revision   int64             // of config
	configAt   int64             // the offset of the last record that applied to config
	targetAt   int64
	configLost bool // the last record of the key did not apply
	targetLost bool

	pending map[string]connect.Target // the targets of creations whose connector has not come yet, by id
	newest  string                    // the id of the last record of the target, if it is one of them
	adopted *adopted
}

// adopted is a pending target that became valid with a record that replaces everything:
// compaction may have removed the creation's record of the connector. If the creation
// nevertheless follows, it has lost, and the target before is valid again.
type adopted struct {
	id     string
	before connect.Target
}

// outcome says whether a creation has won.
type outcome struct {
	id  string
	won bool
}

func (v view) entry(name string) *entry {
	e, known := v[name]
	if !known {
		e = &entry{configAt: -1, targetAt: -1}
		v[name] = e
	}
	return e
}

// apply reads one record. live is set for records that were written after the start: only
// these restart connectors and change loggers. An error means that no worker applies the
// record. It never has a part of the record's value.
func (v view) apply(r *kgo.Record, live bool) (change connect.Change, created *outcome, err error) {
	key := strings.ToValidUTF8(string(r.Key), "\uFFFD") // as Java reads it; no metric or JSON has other text
	if name, ok := strings.CutPrefix(key, targetPrefix); ok {
		changed, err := v.applyTarget(name, r)
		return changeOf(name, changed), nil, err
	}
	if name, ok := strings.CutPrefix(key, connectorPrefix); ok {
		changed, created, err := v.applyConnector(name, r)
		return changeOf(name, changed), created, err
	}
	if foreign(key) {
		return change, nil, nil
	}
	restarted, restart := strings.CutPrefix(key, restartPrefix)
	logger, level := strings.CutPrefix(key, loggerPrefix)
	switch {
	case !restart && !level:
		err = errors.New("the key is unknown")
	case !live || r.Value == nil:
	case restart:
		change.Restart, err = restartOf(restarted, r.Value)
	default:
		change.LogLevel, err = levelOf(logger, r.Value)
	}
	return change, nil, err
}

func changeOf(name string, changed bool) connect.Change {
	if !changed {
		return connect.Change{}
	}
	return connect.Change{Connector: name}
}

func (v view) applyTarget(name string, r *kgo.Record) (changed bool, err error) {
	var target connect.Target
	if r.Value != nil {
		if target, err = targetOf(r.Value); err != nil {
			return false, err
		}
	}
	e := v.entry(name)
	if id := header(r, createHeader); id != "" {
		if e.pending == nil {
			e.pending = map[string]connect.Target{}
		}
		e.pending[id], e.newest, e.targetLost = target, id, true
		return false, nil
	}
	if stale, err := newer(e.targetAt, r); err != nil || stale && e.target != target {
		e.targetLost, e.newest = true, ""
		return false, err
	}
	e.pending, e.newest, e.adopted = nil, "", nil
	return e.setTarget(target, r.Offset), nil
}

// setTarget reports whether the connector exists and its target differs from before.
func (e *entry) setTarget(target connect.Target, offset int64) (changed bool) {
	changed = e.config != nil && started(e.target) != started(target)
	e.target, e.targetAt, e.targetLost = target, offset, false
	return changed
}

func (v view) applyConnector(name string, r *kgo.Record) (changed bool, created *outcome, err error) {
	var config map[string]string
	if r.Value != nil {
		if config, err = configOf(r.Value); err != nil {
			return false, nil, err
		}
	}
	e := v.entry(name)
	if id := header(r, createHeader); id != "" {
		changed, won := e.create(id, config, r.Offset)
		return changed, &outcome{id, won}, nil
	}
	if stale, err := newer(e.configAt, r); err != nil || stale && !same(e.config, config) {
		e.configLost = true
		return false, nil, err
	}
	if target, ok := e.pending[e.newest]; ok && config != nil {
		e.adopted = &adopted{e.newest, e.target}
		delete(e.pending, e.newest)
		changed = e.setTarget(target, r.Offset)
	}
	return e.setConfig(config, r.Offset) || changed, nil, nil
}

// create applies the record of a connector that has the id of a creation.
func (e *entry) create(id string, config map[string]string, offset int64) (changed, won bool) {
	target, targeted := e.pending[id]
	delete(e.pending, id)
	if e.config != nil {
		e.configLost = true
		if e.adopted != nil && e.adopted.id == id {
			changed = e.setTarget(e.adopted.before, offset)
			e.targetLost, e.adopted = true, nil
		}
		return changed, false
	}
	switch {
	case targeted:
		e.setTarget(target, offset)
		e.targetLost = e.newest != id
	case e.target != "": // of a deletion that was cut off
		e.setTarget("", offset)
		e.targetLost = true
	}
	return e.setConfig(config, offset), true
}

func (e *entry) setConfig(config map[string]string, offset int64) (changed bool) {
	e.configAt, e.configLost = offset, false
	if same(e.config, config) {
		return false
	}
	e.config, e.revision = config, offset+1
	return true
}

func same(a, b map[string]string) bool { return (a == nil) == (b == nil) && maps.Equal(a, b) }

// newer reports whether a record is a repair that is older than what its key says.
func newer(at int64, r *kgo.Record) (bool, error) {
	text := header(r, repairHeader)
	if text == "" {
		return false, nil
	}
	read, err := repairOffset(text)
	return at > read, err
}

// started returns the target that a connector has without a record of its target, too.
func started(target connect.Target) connect.Target { return cmp.Or(target, connect.TargetStarted) }

// broken reports whether a connector needs a repair.
func (e *entry) broken() bool { return e.configLost || e.targetLost }

// repair returns the records that repair a connector, by a worker that has read to offset.
func (e *entry) repair(name string, offset int64) []*kgo.Record {
	target := e.target
	if e.config != nil {
		target = started(target)
	}
	text := strconv.FormatInt(offset, 10)
	return []*kgo.Record{
		addHeader(targetRecord(name, target), repairHeader, text),
		addHeader(connectorRecord(name, e.config), repairHeader, text),
	}
}

// stored returns a copy.
func (e *entry) stored() (connect.Stored, bool) {
	if e.config == nil {
		return connect.Stored{}, false
	}
	return connect.Stored{Config: maps.Clone(e.config), Target: started(e.target), Revision: e.revision}, true
}
