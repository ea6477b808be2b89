package configdef

import (
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
	"github.com/order-sink/order-sink/internal/connect/configdef/keys"
)

// Converter is a converter with the values of its keys, without the prefix.
type Converter struct {
	Class  string
	Config map[string]string
}

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
			continue
		}
		if _, known := keys.ConverterClass(side)(class); !known {
			row.Fail("Class class " + class + " does not implement the " + interfaceOf[side] + " interface")
			continue
		}
		if v.checkVersion(row, v.rows[side+converterSuffix+keys.VersionSuffix]) {
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
	if instead := keys.ConverterInstead(def.Trim(name)); instead != "" {
		row.Errors[len(row.Errors)-1] += " " + capital(instead) + "."
	}
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

// converter reads the keys of a converter.
func (v *Values) converter(side, class string) {
	prefix := side + converterSuffix + "."
	all := keys.ConverterKeys(class)
	for _, group := range keys.Groups(all) {
		v.addGroup(group)
	}
	for i := range all {
		k := &all[i]
		name := prefix + k.Name
		text, found := v.config[name]
		v.read[name] = true
		r := &def.Result{Key: k}
		switch {
		case k.Name == "converter.type":
			r = k.Read(&side)
		case found && text == Null:
			r = k.Null()
			v.nulls = append(v.nulls, r)
		case found:
			r = k.Read(&text)
		default:
			if older := olderName(all, k.Name); older != "" && v.Has(prefix+older) {
				text = v.config[prefix+older]
				r = k.Read(&text)
				r.Given = false
				break
			}
			r = k.Read(nil)
		}
		if k.Display == "" {
			k.Display = k.Name
		}
		k.Name = name
		v.append(r)
	}
}

// olderName returns the older name of a key, or nothing.
func olderName(all []def.Key, name string) string {
	for i := range all {
		if all[i].Alias == name {
			return all[i].Name
		}
	}
	return ""
}

func (v *Values) addGroup(group string) {
	for _, known := range v.groups {
		if known == group {
			return
		}
	}
	v.groups = append(v.groups, group)
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
	all := keys.ConverterKeys(class)
	prefix := side + converterSuffix + "."
	for i := range all {
		k := &all[i]
		text, found := from[prefix+k.Name]
		switch {
		case found && text != Null && k.Alias == "":
			c.Config[k.Name] = def.Trim(text)
		case found && text != Null:
			if _, newer := from[prefix+k.Alias]; !newer {
				c.Config[k.Alias] = def.Trim(text)
			}
		case k.Default != nil && k.Alias == "" && c.Config[k.Name] == "":
			c.Config[k.Name] = *k.Default
		}
	}
	delete(c.Config, "converter.type")
	return c
}
