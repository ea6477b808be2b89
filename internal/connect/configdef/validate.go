package configdef

import (
	"maps"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/configdef/def"
	"github.com/order-sink/order-sink/internal/connect/configdef/keys"
)

// Null is a JSON null in a map of configuration values. Validate reports it as Kafka Connect
// does. No text of a configuration is the same.
const Null = "\x00"

// Validate checks the configuration of a connector, with all placeholders resolved. worker has
// the resolved properties of the worker: it takes the converters and the policy of overrides
// from them. Values is complete only if the validation has no error. It connects to nothing.
func Validate(class Class, config, worker map[string]string) (connect.Validation, *Values) {
	v := &Values{class: class, config: config, worker: worker, rows: map[string]*def.Result{}, read: map[string]bool{}}
	v.framework()
	v.steps()
	v.own()
	v.converters()
	v.overrides()
	v.checkFramework()
	for _, r := range v.nulls {
		r.Fail(def.NullValue)
	}
	checks[class](v)
	v.checkSecrets()
	v.refuse()
	return v.validation(), v
}

// framework reads the keys that each connector has.
func (v *Values) framework() {
	all := keys.Framework(v.class.Version())
	v.groups = keys.Groups(all)
	for i := range all {
		k := &all[i]
		side, isVersion := strings.CutSuffix(k.Name, converterSuffix+keys.VersionSuffix)
		if isVersion {
			v.addConverterVersion(k, side)
			continue
		}
		if k.Kind == def.Class {
			k.Default = v.workerConverter(strings.TrimSuffix(k.Name, converterSuffix))
		}
		v.add(k)
	}
}

// workerConverter returns the converter that a connector has by default.
func (v *Values) workerConverter(side string) *string {
	name, found := v.worker[side+".converter"]
	if !found && side == "header" {
		name = keys.SimpleHeaders
	}
	full, known := keys.ConverterClass(side)(name)
	if !known {
		return nil
	}
	return &full
}

// addConverterVersion reads the version of a converter. Its default is that of the class.
func (v *Values) addConverterVersion(k *def.Key, side string) {
	row := v.rows[side+converterSuffix]
	class, _ := row.Value.(string)
	if row.Value == nil && row.Key.Default != nil && v.config[row.Key.Name] == Null {
		class = *row.Key.Default
	}
	if _, known := keys.ConverterClass(side)(class); known {
		version := keys.ConverterVersion(class)
		k.Default = &version
		if row.Value != nil {
			k.Values = []string{version}
		}
	}
	v.add(k).Invisible = row.Value == nil
}

// own reads the keys that only the class has.
func (v *Values) own() {
	all := connectors[v.class].keys()
	v.groups = append(v.groups, keys.Groups(all)...)
	for i := range all {
		v.add(&all[i])
	}
}

// add reads a key and adds its row to the answer.
func (v *Values) add(k *def.Key) *def.Result {
	text, found := v.config[k.Name]
	v.read[k.Name] = true
	var r *def.Result
	switch {
	case !found:
		r = k.Read(nil)
	case text == Null:
		r = k.Null()
		v.nulls = append(v.nulls, r)
	default:
		r = k.Read(&text)
	}
	if k.Kind == def.String && strings.HasSuffix(k.Name, keys.VersionSuffix) {
		r.Fail(unbounded(r))
	}
	v.append(r)
	return r
}

func (v *Values) append(r *def.Result) {
	v.rows[r.Key.Name] = r
	v.order = append(v.order, r)
}

// fail adds an error to a key.
func (v *Values) fail(key, problem string) {
	if r := v.rows[key]; r != nil {
		r.Fail(problem)
	}
}

// refuse adds an error to each key that order-sink cannot honour.
func (v *Values) refuse() {
	for _, r := range v.order {
		r.Fail(r.Unsupported())
	}
}

// validation returns the answer.
func (v *Values) validation() connect.Validation {
	answer := connect.Validation{Name: v.config[keys.Class], Groups: v.groups, Configs: []connect.KeyResult{}}
	for _, key := range slices.Sorted(maps.Keys(v.config)) {
		if v.config[key] == Null && !v.read[key] {
			r := def.Result{Key: &def.Key{Name: key}, Errors: []string{def.NullValue}}
			answer.Configs = append(answer.Configs, connect.KeyResult{Value: r.Result().Value})
		}
	}
	for _, r := range v.order {
		shown := r.Result()
		if r.Key.Kind == "" { // a key of a client that the worker does not know
			shown.Definition = nil
		}
		if !r.Key.Hides || len(r.Errors) > 0 {
			answer.Configs = append(answer.Configs, shown)
		}
	}
	for _, config := range answer.Configs {
		answer.ErrorCount += len(config.Value.Errors)
	}
	return answer
}
