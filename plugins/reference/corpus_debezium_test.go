package reference

import "strings"

// The change events of a table of orders, as Debezium's MariaDB connector sends them.
var (
	row = nameOf(structOf("id", kind("int64"), "status", optional(attr(kind("string"), `"default":"new"`)), "price", optional(decimalOf("2")),
		"day", optional(logical("int32", debTime+"Date")), "at", optional(logical("int64", debTime+"MicroTimestamp")), "region", optional(kind("string"))), "lab.shop.orders.Value")
	source = nameOf(structOf("version", kind("string"), "connector", kind("string"), "ts_ms", kind("int64"), "db", kind("string"), "table", optional(kind("string")),
		"snapshot", optional(attr(logical("string", debData+"Enum"), `"parameters":{"allowed":"true,last,false"}`, `"default":"false"`)), "gtid", optional(kind("string")), "pos", kind("int64")),
		"io.debezium.connector.mariadb.Source")
	block    = nameOf(structOf("id", kind("string"), "total_order", kind("int64"), "data_collection_order", kind("int64")), "event.block")
	envelope = attr(nameOf(structOf("before", optional(row), "after", optional(row), "source", source, "transaction", optional(block), "op", kind("string"),
		"ts_ms", optional(kind("int64")), "ts_us", optional(kind("int64")), "ts_ns", optional(kind("int64"))), "lab.shop.orders.Envelope"), `"version":2`)
	rowKey = nameOf(structOf("id", kind("int64"), "region", optional(kind("string"))), "lab.shop.orders.Key")
)

const (
	aRow      = `{"id":7,"status":null,"price":"BNI=","day":19782,"at":1709210096789012,"region":"north"}`
	otherRow  = `{"id":7,"status":"paid","price":null,"day":null,"at":null,"region":null}`
	aSource   = `{"version":"3.4.0.Final","connector":"mariadb","ts_ms":1709210096000,"db":"shop","table":"orders","snapshot":null,"gtid":null,"pos":4711}`
	aBlock    = `{"id":"0-7-1","total_order":1,"data_collection_order":2}`
	sourceOf  = `,"source":` + aSource
	noBlock   = `,"transaction":null`
	inBlock   = `,"transaction":` + aBlock
	stamps    = `,"ts_ms":1709210096789,"ts_us":1709210096789012,"ts_ns":1709210096789012345}`
	theRowKey = `{"id":7,"region":"north"}`
)

func event(op, before, after, block string) string {
	return `{"before":` + before + `,"after":` + after + sourceOf + block + `,"op":"` + op + `"` + stamps
}

// events returns change events of each kind, and what else a topic may have.
func events() []question {
	at := func(value *string) question { return rec(env(rowKey, theRowKey), value).on("lab.shop.orders") }
	return []question{
		at(env(envelope, event("c", "null", aRow, noBlock))),
		at(env(envelope, event("r", "null", otherRow, noBlock))),
		at(env(envelope, event("u", otherRow, aRow, inBlock))),
		at(env(envelope, event("d", aRow, "null", inBlock))),
		at(env(envelope, event("d", otherRow, "null", noBlock))),
		at(env(envelope, event("t", "null", "null", noBlock))),
		at(nil),
		at(env(row, aRow)),
		at(env(optional(row), "null")),
		at(env(optional(envelope), "null")),
		at(text(`{"before":null,"after":{"id":1},"op":"c"}`)),
		at(env(strings.Replace(envelope, ".Envelope", "_Envelope", 1), event("c", "null", aRow, noBlock))),
		at(env(nameOf(structOf("after", optional(row)), "x.Envelope"), `{"after":`+aRow+`}`)),
		at(env(nameOf(structOf("before", optional(row), "after", optional(row), "op", optional(kind("string"))), "x.Envelope"), `{"before":null,"after":`+aRow+`,"op":null}`)),
		at(env(nameOf(structOf("before", optional(kind("string")), "after", optional(kind("string")), "op", kind("string"), "source", source), "x.Envelope"), `{"before":null,"after":"{}","op":"c"`+sourceOf+`}`)),
	}
}

