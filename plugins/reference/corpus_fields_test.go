package reference

// fieldNames has the cases of the transforms that take, rename, move or wrap fields.
func fieldNames() (all []question) {
	replace := kafka + "ReplaceField$Value"
	all = append(all, both([]configuration{
		one(replace),
		one(replace, "exclude", "qty"),
		one(replace, "exclude", "qty,order_id"),
		one(replace, "exclude", " qty , note"),
		one(replace, "exclude", "missing"),
		one(replace, "exclude", "order_id,qty,price,note,at"),
		one(replace, "include", "qty"),
		one(replace, "include", "at,qty"),
		one(replace, "include", "missing"),
		one(replace, "include", "qty,note", "exclude", "note"),
		one(replace, "renames", "qty:n"),
		one(replace, "renames", "qty:n,note:remark,missing:x"),
		one(replace, "renames", "qty:order_id"),
		one(replace, "renames", "qty:note,note:qty"),
		one(replace, "renames", "qty"),
		one(replace, "renames", "qty:a:b"),
		one(replace, "renames", ""),
		one(replace, "include", "qty,note", "renames", "note:n"),
		one(replace, "exclude", "note", "renames", "note:n"),
		one(replace, "exclude", "qty", "replace.null.with.default", "false"),
		one(replace, "replace.null.with.default", "maybe"),
	}, append(orders(), absent(firsts(samples()))[:40]...))...)

	extract := kafka + "ExtractField$Value"
	nested := attr(nameOf(structOf("a", kind("int32"), "b", optional(structOf("c", optional(attr(kind("string"), `"default":"d"`)), "x.y", kind("int32"))),
		"m", mapOfInts, "x.y", kind("boolean")), "Outer"), `"version":1`)
	records := append(orders(),
		of(env(nested, `{"a":1,"b":{"c":"v","x.y":2},"m":{"k":1},"x.y":true}`)),
		of(env(nested, `{"a":1,"b":{"c":null,"x.y":2},"m":{},"x.y":true}`)),
		of(env(nested, `{"a":1,"b":null,"m":{},"x.y":false}`)),
		of(env(optional(nested), `null`)),
		of(text(`{"a":1,"b":{"c":"v","x.y":2},"x.y":true}`)),
		of(text(`{"a":1,"b":null}`)), of(text(`{"b":{"c":null}}`)), of(text(`{"b":7}`)))
	all = append(all, both([]configuration{
		one(extract), one(extract, "field", "qty"), one(extract, "field", "note"),
		one(extract, "field", "note", "replace.null.with.default", "false"), one(extract, "field", "b"), one(extract, "field", "b.c"),
		one(extract, "field", "b.c", "field.syntax.version", "V2"), one(extract, "field", "b.c", "field.syntax.version", "v1"),
		one(extract, "field", "b.`x.y`", "field.syntax.version", "V2"), one(extract, "field", "`x.y`", "field.syntax.version", "V2"),
		one(extract, "field", "x.y"), one(extract, "field", "m.k", "field.syntax.version", "V2"), one(extract, "field", "b.", "field.syntax.version", "V2"),
		one(extract, "field", "`b", "field.syntax.version", "V2"), one(extract, "field", "a.b.c", "field.syntax.version", "V2"),
		one(extract, "field", "b.c", "field.syntax.version", "V2", "replace.null.with.default", "false"),
		one(extract, "field", "a", "field.syntax.version", "V3"), one(extract, "field", ""),
	}, records)...)

	hoist := kafka + "HoistField$Value"
	all = append(all, both([]configuration{one(hoist), one(hoist, "field", "wrapped"), one(hoist, "field", "")},
		append(append(orders(), whole(firsts(samples()))...), plain(jsonValues...)...))...)

	toKey := kafka + "ValueToKey"
	all = append(all, cross([]configuration{
		one(toKey), one(toKey, "fields", "order_id"), one(toKey, "fields", "qty,order_id"), one(toKey, "fields", "note"),
		one(toKey, "fields", "note", "replace.null.with.default", "false"), one(toKey, "fields", "missing"), one(toKey, "fields", "order_id,order_id"),
		one(toKey, "fields", ""), one(toKey, "fields", "price,at"),
	}, append(orders(), orders()[0].keyed(nil), orders()[5].keyed(text(`{"k":1}`))))...)

	meta := kafka + "SetSchemaMetadata$Value"
	return append(all, both([]configuration{
		one(meta), one(meta, "schema.name", "x.Y"), one(meta, "schema.version", "7"), one(meta, "schema.name", "x.Y", "schema.version", "7"),
		one(meta, "schema.version", "a"), one(meta, "schema.name", ""), one(meta, "schema.name", "x", "replace.null.with.default", "false"),
		one(meta, "schema.version", "-1"), one(meta, "schema.name", connectData+"Date"),
	}, append(append(orders(), whole(firsts(containers()))...), whole(firsts(primitives()))...))...)
}

