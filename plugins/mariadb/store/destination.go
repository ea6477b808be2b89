package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/ddl"
	"github.com/order-sink/order-sink/plugins/mariadb/key"
	"github.com/order-sink/order-sink/plugins/mariadb/probe"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
	"github.com/order-sink/order-sink/plugins/mariadb/writer"
)

// maxLayouts bounds the memory for the layouts of one table. A layout of 40 columns takes 35
// KB, and the row that it keeps for probes up to 64 KB: 100 layouts take at most 10 MB. A
// topic has a handful of schemas, and a layout that is made again asks the server nothing.
const maxLayouts = 100

// form tells records that write the same columns from other records.
type form struct {
	value, key *schema.Schema
	names      string // of the fields of a record without a schema, and of its key
	full       *layout
	lacking    string // the columns of full that the record lacks
}

// destination is one table of the server. It finds the layout of each record.
type destination struct {
	target    *table.Target
	writer    *writer.Writer
	make      func(target *table.Target, its form) *layout
	table     *physical
	evolution *Evolution
	fixed     *layout // of every record, when the columns are configured
	// warnUnpaired tells once what an update without its old row means.
	warnUnpaired func()

	mutex   sync.Mutex
	layouts map[form]*layout
	last    *layout // of the last record whose table fits: a tombstone has the key columns of any layout
}

func newDestination(db *sql.DB, w *writer.Writer, warn func(text string), e *Evolution, target *table.Target) *destination {
	t := &destination{
		target: target, writer: w, evolution: e, layouts: make(map[form]*layout),
		table: &physical{db: db, writer: w, database: target.Database, name: target.Table},
	}
	t.warnUnpaired = sync.OnceFunc(func() {
		warn(fmt.Sprintf("table %s: an update came without the record with its old row. If the update has changed the key, the row with the old key is still in the table: delete it. The metric mariadb_upsert_unpaired_total counts such updates", target.Name()))
	})
	t.make = func(target *table.Target, its form) *layout {
		schemas := ddl.Schemas{Value: its.value, Key: its.key}
		if its.full != nil {
			schemas = its.full.schemas
		}
		return &layout{
			of: t.table, warn: warn, evolution: e, target: target, schemas: schemas,
			evidence: probe.Evidence{Table: &t.table.evidence},
		}
	}
	if !target.IsOpen() {
		t.fixed = t.make(target, form{})
	}
	return t
}

// inspect asks the server about the table, and returns an error when the table does not fit.
func (d *destination) inspect(ctx context.Context, notBefore time.Time) error {
	if d.fixed != nil {
		_, err := d.fixed.refresh(ctx, notBefore)
		return err
	}
	_, err := d.table.refresh(ctx, notBefore)
	if found, _ := errors.AsType[table.Mismatch](err); d.evolution.Create && found.NoTable() {
		return nil // the first record creates it
	}
	return err
}

// offer lets probes use messages that wait to be written.
func (d *destination) offer(messages []rows.Message) (withdraw func()) {
	if d.fixed != nil {
		return d.fixed.evidence.Offer(messages)
	}
	var all []func()
	var last form
	var of *layout // of the messages from start on; nil when no row of their form is written yet
	start := 0
	offer := func(end int) {
		if of != nil {
			all = append(all, of.evidence.Offer(messages[start:end]))
		}
	}
	for i := range messages {
		m := &messages[i]
		if m.Effect != rows.Writes || !m.HasRow() {
			continue // a probe ignores it
		}
		if its := d.formOf(m); its != last {
			offer(i)
			start, last, of = i, its, d.known(its)
		}
	}
	offer(len(messages))
	return func() {
		for _, withdraw := range all {
			withdraw()
		}
	}
}

func (d *destination) known(its form) *layout {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.layouts[its]
}

// recent is the form and the layout of the record in front of a message. Nearly always, the
// message has the same.
type recent struct {
	form   form
	layout *layout
}

