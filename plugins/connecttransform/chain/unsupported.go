package chain

import "strings"

// unsupported has the classes that users have in their chains and that this package does not
// have, with what does the same.
var unsupported = map[string]string{
	"io.debezium.connector.mongodb.transforms.ExtractNewDocumentState": "change events of MongoDB have no rows: write a mapping processor",
	"io.debezium.transforms.ByLogicalTableRouter":                      "use org.apache.kafka.connect.transforms.RegexRouter",
	"io.debezium.transforms.outbox.EventRouter":                        "use ExtractNewRecordState, and ExtractField for the payload",
	"io.debezium.transforms.ContentBasedRouter":                        "use a switch output",
	"io.debezium.transforms.Filter":                                    "use a mapping processor with root = deleted()",
	"io.debezium.transforms.HeaderToValue":                             "use a mapping processor",
	"io.debezium.transforms.TimezoneConverter":                         "the output writes times in UTC",
	"io.debezium.transforms.partitions.PartitionRouting":               "the output has no partitions",
	"io.debezium.transforms.SchemaChangeEventFilter":                   "use Filter with the predicate TopicNameMatches",
	"io.confluent.connect.transforms.Drop":                             "use ReplaceField, or Filter",
	"io.confluent.connect.transforms.ExtractTopic":                     "set table of the output to the field: ${! this.FIELD }",
	"io.confluent.connect.transforms.Filter":                           "use a mapping processor with root = deleted()",
	"io.confluent.connect.transforms.MessageTimestampRouter":           "use org.apache.kafka.connect.transforms.TimestampRouter, which takes the timestamp of the record",
	"io.confluent.connect.transforms.TombstoneHandler":                 "use Filter with the predicate RecordIsTombstone",
	"io.aiven.kafka.connect.transforms":                                "use a mapping processor",
	"com.github.jcustenborder.kafka.connect.transform":                 "use a mapping processor",
	"io.confluent.connect.transforms":                                  "use a mapping processor",
	"io.debezium":                                                      "use a mapping processor",
}

// Alternative returns what does the same as a class that is not supported, "" if it is not
// known. A class of a known family gets the advice of the family.
func Alternative(class string) string {
	class, _, _ = strings.Cut(class, "$")
	for class != "" {
		if text := unsupported[class]; text != "" {
			return text
		}
		at := strings.LastIndexByte(class, '.')
		class = class[:max(at, 0)]
	}
	return ""
}
