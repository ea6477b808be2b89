package reference

// casts has the cases of Cast.
func casts() (all []question) {
	cast := kafka + "Cast$Value"
	for _, to := range []string{"int8", "int16", "int32", "int64", "float32", "float64", "boolean", "string"} {
		field, all8 := one(cast, "spec", "f:"+to), one(cast, "spec", to)
		all = append(all, cross([]configuration{field}, between(samples()))...)
		all = append(all, cross([]configuration{field}, bare(jsonValues...))...)
		all = append(all, cross([]configuration{field}, absent(firsts(samples())))...)
		all = append(all, both([]configuration{all8}, append(whole(firsts(samples())), plain(jsonValues...)...))...)
	}
	return append(all, both([]configuration{
		one(cast), one(cast, "spec", ""), one(cast, "spec", "qty:int8,order_id:string"), one(cast, "spec", "qty:bytes"), one(cast, "spec", "bytes"),
		one(cast, "spec", "qty:float"), one(cast, "spec", "qty"), one(cast, "spec", "qty:int8:x"), one(cast, "spec", "missing:int8"),
		one(cast, "spec", "qty:int64,qty:string"), one(cast, "spec", "int8,int16"), one(cast, "spec", "qty:INT8"), one(cast, "spec", "qty: int64"),
		one(cast, "spec", "note:string", "replace.null.with.default", "false"), one(cast, "spec", "qty:int64", "replace.null.with.default", "false"),
		one(cast, "spec", "at:string,price:string"), one(cast, "spec", "int8,qty:int8"), one(cast, "spec", "price:float64,at:int64"), one(cast, "spec", "qty:Decimal"),
	}, orders())...)
}

