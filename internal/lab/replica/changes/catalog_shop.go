package changes

import "fmt"

// The tables with other keys: texts, several columns, foreign keys.

func customers() Table {
	return Table{Name: "customers", Key: []Column{{Name: "email", Type: "VARCHAR(60) COLLATE utf8mb4_nopad_bin NOT NULL"}}, key: textKey, Changed: "change_no", Columns: columns(
		Column{"name", "VARCHAR(100) NOT NULL", text(anyRunes, 100)}, Column{"change_no", "BIGINT NOT NULL", nil}, Column{"balance", "DECIMAL(20,2) NOT NULL DEFAULT 0", decimal(20, 2, false)},
	)}
}

func orders() Table {
	return Table{Name: "orders", parent: "customers", Changed: "change_no", Key: []Column{
		{Name: "customer", Type: "VARCHAR(60) COLLATE utf8mb4_nopad_bin NOT NULL"}, {Name: "order_no", Type: "BIGINT NOT NULL"},
	}, key: numbered("%d"), Columns: columns(
		Column{"change_no", "BIGINT NOT NULL", nil}, Column{"total", "DECIMAL(12,2)", decimal(12, 2, false)},
		Column{"placed", "DATETIME(6)", datetime(6)}, Column{"note", "TEXT", text(anyRunes, 100)},
	), Later: columns(Column{"state", "VARCHAR(10) NOT NULL DEFAULT 'open'", choice("open", "paid", "sent")})}
}

func lines() Table {
	return Table{Name: "order_lines", parent: "customers", Key: []Column{
		{Name: "customer", Type: "VARCHAR(60) COLLATE utf8mb4_nopad_bin NOT NULL"}, {Name: "order_no", Type: "BIGINT NOT NULL"}, {Name: "line", Type: "SMALLINT UNSIGNED NOT NULL"},
	}, key: func(n int) []string { return []string{fmt.Sprint(n / 5), fmt.Sprint(n % 5)} }, Columns: columns(
		Column{"product", "VARCHAR(40) NOT NULL", text(simpleRunes, 40)}, Column{"quantity", "INT UNSIGNED NOT NULL DEFAULT 1", integer(32, true)}, Column{"price", "DECIMAL(10,2)", decimal(10, 2, false)},
	)}
}

func mixed() Table {
	return Table{Name: "mixed", Key: []Column{
		{Name: "day", Type: "DATE NOT NULL"}, {Name: "code", Type: "CHAR(8) COLLATE utf8mb4_bin NOT NULL"}, {Name: "n", Type: "TINYINT NOT NULL"}, {Name: "bytes", Type: "VARBINARY(4) NOT NULL"},
	}, key: func(n int) []string {
		return []string{fmt.Sprintf("'2020-02-%02d'", 1+n%29), fmt.Sprintf("'코드%d'", n/7), fmt.Sprint(n%7 - 3), [...]string{"X''", "X'00'", "X'0000'"}[n%3]}
	}, Columns: columns(Column{"c_text", "VARCHAR(50)", text(anyRunes, 50)}, Column{"c_time", "TIMESTAMP(3) NULL", timestamp(3)})}
}

// counters has columns that MariaDB fills.
func counters() Table {
	return Table{Name: "counters", Key: number("id", "INT NOT NULL AUTO_INCREMENT"), Columns: columns(
		Column{"n", "INT", integer(30, false)}, Column{"doubled", "BIGINT AS (n * 2) VIRTUAL", nil}, Column{"next", "BIGINT AS (n + 1) PERSISTENT", nil},
		Column{"hidden", "INT INVISIBLE DEFAULT 3", integer(32, false)}, Column{"fixed", "VARCHAR(10) NOT NULL DEFAULT 'std'", nil},
		Column{"written", "TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)", nil},
	)}
}

// odd has names that need quotes. Kafka does not allow its name for a topic.
func odd() Table {
	return Table{Name: "odd name $1", Key: number("key", "INT NOT NULL"), key: numbered("%d"), Columns: columns(
		Column{"select", "INT", integer(32, false)}, Column{"a b", "VARCHAR(20)", text(anyRunes, 20)}, Column{"Ünï.코드", "INT", integer(32, false)}, Column{"CamelCase", "INT", integer(32, false)},
	), Later: columns(Column{"add ed", "INT", integer(32, false)})}
}

func prices() Table {
	return Table{Name: "prices", Key: number("price", "DECIMAL(20,4) NOT NULL"), key: numbered("%d.5000"), Columns: columns(Column{"c_text", "VARCHAR(50)", text(anyRunes, 50)})}
}

// tags has no primary key.
func tags() Table {
	return Table{Name: "tags", Unique: true, Key: []Column{{Name: "tag", Type: "VARCHAR(30) NOT NULL"}}, key: numbered("'tag %d'"), Columns: columns(Column{"n", "INT", integer(32, false)})}
}

func drafts() Table {
	return Table{Name: "drafts", Truncated: true, Key: number("id", "INT NOT NULL"), key: numbered("%d"), Columns: columns(Column{"body", "TEXT", text(anyRunes, 50)})}
}

func number(name, of string) []Column { return []Column{{Name: name, Type: of}} }

// numbered returns keys that have a number in a format.
func numbered(format string) func(int) []string {
	return func(n int) []string { return []string{fmt.Sprintf(format, n+1)} }
}

// textKey returns texts of which some differ in case, blanks, accents or width only.
func textKey(n int) []string {
	return []string{quote(fmt.Sprintf([...]string{"key%d@shop", "KEY%d@shop", "key%d@shop ", "kéy%d@shop", "키%d@상점", "🛒%d@shop"}[n%6], n/6))}
}
