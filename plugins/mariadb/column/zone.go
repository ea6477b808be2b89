package column

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // containers have no time zones

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// The names of the settings of a [Zone].
const (
	FieldTimeZone      = "time_zone"
	FieldTimeZoneTypes = "time_zone_types"
)

// The types whose values a zone moves.
const (
	MovesTimestamp      = "timestamp"       // Kafka Connect's Timestamp, or a time without a schema
	MovesZonedTimestamp = "zoned_timestamp" // Debezium's ZonedTimestamp, or text with a time zone
	MovesTime           = "time"            // Kafka Connect's Time
	MovesDate           = "date"            // Kafka Connect's Date
)

var movable = []string{MovesTimestamp, MovesZonedTimestamp, MovesTime, MovesDate}

// Zone is a time zone whose clock the DATETIME, DATE and TIME columns have. A nil Zone is UTC.
type Zone struct {
	location *time.Location
	standard time.Duration // the offset of its standard time
	moves    map[string]bool
}

// NewZone returns the zone of a name of the IANA database, nil for UTC. The error says what is
// wrong with the name.
func NewZone(name string, types []string) (*Zone, error) {
	if name == "" || strings.EqualFold(name, "local") {
		return nil, fmt.Errorf("%s %q is no name of a time zone: write it as Europe/Berlin, or UTC", FieldTimeZone, name)
	}
	location, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("%s %q is no name of a time zone: write it as Europe/Berlin, or UTC", FieldTimeZone, name)
	}
	if location == time.UTC {
		return nil, nil
	}
	z := &Zone{location: location, standard: standardOf(location), moves: make(map[string]bool)}
	for _, t := range types {
		if !slices.Contains(movable, t) {
			return nil, fmt.Errorf("%s %q is none of %s", FieldTimeZoneTypes, t, strings.Join(movable, ", "))
		}
		z.moves[t] = true
	}
	return z, nil
}

// standardOf returns the smallest offset of a year: summer time moves the clock forward.
func standardOf(location *time.Location) time.Duration {
	smallest := 24 * time.Hour
	for day := range 365 {
		smallest = min(smallest, offsetOf(location, time.Date(2025, 1, 1+day, 0, 0, 0, 0, time.UTC)))
	}
	return smallest
}

func offsetOf(location *time.Location, t time.Time) time.Duration {
	_, seconds := t.In(location).Zone()
	return time.Duration(seconds) * time.Second
}

// Has says whether a column has the clock of a zone. The server itself keeps TIMESTAMP
// columns in UTC: they are written in the time zone of the session.
func (z *Zone) Has(c *Column) bool {
	return z != nil && (c.DataType == "datetime" || c.Family == Dates || c.Family == Times)
}

// Move returns a value of a column with this zone as the clock of the zone shows it. its is
// the schema of the value, or nil.
func (z *Zone) Move(c *Column, v any, its *schema.Schema) any {
	switch v := v.(type) {
	case time.Time:
		return z.moveTime(c, v, its)
	case string:
		if c.Family == Times {
			return z.moveTimeOfDay(v, its)
		}
		if t, hasZone := parseZoned(v); hasZone && c.Family == Datetimes && z.moves[MovesZonedTimestamp] {
			return t.Add(offsetOf(z.location, t))
		}
	}
	return v
}

func (z *Zone) moveTime(c *Column, t time.Time, its *schema.Schema) time.Time {
	isOf := func(l schema.Logical) bool { return its == nil || its.Logical == l && its.IsConnect }
	t = t.UTC()
	switch {
	case c.Family == Dates:
		midnight := t.Truncate(24 * time.Hour)
		if z.moves[MovesDate] && isOf(schema.Date) && t.Equal(midnight) {
			return t.Add(z.offset(t)).Truncate(24 * time.Hour)
		}
	case its != nil && its.Logical == schema.ZonedTime:
		if z.moves[MovesZonedTimestamp] {
			return t.Add(offsetOf(z.location, t))
		}
	case z.moves[MovesTimestamp] && isOf(schema.Timestamp):
		return t.Add(z.offset(t))
	}
	return t
}

// moveTimeOfDay moves a time of day by the offset of 1970-01-01, as a JDBC sink does: Kafka
// Connect's Time is a time on that day.
func (z *Zone) moveTimeOfDay(text string, its *schema.Schema) string {
	const form = "15:04:05.999999999"
	if !z.moves[MovesTime] || its == nil || its.Logical != schema.Time || !its.IsConnect {
		return text
	}
	t, err := time.Parse(form, text)
	if err != nil { // a duration
		return text
	}
	t = time.Date(1970, 1, 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	return t.Add(z.offset(t)).Format(form)
}

// offset returns the offset of the zone from UTC at a time. Before 1900 it is the offset of
// the zone's standard time, as for java.util.Calendar, which the JDBC sinks use. The local mean
// times of those years have odd seconds.
func (z *Zone) offset(t time.Time) time.Duration {
	if t.Year() < 1900 {
		return z.standard
	}
	return offsetOf(z.location, t)
}

// parseZoned reads text with a time zone. Text with a fraction that a time cannot have is left
// to [Column.Accept].
func parseZoned(text string) (time.Time, bool) {
	if longFraction.MatchString(text) {
		return time.Time{}, false
	}
	for _, form := range timestampForms {
		if !strings.HasSuffix(form, "Z07:00") && !strings.HasSuffix(form, "Z0700") || !strings.Contains(form, "15") {
			continue
		}
		if t, err := time.Parse(form, text); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}
