package resttest

import (
	"regexp"
	"strings"
)

// Allowed is a difference that order-sink wants, or accepts.
type Allowed struct {
	Request string // a pattern of "METHOD PATH BODY"
	Member  string // a pattern of the member
	Real    string // a pattern of what the real worker answers
	Ours    string // a pattern of what order-sink answers
	Reason  string
}

// Differences are all differences from a worker of Kafka Connect 4.3.1. The documentation
// lists them, too.
var Differences = []Allowed{
	{`.`, `^Content-Type$`, `^<none>$`, `^application/json$`,
		"Each error is JSON and says so. A real worker leaves out the content type of the errors 404, 405, 406 and 415 of its router."},
	{`.`, `^Allow$`, `^<none>$`, `.`, "405 has the header Allow, as HTTP demands."},
	{`^(POST|PUT|PATCH) `, `^\$\.message$`, `^"(Cannot (invoke|deserialize|construct)|Unexpected |Unrecognized |Invalid numeric|Trailing token|Non-standard)`, `^"Reading the body: `,
		"The message about a body that cannot be read is our own. A real worker shows the names of its Java classes."},
	{`^(POST|PUT|PATCH) `, `^\$\.message$`, `Failed to find any class that implements Connector and which name matches `, `^"Failed to find any class that implements Connector and which name matches `,
		"The message about an unknown class begins in the same way. A real worker lists its jars behind it, and sometimes puts the name of a Java exception in front."},
	{`^(POST|PUT|PATCH) `, `^\$\.message$`, `Connector config \{.*\} contains no connector type`, `^"Connector config .*contains no connector type`,
		"The message about a missing class does not show the configuration. A real worker shows all of it, with the passwords."},
	{`\?version=`, `^\$\.message$`, `not found that matches the version range`, `not found that matches the version range`, "A plugin has the version of the worker."},
	{`^\S+ \S*(%2[Ff5]|%5C|%0A|%7B)`, `.`, `.`, `.`,
		"A name may have a slash, a percent sign and a backslash. A real worker stores such a connector, and then answers 400 to each request for it."},
	{`^POST /connectors .*"name":"(dir/file|\{a\}%b)`, `.`, `.`, `.`, "The header Location of a name with a slash or a brace is a URL of the connector."},
	{`^GET \S*//|^POST /connectors \{\}`, `^(Content-Type|body|\$\..*)$`, `^text/html|^<html>|^<none>$`, `.`, "400 has a JSON body here, and HTML there."},
	{`^GET / $`, `^Content-Type$`, `charset=utf-8`, `.`, "The content type of an answer has no charset, which JSON does not have."},
	{`^(POST|OPTIONS) /connectors/nope/tasks |/fence $`, `.`, `.`, `.`,
		"The requests between the workers of Kafka Connect do not exist, because our workers do not send any."},
	{`^\S+ /connectors/lists\b`, `.`, `.`, `.`, "The value of a key may be a list, as Confluent's Control Center exports it: its items get commas between them."},

	// States and tasks.
	{`^GET /connectors/(orders|paused)/status `, `^\$\.tasks`, `^(\[\]|<none>)$`, `^(<none>|"0"|"PAUSED"|WORKER|VERSION)$`,
		"A paused connector always shows its tasks. A real worker shows none if they have never run since the connector was created or stopped."},
	{`^(PUT|PATCH) /connectors/orders/config/? `, `^\$\.tasks\[`, `.`, `.`, "The answer to a change of tasks.max has the new tasks. A real worker creates them a moment later."},
	{`^POST /connectors/orders/tasks/0/restart `, `^(status|\$\..*)$`, `^409$|^"409"$|no known leader URL`, `^404$|^"404"$|Unknown task`,
		"A task of a stopped connector is unknown: 404. A real worker answers 409 for want of a leader."},
	{`^GET \S*fails|^GET /connectors\?expand=status `, `\.trace$`, `^"org\.apache\.kafka\.connect\.errors\.\w+: .*Caused by: `, `^"org\.apache\.kafka\.connect\.errors\.\w+: .*Caused by: `,
		"The trace of a failed task has the form of a Java stack trace. It names the code of the refusal, the field, the topic, the partition and the offset."},

	// Configurations and offsets.
	{`^PATCH /connectors/orders/config \{"name"`, `.`, `.`, `.`, patchedName},
	{`^(PATCH|GET) /connectors/orders/config (\{\})?$`, `^\$\.(config\.)?name$`, `^"other"$`, `^"orders"$`, patchedName},
	{`^PATCH /connectors/orders/offsets `, `^\$\.message$`, `^"Failed to alter consumer group offsets for connector orders"$`, `^"Failed to alter consumer group offsets for connector orders: `,
		"The message about offsets that Kafka refuses has the reason."},
	{`^PATCH /connectors/orders/offsets .*:-1\}`, `^(status|\$\..*)$`, `^500$|^"500"$|Failed to modify`, `^400$|^"400"$|is negative`, "A negative offset is 400, not 500."},
	{`errors\.deadletterqueue\.topic\.name`, `^\$\.message$`, `contains the following 1 error`, `errors\.tolerance`,
		"A topic for dead letters without errors.tolerance=all is an error. A real worker writes a letter and then fails the task."},
	{`^PUT /connector-plugins/\S+/validate .*("topics":"getPlugins"|"insert.mode":"sometimes")`, `^\$\.(error_count|configs\[(connection\.url|connection\.username|insert\.mode)\]\.value\.errors.*)$`, `^("\d"|\[\]|<none>)$`, `^("\d"|<none>|"(Missing required|Invalid value sometimes).*)$`,
		"A configuration with which Debezium's task would fail at its start is invalid."},

	// Plugins and loggers.
	{`^(GET|PUT) /connector-plugins/`, `\.documentation$|\[batch\.size\]\..*display_name$`, `.`, `.`, "The documentation of keys is our own."},
	{`^GET /connector-plugins/?(\?\S*)? $`, `^\$\[`, `.`, `.`, "The plugins are those of order-sink."},
	{`^PUT /connector-plugins/`, `\.recommended_values`, `.`, `.`, "The recommended values are the plugins of order-sink."},
	{`^GET /connector-plugins/JdbcSink(Connector)?/config |"connector.class":"JdbcSink(Connector)?"`, `^\$|order`, `.`, `.`,
		"A short name is the name of three classes. Without a key that only one of them has, it means Confluent's. The real worker of the comparison has Debezium's alone."},
	{`^PUT /connector-plugins/`, `^\$\.configs\[transforms\.r\.regex\]\.value\.errors`, `because "this.pattern" is null|because \\"this\.pattern\\" is null`, `Invalid regex`,
		"The message about a missing pattern has no names of Java variables."},
	{`^GET /admin/loggers/? $|^GET /admin/loggers/root/? $|^GET /admin/loggers/ROOT $`, `^\$\.`, `.`, `.`, "The loggers have other names, and the level INFO at the start."},
}

const patchedName = "A PATCH never changes the name of a connector. A real worker stores another name in the configuration, and the connector then fails."

// Unexpected returns the differences that are not allowed, and counts how often each
// allowance was needed.
func Unexpected(all []Difference, used map[string]int) (unexpected []Difference) {
next:
	for _, d := range all {
		for _, a := range Differences {
			if match(a.Request, d.Request) && match(a.Member, d.Member) && match(a.Real, d.Real) && match(a.Ours, d.Ours) {
				used[a.Reason]++
				continue next
			}
		}
		unexpected = append(unexpected, d)
	}
	return unexpected
}

func match(pattern, text string) bool {
	return regexp.MustCompile(pattern).MatchString(strings.ReplaceAll(text, "\n", " "))
}
