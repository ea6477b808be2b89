package properties

import (
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
	"github.com/order-sink/order-sink/internal/connect/configdef/keys"
	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
)

// converters reads the converters of connectors that name none.
func (r *reader) converters() map[string]string {
	all := map[string]string{}
	for _, side := range []string{"key", "value", "header"} {
		name := side + ".converter"
		if side != "header" {
			r.required(name)
		}
		class := r.text(name)
		if class != "" {
			all[name] = class
		}
		for _, key := range r.withPrefix(name + ".") {
			all[key] = r.text(key)
			r.converterKey(side, class, key)
		}
		if side == "header" && class != "" {
			r.ignore(name, headersAreText)
		}
	}
	return all
}

const headersAreText = "headers are text"

// converterKey checks a property of a converter.
func (r *reader) converterKey(side, class, key string) {
	bare := strings.TrimPrefix(key, side+".converter.")
	full, known := keys.ConverterClass(side)(class)
	all := keys.ConverterKeys(full)
	i := slices.IndexFunc(all, func(k def.Key) bool { return k.Name == bare })
	switch {
	case "."+bare == keys.VersionSuffix:
		return
	case side == "header":
		r.ignore(key, headersAreText)
		return
	case !known:
		r.ignore(key, "order-sink does not have the converter "+class)
		return
	case i < 0:
		r.note([]kafkaconf.Note{{Key: key, Verdict: kafkaconf.Unknown}})
		return
	}
	k, text := all[i], r.text(key)
	row := k.Read(&text)
	for _, problem := range row.Errors {
		r.fail(&kafkaconf.Error{Key: key, Text: problem})
	}
	switch unsupported := row.Unsupported(); {
	case len(row.Errors) > 0:
	case unsupported != "": // no error: each connector may name another converter
		r.note([]kafkaconf.Note{{Key: key, Verdict: kafkaconf.Refused, Reason: unsupported}})
	case k.Ignored != "" && (k.Same == "" || !strings.EqualFold(k.Same, row.Shown())):
		r.ignore(key, k.Ignored)
	}
}
