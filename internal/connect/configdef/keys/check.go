package keys

import (
	"regexp"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // the zones of machines without a database of zones

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
	"github.com/order-sink/order-sink/plugins/connecttransform"
)

// Regex refuses a regular expression that the worker cannot match topics with.
func Regex(key string, value any) string {
	expression, isText := value.(string)
	if !isText {
		return def.Invalid(key, value, "Invalid regex: a regular expression is necessary")
	}
	if _, err := regexp.Compile(expression); err != nil {
		return def.Invalid(key, value, "Invalid regex: "+err.Error())
	}
	if err := connecttransform.CheckRegex(expression); err != nil {
		return def.Invalid(key, value, "Invalid regex: "+err.Error())
	}
	return ""
}

// javaRegex refuses a regular expression that the transforms cannot match.
func javaRegex(key string, value any) string {
	expression, isText := value.(string)
	if !isText {
		return def.Invalid(key, value, "Invalid regex: a regular expression is necessary")
	}
	if err := connecttransform.CheckRegex(expression); err != nil {
		return def.Invalid(key, value, "Invalid regex: "+err.Error())
	}
	return ""
}

// Zone refuses a time zone that is not known.
func Zone(key string, value any) string {
	if name, isText := value.(string); isText && name != "" && name != "Local" {
		if _, err := time.LoadLocation(name); err == nil {
			return ""
		}
	}
	return def.Invalid(key, value, "Invalid time zone identifier")
}

// classes knows classes by their full and their simple names.
func classes(full ...string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		i := slices.IndexFunc(full, func(class string) bool { return class == name || simple(class) == name })
		if i < 0 {
			return "", false
		}
		return full[i], true
	}
}

// simple returns the name of a class without its package.
func simple(class string) string { return class[strings.LastIndexByte(class, '.')+1:] }

// offset is a time zone as its distance from UTC, and zero is one without a distance.
var (
	offset = regexp.MustCompile(`^(?:UTC|GMT|Z)?(?:[+-]\d\d?(?::?\d\d)?)?$`)
	zero   = regexp.MustCompile(`^(?:UTC|GMT|Z)?(?:[+-]00?(?::?00)?)?$`)
)

// Offset refuses a time zone that is neither known nor a distance from UTC, such as +02:00.
func Offset(key string, value any) string {
	if text, _ := value.(string); text != "" && offset.MatchString(text) {
		return ""
	}
	return Zone(key, value)
}

// IsUTC reports whether a time zone is UTC under one of its names.
func IsUTC(zone string) bool {
	if zone != "" && zero.MatchString(zone) {
		return true
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return false
	}
	for year := 1970; year < 2030; year++ {
		for _, month := range []time.Month{time.January, time.July} {
			if _, seconds := time.Date(year, month, 1, 0, 0, 0, 0, location).Zone(); seconds != 0 {
				return false
			}
		}
	}
	return true
}