// layoutOf returns the layout of a message, and remembers it.
func (d *destination) layoutOf(m *rows.Message, last *recent) (*layout, *record.Refusal) {
	if m.Content == nil { // the key of the record names a row
		return d.layoutOfKey(m, last)
	}
	if _, isObject := m.Content.(map[string]any); !isObject {
		return nil, rows.NotAnObject(m.Content)
	}
	its := d.formOf(m)
	if last.layout != nil && last.form == its {
		return last.layout, nil
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	of, refused := d.find(its, func() (*table.Target, *record.Refusal) {
		target, refused := d.target.Derive(fieldsOf(m), keyMembers(m.Key))
		if refused == nil {
			target.ByMember = its.value == nil
		} else if d.target.KeyFrom == table.FromKey {
			refused = cmp.Or(key.Refused(m.Key), refused)
		}
		return target, refused
	})
	if refused == nil {
		*last = recent{its, of}
		if of.table.Load() != nil { // else the table may not fit it, and a tombstone need not wait for that
			d.last = of
		}
	}
	return of, refused
}

// layoutOfKey returns any layout with the columns of the key.
func (d *destination) layoutOfKey(m *rows.Message, last *recent) (*layout, *record.Refusal) {
	if last.layout != nil && d.hasKey(last.layout, m.Key) {
		return last.layout, nil
	}
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.last != nil && d.hasKey(d.last, m.Key) {
		return d.last, nil
	}
	its := form{key: keySchema(m.Key), names: "\x00" + strings.Join(keyMembers(m.Key), "\x00")}
	return d.find(its, func() (*table.Target, *record.Refusal) {
		target, refused := d.target.DeriveKeyOnly(keyMembers(m.Key))
		if refused != nil {
			refused = cmp.Or(key.Refused(m.Key), refused)
		}
		return target, refused
	})
}

// hasKey says whether the columns of a layout's key are those of a record key. They may
// differ only when no key is configured.
func (d *destination) hasKey(of *layout, key any) bool {
	if d.target.KeyFrom != table.FromKey || len(d.target.Key) > 0 {
		return true
	}
	members := keyMembers(key)
	return members == nil || slices.EqualFunc(members, of.target.Key, func(member, column string) bool { return d.target.Select.Column(member) == column })
}

// without returns the layout of the records that lack columns of the full layout.
func (d *destination) without(full *layout, columns []string) *layout {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	of, _ := d.find(form{full: full, lacking: strings.Join(columns, "\x00")}, func() (*table.Target, *record.Refusal) { return full.target.Without(columns), nil })
	return of
}

// find returns the layout of a form, and makes it if there is none. The mutex is locked.
func (d *destination) find(its form, derive func() (*table.Target, *record.Refusal)) (*layout, *record.Refusal) {
	if of := d.layouts[its]; of != nil {
		return of, nil
	}
	target, refused := derive()
	if refused != nil {
		return nil, refused
	}
	for old := range d.layouts {
		if len(d.layouts) < maxLayouts {
			break
		}
		delete(d.layouts, old) // an arbitrary one
	}
	d.layouts[its] = d.make(target, its)
	return d.layouts[its], nil
}

// formOf returns the form of a record.
func (d *destination) formOf(m *rows.Message) (its form) {
	if m.Schema != nil && m.Schema.Type == schema.Struct {
		its.value = m.Schema
	} else {
		its.names = strings.Join(fieldsOf(m), "\x00")
	}
	if d.target.KeyFrom == table.FromKey {
		if its.key = keySchema(m.Key); its.key != nil {
			return its
		}
		if members := keyMembers(m.Key); members != nil {
			its.names += "\x00\x00" + strings.Join(members, "\x00")
		}
	}
	return its
}

// fieldsOf returns the names of the fields of a record.
func fieldsOf(m *rows.Message) []string {
	if m.Schema != nil && m.Schema.Type == schema.Struct {
		return fieldNames(m.Schema)
	}
	content, _ := m.Content.(map[string]any)
	return slices.Sorted(maps.Keys(content))
}

func fieldNames(s *schema.Schema) []string {
	names := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		names[i] = f.Name
	}
	return names
}

func keySchema(key any) *schema.Schema {
	if k, isDecoded := key.(*record.KeyValue); isDecoded {
		return k.Schema
	}
	return nil
}

// keyMembers returns the names of the members of a record key, nil for a key that is one
// value.
func keyMembers(key any) []string {
	k, isDecoded := key.(*record.KeyValue)
	if !isDecoded {
		return nil
	}
	if k.Schema != nil && k.Schema.Type == schema.Struct {
		return fieldNames(k.Schema)
	}
	if members, isObject := k.Value.(map[string]any); isObject {
		return slices.Sorted(maps.Keys(members))
	}
	return nil
}