// timestamps has the cases of TimestampConverter.
func timestamps() (all []question) {
	converter := kafka + "TimestampConverter$Value"
	field := one(converter, "field", "f")
	ints := []sample{{kind("int64"), []string{"0", "-1", "1709210096", "1709210096789", "1709210096789012", "1709210096789012345"}}}
	dates := []sample{
		{logical("int32", connectData+"Date"), []string{"0", "19782", "-1"}},
		{logical("int32", connectData+"Time"), []string{"0", "3723004"}},
		{logical("int64", connectData+"Timestamp"), []string{"0", "1709210096789", "-1", "-62135769600001"}},
	}
	others := append(firsts(primitives()), firsts(debezium())...)
	others = append(others, firsts(containers())...)
	others = append(others, sample{decimalOf("2"), []string{`"BNI="`}})
	for _, to := range []string{"string", "unix", "Date", "Time", "Timestamp"} {
		c := field.with("target.type", to, "format", "yyyy-MM-dd'T'HH:mm:ss.SSS")
		for _, precision := range []string{"seconds", "milliseconds", "microseconds", "nanoseconds"} {
			p := c.with("unix.precision", precision)
			all = append(all, cross([]configuration{p}, append(between(ints), between(dates)...))...)
			all = append(all, cross([]configuration{p}, bare("0", "1709210096789"))...)
		}
		all = append(all, cross([]configuration{c}, append(between(others), absent(append(dates, ints...))...))...)
		all = append(all, cross([]configuration{c}, bare(jsonValues...))...)
		all = append(all, cross([]configuration{c, field.with("target.type", to)}, []question{
			fieldF(kind("string"), `"2024-02-29T12:34:56.789"`), fieldF(optional(kind("string")), `null`), fieldF(kind("string"), `"x"`), fieldF(kind("int32"), "17"),
			fieldF(attr(kind("string"), `"default":"2024-02-29T12:34:56.789"`), `"2020-01-01T00:00:00.000"`),
			of(text(`{"f":"2024-02-29T12:34:56.789"}`)), of(text(`{"f":null}`)), of(text(`{}`)), of(nil), of(env(optional(order), "null")), of(text(`"x"`)),
		})...)
		value := one(converter, "target.type", to, "format", "yyyy-MM-dd")
		all = append(all, both([]configuration{value}, append(append(whole(dates), whole(ints)...),
			of(env(kind("string"), `"2024-02-29"`)), of(env(optional(kind("string")), `null`)), of(env(optional(kind("int64")), `null`)), of(text(`1709210096789`)), of(text(`"2024-02-29"`)), of(text(`true`)), of(text("null"))))...)
		all = append(all, cross([]configuration{field.with("target.type", to, "replace.null.with.default", "false")}, absent(append(dates, ints...)))...)
	}
	for _, p := range patterns {
		read := field.with("target.type", "Timestamp", "format", p[0])
		for _, t := range p[1:] {
			all = append(all, fieldF(kind("string"), quoted(t)).under(read))
		}
		write := field.with("target.type", "string", "format", p[0])
		all = append(all, cross([]configuration{write}, between([]sample{{logical("int64", connectData+"Timestamp"), []string{"1709210096789", "0", "-1", "946684799999", "4102444800000"}}}))...)
	}
	narrow := configuration{Transforms: []options{named("a", kafka+"Cast$Value", "spec", "f:int32"), named("b", converter, "field", "f", "target.type", "Timestamp")}}
	all = append(all, cross([]configuration{narrow, field.with("target.type", "unix")}, append(bare("17"), of(env(optional(kind("string")), "null"))))...)
	for _, to := range []string{"Timestamp", "Date"} { // a time that no schema describes
		first := named("a", converter, "field", "f", "target.type", to)
		for _, second := range []options{
			named("b", converter, "field", "f", "target.type", "string", "format", "yyyy-MM-dd HH:mm"), named("b", converter, "field", "f", "target.type", "unix"),
			named("b", converter, "field", "f", "target.type", "Timestamp"), named("b", kafka+"Cast$Value", "spec", "f:string"), named("b", kafka+"Cast$Value", "spec", "f:int64"),
			named("b", kafka+"MaskField$Value", "fields", "f"), named("b", kafka+"HeaderFrom$Value", "fields", "f", "headers", "h", "operation", "copy"),
			named("b", kafka+"Flatten$Value"), named("b", kafka+"ExtractField$Value", "field", "f"), named("b", kafka+"ValueToKey", "fields", "f"),
		} {
			all = append(all, cross([]configuration{{Transforms: []options{first, second}}}, append(bare("1709210096789", "0", "-1"), between(ints)[3:4]...))...)
		}
	}
	return append(all, cross([]configuration{
		field, field.with("target.type", ""), field.with("target.type", "date"), field.with("target.type", "string"), field.with("target.type", "unix", "unix.precision", "minutes"),
		one(converter, "target.type", "unix", "field", "missing"), field.with("target.type", "string", "format", "bogus"), one(converter, "target.type", "unix", "field", "id"),
	}, append(between(dates), fieldF(kind("string"), `"x"`), of(text(`{"f":5}`))))...)
}

func quoted(s string) string { return `"` + s + `"` }

