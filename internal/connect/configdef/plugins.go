package configdef

import (
	"net/http"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/configdef/def"
	"github.com/order-sink/order-sink/internal/connect/configdef/keys"
)

// Plugin is a plugin of `GET /connector-plugins`. Type is "sink", "converter",
// "header_converter", "transformation" or "predicate".
type Plugin struct {
	Class   string `json:"class"`
	Type    string `json:"type"`
	Version string `json:"version"`
}

// Plugins returns all plugins, or the connectors only.
func Plugins(connectorsOnly bool) []Plugin {
	all := []Plugin{}
	for _, class := range []Class{Aiven, Confluent, Debezium} {
		all = append(all, Plugin{string(class), "sink", class.Version()})
	}
	if connectorsOnly {
		return all
	}
	for _, class := range keys.Steps(false) {
		all = append(all, Plugin{class, "transformation", stepVersion(class)})
	}
	for _, class := range keys.Steps(true) {
		all = append(all, Plugin{class, "predicate", stepVersion(class)})
	}
	for _, class := range keys.Converters("value") {
		all = append(all, Plugin{class, "converter", keys.ConverterVersion(class)})
	}
	for _, class := range keys.Converters("header") {
		all = append(all, Plugin{class, "header_converter", keys.ConverterVersion(class)})
	}
	return all
}

// stepVersion returns the version that the worker shows for a transform or a predicate.
func stepVersion(class string) string {
	if strings.HasPrefix(class, "io.debezium.") {
		return Debezium.Version()
	}
	return connect.Version
}

// Keys returns the keys of a plugin by its full or short name, for `GET
// /connector-plugins/NAME/config`. The error is a [*connect.Error] with status 404.
func Keys(name string) ([]connect.KeyDefinition, error) {
	if class, err := Find(name, nil); err == nil {
		return definitions(slices.Concat(connectors[class].keys(), keys.Framework(class.Version()))), nil
	}
	for _, side := range []string{"value", "header"} {
		if class, known := keys.ConverterClass(side)(name); known {
			return definitions(keys.ConverterKeys(class)), nil
		}
	}
	for _, predicate := range []bool{false, true} {
		if class, known := keys.Step(name, predicate); known {
			all := slices.DeleteFunc(keys.StepKeys(class), func(k def.Key) bool { return !predicate && (k.Name == negate || k.Name == predicateKey) })
			return definitions(all), nil
		}
	}
	return nil, connect.Errorf(http.StatusNotFound, "Unknown plugin %s.", name)
}

func definitions(all []def.Key) []connect.KeyDefinition {
	shown := []connect.KeyDefinition{}
	for i := range all {
		if !all[i].Hides {
			shown = append(shown, *all[i].Definition())
		}
	}
	return shown
}
