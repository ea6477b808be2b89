package keys

import "github.com/order-sink/order-sink/internal/connect/configdef/def"

// The keys of the framework that other packages name.
const (
	Name          = "name"
	Class         = "connector.class"
	Version       = "connector.plugin.version"
	Tasks         = "tasks.max"
	Topics        = "topics"
	TopicsRegex   = "topics.regex"
	Transforms    = "transforms"
	Predicates    = "predicates"
	Tolerance     = "errors.tolerance"
	DeadLetters   = "errors.deadletterqueue.topic.name"
	TypeSuffix    = ".type"
	VersionSuffix = ".plugin.version"
)

const wordNone = "none"

// Framework returns the keys that each sink connector has. version is that of the connector.
func Framework(version string) []def.Key {
	all := []def.Key{
		{Name: Name, Kind: def.String, Required: true, Importance: def.High, Group: groupCommon, Order: 1, Width: def.Middle, Display: "Connector name", Checks: []def.Check{def.Name}, Doc: "The name of the connector. Its consumer group is connect-NAME."},
		{Name: Class, Kind: def.String, Required: true, Importance: def.High, Group: groupCommon, Order: 2, Width: def.Wide, Display: "Connector class", Doc: "The Java class of the connector, in full or as JdbcSinkConnector or JdbcSink."},
		{Name: Version, Kind: def.String, Default: &version, Importance: def.Medium, Group: groupCommon, Order: 3, Width: def.Middle, Display: "Connector version", Values: []string{version}, Doc: "The version of the connector, or a range of versions."},
		{Name: Tasks, Kind: def.Int, Default: def.Text("1"), Importance: def.High, Group: groupCommon, Order: 4, Width: def.Narrow, Display: "Tasks max", Checks: []def.Check{def.AtLeast(1)}, Doc: "How many tasks the connector shows. It reads all partitions with any number."},
		{Name: "tasks.max.enforce", Kind: def.Boolean, Default: def.Text("true"), Importance: def.Low, Group: groupCommon, Order: 5, Width: def.Narrow, Display: "Enforce tasks max", Doc: "No effect: a connector never has more tasks than tasks.max.", Same: "true", Ignored: "a connector never has more tasks than tasks.max"},
	}
	for i, side := range []string{"key", "value", "header"} {
		all = append(all, converterKeys(side, 6+2*i)...)
	}
	return append(all, []def.Key{
		{Name: Transforms, Kind: def.List, Default: def.Text(""), Importance: def.Low, Group: groupTransforms, Order: 12, Width: def.Wide, Display: "Transforms", Checks: []def.Check{def.Aliases}, Doc: "The aliases of the transforms, in their order."},
		{Name: Predicates, Kind: def.List, Default: def.Text(""), Importance: def.Low, Group: groupPredicates, Order: 13, Width: def.Wide, Display: "Predicates", Checks: []def.Check{def.Aliases}, Doc: "The aliases of the predicates."},
		{Name: "config.action.reload", Kind: def.String, Default: def.Text("restart"), Importance: def.Low, Group: groupCommon, Order: 14, Width: def.Middle, Display: "Reload Action", Checks: []def.Check{def.OneOf(wordNone, "restart")}, Doc: "No effect: the worker reads configuration providers when the connector starts.", Ignored: "the worker reads configuration providers when the connector starts: restart the connector after a change"},

		{Name: "errors.retry.timeout", Kind: def.Long, Default: def.Text("0"), Importance: def.Medium, Group: groupErrors, Order: 1, Width: def.Middle, Display: "Retry Timeout for Errors", Doc: "No effect: a second attempt to convert the same bytes has the same outcome.", Ignored: "a second attempt to convert the same bytes has the same outcome"},
		{Name: "errors.retry.delay.max.ms", Kind: def.Long, Default: def.Text("60000"), Importance: def.Medium, Group: groupErrors, Order: 2, Width: def.Middle, Display: "Maximum Delay Between Retries for Errors", Doc: "No effect, as errors.retry.timeout.", Ignored: "a second attempt to convert the same bytes has the same outcome"},
		{Name: Tolerance, Kind: def.String, Default: def.Text(wordNone), Importance: def.Medium, Group: groupErrors, Order: 3, Width: def.Narrow, Display: "Error Tolerance", Checks: []def.Check{def.OneOf(wordNone, "all")}, Doc: "What happens to a record that can never be stored: none stops the task, all skips the record."},
		{Name: "errors.log.enable", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Medium, Group: groupErrors, Order: 4, Width: def.Narrow, Display: "Log Errors", Doc: "No effect: the log always has each kind of refusal.", Ignored: "the log always has each kind of refusal"},
		{Name: "errors.log.include.messages", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Medium, Group: groupErrors, Order: 5, Width: def.Narrow, Display: "Log Error Details", Doc: "No effect: the log never has the values of records.", Ignored: "the log has topic, partition and offset, and never the values of records"},

		{Name: Topics, Kind: def.List, Default: def.Text(""), Importance: def.High, Group: groupCommon, Order: 4, Width: def.Wide, Display: "Topics", Checks: []def.Check{def.Distinct}, Doc: "The topics that the connector reads."},
		{Name: TopicsRegex, Kind: def.String, Default: def.Text(""), Importance: def.High, Group: groupCommon, Order: 4, Width: def.Wide, Display: "Topics regex", Checks: []def.Check{Regex}, Doc: "A regular expression that matches the whole names of the topics that the connector reads."},
		{Name: DeadLetters, Kind: def.String, Default: def.Text(""), Importance: def.Medium, Group: groupErrors, Order: 6, Width: def.Middle, Display: "Dead Letter Queue Topic Name", Doc: "The topic of the dead letters. It needs errors.tolerance=all."},
		{Name: "errors.deadletterqueue.topic.replication.factor", Kind: def.Short, Default: def.Text("3"), Importance: def.Medium, Group: groupErrors, Order: 7, Width: def.Middle, Display: "Dead Letter Queue Topic Replication Factor", Doc: "The replication factor of the topic of the dead letters, when the worker creates the topic."},
		{Name: "errors.deadletterqueue.context.headers.enable", Kind: def.Boolean, Default: def.Text("false"), Importance: def.Medium, Group: groupErrors, Order: 8, Width: def.Middle, Display: "Enable Error Context Headers", Doc: "No effect: dead letters always have the headers __connect.errors.*, and those of order-sink.", Same: "true", Ignored: "dead letters always have the headers of Kafka Connect, and those of order-sink"},
	}...)
}

// converterKeys returns the class and the version of a converter.
func converterKeys(side string, order int) []def.Key {
	display := map[string]string{"key": "Key", "value": "Value", "header": "Header"}[side]
	offered := Converters(side)
	find := ConverterClass(side)
	known := func(name string) (string, bool) {
		if full, known := find(name); known {
			return full, true
		}
		return OtherClass(name)
	}
	return []def.Key{
		{Name: side + ".converter", Kind: def.Class, Classes: known, Importance: def.Low, Group: groupCommon, Order: order, Width: def.Narrow, Display: display + " converter class", Values: offered, Doc: "The converter of the " + side + "s of records. The default is the worker's."},
		{Name: side + ".converter" + VersionSuffix, Kind: def.String, Importance: def.Low, Group: groupCommon, Order: order + 1, Width: def.Narrow, Display: display + " converter version", Doc: "The version of the converter, or a range of versions."},
	}
}
