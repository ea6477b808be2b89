package configdef

import (
	"maps"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
	"github.com/order-sink/order-sink/internal/connect/configdef/keys"
)

// Values are the values of a validated configuration, typed and with the defaults. A key that
// the class does not have has no value.
type Values struct {
	class  Class
	config map[string]string
	worker map[string]string

	rows   map[string]*def.Result
	order  []*def.Result
	nulls  []*def.Result
	groups []string
	read   map[string]bool // the keys that a part of the connector reads

	transforms, predicates []Step
}

// Class returns the class of the connector.
func (v *Values) Class() Class { return v.class }

// Has reports whether the configuration itself has the key, under this or an older name.
func (v *Values) Has(key string) bool {
	if text, found := v.config[key]; found && text != Null {
		return true
	}
	older := v.older(key)
	return older != "" && v.Has(older)
}

// older returns the older name of a key, or nothing.
func (v *Values) older(key string) string {
	for _, r := range v.order {
		if r.Key.Alias == key && !strings.Contains(r.Key.Name, converterSuffix) {
			return r.Key.Name
		}
	}
	return ""
}

// value returns the value of a key. A key that is set under its older name only has that value.
func (v *Values) value(key string) any {
	r, known := v.rows[key]
	if !known {
		return nil
	}
	if older := v.older(key); !r.Given && older != "" && v.rows[older].Given {
		return v.rows[older].Value
	}
	return r.Value
}

// String returns a STRING, CLASS or PASSWORD, "" for none.
func (v *Values) String(key string) string {
	text, _ := v.value(key).(string)
	return text
}

// Word returns a STRING in small letters: the modes of the sinks take both.
func (v *Values) Word(key string) string { return strings.ToLower(v.String(key)) }

// Int returns an INT or SHORT, 0 for none.
func (v *Values) Int(key string) int { return int(v.Long(key)) }

// Long returns a LONG, INT or SHORT, 0 for none.
func (v *Values) Long(key string) int64 {
	n, _ := v.value(key).(int64)
	return n
}

// Bool returns a BOOLEAN, false for none.
func (v *Values) Bool(key string) bool {
	b, _ := v.value(key).(bool)
	return b
}

// List returns a LIST, nil for none.
func (v *Values) List(key string) []string {
	list, _ := v.value(key).([]string)
	return list
}

// Transforms returns the transforms in their order.
func (v *Values) Transforms() []Step { return v.transforms }

// Predicates returns the predicates in their order.
func (v *Values) Predicates() []Step { return v.predicates }

// driverPrefix begins the properties of the JDBC driver, for Confluent's sink.
const driverPrefix = "connection."

// Driver returns the keys that Confluent's sink passes to the JDBC driver: each `connection.`
// key that it does not know, without this prefix. The other classes have none.
func (v *Values) Driver() map[string]string {
	if v.class != Confluent {
		return nil
	}
	all := v.below(driverPrefix)
	maps.DeleteFunc(all, func(name, text string) bool { return v.rows[driverPrefix+name] != nil || text == Null })
	return all
}

// Note is a key that the worker accepts, and that has no effect or another one.
type Note struct{ Key, Reason string }

// Notes returns the known keys of the configuration that have no effect, sorted.
func (v *Values) Notes() []Note {
	var notes []Note
	for _, r := range v.order {
		if r.Given && r.Key.Ignored != "" && (r.Key.Same == "" || !strings.EqualFold(r.Key.Same, r.Shown())) {
			notes = append(notes, Note{r.Key.Name, r.Key.Ignored})
		}
	}
	for _, side := range []string{"key", "value", "header"} {
		if v.rows[side+converterSuffix].Given {
			continue
		}
		for key := range v.config {
			if strings.HasPrefix(key, side+converterSuffix+".") && !strings.HasSuffix(key, keys.VersionSuffix) {
				notes = append(notes, Note{key, "the connector has the worker's converter, because it has no " + side + converterSuffix})
			}
		}
	}
	for key := range v.config {
		if v.class == Debezium && strings.HasPrefix(key, hibernatePrefix) {
			notes = append(notes, Note{key, "order-sink has no Hibernate"})
		}
	}
	slices.SortFunc(notes, func(a, b Note) int { return strings.Compare(a.Key, b.Key) })
	return notes
}

// hibernatePrefix begins the properties that Debezium passes to Hibernate.
const hibernatePrefix = "hibernate."

// Unknown returns the keys of the configuration that no part of the connector reads, sorted.
func (v *Values) Unknown() []string {
	noted := map[string]bool{}
	for _, note := range v.Notes() {
		noted[note.Key] = true
	}
	driver := v.Driver()
	var unknown []string
	for _, key := range slices.Sorted(maps.Keys(v.config)) {
		name, isConnection := strings.CutPrefix(key, driverPrefix)
		_, isDriver := driver[name]
		if v.read[key] || noted[key] || isConnection && isDriver {
			continue
		}
		unknown = append(unknown, key)
	}
	return unknown
}
