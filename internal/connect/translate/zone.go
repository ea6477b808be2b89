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
	if t.class == configdef.Debezium {
		for _, key := range []string{"use.time.zone", "database.time_zone"} {
			if _, given := t.Config[key]; given && !keys.IsUTC(t.v.String(key)) {
				t.differs(key, "no effect: order-sink writes times in UTC. With MariaDB, the key has no effect in the connector either: its driver writes the clock of the JVM's time zone")
			}
		}
		return nil
	}
	const key = "db.timezone"
	types := []string{"timestamp", "time", "date"}
	if t.class == configdef.Confluent && t.v.Word("date.timezone") == "utc" {
		types = types[:2]
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
