package keys

import (
	"fmt"
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

// offset is a time zone as its distance from UTC.
var offset = regexp.MustCompile(`^(?:UTC|GMT|Z)?(?:[+-]\d\d?(?::?\d\d)?)?$`)

// ZoneOffset returns an error for a text that is no distance from UTC, such as +02:00.
func ZoneOffset(text string) error {
	if text == "" || !offset.MatchString(text) {
		return fmt.Errorf("time zone %s is not known: write it as Europe/Berlin or +02:00", text)
	}
	return nil
}
