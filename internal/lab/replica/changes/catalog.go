package changes

import (
	"fmt"
	"strings"
)

// Tables returns the tables, parents before their children.
func Tables() []Table {
	return []Table{
		integers(), decimals(), floats(), bits(), texts(), binaries(), labels(), days(), moments(), stamps(), uuids(), shapes(),
		customers(), orders(), lines(), mixed(), counters(), odd(), prices(), tags(), drafts(),
	}
}

func integers() Table {
	return Table{Name: "integers", Key: number("id", "INT NOT NULL"), key: numbered("%d"), Columns: columns(
		Column{"c_tinyint", "TINYINT", integer(8, false)}, Column{"c_tinyint_u", "TINYINT UNSIGNED", integer(8, true)},
		Column{"c_smallint", "SMALLINT", integer(16, false)}, Column{"c_smallint_u", "SMALLINT UNSIGNED", integer(16, true)},
		Column{"c_mediumint", "MEDIUMINT", integer(24, false)}, Column{"c_mediumint_u", "MEDIUMINT UNSIGNED", integer(24, true)},
		Column{"c_int", "INT", integer(32, false)}, Column{"c_int_u", "INT UNSIGNED", integer(32, true)},
		Column{"c_zerofill", "INT(8) ZEROFILL", integer(32, true)},
		Column{"c_bigint", "BIGINT", integer(64, false)}, Column{"c_bigint_u", "BIGINT UNSIGNED", integer(64, true)},
		Column{"c_required", "BIGINT UNSIGNED NOT NULL", integer(64, true)},
	), Later: columns(Column{"c_added", "INT", integer(32, false)}, Column{"c_added_u", "BIGINT UNSIGNED NOT NULL DEFAULT 18446744073709551615", integer(64, true)})}
}

func decimals() Table {
	return Table{Name: "decimals", Key: number("id", "BIGINT NOT NULL"), key: numbered("-%d"), Columns: columns(
		Column{"c_money", "DECIMAL(10,2)", decimal(10, 2, false)}, Column{"c_money_u", "DECIMAL(10,2) UNSIGNED", decimal(10, 2, true)},
		Column{"c_whole", "DECIMAL(20,0)", decimal(20, 0, false)}, Column{"c_parts", "DECIMAL(5,5)", decimal(5, 5, false)},
		Column{"c_widest", "DECIMAL(65,30)", decimal(65, 30, false)}, Column{"c_required", "DECIMAL(38,10) NOT NULL", decimal(38, 10, false)},
	), Later: columns(Column{"c_added", "DECIMAL(12,4) NOT NULL DEFAULT 1.5000", decimal(12, 4, false)})}
}

func floats() Table {
	return Table{Name: "floats", Key: number("id", "MEDIUMINT UNSIGNED NOT NULL"), key: numbered("%d"), Columns: columns(
		Column{"c_float", "FLOAT", float}, Column{"c_float_7_3", "FLOAT(7,3)", fixed},
		Column{"c_float_30", "FLOAT(30)", double}, Column{"c_double", "DOUBLE", double}, Column{"c_required", "DOUBLE NOT NULL", double},
	)}
}

func bits() Table {
	return Table{Name: "bits", Key: number("id", "INT UNSIGNED NOT NULL"), key: numbered("429496%04d"), Columns: columns(
		Column{"c_1", "BIT(1)", bit(1)}, Column{"c_2", "BIT(2)", bit(2)}, Column{"c_7", "BIT(7)", bit(7)}, Column{"c_8", "BIT(8)", bit(8)},
		Column{"c_9", "BIT(9)", bit(9)}, Column{"c_33", "BIT(33)", bit(33)}, Column{"c_64", "BIT(64)", bit(64)}, Column{"c_boolean", "BOOLEAN", boolean},
	), Later: columns(Column{"c_added", "BOOLEAN NOT NULL DEFAULT TRUE", boolean})}
}

