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
//     the log, so exactly one of two creations at once wins. The record of the target comes
//     first, and applies only together with the record of the connector.
//  3. Kafka Connect's workers and compaction know no headers, so they would keep the last
//     creation. A repair appends the winner again. It has the header order-sink-repair with
//     the offset up to which its writer had read. It applies only if nothing newer than this
//     offset applied to its key. So a change that comes between is not lost.
//
// The invariant: what the last record of each key says, with the headers ignored, is what
// the view says. A connector for which this is not so is broken, and needs a repair.
type view map[string]*entry

// entry is a connector, or the name of a connector that does not exist.
type entry struct {
	now      content
	last     content // of the last records, with the headers ignored
	configAt int64   // the offset of the last record that applied to now.config
	targetAt int64
	revision int64 // of now.config
	pending  *pending
}

type content struct {
	config map[string]string // nil if the connector does not exist
	target connect.Target    // "" for none
}

// pending is the target of a creation whose connector has not come yet.
type pending struct {
	id     string
	target connect.Target
	// adopted is set when a record that replaces everything has created the connector after
	// the target. If compaction has removed the connector's record of the creation, the target
	// is valid. Otherwise the creation follows, loses, and before is valid again.
	adopted bool
	before  connect.Target
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
	key := string(r.Key)
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
	e.last.target = target
	if id := header(r, createHeader); id != "" {
		e.pending = &pending{id: id, target: target}
		return false, nil
	}
	if stale, err := newer(e.targetAt, r); stale || err != nil {
		return false, err
	}
	e.pending = nil
	return e.setTarget(target, r.Offset), nil
}

// setTarget reports whether the connector exists and its target differs from before.
func (e *entry) setTarget(target connect.Target, offset int64) (changed bool) {
	changed = e.now.config != nil && started(e.now.target) != started(target)
	e.now.target, e.targetAt = target, offset
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
	e.last.config = config
	if id := header(r, createHeader); id != "" {
		changed, won := e.create(id, config, r.Offset)
		return changed, &outcome{id, won}, nil
	}
	if stale, err := newer(e.configAt, r); stale || err != nil {
		return false, nil, err
	}
	if p := e.pending; p != nil && !p.adopted && config != nil {
		p.adopted, p.before = true, e.now.target
		changed = e.setTarget(p.target, r.Offset)
	}
	return e.setConfig(config, r.Offset) || changed, nil, nil
}

func (e *entry) create(id string, config map[string]string, offset int64) (changed, won bool) {
	p := e.pending
	if p != nil && p.id == id {
		e.pending = nil
	}
	if e.now.config != nil {
		if p != nil && p.id == id && p.adopted {
			changed = e.setTarget(p.before, offset)
		}
		return changed, false
	}
	if p != nil && p.id == id {
		e.setTarget(p.target, offset)
	}
	return e.setConfig(config, offset), true
}

func (e *entry) setConfig(config map[string]string, offset int64) (changed bool) {
	e.configAt = offset
	if (config == nil) == (e.now.config == nil) && maps.Equal(config, e.now.config) {
		return false
	}
	e.now.config, e.revision = config, offset+1
	return true
}

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
func (e *entry) broken() bool {
	if (e.now.config == nil) != (e.last.config == nil) || !maps.Equal(e.now.config, e.last.config) {
		return true
	}
	if e.now.config == nil {
		return e.now.target != e.last.target
	}
	return started(e.now.target) != started(e.last.target)
}

// repair returns the records that repair a connector, by a worker that has read to offset.
func (e *entry) repair(name string, offset int64) []*kgo.Record {
	target := e.now.target
	if e.now.config != nil {
		target = started(target)
	}
	text := strconv.FormatInt(offset, 10)
	return []*kgo.Record{
		addHeader(targetRecord(name, target), repairHeader, text),
		addHeader(connectorRecord(name, e.now.config), repairHeader, text),
	}
}

// stored returns a copy.
func (e *entry) stored() (connect.Stored, bool) {
	if e.now.config == nil {
		return connect.Stored{}, false
	}
	return connect.Stored{Config: maps.Clone(e.now.config), Target: started(e.now.target), Revision: e.revision}, true
}
