package connectworker

import (
	"maps"
	"strconv"
	"strings"
)

// Sink configures one of Debezium's JDBC sinks. It upserts the records of topics, by
// order_id, into existing tables of MariaDB.
type Sink struct {
	Topic string // or several, with commas between them
	Table string // in Database; "${topic}" for the table of the name of the topic
	Tasks int
	// Changes is set when the records are change events of Debezium. Their keys have schemas,
	// and the sink deletes rows, too.
	Changes bool

	Address        string // of MariaDB, "127.0.0.1:port"
	User, Password string
	Database       string

	// Set has further settings, and settings in place of those of Config.
	Set map[string]string

	// Tuned uses the fastest settings of a measurement instead of the defaults.
	//
	// 2026-11-25, 2 shared and busy cores, 4 partitions and tasks, 200,000 and
	// 300,000 new orders, thousands of rows/s after the first row in 3 rounds each,
	// and the median of the worker's CPU for a row:
	//
	//	the defaults                            20-26         26 us
	//	useBulkStmts                            18-28         29 us
	//	useBulkStmtsForInserts                  14-30         34 us
	//	rewriteBatchedStatements                34-41, 30-64  23 us
	//	the same, and fetches of 1 to 4 MB      36-38, 32-57  24 us
	//	the same, and use.reduction.buffer      31-41         26 us
	//	the same, and useServerPrepStmts        25-48, 28-51  21 us
	//
	// All but the first used batches of 3,000. Larger fetches were not faster, so Tuned
	// keeps their defaults.
	//
	// 2026-11-28, 2 shared cores, 4 partitions and tasks, 200,000 change events, thousands
	// of events/s in 2 rounds each, and the worker's CPU for an event:
	//
	//	the defaults                            12-13         65-84 us
	//	as tuned for orders                     14-16         70-82 us
	//	the same, and use.reduction.buffer      32-36         43-47 us
	//	the same, with batches of 10,000        31-36         42-51 us
	//	the same, and fetches of 4 MB           32-35         39-51 us
	//	the same, without useServerPrepStmts    27-40         38-61 us
	//	the same, with useBulkStmts alone       23-27         43-61 us
	//
	// All but the first two have use.reduction.buffer. Without it, the sink ends a batch
	// where a deletion follows an update.
	Tuned bool
}

// Config returns the configuration for [Worker.Create].
func (s Sink) Config() map[string]string {
	config := map[string]string{
		"connector.class":                     "io.debezium.connector.jdbc.JdbcSinkConnector",
		"tasks.max":                           strconv.Itoa(s.Tasks),
		"topics":                              s.Topic,
		"collection.name.format":              s.Table,
		"connection.url":                      "jdbc:mariadb://" + s.Address + "/" + s.Database,
		"connection.username":                 s.User,
		"connection.password":                 s.Password,
		"insert.mode":                         "upsert",
		"primary.key.mode":                    "record_value",
		"primary.key.fields":                  "order_id",
		"schema.evolution":                    "none",
		"consumer.override.auto.offset.reset": "earliest",
	}
	if s.Changes {
		delete(config, "primary.key.fields") // all fields of the key
		config["primary.key.mode"] = "record_key"
		config["delete.enabled"] = "true"
		config["key.converter"] = "org.apache.kafka.connect.json.JsonConverter"
		config["key.converter.schemas.enable"] = "true"
	}
	if s.Tuned {
		config["connection.url"] += "?rewriteBatchedStatements=true&useServerPrepStmts=true"
		config["batch.size"] = "3000"
		config["consumer.override.max.poll.records"] = "3000"
		if s.Changes {
			config["use.reduction.buffer"] = "true"
		}
		if strings.Contains(s.Topic, ",") {
			// The default assigns the topics one by one: the first task gets the first partition
			// of each, which is all of them when topics have one partition.
			config["consumer.override.partition.assignment.strategy"] = "org.apache.kafka.clients.consumer.RoundRobinAssignor"
		}
	}
	maps.Copy(config, s.Set)
	return config
}
