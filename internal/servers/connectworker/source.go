package connectworker

import (
	"fmt"
	"maps"
	"net"
	"strconv"
	"strings"
)

// Source configures Debezium's MariaDB connector. It writes the changes of a database to a
// topic for each table, "prefix.database.table". MariaDB needs a binary log with
// binlog_format=ROW and binlog_row_image=FULL.
type Source struct {
	Prefix     string // of the topics
	Seeds      []string
	Partitions int // of each topic that the connector creates
	ServerID   int // as a replica of MariaDB; no other replica may have it

	Address        string // of MariaDB, "127.0.0.1:port"
	User, Password string // an account that may read the binary log
	Database       string

	// Set has further settings, and settings in place of those of Config.
	Set map[string]string
}

// Config returns the configuration for [Worker.Create]. With these settings no value
// changes on its way:
//
//   - bigint.unsigned.handling.mode=precise, because the default wraps values over 2^63-1.
//   - replace.null.with.default=false, because the default sends a column's DEFAULT for NULL.
//   - enable.time.adjuster=false, because the default turns the year 1 into 2001.
//   - skipped.operations=none, because the default skips TRUNCATE.
func (s Source) Config() (map[string]string, error) {
	host, port, err := net.SplitHostPort(s.Address)
	if err != nil {
		return nil, fmt.Errorf("configuring the MariaDB source: %w", err)
	}
	config := map[string]string{
		"connector.class":       "io.debezium.connector.mariadb.MariaDbConnector",
		"tasks.max":             "1",
		"topic.prefix":          s.Prefix,
		"database.hostname":     host,
		"database.port":         port,
		"database.user":         s.User,
		"database.password":     s.Password,
		"database.ssl.mode":     "disable",
		"database.server.id":    strconv.Itoa(s.ServerID),
		"database.include.list": s.Database,

		"schema.history.internal.kafka.bootstrap.servers": strings.Join(s.Seeds, ","),
		"schema.history.internal.kafka.topic":             s.Prefix + "-history",
		"topic.creation.default.partitions":               strconv.Itoa(s.Partitions),
		"topic.creation.default.replication.factor":       "1",

		"bigint.unsigned.handling.mode": "precise",
		"enable.time.adjuster":          "false",
		"skipped.operations":            "none",
	}
	for _, side := range []string{"key", "value"} {
		config[side+".converter"] = "org.apache.kafka.connect.json.JsonConverter"
		config[side+".converter.schemas.enable"] = "true"
		config[side+".converter.replace.null.with.default"] = "false"
	}
	maps.Copy(config, s.Set)
	return config, nil
}
