package configdef

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/configdef/def"
	"github.com/order-sink/order-sink/internal/connect/configdef/keys"
)

// The keys that several checks need.
const (
	connectionURL  = "connection.url"
	insertMode     = "insert.mode"
	deleteEnabled  = "delete.enabled"
	pkMode         = "pk.mode"
	pkFields       = "pk.fields"
	primaryMode    = "primary.key.mode"
	modeNone       = "none"
	modeKafka      = "kafka"
	modeRecordKey  = "record_key"
	insertUpsert   = "upsert"
	insertUpdate   = "update"
	kafkaKeyFields = 3 // topic, partition and offset
)

// MaxTasks is the largest tasks.max. It keeps a mistake from filling the memory: each task has a state of its own.
const MaxTasks = 1000

// checks has what concerns several keys of a class.
var checks = map[Class]func(*Values){Confluent: checkConfluent, Debezium: checkDebezium, Aiven: checkAiven}

// checkFramework checks the topics, the dead letters, the version and the predicates.
func (v *Values) checkFramework() {
	v.checkTopics()
	checkVersion(string(v.class), v.rows[keys.Version], v.rows[keys.Class])
	if n := v.Int(keys.Tasks); n > MaxTasks {
		v.fail(keys.Tasks, def.Invalid(keys.Tasks, n, fmt.Sprintf("Value must be at most %d: all tasks of a worker share one consumer", MaxTasks)))
	}
	if v.String(keys.DeadLetters) != "" && v.String(keys.Tolerance) == modeNone {
		v.fail(keys.DeadLetters, fmt.Sprintf("%s=none stops the task at the first bad record, so %s would get one record at most: set %s=all, or remove the topic", keys.Tolerance, keys.DeadLetters, keys.Tolerance))
	}
	for _, step := range v.transforms {
		if step.Predicate != "" && !slices.Contains(v.List(keys.Predicates), step.Predicate) {
			key := keys.Transforms + "." + step.Alias + "." + predicateKey
			v.fail(key, def.Invalid(key, step.Predicate, "the list predicates does not have it"))
		}
	}
}

// checkTopics checks the keys that say what the connector reads.
func (v *Values) checkTopics() {
	topics, expression, letters := v.List(keys.Topics), v.String(keys.TopicsRegex), v.String(keys.DeadLetters)
	switch {
	case len(topics) > 0 && expression != "":
		v.failBoth("topics and topics.regex are mutually exclusive options, but both are set.")
	case len(topics) == 0 && expression == "":
		v.failBoth("Must configure one of topics or topics.regex")
	}
	if letters == "" {
		return
	}
	if slices.Contains(topics, letters) {
		v.fail(keys.Topics, fmt.Sprintf("The DLQ topic '%s' may not be included in the list of topics ('topics=[%s]') consumed by the connector", letters, strings.Join(topics, ", ")))
	}
	if matches, err := regexp.Compile(`\A(?:` + expression + `)\z`); expression != "" && err == nil && matches.MatchString(letters) {
		v.fail(keys.TopicsRegex, fmt.Sprintf("The DLQ topic '%s' may not be matched by the regex for the topics ('topics.regex=%s') consumed by the connector", letters, expression))
	}
}

func (v *Values) failBoth(problem string) {
	v.fail(keys.Topics, problem)
	v.fail(keys.TopicsRegex, problem)
}

// checkSecrets refuses a password of asterisks: consoles show these, and send them back.
func (v *Values) checkSecrets() {
	for _, r := range v.order {
		text, _ := r.Value.(string)
		if r.Key.Kind == def.Password && r.Given && text != "" && strings.Trim(text, "*") == "" {
			r.Fail(def.Invalid(r.Key.Name, def.Hidden, "it has only asterisks, which a console shows in place of a password: enter the password again"))
		}
	}
}

// checkURL refuses the URL of another database.
func (v *Values) checkURL() {
	url := v.String(connectionURL)
	if url == "" || strings.HasPrefix(url, "jdbc:mysql://") || strings.HasPrefix(url, "jdbc:mariadb://") {
		return
	}
	reason := "order-sink writes to MariaDB only: expected jdbc:mariadb://HOST:PORT/DATABASE or jdbc:mysql://HOST:PORT/DATABASE"
	for _, scheme := range []string{"jdbc:mysql:", "jdbc:mariadb:"} {
		if rest, found := strings.CutPrefix(url, scheme); found {
			kind, _, _ := strings.Cut(rest, ":")
			reason = fmt.Sprintf("order-sink does not choose between servers (%s): name one host, such as %s//HOST:PORT/DATABASE", kind, scheme)
		}
	}
	scheme, _, _ := strings.Cut(url, "//") // what follows may have a password
	v.fail(connectionURL, def.Invalid(connectionURL, scheme, reason))
}