func texts() Table {
	return Table{Name: "texts", Key: []Column{{Name: "id", Type: "VARCHAR(60) COLLATE utf8mb4_nopad_bin NOT NULL"}}, key: textKey, Columns: columns(
		Column{"c_char", "CHAR(10)", text(anyRunes, 10)}, Column{"c_char_1", "CHAR(1)", text(anyRunes, 1)},
		Column{"c_varchar", "VARCHAR(200)", text(anyRunes, 200)}, Column{"c_bin", "VARCHAR(50) COLLATE utf8mb4_bin", text(anyRunes, 50)},
		Column{"c_latin1", "VARCHAR(50) CHARACTER SET latin1", text(latinRunes, 50)}, Column{"c_ucs2", "VARCHAR(50) CHARACTER SET ucs2", text(planeRunes, 50)},
		Column{"c_tinytext", "TINYTEXT", text(anyRunes, 60)}, Column{"c_text", "TEXT", text(anyRunes, 500)},
		Column{"c_mediumtext", "MEDIUMTEXT", long}, Column{"c_longtext", "LONGTEXT", long}, Column{"c_required", "VARCHAR(20) NOT NULL", text(anyRunes, 20)},
	), Later: columns(Column{"c_added", "VARCHAR(20) DEFAULT '기본 😀'", text(anyRunes, 20)}, Column{"c_kind", "VARCHAR(10) NOT NULL DEFAULT ''", text(anyRunes, 10)})}
}

func binaries() Table {
	return Table{Name: "binaries", Key: []Column{{Name: "id", Type: "BINARY(16) NOT NULL"}}, key: numbered("X'%030x00'"), Columns: columns(
		Column{"c_binary", "BINARY(8)", binary(8)}, Column{"c_varbinary", "VARBINARY(200)", binary(200)}, Column{"c_tinyblob", "TINYBLOB", binary(255)},
		Column{"c_blob", "BLOB", binary(1000)}, Column{"c_mediumblob", "MEDIUMBLOB", longBinary}, Column{"c_longblob", "LONGBLOB", longBinary},
		Column{"c_required", "VARBINARY(4) NOT NULL", binary(4)},
	)}
}

func labels() Table {
	return Table{Name: "labels", Key: number("id", "SMALLINT NOT NULL"), key: numbered("%d"), Columns: columns(
		Column{"c_enum", "ENUM('a','it''s','한글','')", choice("a", "it's", "한글", "")}, Column{"c_set", "SET('x','y','z''q','한')", choices("x", "y", "z'q", "한")},
		Column{"c_json", "JSON", document}, Column{"c_required", "ENUM('p','q') NOT NULL", choice("p", "q")},
	), Later: columns(Column{"c_added", "ENUM('new','old') NOT NULL DEFAULT 'old'", choice("new", "old")}, Column{"c_added_json", "JSON", document})}
}

func days() Table {
	all := []Column{{"c_date", "DATE", date}, {"c_year", "YEAR", year}, {"c_required", "DATE NOT NULL", date}}
	for places := range 7 {
		all = append(all, Column{fmt.Sprintf("c_time_%d", places), fmt.Sprintf("TIME(%d)", places), clock(places)})
	}
	return Table{Name: "days", Key: number("id", "BIGINT UNSIGNED NOT NULL"), key: numbered("1844674407370955%04d"), Columns: columns(all...),
		Later: columns(Column{"c_added", "DATE DEFAULT '2020-01-02'", date}, Column{"c_added_time", "TIME NOT NULL DEFAULT '-10:00:00'", clock(0)})}
}

func moments() Table {
	var all []Column
	for places := range 7 {
		all = append(all, Column{fmt.Sprintf("c_%d", places), fmt.Sprintf("DATETIME(%d)", places), datetime(places)})
	}
	return Table{Name: "moments", Key: number("id", "INT NOT NULL"), key: numbered("%d"), Columns: columns(all...),
		Later: columns(Column{"c_added", "DATETIME(3) NOT NULL DEFAULT '2020-01-02 03:04:05.678'", datetime(3)})}
}

func stamps() Table {
	var all []Column
	for places := range 7 {
		all = append(all, Column{fmt.Sprintf("c_%d", places), fmt.Sprintf("TIMESTAMP(%d) NULL", places), orNull(timestamp(places))})
	}
	return Table{Name: "stamps", Key: number("id", "INT NOT NULL"), key: numbered("%d"), Columns: all}
}

func uuids() Table {
	return Table{Name: "uuids", Key: []Column{{Name: "id", Type: "UUID NOT NULL"}}, key: func(n int) []string {
		return []string{uuidOf(uint64(n)<<40, uint64(n)<<8|1)}
	}, Columns: columns(Column{"c_uuid", "UUID", uuid}, Column{"c_required", "UUID NOT NULL", uuid})}
}

func shapes() Table {
	all := []Column{{"c_geometry", "GEOMETRY", shape("")}}
	for _, kind := range []string{"POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION"} {
		all = append(all, Column{"c_" + strings.ToLower(kind), kind, shape(kind)})
	}
	return Table{Name: "shapes", Key: number("id", "INT NOT NULL"), key: numbered("%d"), Columns: columns(all...)}
}
