package avro_test

// question is a schema that the reference answers.
type question struct {
	name, schema string
	// differs says why the answers differ, "" if they must be the same.
	differs string
}

func inRecord(name, fields string) string {
	return `{"type":"record","name":"` + name + `","fields":[` + fields + `]}`
}

func inField(schema string) string { return inRecord("r", `{"name":"f","type":`+schema+`}`) }

// questions has the rules of the converter one by one. The generator combines them.
var questions = []question{
	{"boolean", `"boolean"`, ""},
	{"int", `{"type":"int"}`, ""},
	{"int8", `{"type":"int","connect.type":"int8"}`, ""},
	{"int16", `{"type":"int","connect.type":"int16"}`, ""},
	{"another connect.type", `{"type":"int","connect.type":"int32"}`, ""},
	{"connect.type beside a logical type", `{"type":"int","connect.type":"int8","logicalType":"any"}`, ""},
	{"connect.type of a long", `{"type":"long","connect.type":"int8"}`, ""},
	{"a logical type in capitals", `{"type":"int","logicalType":"DATE"}`, ""},
	{"date of a long", `{"type":"long","logicalType":"date"}`, ""},
	{"time-micros", `{"type":"long","logicalType":"time-micros"}`, ""},
	{"uuid of a fixed", `{"type":"fixed","name":"u","size":16,"logicalType":"uuid"}`, ""},
	{"decimal", `{"type":"bytes","logicalType":"decimal","precision":20,"scale":2}`, ""},
	{"decimal of the usual precision", `{"type":"bytes","logicalType":"decimal","precision":64,"scale":2}`, ""},
	{"decimal without a precision", `{"type":"bytes","logicalType":"decimal","scale":3}`, ""},
	{"decimal with its name", `{"type":"bytes","logicalType":"decimal","precision":20,"scale":2,"connect.version":1,"connect.parameters":{"scale":"2","connect.decimal.precision":"20"},"connect.name":"org.apache.kafka.connect.data.Decimal"}`, ""},
	{"decimal with another scale in its parameters", `{"type":"bytes","logicalType":"decimal","precision":20,"scale":2,"connect.parameters":{"scale":"5"}}`, ""},
	{"decimal by its name", `{"type":"bytes","connect.parameters":{"scale":"2"},"connect.name":"org.apache.kafka.connect.data.Decimal"}`, ""},
	{"decimal by its name without a scale", `{"type":"bytes","connect.name":"org.apache.kafka.connect.data.Decimal"}`, ""},
	{"decimal with another name", `{"type":"bytes","logicalType":"decimal","precision":20,"scale":2,"connect.name":"other"}`, ""},
	{"decimal of text", `{"type":"bytes","logicalType":"decimal","precision":"20","scale":2}`, ""},
	{"date by its name", `{"type":"int","connect.name":"org.apache.kafka.connect.data.Date"}`, ""},
	{"date of another type by its name", `{"type":"string","connect.name":"org.apache.kafka.connect.data.Date"}`, ""},
	{"another version of a logical type", `{"type":"int","logicalType":"date","connect.version":2}`, ""},
	{"a version of text", `{"type":"int","connect.version":"2"}`, ""},
	{"a negative version", `{"type":"int","connect.version":-1}`, ""},
	{"a name that is no text", `{"type":"int","connect.name":5}`, ""},
	{"parameters", `{"type":"string","connect.parameters":{"length":"5","x":""},"avro.java.string":"String","avro":"x"}`, ""},
	{"parameters that are no object", `{"type":"string","connect.parameters":"a"}`, ""},
	{"a parameter that is no text", `{"type":"string","connect.parameters":{"length":5}}`, ""},
	{"a doc", `{"type":"string","doc":"not this","connect.doc":"this"}`, ""},
	{"enum", `{"type":"enum","name":"a.b.E","symbols":["X","Y"],"doc":"d","default":"Y"}`, ""},
	{"enum with a name", `{"type":"enum","name":"E","namespace":"n","symbols":["X"],"connect.name":"c"}`, ""},
	{"record", inRecord("a.b.R", `{"name":"f","type":"int","doc":"of f"},{"name":"g","type":"string","aliases":["h"],"order":"ignore"}`), ""},
	{"record with a doc", `{"type":"record","name":"R","doc":"d","connect.doc":"c","fields":[]}`, ""},
	{"record of the default name", `{"type":"record","name":"ConnectDefault","namespace":"io.confluent.connect.avro","fields":[{"name":"a","type":"int"}]}`, ""},
	{"error", `{"type":"error","name":"R","fields":[{"name":"a","type":"int"}]}`, ""},
	{"names", inRecord("a.R", `{"name":"x","type":{"type":"fixed","name":"F","size":1}},{"name":"y","type":"F"},{"name":"z","type":"a.F"},{"name":"n","type":{"type":"enum","name":"E","namespace":"","symbols":["A"]}},{"name":"m","type":"E"}`), ""},
	{"an unknown name", inField(`"Unknown"`), ""},
	{"a type twice", inRecord("R", `{"name":"x","type":{"type":"fixed","name":"R","size":1}}`), ""},
	{"optional", inField(`["null","int"]`), ""},
	{"optional, null last", inField(`["int","null"]`), ""},
	{"optional with a default", inRecord("r", `{"name":"f","type":["null","int"],"default":null},{"name":"g","type":["int","null"],"default":5}`), ""},
	{"optional with connect.default", inField(`["null",{"type":"int","connect.default":5}]`), ""},
	{"optional record with connect.default in it", inField(`["null",{"type":"record","name":"s","fields":[{"name":"a","type":["null",{"type":"string","connect.default":"x"}]}]}]`), ""},
	{"a union of one", inField(`["int"]`), "a newer converter flattens a union of one type"},
	{"a union of two", inField(`["int","string"]`), ""},
	{"a union of three", inField(`["null","boolean","double"]`), ""},
	{"a union of named types", inField(`[{"type":"record","name":"a.b.R","fields":[{"name":"x","type":"int"}]},{"type":"enum","name":"E","symbols":["A"]},"string"]`), ""},
	{"a union of a fixed and bytes", inField(`["null",{"type":"fixed","name":"a.F","size":2},"long"]`), ""},
	{"a union of int8", inField(`[{"type":"int","connect.type":"int8"},"boolean"]`), "the number of the type decides"},
	{"a union of the same names", inField(`[{"type":"record","name":"a.R","fields":[]},{"type":"record","name":"b.R","fields":[]}]`), ""},
	{"a union twice", inField(`["int","int"]`), ""},
	{"a union in a union", inField(`["null",["int","string"]]`), ""},
	{"null alone", inField(`"null"`), ""},
	{"array", `{"type":"array","items":{"type":"array","items":["null","int"]}}`, ""},
	{"map", `{"type":"map","values":["null","double"]}`, ""},
	{"entries", `{"type":"array","items":{"type":"record","name":"MapEntry","namespace":"io.confluent.connect.avro","fields":[{"name":"key","type":"int"},{"name":"value","type":["null","string"]}]}}`, ""},
	{"entries by their property", `{"type":"array","items":{"type":"record","name":"e","connect.internal.type":"MapEntry","fields":[{"name":"key","type":"long"},{"name":"value","type":"string"}]}}`, ""},
	{"entries of other fields", `{"type":"array","items":{"type":"record","name":"e","connect.internal.type":"MapEntry","fields":[{"name":"key","type":"long"},{"name":"v","type":"string"}]}}`, ""},
	{"Debezium's timestamp", inField(`{"type":"long","connect.version":1,"connect.name":"io.debezium.time.Timestamp"}`), "Debezium's types"},
	{"fixed", `{"type":"fixed","name":"n.F","size":4}`, ""},
	{"a decimal that is fixed", `{"type":"fixed","name":"n.F","size":4,"logicalType":"decimal","precision":9,"scale":2}`, ""},

	{"defaults", inRecord("r", `{"name":"a","type":"int","default":5},{"name":"b","type":"long","default":9007199254740993},{"name":"c","type":"string","default":"é"},{"name":"d","type":"boolean","default":true},{"name":"e","type":"double","default":0.1},{"name":"f","type":"float","default":0.1},{"name":"g","type":"bytes","default":"\u00ff\u0000"}`), ""},
	{"defaults of logical types", inRecord("r", `{"name":"a","type":{"type":"int","logicalType":"date"},"default":-1},{"name":"b","type":{"type":"int","logicalType":"time-millis"},"default":1500},{"name":"c","type":{"type":"long","logicalType":"timestamp-millis"},"default":1700000000000},{"name":"d","type":{"type":"bytes","logicalType":"decimal","precision":9,"scale":2},"default":"\u0004\u00d2"}`), ""},
	{"defaults of containers", inRecord("r", `{"name":"a","type":{"type":"array","items":"int"},"default":[1,2]},{"name":"b","type":{"type":"map","values":"string"},"default":{"x":"y"}},{"name":"c","type":{"type":"enum","name":"E","symbols":["A","B"]},"default":"B"}`), ""},
	{"a default that is a record", inRecord("r", `{"name":"a","type":{"type":"record","name":"s","fields":[{"name":"x","type":"int"},{"name":"y","type":"string","default":"z"}]},"default":{"x":1,"y":"b"}}`), ""},
	{"connect.default", inRecord("r", `{"name":"a","type":{"type":"int","connect.default":5}},{"name":"b","type":{"type":"int","connect.default":5},"default":5},{"name":"c","type":{"type":"string","connect.default":"x"}},{"name":"d","type":{"type":"bytes","connect.default":"\u00ff"}}`), ""},
	{"connect.default of int8", inField(`["null",{"type":"int","connect.type":"int8","connect.default":-3}]`), ""},
	{"connect.default of logical types", inRecord("r", `{"name":"a","type":["null",{"type":"int","logicalType":"date","connect.default":3}]},{"name":"b","type":["null",{"type":"long","logicalType":"timestamp-millis","connect.default":7}]},{"name":"c","type":["null",{"type":"bytes","logicalType":"decimal","precision":9,"scale":1,"connect.default":"\u0005"}]}`), ""},
	{"an unfit default", inRecord("r", `{"name":"a","type":"int","default":"x"}`), ""},
	{"an unfit default of a union", inRecord("r", `{"name":"a","type":["null","string"],"default":"null"}`), ""},
	{"a name that is no identifier", inRecord("a-b", `{"name":"a b","type":"int"}`), "names"},
}
