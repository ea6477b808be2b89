package keys

import "github.com/order-sink/order-sink/internal/connect/configdef/def"

// The keys of Confluent's sink that other packages name.
const (
	CredentialsPrefix = "jdbc.credentials.provider."
	CredentialsClass  = CredentialsPrefix + "class"
	defaultProvider   = "io.confluent.connect.jdbc.util.DefaultJdbcCredentialsProvider"
)

// zeroOrMore is the check of retries and sizes.
var zeroOrMore = []def.Check{def.AtLeast(0)}

// Confluent returns the keys of Confluent's JDBC sink.
func Confluent() []def.Key {
	all := in(groupConnection,
		url(), user(), password(),
		def.Key{Name: CredentialsClass, Kind: def.Class, Classes: classes(defaultProvider), Default: def.Text(defaultProvider), Importance: def.Low, Width: def.Wide, Display: "JDBC Credentials Provider Class", Doc: "Only the default: user and password are in the configuration.", Same: defaultProvider, Ignored: "user and password are in the configuration"},
		dialect(def.Wide),
		def.Key{Name: "connection.attempts", Kind: def.Int, Default: def.Text("3"), Importance: def.Low, Width: def.Narrow, Display: "JDBC connection attempts", Checks: []def.Check{def.AtLeast(1)}, Doc: "No effect: order-sink waits until MariaDB is back.", Ignored: ownRetries},
		def.Key{Name: "connection.backoff.ms", Kind: def.Long, Default: def.Text("10000"), Importance: def.Low, Width: def.Narrow, Display: "JDBC connection backoff in milliseconds", Doc: "No effect: order-sink waits until MariaDB is back.", Ignored: ownRetries},
	)
	all = append(all, in(groupWrites,
		insertMode("insert", "upsert", "update"), batchSize(),
		def.Key{Name: "delete.enabled", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Medium, Width: def.Narrow, Display: "Enable deletes", Doc: "Whether a tombstone deletes the row of its key. It needs pk.mode=record_key."},
		def.Key{Name: "table.types", Kind: def.List, Default: def.Text("TABLE"), Importance: def.Low, Width: def.Middle, Display: "Table Types", Values: []string{"TABLE", "PARTITIONED TABLE", "VIEW"}, Doc: "No effect: order-sink writes into tables and views.", Ignored: "order-sink writes into whatever has the name"},
		def.Key{Name: "replace.null.with.default", Kind: def.Boolean, Default: def.Text("true"), Importance: def.Low, Width: def.Middle, Display: "Replace null with default", Doc: "Whether a null becomes the default of its field."},
	)...)
	all = append(all, in(groupDataMapping,
		tableFormat(def.NotEmpty), keyMode(), keyFields(), whitelist(), zone("DB Time Zone"),
		def.Key{Name: "date.timezone", Kind: def.String, Default: def.Text("DB_TIMEZONE"), Importance: def.Low, Width: def.Middle, Display: "Time Zone used for Date", Checks: []def.Check{def.Enumerator("db_timezone", "utc")}, Values: []string{"DB_TIMEZONE", "UTC"}, Doc: "No effect: order-sink writes days as they are.", Same: "utc", Ignored: "order-sink writes days as they are, as with UTC"},
		def.Key{Name: "timestamp.fields.list", Kind: def.List, Default: def.Text(""), Importance: def.Low, Width: def.Middle, Display: "Timestamp Fields List", Doc: "Not supported: use the transform TimestampConverter.", Refused: "use the transform TimestampConverter with target.type=Timestamp and unix.precision=microseconds"},
		def.Key{Name: "timestamp.precision.mode", Kind: def.String, Default: def.Text("microseconds"), Importance: def.Low, Width: def.Middle, Display: "Timestamp Precision Mode", Checks: []def.Check{def.Enumerator("microseconds", "nanoseconds")}, Values: []string{"microseconds", "nanoseconds"}, Doc: "No effect without timestamp.fields.list.", Ignored: "it concerns timestamp.fields.list only"},
		def.Key{Name: "date.calendar.system", Kind: def.String, Default: def.Text("LEGACY"), Importance: def.Low, Width: def.Middle, Display: "Date Calendar System", Checks: []def.Check{def.Enumerator("legacy", "proleptic_gregorian")}, Values: []string{"LEGACY", "PROLEPTIC_GREGORIAN"}, Doc: "No effect: order-sink writes the Gregorian calendar, also for days before 1582-10-15.", Same: "proleptic_gregorian", Ignored: "order-sink writes the Gregorian calendar, as with PROLEPTIC_GREGORIAN: days before 1582-10-15 differ from LEGACY"},
		def.Key{Name: "string.output.value.column.name", Kind: def.String, Default: def.Text("record_value"), Importance: def.Low, Width: def.Middle, Display: "String Output Value Column Name", Checks: []def.Check{def.NotEmpty}, Doc: "The column of a record whose value is text."},
	)...)
	all = append(all, in(groupDDL,
		autoCreate(), autoEvolve(),
		def.Key{Name: "quote.sql.identifiers", Kind: def.String, Default: def.Text("always"), Importance: def.Medium, Width: def.Middle, Display: "Quote Identifiers", Values: []string{"always", "never"}, Doc: "No effect: order-sink always quotes names.", Same: "always", Ignored: "order-sink always quotes names"},
	)...)
	all = append(all, in(groupDML,
		def.Key{Name: "mssql.use.merge.holdlock", Kind: def.Boolean, Default: def.Text("true"), Importance: def.Low, Width: def.Middle, Display: "SQL Server - Use HOLDLOCK in MERGE", Doc: "No effect: for SQL Server.", Ignored: otherBase},
	)...)
	all = append(all, retries()...)
	return append(all, hidden(
		def.Key{Name: "trim.sensitive.log", Kind: def.Boolean, Default: def.Text("false"), Ignored: "the log never has the values of records"},
	)...)
}

