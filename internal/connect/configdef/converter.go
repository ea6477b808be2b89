package configdef

import (
	"slices"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
	"github.com/order-sink/order-sink/internal/connect/configdef/keys"
)

// Converter is a converter with the values of its keys, without the prefix.
type Converter struct {
	Class  string
	Config map[string]string
}

// converterType is a key that the worker sets.
const converterType = "converter.type"

// converterSuffix ends the key of a converter's class, and begins the prefix of its keys.
const converterSuffix = ".converter"

// converters reads the keys of the converters that the connector itself names.
func (v *Values) converters() {
	for _, side := range []string{"header", "key", "value"} {
		row := v.rows[side+converterSuffix]
		if row.Value == nil {
			v.explainConverter(row, side)
			continue
		}
		class, _ := row.Value.(string)
		if !row.Given {
			v.workerKeys(row, side, class)
			continue
		}
		if _, known := keys.ConverterClass(side)(class); !known {
			row.Fail("Class class " + class + " does not implement the " + interfaceOf[side] + " interface")
			continue
		}
		if checkVersion(class, v.rows[side+converterSuffix+keys.VersionSuffix], row) {
			v.converter(side, class)
		}
	}
}

// interfaceOf has the Java interfaces of converters.
var interfaceOf = map[string]string{"key": "Converter", "value": "Converter", "header": "HeaderConverter"}

// explainConverter says what to do instead of a converter that order-sink does not have.
func (v *Values) explainConverter(row *def.Result, side string) {
	name, found := v.config[row.Key.Name]
	if !found {
		if name = v.worker[row.Key.Name]; name == "" {
			return
		}
		row.Fail(def.Invalid(row.Key.Name, name, "Class "+name+" could not be found. It is "+side+converterSuffix+" of the worker."))
	}
	instead(row, keys.ConverterInstead(def.Trim(name)))
}

// instead adds to the last error of a class what to do, if that is known.
func instead(row *def.Result, text string) {
	if last := len(row.Errors) - 1; last >= 0 && text != "" {
		row.Errors[last] += " order-sink does not have it: " + text + "."
	}
}

// converter reads the keys of a converter.
func (v *Values) converter(side, class string) {
	prefix := side + converterSuffix + "."
	all := keys.ConverterKeys(class)
	for _, group := range keys.Groups(all) {
		v.addGroup(group)
	}
	for i := range all {
		k := &all[i]
		text, given := v.config[prefix+k.Name], v.Has(prefix+k.Name)
		v.read[prefix+k.Name] = text != Null // whose error is in front
		var r *def.Result
		switch {
		case k.Name == converterType:
			r = k.Read(&side)
		case text == Null:
			r = k.Null()
		case given:
			r = k.Read(&text)
		default:
			r = k.Read(nil)
		}
		if k.Display == "" {
			k.Display = k.Name
		}
		k.Name = prefix + k.Name // behind Read: the texts of errors have no prefix
		v.append(r)
	}
}

// workerKeys checks the keys of a converter of the worker, which the connector uses.
func (v *Values) workerKeys(row *def.Result, side, class string) {
	if side == "header" { // headers are text
		return
	}
	for _, k := range keys.ConverterKeys(class) {
		name := side + converterSuffix + "." + k.Name
		text, given := v.worker[name]
		if !given {
			continue
		}
		r := k.Read(&text)
		r.Fail(r.Unsupported())
		for _, problem := range r.Errors {
			row.Fail(name + " of the worker: " + problem)
		}
	}
}

func (v *Values) addGroup(group string) {
	if !slices.Contains(v.groups, group) {
		v.groups = append(v.groups, group)
	}
}

// Converter returns the converter of a side, "key", "value" or "header", with the defaults of
// its keys. As in Kafka Connect, the worker's converter has the worker's settings only: the
// connector's settings count when the connector names the class.
func (v *Values) Converter(side string) Converter {
	row := v.rows[side+converterSuffix]
	class, _ := row.Value.(string)
	from := v.worker
	if row.Given {
		from = v.config
	}
	c := Converter{Class: class, Config: map[string]string{}}
	for _, k := range keys.ConverterKeys(class) {
		text, found := from[side+converterSuffix+"."+k.Name]
		switch {
		case k.Name == converterType:
		case found && text != Null:
			c.Config[k.Name] = def.Trim(text)
		case k.Default != nil && k.Alias == "":
			c.Config[k.Name] = *k.Default
		}
	}
	return c
}
