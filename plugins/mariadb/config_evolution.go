package mariadb

import (
	"errors"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/setting"
	"github.com/order-sink/order-sink/plugins/mariadb/ddl"
	"github.com/order-sink/order-sink/plugins/mariadb/store"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

func evolutionFields() []*service.ConfigField {
	return []*service.ConfigField{
		service.NewBoolField(store.FieldCreate).
			Description("Creates a table that does not exist, from the schema of its first record. The account needs the privilege CREATE. It needs columns from the schema: `columns` is empty, and `schema_metadata` names the schema.").
			Default(false),
		service.NewBoolField(store.FieldAdd).
			Description("Adds a column for each field of the schema that has none, if the field is optional or has a default. The account needs the privilege ALTER. The output never changes or drops a column. It needs columns from the schema, as `" + store.FieldCreate + "` does.").
			Default(false),
		service.NewStringAnnotatedEnumField(ddl.FieldMapping, map[string]string{
			string(ddl.Native):    "Each type gets a column that holds its values exactly. Text is `LONGTEXT`, or `VARCHAR(255)` with a binary collation in the key.",
			string(ddl.Confluent): "The columns of Confluent's JDBC sink. Text in the key is `VARCHAR(255)`: the sink makes it `TEXT`, which MariaDB allows in no key.",
			string(ddl.Debezium):  "The columns of Debezium's JDBC sink with `schema.evolution=basic`. Names of columns are in lower case.",
			string(ddl.Aiven):     "The columns of Aiven's JDBC sink.",
		}).
			Description("The types of the columns that the output creates. With `confluent`, `debezium` or `aiven`, the columns are those of that JDBC sink, except that text in the key has a binary collation.").
			Default(string(ddl.Native)).
			Advanced(),
		service.NewBoolField(store.FieldDryRun).
			Description("Logs the statement that would create the table or add the columns, and waits until somebody has run it.").
			Default(false).
			Advanced(),
	}
}

func parseEvolution(err *error, parsed *service.ParsedConfig) store.Evolution {
	return store.Evolution{
		Create:  setting.Read(err, parsed.FieldBool, store.FieldCreate),
		Add:     setting.Read(err, parsed.FieldBool, store.FieldAdd),
		DryRun:  setting.Read(err, parsed.FieldBool, store.FieldDryRun),
		Mapping: ddl.Mapping(setting.Read(err, parsed.FieldString, ddl.FieldMapping)),
	}
}

// checkEvolution finds the mistakes that need no server.
func checkEvolution(c *config) error {
	if !ddl.IsMapping(c.Evolution.Mapping) {
		return errors.New(ddl.FieldMapping + " is none of native, confluent, debezium, aiven")
	}
	if (c.Evolution.Create || c.Evolution.Add) && (!c.Target.IsOpen() || c.Schema == "") {
		return errors.New(store.FieldCreate + " and " + store.FieldAdd + " need columns from the schema: leave " + table.FieldColumns + " empty, and set " + fieldSchemaMetadata)
	}
	return nil
}
