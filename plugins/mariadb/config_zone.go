package mariadb

import (
	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/setting"
	"github.com/order-sink/order-sink/plugins/mariadb/column"
)

func zoneFields() []*service.ConfigField {
	return []*service.ConfigField{
		service.NewStringField(column.FieldTimeZone).
			Description("The time zone of the clock that DATETIME columns show, as a name of the IANA database. See [time zones](#time-zones).").
			Example("Europe/Berlin").
			Default("UTC").
			Advanced(),
		service.NewStringListField(column.FieldTimeZoneTypes).
			Description("The values that `time_zone` moves: `timestamp` (Kafka Connect's Timestamp, and a point in time without a schema), `zoned_timestamp` (Debezium's ZonedTimestamp, and text with a time zone), `time` (Kafka Connect's Time), `date` (Kafka Connect's Date). The field `schema_metadata` must name the schema, so that the output can tell these types from others.").
			Example([]string{column.MovesTimestamp, column.MovesTime, column.MovesDate}).
			Default([]any{column.MovesTimestamp, column.MovesZonedTimestamp}).
			Advanced(),
	}
}

func parseZone(err *error, parsed *service.ParsedConfig) *column.Zone {
	name := setting.Read(err, parsed.FieldString, column.FieldTimeZone)
	types := setting.Read(err, parsed.FieldStringList, column.FieldTimeZoneTypes)
	if *err != nil {
		return nil
	}
	zone, wrong := column.NewZone(name, types)
	*err = wrong
	return zone
}