// checkWrites refuses writes that would reach other rows than those of the records.
func (v *Values) checkWrites(mode string) {
	if v.Word(mode) != modeNone {
		return
	}
	switch v.Word(insertMode) {
	case insertUpdate:
		v.fail(mode, def.Invalid(mode, modeNone, "insert.mode=update without a key changes every row of the table: set "+mode+" to record_key or record_value"))
	case insertUpsert:
		v.fail(mode, def.Invalid(mode, modeNone, "insert.mode=upsert needs a key: set "+mode+" to record_key or record_value"))
	}
}

// checkDialect refuses the dialects of other databases.
func (v *Values) checkDialect() {
	if name := v.String("dialect.name"); name != "" && name != "MySqlDatabaseDialect" && name != "MariaDbDatabaseDialect" {
		v.fail("dialect.name", def.Invalid("dialect.name", name, "order-sink writes to MariaDB only: remove the key"))
	}
}

// checkKafkaKey refuses a number of names for the key columns of pk.mode=kafka.
func (v *Values) checkKafkaKey() {
	if n := len(v.List(pkFields)); v.Word(pkMode) == modeKafka && n != kafkaKeyFields && n > 0 {
		v.fail(pkFields, def.Invalid(pkFields, v.rows[pkFields].Value, "pk.mode=kafka needs three names, for topic, partition and offset"))
	}
}

func checkConfluent(v *Values) {
	if v.Bool(deleteEnabled) && v.Word(pkMode) != modeRecordKey {
		const problem = "Deletes are only supported for pk.mode record_key"
		v.fail(pkMode, problem)
		v.fail(deleteEnabled, problem)
	}
	v.checkURL()
	v.checkDialect()
	v.checkWrites(pkMode)
	v.checkKafkaKey()
	if row := v.rows[keys.CredentialsClass]; row.Given && row.Value == nil && len(row.Errors) > 0 {
		row.Errors[len(row.Errors)-1] += " order-sink has no credentials providers: set connection.user and connection.password, which may be a ${...} of the worker's config providers."
	}
}

func checkAiven(v *Values) {
	switch n := len(v.List(pkFields)); {
	case v.Word(pkMode) == modeNone && n > 0:
		v.fail(pkFields, "Primary key fields should not be set when pkMode is 'none'.")
	case v.Word(pkMode) == modeKafka && n != kafkaKeyFields:
		v.fail(pkFields, "Primary key fields must be set with three fields (topic, partition, offset) when pkMode is 'kafka'.")
	}
	if v.Bool(deleteEnabled) && v.Word(pkMode) != modeRecordKey {
		v.fail(deleteEnabled, "Delete support only works with pk.mode=record_key")
	}
	v.checkURL()
	v.checkDialect()
	v.checkWrites(pkMode)
}

// words has the words of Debezium's modes. Debezium finds another word only when the task
// starts, and then the task fails.
var words = map[string][]string{
	insertMode:         {"insert", insertUpsert, insertUpdate},
	primaryMode:        {modeNone, modeKafka, modeRecordKey, "record_value", "record_header"},
	"schema.evolution": {modeNone, "basic"},
}

// checkDebezium has the checks that Debezium's sink makes when its task starts.
func checkDebezium(v *Values) {
	for _, key := range []string{connectionURL, "connection.username"} {
		if v.String(key) == "" {
			v.fail(key, def.Missing(key))
		}
	}
	for _, key := range []string{insertMode, primaryMode, "schema.evolution"} {
		if word := v.Word(key); v.rows[key].Value != nil && !slices.Contains(words[key], word) {
			v.fail(key, def.Invalid(key, v.rows[key].Shown(), "expected "+strings.Join(words[key], ", ")))
		}
	}
	if v.Bool(deleteEnabled) && slices.Contains([]string{modeNone, modeKafka}, v.Word(primaryMode)) {
		v.fail(deleteEnabled, "delete.enabled needs primary.key.mode record_key, record_value or record_header")
	}
	if v.Has("field.include.list") && v.Has("field.exclude.list") {
		v.fail("field.exclude.list", "field.include.list and field.exclude.list exclude each other: remove one of them")
	}
	for _, key := range []string{"collection.name.format", "table.name.format"} {
		if r := v.rows[key]; r.Given && r.Value == "" {
			v.fail(key, def.NotEmpty(key, ""))
		}
	}
	if n := v.Int("batch.size"); n < 1 && v.rows["batch.size"].Value != nil {
		v.fail("batch.size", def.Invalid("batch.size", n, "Value must be at least 1"))
	}
	for _, key := range []string{"use.time.zone", "database.time_zone"} {
		v.fail(key, keys.Offset(key, v.rows[key].Value))
	}
	v.checkURL()
	v.checkWrites(primaryMode)
}