// insertions has the cases of InsertField.
func insertions() (all []question) {
	insert := kafka + "InsertField$Value"
	withNull := append(orders(), orders()[0].stamped(nil), orders()[5].stamped(nil), orders()[0].stamped(at(0)))
	return both([]configuration{
		one(insert), one(insert, "topic.field", "topic"), one(insert, "topic.field", "topic!"), one(insert, "topic.field", "topic?"),
		one(insert, "partition.field", "p"), one(insert, "partition.field", "p!"), one(insert, "offset.field", "o"), one(insert, "offset.field", "o!"),
		one(insert, "timestamp.field", "t"), one(insert, "timestamp.field", "t!"), one(insert, "timestamp.field", "at"),
		one(insert, "static.field", "s", "static.value", "v"), one(insert, "static.field", "s!", "static.value", "5"),
		one(insert, "static.field", "s"), one(insert, "static.value", "v"), one(insert, "static.field", "s", "static.value", ""),
		one(insert, "topic.field", "qty"), one(insert, "topic.field", "!"), one(insert, "topic.field", ""), one(insert, "topic.field", "a!b"),
		one(insert, "topic.field", "a", "partition.field", "b!", "offset.field", "c", "timestamp.field", "d", "static.field", "e", "static.value", "f"),
		one(insert, "topic.field", "x", "partition.field", "x"),
		one(insert, "topic.field", "topic", "replace.null.with.default", "false"),
		one(insert, "timestamp.field", "t", "replace.null.with.default", "false"),
	}, withNull)
}

// masks has the cases of MaskField.
func masks() (all []question) {
	mask := kafka + "MaskField$Value"
	blank := one(mask, "fields", "f")
	all = cross([]configuration{
		blank, blank.with("replacement", "7"), blank.with("replacement", "1.50"), blank.with("replacement", "x"), blank.with("replacement", ""),
		blank.with("replacement", "300"),
	}, between(firsts(samples())))
	all = append(all, cross([]configuration{blank, blank.with("replacement", "7"), blank.with("replace.null.with.default", "false")}, absent(firsts(samples())))...)
	all = append(all, cross([]configuration{blank, blank.with("replacement", "7"), blank.with("replacement", "x")}, bare(jsonValues...))...)
	return append(all, both([]configuration{
		one(mask), one(mask, "fields", ""), one(mask, "fields", "qty"), one(mask, "fields", "qty,note,missing"),
		one(mask, "fields", "order_id,qty", "replacement", "9"), one(mask, "fields", "note", "replacement", "***"), one(mask, "fields", "missing"),
		one(mask, "fields", "note", "replace.null.with.default", "false"),
	}, orders())...)
}

// headers has the cases of the transforms of headers.
func headers() (all []question) {
	from := kafka + "HeaderFrom$Value"
	all = both([]configuration{
		one(from), one(from, "fields", "order_id", "headers", "id"), one(from, "fields", "order_id", "headers", "id", "operation", "copy"),
		one(from, "fields", "order_id", "headers", "id", "operation", "move"), one(from, "fields", "order_id,qty,at", "headers", "a,b,c", "operation", "copy"),
		one(from, "fields", "qty,price,note", "headers", "a,b,c", "operation", "move"), one(from, "fields", "a,b", "headers", "x", "operation", "copy"),
		one(from, "fields", "qty", "headers", "source", "operation", "copy"), one(from, "fields", "missing", "headers", "x", "operation", "copy"),
		one(from, "fields", "missing", "headers", "x", "operation", "move"), one(from, "fields", "qty", "headers", "x", "operation", "swap"),
		one(from, "fields", "note", "headers", "x", "operation", "copy", "replace.null.with.default", "false"), one(from, "fields", "", "headers", "", "operation", "copy"),
		one(from, "fields", "order_id,qty,price,note,at", "headers", "a,b,c,d,e", "operation", "move"),
		one(from, "fields", "nested", "headers", "n", "operation", "copy"),
	}, orders())
	all = append(all, cross([]configuration{
		one(from, "fields", "f", "headers", "h", "operation", "copy"), one(from, "fields", "f", "headers", "h", "operation", "move"),
	}, append(append(between(firsts(samples())), absent(firsts(primitives()))...), bare(jsonValues...)...))...)

	insert := kafka + "InsertHeader"
	for _, literal := range []string{
		"v", "5", "-1.50", "true", "null", "", " x ", "[1,2]", "{\"a\":1}", "2024-02-29", "2024-02-29T12:34:56.789Z", "12:34:56.789Z", "\"quoted\"", "007", "1e3",
		"99999999999999999999", "[\"a\",\"b\"]", "a,b", "\\", "é", "TRUE", "0x1F",
	} {
		all = append(all, cross([]configuration{one(insert, "header", "h", "value.literal", literal)}, orders()[:1])...)
	}
	all = append(all, cross([]configuration{
		one(insert), one(insert, "header", "h"), one(insert, "value.literal", "v"), one(insert, "header", "source", "value.literal", "v"),
		one(insert, "header", "", "value.literal", "v"), one(insert, "header", "h", "value.literal", "v"),
	}, append(orders(), orders()[0].headed()))...)
	drop := kafka + "DropHeaders"
	return append(all, cross([]configuration{
		one(drop), one(drop, "headers", "source"), one(drop, "headers", "source,count"), one(drop, "headers", "missing"), one(drop, "headers", "Source"),
		one(drop, "headers", ""), one(drop, "headers", "source , missing"),
	}, append(orders()[:5], orders()[0].headed(), orders()[0].headed(head("source", ""), header{text("a"), nil})))...)
}
