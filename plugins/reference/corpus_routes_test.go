package reference

// routing has the cases of RegexRouter and TimestampRouter.
func routing() (all []question) {
	value := env(order, `{"order_id":"a","qty":3,"price":"BNI=","note":"x","at":1709210096789}`)
	for _, o := range [][2]string{
		{`(.*)`, `$1`}, {`shop\.(.*)`, `$1`}, {`shop.(.*)`, `sink_$1`}, {`([^.]+)\.([^.]+)\.([^.]+)`, `$3`}, {`([^.]+)\.([^.]+)`, `$2_$1`},
		{`orders`, `x`}, {`shop`, `x`}, {`.*orders`, `x`}, {`(?<a>[a-z]+)\.(?<b>[a-z]+)`, `${b}-${a}`}, {`(\w+)\.(\w+)`, `\$1\$2`},
		{`(.*)-(\d+)`, `$2$1`}, {`(.*)`, `$1$1`}, {`(.*)`, `$0!`}, {`(.*)`, `$12`}, {`(.*)`, `$2`}, {`(.*)`, `$`}, {`(.*)`, `a\`}, {`(.*)`, `${x}`},
		{`(?i)SHOP\.(.*)`, `$1`}, {`(?=shop)(.*)`, `$1`}, {`(.)\1.*`, `$1`}, {`(?!shop).*`, `other`}, {`shop\.(?:orders|items)`, `all`},
		{`[a-z&&[^s]]+.*`, `x`}, {`\p{Alpha}+\.\p{Lower}+`, `x`}, {`\p{javaLowerCase}+.*`, `x`}, {`shop\.(.*?)(s?)`, `$1`}, {`(.*)\.(.*)`, `$2`}, {`a|shop\.orders`, `x`},
		{`\Qshop.\E(.*)`, `$1`}, {`(a)?shop(.*)`, `[$1]$2`}, {`^shop\.orders$`, `x`}, {`.*`, ``}, {``, `x`}, {`(`, `x`}, {`[`, `x`}, {`*`, `x`}, {`(.++)`, `$1`}, {`(?>s)hop(.*)`, `$1`},
		{`shop\.orders`, ` x `}, {`(?x) shop \. (.*) `, `$1`}, {`.*\u00e9.*`, `x`}, {`.*\bOrders`, `x`}, {`[\w.]+`, `x`}, {`(.*)\.(?<name>.*)`, `$2-${name}`}, {`(.*)`, `$1-\\`},
	} {
		c := one(kafka+"RegexRouter", "regex", o[0], "replacement", o[1])
		for _, topic := range []string{"shop.orders", "orders", "lab.shop.orders", "orders-17", "aa", "shop.Orders", "café.x", ""} {
			all = append(all, of(value).on(topic).under(c))
		}
	}
	for _, o := range [][]string{
		{}, {"topic.format", "${topic}"}, {"topic.format", "${timestamp}"}, {"topic.format", "x"}, {"topic.format", "${topic}_${topic}_${timestamp}"},
		{"topic.format", "${topic}-$1-${other}"}, {"topic.format", ""},
		{"timestamp.format", "yyyy-MM-dd"}, {"timestamp.format", "yyyyMMddHHmmssSSS"}, {"timestamp.format", "YYYY-'W'ww"}, {"timestamp.format", "dd.MM.yy"},
		{"timestamp.format", "yyyy/MM"}, {"timestamp.format", "D"}, {"timestamp.format", "''yyyy"}, {"timestamp.format", "$1"}, {"timestamp.format", "EEE MMM d"},
		{"timestamp.format", ""}, {"timestamp.format", "bogus"}, {"timestamp.format", "HH'h'mm a z"}, {"timestamp.format", "hh K k X"},
	} {
		c := one(kafka+"TimestampRouter", o...)
		for _, ms := range []*int64{at(1709210096789), at(0), at(1735603199999), at(1), nil} {
			all = append(all, of(value).stamped(ms).under(c))
		}
		all = append(all, of(nil).under(c), of(value).on("a$1b").under(c))
	}
	return append(all,
		of(value).under(one(kafka+"RegexRouter", "regex", "a")),
		of(value).under(one(kafka+"RegexRouter", "replacement", "a")),
		of(nil).under(one(kafka+"RegexRouter", "regex", "(.*)", "replacement", "x-$1")))
}

// predicates has the cases of the predicates, each with Filter and with another transform.
func predicates() (all []question) {
	value := env(order, `{"order_id":"a","qty":3,"price":"BNI=","note":"x","at":1709210096789}`)
	for _, p := range []options{
		named("p", predicate+"TopicNameMatches", "pattern", "shop.*"),
		named("p", predicate+"TopicNameMatches", "pattern", "shop"),
		named("p", predicate+"TopicNameMatches", "pattern", "orders|shop.orders"),
		named("p", predicate+"TopicNameMatches", "pattern", "(?=s).*"),
		named("p", predicate+"TopicNameMatches", "pattern", "("),
		named("p", predicate+"TopicNameMatches", "pattern", ""),
		named("p", predicate+"TopicNameMatches"),
		named("p", predicate+"HasHeaderKey", "header", "source"),
		named("p", predicate+"HasHeaderKey", "header", "Source"),
		named("p", predicate+"HasHeaderKey", "header", "kafka_topic"),
		named("p", predicate+"HasHeaderKey", "header", ""),
		named("p", predicate+"HasHeaderKey"),
		named("p", predicate+"RecordIsTombstone"),
	} {
		for _, negate := range []string{"", "true", "false"} {
			for _, t := range []options{
				named("t", kafka+"Filter"),
				named("t", kafka+"InsertField$Value", "static.field", "f", "static.value", "v"),
			} {
				t["predicate"] = "p"
				if negate != "" {
					t["negate"] = negate
				}
				c := configuration{Transforms: []options{t}, Predicates: []options{p}}
				all = append(all, cross([]configuration{c}, []question{
					of(value), of(nil), of(value).on("orders"), of(value).headed(), of(value).headed(header{text("source"), nil}),
					of(env(optional(order), "null")), of(env("null", "null")), of(text(`{"a":1}`)),
				})...)
			}
		}
	}
	return append(all, cross([]configuration{one(kafka + "Filter")}, orders())...)
}

// chains has the cases of several transforms in a row.
func chains() (all []question) {
	for _, c := range []configuration{
		{Transforms: []options{
			named("a", kafka+"RegexRouter", "regex", "shop\\.(.*)", "replacement", "$1"),
			named("b", kafka+"TimestampRouter"),
			named("c", kafka+"InsertField$Value", "topic.field", "topic"),
		}},
		{Transforms: []options{
			named("a", kafka+"ReplaceField$Value", "renames", "qty:n,order_id:id", "exclude", "note"),
			named("b", kafka+"Cast$Value", "spec", "n:int64,at:string"),
			named("c", kafka+"ValueToKey", "fields", "id"),
			named("d", kafka+"ExtractField$Key", "field", "id"),
		}},
		{Transforms: []options{
			named("a", kafka+"HoistField$Value", "field", "order"),
			named("b", kafka+"Flatten$Value", "delimiter", "_"),
			named("c", kafka+"MaskField$Value", "fields", "order_qty,order_note"),
		}},
		{Transforms: []options{
			named("a", kafka+"HeaderFrom$Value", "fields", "order_id", "headers", "id", "operation", "move"),
			named("b", kafka+"InsertHeader", "header", "origin", "value.literal", "sink"),
			named("c", kafka+"DropHeaders", "headers", "source"),
		}},
		{Transforms: []options{
			named("a", kafka+"TimestampConverter$Value", "field", "at", "target.type", "string", "format", "yyyy-MM-dd"),
			named("b", kafka+"TimestampConverter$Value", "field", "at", "target.type", "Date", "format", "yyyy-MM-dd"),
			named("c", kafka+"SetSchemaMetadata$Value", "schema.name", "x.Y", "schema.version", "9"),
		}},
		{Transforms: []options{
			with(named("a", kafka+"Filter"), "predicate", "gone"),
			with(named("b", kafka+"RegexRouter", "regex", ".*", "replacement", "late"), "predicate", "web"),
			with(named("c", kafka+"Filter"), "predicate", "late", "negate", "true"),
		}, Predicates: []options{
			named("gone", predicate+"RecordIsTombstone"), named("web", predicate+"HasHeaderKey", "header", "source"), named("late", predicate+"TopicNameMatches", "pattern", "late"),
		}},
		{Transforms: []options{
			named("a", kafka+"ExtractField$Value", "field", "qty"),
			named("b", kafka+"Cast$Value", "spec", "string"),
			named("c", kafka+"HoistField$Value", "field", "v"),
			named("d", kafka+"InsertField$Value", "offset.field", "o", "timestamp.field", "t", "partition.field", "p"),
		}},
		{Transforms: []options{ // another order of the hash table
			named("a", kafka+"Cast$Value", "spec", "f:string"),
			named("b", kafka+"ReplaceField$Value", "renames", "qty:order_id"),
		}},
		{Transforms: []options{
			named("a", kafka+"Cast$Value", "spec", "qty:string"),
			named("b", kafka+"Cast$Value", "spec", "qty:boolean"),
			named("c", kafka+"Cast$Value", "spec", "qty:int8"),
		}},
		{},
	} {
		all = append(all, cross([]configuration{c}, append(orders(), orders()[0].headed(), orders()[0].stamped(nil)))...)
	}
	return all
}

func with(o options, pairs ...string) options {
	for i := 0; i < len(pairs); i += 2 {
		o[pairs[i]] = pairs[i+1]
	}
	return o
}
