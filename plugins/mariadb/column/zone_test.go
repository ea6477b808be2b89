package column_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
)

func named(name string) *schema.Schema {
	return &schema.Schema{Name: name, Meaning: schema.Meanings[name]}
}

var (
	connectTimestamp = named("org.apache.kafka.connect.data.Timestamp")
	connectTime      = named("org.apache.kafka.connect.data.Time")
	connectDate      = named("org.apache.kafka.connect.data.Date")
	microTimestamp   = named("io.debezium.time.MicroTimestamp")
	zonedTimestamp   = named("io.debezium.time.ZonedTimestamp")
	plainText        = &schema.Schema{Type: schema.String}
)

func temporal(dataType string, digits int) *column.Column {
	c := &column.Column{Name: "c", DataType: dataType, ColumnType: dataType, Fraction: digits}
	c.Classify(0, 0)
	return c
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04"} {
		if v, err := time.Parse(form, text); err == nil {
			return v
		}
	}
	require.Fail(t, "no time: "+text)
	return time.Time{}
}

func zone(t *testing.T, name string, types ...string) *column.Zone {
	t.Helper()
	z, err := column.NewZone(name, types)
	require.NoError(t, err)
	return z
}

// The clock is that of the sinks of the JVM: around summer time, and before 1900.
func TestAZoneShowsTheClockOfTheJVM(t *testing.T) {
	t.Parallel()
	golden, err := os.ReadFile("testdata/zones.txt")
	require.NoError(t, err)
	c := temporal("datetime", 6)
	for line := range strings.Lines(string(golden)) {
		parts := strings.Fields(line)
		if parts[0] == "#" {
			continue
		}
		z := zone(t, parts[0], column.MovesTimestamp, column.MovesZonedTimestamp)
		at := instant(t, parts[1])
		assert.Equal(t, instant(t, parts[2]), z.Move(c, at, connectTimestamp), line)
		assert.Equal(t, instant(t, parts[2]), z.Move(c, at, nil), "without a schema: %s", line)
		assert.Equal(t, instant(t, parts[3]), z.Move(c, at, zonedTimestamp), line)
		assert.Equal(t, instant(t, parts[3]), z.Move(c, parts[1], plainText), line)
	}
}

func TestAZoneMovesOnlyItsTypes(t *testing.T) {
	t.Parallel()
	const berlin, newYork = "Europe/Berlin", "America/New_York"
	datetime, date, clock := temporal("datetime", 3), temporal("date", 0), temporal("time", 3)
	noon, midnight := instant(t, "2024-07-01T12:00:00Z"), instant(t, "2024-07-01T00:00:00Z")
	all := []string{column.MovesTimestamp, column.MovesZonedTimestamp, column.MovesTime, column.MovesDate}
	for name, c := range map[string]struct {
		zone  string
		types []string
		c     *column.Column
		v     any
		its   *schema.Schema
		want  any
	}{
		"a Timestamp":                   {berlin, all, datetime, noon, connectTimestamp, noon.Add(2 * time.Hour)},
		"a Timestamp that is not named": {berlin, all[1:], datetime, noon, connectTimestamp, noon},
		"a MicroTimestamp":              {berlin, all, datetime, noon, microTimestamp, noon},
		"a ZonedTimestamp":              {berlin, all, datetime, noon, zonedTimestamp, noon.Add(2 * time.Hour)},
		"a ZonedTimestamp, not named":   {berlin, all[:1], datetime, noon, zonedTimestamp, noon},
		"text with a zone":              {berlin, all, datetime, "2024-07-01 12:00:00.5+0300", plainText, instant(t, "2024-07-01T11:00:00.5Z")},
		"text without a zone":           {berlin, all, datetime, "2024-07-01 12:00:00", plainText, "2024-07-01 12:00:00"},
		"text that no time can hold":    {berlin, all, datetime, "2024-07-01T12:00:00.1234567891Z", plainText, "2024-07-01T12:00:00.1234567891Z"},
		"other text":                    {berlin, all, datetime, "soon", plainText, "soon"},
		"a Date east of UTC":            {berlin, all, date, midnight, connectDate, midnight},
		"a Date west of UTC":            {newYork, all, date, midnight, connectDate, midnight.AddDate(0, 0, -1)},
		"a Date that is not named":      {newYork, all[:3], date, midnight, connectDate, midnight},
		"a Date before 1970":            {newYork, all, date, instant(t, "0001-01-02T00:00:00Z"), connectDate, instant(t, "0001-01-01T00:00:00Z")},
		"a Date in a DATETIME":          {newYork, all, datetime, midnight, connectDate, midnight},
		"a time of day in a DATE":       {newYork, all, date, noon, connectDate, noon},
		"a Timestamp in a DATE":         {newYork, all, date, midnight, connectTimestamp, midnight},
		"a Time by the offset of 1970":  {berlin, all, clock, "12:00:00.5", connectTime, "13:00:00.5"},
		"a Time of the evening":         {berlin, all, clock, "23:30:00", connectTime, "00:30:00"},
		"a Time west of UTC":            {newYork, all, clock, "02:00:00", connectTime, "21:00:00"},
		"a Time that is not named":      {berlin, all[:2], clock, "12:00:00", connectTime, "12:00:00"},
		"a duration":                    {berlin, all, clock, "-30:00:00", connectTime, "-30:00:00"},
		"text in a TIME":                {berlin, all, clock, "12:00:00", plainText, "12:00:00"},
		"a number":                      {berlin, all, datetime, int64(1), plainText, int64(1)},
		"null":                          {berlin, all, datetime, nil, connectTimestamp, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, c.want, zone(t, c.zone, c.types...).Move(c.c, c.v, c.its))
		})
	}
	z := zone(t, berlin, all...)
	for dataType, has := range map[string]bool{"datetime": true, "date": true, "time": true, "timestamp": false, "varchar": false, "bigint": false} {
		assert.Equal(t, has, z.Has(temporal(dataType, 0)), dataType)
	}
	assert.False(t, zone(t, "UTC", all...).Has(datetime))
}

func TestAZoneNeedsItsName(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "Local", "Mars/Olympus", "+01:00", "../etc/passwd"} {
		_, err := column.NewZone(bad, nil)
		assert.ErrorContains(t, err, "time_zone \""+bad+"\" is no name of a time zone: write it as Europe/Berlin, or UTC")
	}
	_, err := column.NewZone("Europe/Berlin", []string{"datetime"})
	assert.EqualError(t, err, `time_zone_types "datetime" is none of timestamp, zoned_timestamp, time, date`)
}
