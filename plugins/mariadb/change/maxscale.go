package change

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/order-sink/order-sink/plugins/internal/decimal"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
	"github.com/order-sink/order-sink/plugins/mariadb/refusal"
)

const maxScaleFormat = "a record of MaxScale's KafkaCDC router (event_type, domain, server_id, sequence, event_number)"

// half says which of the two records of an update an event is.
type half uint8

const (
	whole half = iota
	oldRow
	newRow
)

// eventID identifies a record of KafkaCDC: the GTID of the transaction, and the number of
// the record in the transaction.
type eventID struct{ domain, server, sequence, number int64 }

// next returns the identity of the record after it. KafkaCDC writes the new row of an
// update right after the old row.
func (id eventID) next() eventID {
	id.number++
	return id
}

// String returns the record key that KafkaCDC gives the record.
func (id eventID) String() string {
	return fmt.Sprintf("%d-%d-%d:%d", id.domain, id.server, id.sequence, id.number)
}

// ownOfMaxScale has the members that are no columns, besides the numbers in [idOf].
var ownOfMaxScale = map[string]bool{
	"domain": true, "server_id": true, "sequence": true, "event_number": true, "timestamp": true,
	"event_type": true, "table_schema": true, "table_name": true,
}

// MaxScale reads a record of the KafkaCDC router. The columns of a row are members of the
// record, next to the members of KafkaCDC itself. The event is None for the description of
// a table. An update is two records: [Pairs] joins them, until then the first one is None.
// The refusal says why the record is no event that can be applied.
//
// The format is on https://mariadb.com/docs/maxscale/reference/maxscale-routers/maxscale-kafkacdc.
func MaxScale(r *Record) (Event, *record.Refusal) {
	if r.Content == nil {
		return Event{}, nil
	}
	content, isObject := r.Content.(map[string]any)
	if !isObject {
		return Event{}, noEvent(maxScaleFormat, column.TypeName(r.Content))
	}
	if !has(content, "event_type") {
		_, hasFields := content["fields"].([]any)
		if hasFields && has(content, "table", "database") {
			return Event{}, nil
		}
		return Event{}, noEvent(maxScaleFormat, "another object")
	}
	id, refused := idOf(content, r.Key)
	if refused != nil {
		return Event{}, refused
	}
	row := columnsOf(content)
	e := Event{source: maxScaleSource(content), id: id}
	switch text(content["event_type"]) {
	case "insert":
		e.Op, e.After = Create, row
	case "delete":
		e.Op, e.Before = Delete, row
	case "update_before":
		e.half, e.Before = oldRow, row
	case "update_after":
		e.Op, e.half, e.After = Update, newRow, row
	default:
		return Event{}, refusal.New(refusal.Event, "event_type", "expected insert, delete, update_before or update_after, got something else"+overwritten)
	}
	return e, nil
}

// overwritten explains a member that is not as KafkaCDC writes it.
const overwritten = ": KafkaCDC overwrites its own member with a column of this name, so order-sink cannot apply the changes of such a table. Rename the column, or use Debezium"

// idOf returns the identity of a record. A column may hide a part of it; most of the time
// the type or the record key shows that.
func idOf(content map[string]any, key any) (id eventID, _ *record.Refusal) {
	var unused int64
	for _, member := range []struct {
		name string
		into *int64
	}{{"domain", &id.domain}, {"server_id", &id.server}, {"sequence", &id.sequence}, {"event_number", &id.number}, {"timestamp", &unused}} {
		n, ok := integer(content[member.name])
		if !ok {
			return id, refusal.New(refusal.Event, member.name, "expected an integer, got %s"+overwritten, column.TypeName(content[member.name]))
		}
		*member.into = n
	}
	for _, name := range []string{"table_schema", "table_name"} { // absent before MaxScale 2.5.3
		if _, isText := content[name].(string); !isText && has(content, name) {
			return id, refusal.New(refusal.Event, name, "expected text, got %s"+overwritten, column.TypeName(content[name]))
		}
	}
	var its string
	switch key := key.(type) {
	case string:
		its = key
	case []byte:
		its = string(key)
	}
	gtid, number, isOurs := strings.Cut(its, ":")
	if _, isGTID := sequenceOf(gtid); isOurs && isGTID && its != id.String() {
		if _, err := strconv.ParseUint(number, 10, 63); err == nil {
			return id, refusal.New(refusal.Event, "sequence", "the GTID and the event_number in the record differ from those in its key"+overwritten)
		}
	}
	return id, nil
}

// columnsOf returns the members of a record that are columns.
func columnsOf(content map[string]any) map[string]any {
	row := make(map[string]any, max(len(content)-len(ownOfMaxScale), 0))
	for name, v := range content {
		if ownOfMaxScale[name] {
			continue
		}
		if n, isNumber := v.(json.Number); isNumber {
			v = double(n)
		}
		row[name] = v
	}
	return row
}

// double returns the float64 that a number is. KafkaCDC makes a double of a DECIMAL, and
// writes it with 17 digits: 19.989999999999998 for 19.99. The column takes a float for its
// shortest decimal, which is 19.99 again. A number that is no double with 17 digits stays
// as it is.
func double(n json.Number) any {
	f, err := strconv.ParseFloat(string(n), 64)
	if err != nil || len(n) > column.MaxNumberText {
		return n
	}
	exact, err := decimal.Parse(string(n))
	printed, _ := decimal.Parse(strconv.FormatFloat(f, 'e', 16, 64))
	if err != nil || exact.Reduce().Cmp(printed.Reduce()) != 0 {
		return n
	}
	return f
}

// maxScaleSource is a record of KafkaCDC.
type maxScaleSource map[string]any

func (s maxScaleSource) position(name string) (any, *record.Refusal) {
	switch name {
	case SourceTime:
		seconds, ok := integer(s["timestamp"])
		if !ok || seconds < 0 || seconds > math.MaxInt64/1000 {
			return nil, noPosition(name, "the timestamp of the event is no time")
		}
		return seconds * 1000, nil
	case SourceGTID:
		sequence, ok := integer(s["sequence"])
		if !ok {
			return nil, noPosition(name, "the event has no sequence that is an integer")
		}
		return sequence, nil
	}
	return nil, noPosition(name, "a record of KafkaCDC has no file and no position: use "+SourceGTID)
}
