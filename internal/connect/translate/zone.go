package translate

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // containers have no time zones

	"github.com/order-sink/order-sink/internal/connect/configdef"
	"github.com/order-sink/order-sink/internal/connect/configdef/keys"
)

// zone says which local time the times of the rows have.
func (t *translator) zone() []any {
	key, types := "db.timezone", []string{"timestamp", "time", "date"}
	switch t.class {
	case configdef.Debezium:
		key, types = "use.time.zone", []string{"zoned_timestamp"}
	case configdef.Confluent:
		if t.v.Word("date.timezone") == "utc" {
			types = types[:2]
		}
	}
	text := t.v.String(key)
	if text == "" || keys.IsUTC(text) {
		return nil
	}
	name, known := zoneName(text)
	if !known {
		t.refuse(key, "the time zone is not in the IANA database: write it as Europe/Berlin, or as +02:00 with whole hours")
		return nil
	}
	return []any{"time_zone", name, "time_zone_types", types}
}

// offset is a time zone that Java writes as a difference from UTC.
var offset = regexp.MustCompile(`^(?:UTC|GMT)?([+-])0?(\d{1,2})(?::?(\d{2}))?$`)

// zoneName returns the name of a time zone of Java in the IANA database, where the zones of
// whole hours are Etc/GMT-9 for nine hours in front of UTC.
func zoneName(text string) (name string, known bool) {
	if parts := offset.FindStringSubmatch(text); parts != nil {
		if strings.Trim(parts[3], "0") != "" {
			return "", false
		}
		sign := map[string]string{"+": "-", "-": "+"}[parts[1]]
		text = fmt.Sprintf("Etc/GMT%s%s", sign, parts[2])
	}
	_, err := time.LoadLocation(text)
	return text, err == nil
}
