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
	{`^(POST|PUT|PATCH) `, `^\$\.message$`, `Connector config \{.*\} contains no connector type`, `^"Connector config \{.*\} contains no connector type"$`,
		"The message about a missing class names the keys of the configuration. A real worker shows the values, too, and so the passwords."},
	{`\?version=`, `^\$\.message$`, `not found that matches the version range`, `not found that matches the version range`, "A plugin has the version of the worker."},
	{`^\S+ \S*(%2[Ff5]|%5C|%0A|%7B)`, `.`, `.`, `.`,
		"A name may have a slash, a percent sign and a backslash. A real worker stores such a connector, and then answers 400 to each request for it."},
	{`^POST /connectors .*"name":"(dir/file|\{a\}%b)`, `.`, `.`, `.`, "The header Location of a name with a slash or a brace is a URL of the connector."},
	{`^GET \S*//|^POST /connectors \{\}`, `^(Content-Type|body|\$\..*)$`, `^text/html|^<html>|^<none>$`, `.`, "400 has a JSON body here, and HTML there."},
	{`^GET / $`, `^Content-Type$`, `charset=utf-8`, `.`, "The content type of an answer has no charset, which JSON does not have."},
	{`^(POST|OPTIONS) /connectors/nope/tasks |/fence $`, `.`, `.`, `.`,
		"The requests between the workers of Kafka Connect do not exist, because our workers do not send any."},
	{`^\S+ /connectors/lists\b`, `.`, `.`, `.`, "The value of a key may be a list, as Confluent's Control Center exports it: its items get commas between them."},
}

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