// changeEvents has the cases of ExtractNewRecordState.
func changeEvents() (all []question) {
	both := func(options ...string) []configuration {
		return []configuration{one(unwrap, options...), one(unwrap, append([]string{"drop.tombstones", "false", "delete.handling.mode", "none"}, options...)...)}
	}
	modes := []configuration{one(unwrap)}
	for _, mode := range []string{"drop", "tombstone", "rewrite", "rewrite-with-tombstone", "delete-to-tombstone", "REWRITE", "none", "", " drop "} {
		modes = append(modes, one(unwrap, "delete.tombstone.handling.mode", mode))
	}
	for _, mode := range []string{"", "drop", "rewrite", "none", "Rewrite", "tombstone"} {
		for _, tombstones := range []string{"", "true", "false"} {
			c := one(unwrap)
			if mode != "" {
				c = c.with("delete.handling.mode", mode)
			}
			if tombstones != "" {
				c = c.with("drop.tombstones", tombstones)
			}
			modes = append(modes, c)
		}
	}
	modes = append(modes, one(unwrap, "drop.tombstones", "maybe"), one(unwrap, "drop.tombstones", "false", "delete.tombstone.handling.mode", "rewrite"))
	for _, m := range []configuration{modes[0], one(unwrap, "drop.tombstones", "false"), one(unwrap, "delete.handling.mode", "rewrite")} {
		modes = append(modes, m.with("type", oldUnwrap))
	}
	all = cross(modes, events())
	// The modes, with the fields of the event.
	for _, m := range modes[:6] {
		all = append(all, cross([]configuration{m.with("add.fields", "op,table,source.ts_ms"), m.with("add.headers", "op,source.pos"), m.with("route.by.field", "region"),
			m.with("replace.null.with.default", "false"), m.with("add.fields", "op", "replace.null.with.default", "false")}, events())...)
	}
	for _, fields := range []string{
		"op", "op,table", "source.ts_ms", "ts_ms", "ts_us,ts_ns", "transaction.id", "id,total_order", "transaction.total_order,data_collection_order", "source.snapshot", "gtid",
		"op:operation", "source.ts_ms:when,db", "missing", "source.missing", "nothing.at", "after.region", "before.region", " op , table ", "op,op", "op:a:b", "a.b.c", ",", "snapshot", "version,connector,pos",
	} {
		for _, c := range append(both("add.fields", fields), both("add.headers", fields)...) {
			all = append(all, cross([]configuration{c}, []question{events()[0], events()[2], events()[3], events()[6]})...)
		}
		all = append(all, cross([]configuration{one(unwrap, "delete.tombstone.handling.mode", "rewrite", "add.fields", fields)}, events()[2:4])...)
	}
	for _, o := range [][]string{
		{"add.fields", "op,source.ts_ms", "add.fields.prefix", ""}, {"add.fields", "op", "add.fields.prefix", "x."}, {"add.headers", "op", "add.headers.prefix", ""},
		{"add.headers", "op,db", "add.headers.prefix", "dbz-"}, {"add.fields", "op", "add.headers", "op"}, {"add.fields", "op", "add.fields.prefix", "__", "add.headers.prefix", "h_", "add.headers", "ts_ms"},
		{"route.by.field", "region"}, {"route.by.field", "status"}, {"route.by.field", "id"}, {"route.by.field", "missing"}, {"route.by.field", ""},
		{"add.fields", ""}, {"add.headers", ""}, {"replace.null.with.default", "false"}, {"replace.null.with.default", "false", "add.fields", "snapshot"},
		{"replace.null.with.default", "maybe"}, {"route.by.field", "region", "add.fields", "op", "add.headers", "op"},
		{"drop.fields.header.name", "gone"}, {"drop.fields.header.name", "gone", "drop.fields.from.key", "true"}, {"drop.fields.header.name", "gone", "drop.fields.keep.schema.compatible", "false"},
		{"drop.fields.header.name", "gone", "drop.fields.keep.schema.compatible", "false", "drop.fields.from.key", "true"}, {"drop.fields.header.name", "gone", "drop.fields.from.key", "maybe"},
		{"drop.fields.header.name", "gone", "drop.fields.keep.schema.compatible", "false", "add.fields", "op"}, {"drop.fields.header.name", "", "drop.fields.from.key", "true"},
	} {
		records := events()[:7]
		if strings.HasPrefix(o[0], "drop") {
			records = nil
			for _, e := range []question{events()[0], events()[3], events()[6]} {
				for _, list := range []string{`["region","status"]`, `["id"]`, `[]`, `region`, `["missing"]`, `[1]`} {
					records = append(records, e.headed(head("gone", list)))
				}
				records = append(records, e, e.headed(header{text("gone"), nil}))
			}
		}
		all = append(all, cross(both(o...), records)...)
		all = append(all, cross([]configuration{one(unwrap, "delete.tombstone.handling.mode", "rewrite").with(o...)}, records)...)
	}
	for _, next := range []options{
		named("b", kafka+"RegexRouter", "regex", "([^.]+)\\.([^.]+)\\.([^.]+)", "replacement", "$3"), named("b", kafka+"Flatten$Value"),
		named("b", kafka+"TimestampConverter$Value", "field", "at", "target.type", "string", "format", "yyyy-MM-dd"), named("b", kafka+"Cast$Value", "spec", "at:string,day:int64"),
		named("b", kafka+"ReplaceField$Value", "exclude", "__deleted"), named("b", kafka+"InsertField$Value", "topic.field", "topic"), named("b", kafka+"ExtractField$Key", "field", "id"),
	} {
		for _, mode := range []string{"tombstone", "rewrite"} {
			first := named("a", unwrap, "delete.tombstone.handling.mode", mode, "add.fields", "op")
			all = append(all, cross([]configuration{{Transforms: []options{first, next}}}, events()[:7])...)
		}
	}
	return all
}
