package debezium

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/order-sink/order-sink/plugins/connecttransform/field"
	"github.com/order-sink/order-sink/plugins/connecttransform/transform"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// dropping removes the fields that a header of the record lists.
type dropping struct {
	header     string
	fromKey    bool
	compatible bool // only optional fields
	mutex      sync.Mutex
	lists      map[string]*list // by the text of the header
}

// list is a list of fields to remove.
type list struct {
	names       []string
	key, values transform.Cache[transform.Transform] // nil for nothing to remove
}

// maxLists is how many lists dropping remembers.
const maxLists = 1000

func newDropping(s *transform.Settings) *dropping {
	d := &dropping{header: s.Text(optionDropHeader), fromKey: s.Flag(optionDropFromKey), compatible: s.Flag(optionDropCompatible)}
	if strings.TrimSpace(d.header) == "" {
		return nil
	}
	return d
}

// apply removes the fields from the value, and from the key if drop.fields.from.key is true.
func (d *dropping) apply(r *transform.Record) *record.Refusal {
	if d == nil {
		return nil
	}
	value, found := r.Headers.Get(d.header)
	if !found || value == nil {
		return nil
	}
	l, refused := d.list(value)
	if refused != nil || len(l.names) == 0 {
		return refused
	}
	if d.fromKey {
		if refused := d.remove(r, transform.Key, l); refused != nil {
			return refused
		}
	}
	return d.remove(r, transform.Value, l)
}

// list reads the header: an array in JSON of the names.
func (d *dropping) list(value any) (*list, *record.Refusal) {
	text, _ := value.(string)
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if l := d.lists[text]; l != nil {
		return l, nil
	}
	var names []any
	if err := json.Unmarshal([]byte(text), &names); err != nil {
		return nil, transform.Refuse(transform.BadValue, `expected the header to be a list in JSON, such as ["a","b"]`).At("headers." + transform.Name(d.header))
	}
	l := &list{}
	for _, n := range names {
		l.names = append(l.names, fmt.Sprint(n))
	}
	if d.lists == nil || len(d.lists) >= maxLists {
		d.lists = map[string]*list{}
	}
	d.lists[text] = l
	return l, nil
}

func (d *dropping) remove(r *transform.Record, side transform.Side, l *list) *record.Refusal {
	data, refused := side.Of(r)
	switch {
	case refused != nil || data.Value == nil:
		return refused
	case data.Schema == nil:
		return transform.Refuse(transform.BadSchema, optionDropHeader+" needs a schema").At(side.String())
	}
	cache := &l.values
	if side == transform.Key {
		cache = &l.key
	}
	replace, refused := cache.Get(data.Schema, func(s *schema.Schema) (transform.Transform, *record.Refusal) {
		return d.replacement(s, side, l.names), nil
	})
	if refused != nil || replace == nil {
		return refused
	}
	_, refused = replace.Apply(r)
	return refused
}

// replacement returns the transform that removes the fields, nil if there are none.
func (d *dropping) replacement(s *schema.Schema, side transform.Side, names []string) transform.Transform {
	if d.compatible {
		var optional []string
		for _, f := range s.Fields {
			if f.Schema.Optional && slices.Contains(names, f.Name) {
				optional = append(optional, f.Name)
			}
		}
		if names = optional; len(names) == 0 {
			return nil
		}
	}
	settings, err := transform.Read(field.ReplaceField.Options, map[string]string{"exclude": strings.Join(names, ",")})
	if err != nil {
		return nil
	}
	replace, err := field.ReplaceField.New(settings, side)
	if err != nil {
		return nil
	}
	return replace
}