func url() def.Key {
	return def.Key{Name: "connection.url", Kind: def.String, Required: true, Importance: def.High, Width: def.Wide, Display: "JDBC URL", Doc: "The JDBC URL of MariaDB, such as jdbc:mariadb://host:3306/database."}
}

func user() def.Key {
	return def.Key{Name: "connection.user", Kind: def.String, Importance: def.High, Width: def.Middle, Display: "JDBC User", Doc: "The user of MariaDB."}
}

func password() def.Key {
	return def.Key{Name: "connection.password", Kind: def.Password, Importance: def.High, Width: def.Middle, Display: "JDBC Password", Doc: "The password of the user."}
}

func dialect(width string) def.Key {
	return def.Key{Name: "dialect.name", Kind: def.String, Default: def.Text(""), Importance: def.Low, Width: width, Display: "Database Dialect", Values: []string{"MySqlDatabaseDialect"}, Doc: "Empty, or MySqlDatabaseDialect.", Same: "MySqlDatabaseDialect", Ignored: "order-sink writes to MariaDB only"}
}

func insertMode(words ...string) def.Key {
	return def.Key{Name: "insert.mode", Kind: def.String, Default: def.Text("insert"), Importance: def.High, Width: def.Middle, Display: "Insert Mode", Checks: []def.Check{def.Enumerator(words...)}, Doc: "How rows are written."}
}

func batchSize() def.Key {
	return def.Key{Name: "batch.size", Kind: def.Int, Default: def.Text("3000"), Importance: def.Medium, Width: def.Narrow, Display: "Batch Size", Checks: zeroOrMore, Doc: "How many records a batch has at most."}
}

func tableFormat(checks ...def.Check) def.Key {
	return def.Key{Name: "table.name.format", Kind: def.String, Default: def.Text("${topic}"), Importance: def.Medium, Width: def.Wide, Display: "Table Name Format", Checks: checks, Doc: "The name of the table, TABLE or DATABASE.TABLE. ${topic} is the topic."}
}

func keyMode() def.Key {
	words := []string{wordNone, "kafka", "record_key", "record_value"}
	return def.Key{Name: "pk.mode", Kind: def.String, Default: def.Text(wordNone), Importance: def.High, Width: def.Middle, Display: "Primary Key Mode", Checks: []def.Check{def.Enumerator(words...)}, Values: words, Doc: "Where the key of a row is: none, kafka, record_key or record_value."}
}

func keyFields() def.Key {
	return def.Key{Name: "pk.fields", Kind: def.List, Default: def.Text(""), Importance: def.Medium, Width: def.Wide, Display: "Primary Key Fields", Doc: "The fields of the key. By default, all."}
}

func whitelist() def.Key {
	return def.Key{Name: "fields.whitelist", Kind: def.List, Default: def.Text(""), Importance: def.Medium, Width: def.Wide, Display: "Fields Whitelist", Doc: "The only fields that are written, next to those of the key. By default, all."}
}

func zone(display string) def.Key {
	return def.Key{Name: "db.timezone", Kind: def.String, Default: def.Text("UTC"), Importance: def.Medium, Width: def.Middle, Display: display, Checks: []def.Check{Zone}, Doc: "The time zone in which timestamps are written: UTC."}
}

func autoCreate() def.Key {
	return def.Key{Name: "auto.create", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Medium, Width: def.Narrow, Display: "Auto-Create", Doc: "Whether missing tables are created."}
}

func autoEvolve() def.Key {
	return def.Key{Name: "auto.evolve", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Medium, Width: def.Narrow, Display: "Auto-Evolve", Doc: "Whether missing columns are added."}
}

func retries() []def.Key {
	return in(groupRetries,
		def.Key{Name: "max.retries", Kind: def.Int, Default: def.Text("10"), Importance: def.Medium, Width: def.Narrow, Display: "Maximum Retries", Checks: zeroOrMore, Doc: "No effect: order-sink waits until MariaDB is back.", Ignored: ownRetries},
		def.Key{Name: "retry.backoff.ms", Kind: def.Int, Default: def.Text("3000"), Importance: def.Medium, Width: def.Narrow, Display: "Retry Backoff (millis)", Checks: zeroOrMore, Doc: "The first pause before another attempt."},
	)
}