// patterns are formats of SimpleDateFormat, and text that is read with them.
var patterns = [][]string{
	{"yyyy-MM-dd", "2024-02-29", "2024-2-9", "2024-13-45", "24-02-29", "2024-02-29 tail", " 2024-02-29", "2024/02/29", "", "-2024-02-29", "20240-02-29"},
	{"yyyyMMdd", "20240229", "2024229", "202402290", "2024-02-29"},
	{"yyyy-MM-dd HH:mm:ss", "2024-02-29 12:34:56", "2024-02-29 25:61:61", "2024-02-29  12:34:56", "2024-02-29 1:2:3", "2024-02-29T12:34:56"},
	{"yyyy-MM-dd'T'HH:mm:ss.SSS", "2024-02-29T12:34:56.7", "2024-02-29T12:34:56.7890", "2024-02-29T12:34:56", "2024-02-29T12:34:56.789Z"},
	{"yyyy-MM-dd'T'HH:mm:ssX", "2024-02-29T12:34:56Z", "2024-02-29T12:34:56+01", "2024-02-29T12:34:56+0130", "2024-02-29T12:34:56"},
	{"yyyy-MM-dd'T'HH:mm:ssXXX", "2024-02-29T12:34:56Z", "2024-02-29T12:34:56+01:30", "2024-02-29T12:34:56+0130"},
	{"yyyy-MM-dd'T'HH:mm:ssZ", "2024-02-29T12:34:56+0130", "2024-02-29T12:34:56UTC", "2024-02-29T12:34:56GMT+01:00", "2024-02-29T12:34:56Z"},
	{"EEE, dd MMM yyyy HH:mm:ss z", "Thu, 29 Feb 2024 12:34:56 UTC", "Mon, 29 feb 2024 12:34:56 GMT", "29 Feb 2024"},
	{"dd.MM.yy", "29.02.24", "29.02.2024", "29.02.99", "1.1.1"},
	{"MM/dd/yyyy hh:mm:ss a", "02/29/2024 12:34:56 PM", "02/29/2024 12:34:56 am", "02/29/2024 00:34:56 PM"},
	{"MMMM d, yyyy", "February 29, 2024", "Feb 29, 2024", "march 1, 2024"},
	{"yyyy-D", "2024-60", "2024-366"}, {"H:m:s.S", "1:2:3.4", "1:2:3.4567"}, {"yyyy.MM.dd G 'at' HH 'o''clock'", "2024.02.29 AD at 12 o'clock"},
	{"YYYY-'W'ww-u", "2024-W09-4"}, {"kk:mm K", "24:00 0"}, {"E", "Thu"}, {"yy", "24", "2024", "7"}, {"y", "24", "2024"}, {"SSS", "5"}, {"MMM", "Feb"}, {"W F w", "5 5 9"}, {"yyyyy", "02024"}, {"LLL", "Feb"},
}

// shapes has the cases of Flatten.
func shapes() (all []question) {
	flatten := kafka + "Flatten$Value"
	inner := structOf("c", kind("int32"), "d", optional(attr(kind("string"), `"default":"dd"`)))
	deep := attr(nameOf(structOf("a", kind("string"), "b", optional(inner), "e", structOf("f", structOf("g", optional(decimalOf("2")), "h", kind("bytes")), "i", arrayOfInts),
		"j", optional(kind("int64"))), "Deep"), `"version":3`)
	withDefault := structOf("a", structOf("b", attr(kind("int32"), `"default":5`)), "c", attr(kind("string"), `"default":"x"`))
	clash := structOf("a.b", kind("int32"), "a", structOf("b", kind("int32")))
	records := append(orders(),
		of(env(deep, `{"a":"x","b":{"c":1,"d":null},"e":{"f":{"g":"BNI=","h":"AQI="},"i":[1,2]},"j":null}`)),
		of(env(deep, `{"a":"x","b":null,"e":{"f":{"g":null,"h":""},"i":[]},"j":5}`)),
		of(env(optional(deep), `{"a":"x","b":{"c":1,"d":"v"},"e":{"f":{"g":null,"h":""},"i":[]},"j":5}`)),
		of(env(optional(deep), "null")),
		of(env(withDefault, `{"a":{"b":1},"c":"y"}`)),
		of(env(clash, `{"a.b":1,"a":{"b":2}}`)),
		of(env(structOf("m", mapOfInts), `{"m":{"a":1}}`)), of(env(structOf("m", optional(mapOfInts)), `{"m":null}`)),
		of(env(structOf("l", `{"type":"array","items":`+inner+`}`), `{"l":[{"c":1,"d":null}]}`)),
		of(env(structOf("empty", structOf()), `{"empty":{}}`)),
		of(env(structOf(), `{}`)), of(env(mapOfInts, `{"a":1}`)),
		of(text(`{"a":{"b":{"c":1,"d":[1,{"x":2}]},"e":null},"f":"g"}`)), of(text(`{"a.b":1,"a":{"b":2}}`)), of(text(`{"a":{}}`)), of(text(`{"a":{"b":1.5,"c":true,"d":"x"}}`)))
	chains := []configuration{
		one(flatten), one(flatten, "delimiter", "_"), one(flatten, "delimiter", ""), one(flatten, "delimiter", "__"), one(flatten, "delimiter", "é"),
		one(flatten, "delimiter", "_", "replace.null.with.default", "false"),
	}
	all = both(chains, records)
	all = append(all, cross(chains[:2], between(firsts(samples())))...)
	return append(all, cross(chains[:1], absent(firsts(samples())))...)
}
