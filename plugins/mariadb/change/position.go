package change

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

// The names of positions. A column of this name takes the position of the last event that
// changed its row, and can be the version of the row. Every position is an integer of at
// most 64 bits: a later event of one table has a greater one, or the same.
const (
	// SourceTime is the time of the change in the source, in milliseconds since 1970.
	SourceTime = "source_ts_ms"
	// SourceGTID is the last part of MariaDB's GTID domain-server-sequence, and 0 for a row
	// of a snapshot that has no GTID.
	SourceGTID = "source_gtid"
	// SourcePosition is the number of the binary log file * 10,000,000,000 + the position in
	// this file: 30000000990 is position 990 in binlog.000003.
	SourcePosition = "source_position"
)

// Positions has the names of all positions.
var Positions = []string{SourceTime, SourceGTID, SourcePosition}

// perFile is greater than any position in a file: the header of an event has 32 bits for
// the position.
const perFile = 10_000_000_000

// maxFile is the largest number of a file that fits in a BIGINT. MariaDB's own limit is
// 2,147,483,647.
const maxFile = math.MaxInt64/perFile - 1

// Position returns the position of this name. It is an int64, or an uint64 if no int64
// holds it.
func (e *Event) Position(name string) (any, *record.Refusal) {
	if e.source == nil {
		return nil, noPosition(name, "the record is no event")
	}
	return e.source.position(name)
}

func noPosition(name, detail string) *record.Refusal {
	return refusal.New(refusal.Position, name, "%s", detail)
}

// debeziumSource is the source block of an envelope. The types of its members are those
// of io.debezium.connector.mariadb.Source.
type debeziumSource map[string]any

func (s debeziumSource) position(name string) (any, *record.Refusal) {
	switch name {
	case SourceTime:
		ms, ok := integer(s["ts_ms"])
		if !ok {
			return nil, noPosition(name, "the event has no source.ts_ms that is an integer")
		}
		return ms, nil
	case SourceGTID:
		if s["gtid"] == nil && s.isSnapshot() {
			return int64(0), nil
		}
		sequence, ok := sequenceOf(text(s["gtid"]))
		if !ok {
			return nil, noPosition(name, "source.gtid is no GTID of MariaDB (domain-server-sequence): use "+SourcePosition+" if the events have a file and a position")
		}
		return sequence, nil
	case SourcePosition:
		return s.filePosition()
	}
	return nil, noPosition(name, "no position has this name")
}

func (s debeziumSource) filePosition() (any, *record.Refusal) {
	file := text(s["file"])
	number, err := strconv.ParseInt(file[strings.LastIndexByte(file, '.')+1:], 10, 64)
	pos, ok := integer(s["pos"])
	switch {
	case err != nil || !ok:
		return nil, noPosition(SourcePosition, "the event has no source.file that ends with a number, or no source.pos: use "+SourceTime+" for a source without a binary log")
	case number < 0 || number > maxFile || pos < 0 || pos >= perFile:
		return nil, noPosition(SourcePosition, "the number of the file or the position is beyond the range of a BIGINT")
	}
	return number*perFile + pos, nil
}

// isSnapshot says whether a snapshot read the row. Old connectors send a boolean.
func (s debeziumSource) isSnapshot() bool {
	switch snapshot := s["snapshot"].(type) {
	case bool:
		return snapshot
	case string:
		return snapshot != "" && snapshot != "false"
	}
	return false
}

// sequenceOf returns the sequence number of a GTID of MariaDB.
func sequenceOf(gtid string) (any, bool) {
	parts := strings.Split(gtid, "-")
	if len(parts) != 3 {
		return nil, false
	}
	for _, part := range parts[:2] {
		if _, err := strconv.ParseUint(part, 10, 32); err != nil {
			return nil, false
		}
	}
	sequence, err := strconv.ParseUint(parts[2], 10, 64)
	if sequence > math.MaxInt64 {
		return sequence, err == nil
	}
	return int64(sequence), err == nil
}

// integer reads a number of the source. Decoders make an int64 of it, and mappings may
// make another type.
func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case time.Time: // after Kafka Connect's TimestampConverter
		return v.UnixMilli(), true
	case float64:
		return int64(v), v == math.Trunc(v) && math.Abs(v) <= 1<<53
	case json.Number, int, int32, uint32, uint64:
		n, ok := column.ParseNumber(v)
		if !ok {
			return 0, false
		}
		i, err := n.Int64()
		return i, err == nil
	}
	return 0, false
}
