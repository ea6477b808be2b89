package reference

// fieldNames has the cases of the transforms that take, rename, move or wrap fields.
func fieldNames() (all []question) {
	replace := kafka + "ReplaceField$Value"
	all = append(all, both([]chain{
		transform(replace),
		transform(replace, "exclude", "qty"),
		transform(replace, "exclude", "qty,order_id"),
		transform(replace, "exclude", " qty , note"),
		transform(replace, "exclude", "missing"),
		transform(replace, "exclude", "order_id,qty,price,note,at"),
		transform(replace, "include", "qty"),
		transform(replace, "include", "at,qty"),
		transform(replace, "include", "missing"),
		transform(replace, "include", "qty,note", "exclude", "note"),
		transform(replace, "renames", "qty:n"),
		transform(replace, "renames", "qty:n,note:remark,missing:x"),
		transform(replace, "renames", "qty:order_id"),
		transform(replace, "renames", "qty:note,note:qty"),
		transform(replace, "renames", "qty"),
		transform(replace, "renames", "qty:a:b"),
		transform(replace, "renames", ""),
		transform(replace, "include", "qty,note", "renames", "note:n"),
		transform(replace, "exclude", "note", "renames", "note:n"),
		transform(replace, "exclude", "qty", "replace.null.with.default", "false"),
		transform(replace, "replace.null.with.default", "maybe"),
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
	all = append(all, both([]chain{
		transform(extract), transform(extract, "field", "qty"), transform(extract, "field", "note"),
		transform(extract, "field", "note", "replace.null.with.default", "false"), transform(extract, "field", "b"), transform(extract, "field", "b.c"),
		transform(extract, "field", "b.c", "field.syntax.version", "V2"), transform(extract, "field", "b.c", "field.syntax.version", "v1"),
		transform(extract, "field", "b.`x.y`", "field.syntax.version", "V2"), transform(extract, "field", "`x.y`", "field.syntax.version", "V2"),
		transform(extract, "field", "x.y"), transform(extract, "field", "m.k", "field.syntax.version", "V2"), transform(extract, "field", "b.", "field.syntax.version", "V2"),
		transform(extract, "field", "`b", "field.syntax.version", "V2"), transform(extract, "field", "a.b.c", "field.syntax.version", "V2"),
		transform(extract, "field", "b.c", "field.syntax.version", "V2", "replace.null.with.default", "false"),
		transform(extract, "field", "a", "field.syntax.version", "V3"), transform(extract, "field", ""),
	}, records)...)

	hoist := kafka + "HoistField$Value"
	all = append(all, both([]chain{transform(hoist), transform(hoist, "field", "wrapped"), transform(hoist, "field", "")},
		append(append(orders(), whole(firsts(samples()))...), plain(jsonValues...)...))...)

	toKey := kafka + "ValueToKey"
	all = append(all, cross([]chain{
		transform(toKey), transform(toKey, "fields", "order_id"), transform(toKey, "fields", "qty,order_id"), transform(toKey, "fields", "note"),
		transform(toKey, "fields", "note", "replace.null.with.default", "false"), transform(toKey, "fields", "missing"), transform(toKey, "fields", "order_id,order_id"),
		transform(toKey, "fields", ""), transform(toKey, "fields", "price,at"),
	}, append(orders(), orders()[0].keyed(nil), orders()[5].keyed(text(`{"k":1}`))))...)

	meta := kafka + "SetSchemaMetadata$Value"
	return append(all, both([]chain{
		transform(meta), transform(meta, "schema.name", "x.Y"), transform(meta, "schema.version", "7"), transform(meta, "schema.name", "x.Y", "schema.version", "7"),
		transform(meta, "schema.version", "a"), transform(meta, "schema.name", ""), transform(meta, "schema.name", "x", "replace.null.with.default", "false"),
		transform(meta, "schema.version", "-1"), transform(meta, "schema.name", connectData+"Date"),
	}, append(append(orders(), whole(firsts(containers()))...), whole(firsts(primitives()))...))...)
}

// insertions has the cases of InsertField.
func insertions() (all []question) {
	insert := kafka + "InsertField$Value"
	withNull := append(orders(), orders()[0].stamped(nil), orders()[5].stamped(nil), orders()[0].stamped(at(0)))
	return both([]chain{
		transform(insert), transform(insert, "topic.field", "topic"), transform(insert, "topic.field", "topic!"), transform(insert, "topic.field", "topic?"),
		transform(insert, "partition.field", "p"), transform(insert, "partition.field", "p!"), transform(insert, "offset.field", "o"), transform(insert, "offset.field", "o!"),
		transform(insert, "timestamp.field", "t"), transform(insert, "timestamp.field", "t!"), transform(insert, "timestamp.field", "at"),
		transform(insert, "static.field", "s", "static.value", "v"), transform(insert, "static.field", "s!", "static.value", "5"),
		transform(insert, "static.field", "s"), transform(insert, "static.value", "v"), transform(insert, "static.field", "s", "static.value", ""),
		transform(insert, "topic.field", "qty"), transform(insert, "topic.field", "!"), transform(insert, "topic.field", ""), transform(insert, "topic.field", "a!b"),
		transform(insert, "topic.field", "a", "partition.field", "b!", "offset.field", "c", "timestamp.field", "d", "static.field", "e", "static.value", "f"),
		transform(insert, "topic.field", "x", "partition.field", "x"),
		transform(insert, "topic.field", "topic", "replace.null.with.default", "false"),
		transform(insert, "timestamp.field", "t", "replace.null.with.default", "false"),
	}, withNull)
}

// masks has the cases of MaskField.
func masks() (all []question) {
	mask := kafka + "MaskField$Value"
	blank := transform(mask, "fields", "f")
	all = cross([]chain{
		blank, blank.with("replacement", "7"), blank.with("replacement", "1.50"), blank.with("replacement", "x"), blank.with("replacement", ""),
		blank.with("replacement", "300"),
	}, between(firsts(samples())))
	all = append(all, cross([]chain{blank, blank.with("replacement", "7"), blank.with("replace.null.with.default", "false")}, absent(firsts(samples())))...)
	all = append(all, cross([]chain{blank, blank.with("replacement", "7"), blank.with("replacement", "x")}, bare(jsonValues...))...)
	return append(all, both([]chain{
		transform(mask), transform(mask, "fields", ""), transform(mask, "fields", "qty"), transform(mask, "fields", "qty,note,missing"),
		transform(mask, "fields", "order_id,qty", "replacement", "9"), transform(mask, "fields", "note", "replacement", "***"), transform(mask, "fields", "missing"),
		transform(mask, "fields", "note", "replace.null.with.default", "false"),
	}, orders())...)
}

// headers has the cases of the transforms of headers.
func headers() (all []question) {
	from := kafka + "HeaderFrom$Value"
	all = both([]chain{
		transform(from), transform(from, "fields", "order_id", "headers", "id"), transform(from, "fields", "order_id", "headers", "id", "operation", "copy"),
		transform(from, "fields", "order_id", "headers", "id", "operation", "move"), transform(from, "fields", "order_id,qty,at", "headers", "a,b,c", "operation", "copy"),
		transform(from, "fields", "qty,price,note", "headers", "a,b,c", "operation", "move"), transform(from, "fields", "a,b", "headers", "x", "operation", "copy"),
		transform(from, "fields", "qty", "headers", "source", "operation", "copy"), transform(from, "fields", "missing", "headers", "x", "operation", "copy"),
		transform(from, "fields", "missing", "headers", "x", "operation", "move"), transform(from, "fields", "qty", "headers", "x", "operation", "swap"),
		transform(from, "fields", "note", "headers", "x", "operation", "copy", "replace.null.with.default", "false"), transform(from, "fields", "", "headers", "", "operation", "copy"),
		transform(from, "fields", "order_id,qty,price,note,at", "headers", "a,b,c,d,e", "operation", "move"),
		transform(from, "fields", "nested", "headers", "n", "operation", "copy"),
	}, orders())
	all = append(all, cross([]chain{
		transform(from, "fields", "f", "headers", "h", "operation", "copy"), transform(from, "fields", "f", "headers", "h", "operation", "move"),
	}, append(append(between(firsts(samples())), absent(firsts(primitives()))...), bare(jsonValues...)...))...)

	insert := kafka + "InsertHeader"
	for _, literal := range []string{
		"v", "5", "-1.50", "true", "null", "", " x ", "[1,2]", "{\"a\":1}", "2024-02-29", "2024-02-29T12:34:56.789Z", "12:34:56.789Z", "\"quoted\"", "007", "1e3",
		"99999999999999999999", "[\"a\",\"b\"]", "a,b", "\\", "é", "TRUE", "0x1F",
	} {
		all = append(all, cross([]chain{transform(insert, "header", "h", "value.literal", literal)}, orders()[:1])...)
	}
	all = append(all, cross([]chain{
		transform(insert), transform(insert, "header", "h"), transform(insert, "value.literal", "v"), transform(insert, "header", "source", "value.literal", "v"),
		transform(insert, "header", "", "value.literal", "v"), transform(insert, "header", "h", "value.literal", "v"),
	}, append(orders(), orders()[0].headed()))...)
	drop := kafka + "DropHeaders"
	return append(all, cross([]chain{
		transform(drop), transform(drop, "headers", "source"), transform(drop, "headers", "source,count"), transform(drop, "headers", "missing"), transform(drop, "headers", "Source"),
		transform(drop, "headers", ""), transform(drop, "headers", "source , missing"),
	}, append(orders()[:5], orders()[0].headed(), orders()[0].headed(head("source", ""), header{text("a"), nil})))...)
}
