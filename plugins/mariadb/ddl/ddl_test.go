package ddl

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
)

func structOf(fields ...any) *schema.Schema {
	s := &schema.Schema{Type: schema.Struct}
	for i := 0; i < len(fields); i += 2 {
		s.Fields = append(s.Fields, schema.Field{Name: fields[i].(string), Schema: fields[i+1].(*schema.Schema)})
	}
	return s
}

func text(parameters ...string) *schema.Schema {
	s := &schema.Schema{Type: schema.String, Parameters: map[string]string{}}
	for i := 0; i < len(parameters); i += 2 {
		s.Parameters[parameters[i]] = parameters[i+1]
	}
	return s
}

// types returns the name and the type of each column.
func types(all []Column) (found []string) {
	for _, c := range all {
		found = append(found, c.Name+" "+strings.TrimSuffix(c.Type, exactText))
	}
	return found
}

// A key of any number of texts is no longer than InnoDB allows.
func TestTheTextsOfAKeyShareItsLength(t *testing.T) {
	long := func(n string) *schema.Schema { return text(parameterType, "VARCHAR", parameterLength, n) }
	for name, c := range map[string]struct {
		value *schema.Schema
		key   []string
		want  []string
	}{
		"one":         {structOf("a", text()), []string{"a"}, []string{"a VARCHAR(255)"}},
		"one long":    {structOf("a", long("700")), []string{"a"}, []string{"a VARCHAR(700)"}},
		"too long":    {structOf("a", long("4000")), []string{"a"}, []string{"a VARCHAR(768)"}},
		"three":       {structOf("a", text(), "b", text(), "c", text()), []string{"a", "b", "c"}, []string{"a VARCHAR(255)", "b VARCHAR(255)", "c VARCHAR(255)"}},
		"four":        {structOf("a", text(), "b", text(), "c", text(), "d", text()), []string{"a", "b", "c", "d"}, []string{"a VARCHAR(192)", "b VARCHAR(192)", "c VARCHAR(192)", "d VARCHAR(192)"}},
		"with others": {structOf("a", long("800"), "b", &schema.Schema{Type: schema.Int64}), []string{"a", "b"}, []string{"a VARCHAR(760)", "b BIGINT"}},
	} {
		all, err := Columns(Native, &table.Target{Columns: c.key, Key: c.key}, Schemas{Value: c.value})
		require.NoError(t, err, name)
		require.Equal(t, c.want, types(all), name)
	}
}

func TestMetadataAndTheRecordKeyHaveColumns(t *testing.T) {
	target := &table.Target{
		Table: "t", KeyFrom: table.FromKey, Key: []string{"id", "kafka_topic"}, Columns: []string{"id", "A", "kafka_topic", "kafka_offset", "kafka_key", "a header"},
		Metadata: []string{"kafka_topic", "kafka_offset", "kafka_key", "a header"},
	}
	s := Schemas{Value: structOf("A", text()), Key: structOf("ID", &schema.Schema{Type: schema.Int16, Optional: true, Default: int64(1)})}
	all, err := Columns(Native, target, s)
	require.NoError(t, err)
	require.Equal(t, []string{"id SMALLINT", "A LONGTEXT CHARACTER SET utf8mb4", "kafka_topic VARCHAR(255)", "kafka_offset BIGINT", "kafka_key LONGBLOB", "a header LONGTEXT CHARACTER SET utf8mb4"}, types(all))
	require.Equal(t, "CREATE TABLE IF NOT EXISTS `t` (`id` SMALLINT NOT NULL, `A` LONGTEXT CHARACTER SET utf8mb4 NOT NULL, `kafka_topic` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL, "+
		"`kafka_offset` BIGINT NULL, `kafka_key` LONGBLOB NULL, `a header` LONGTEXT CHARACTER SET utf8mb4 NULL, PRIMARY KEY (`id`, `kafka_topic`)) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4", CreateText(Native, target, all))
	s.Key = nil
	_, err = Columns(Native, target, s)
	require.EqualError(t, err, "column `id` takes the record key, which has no schema: set key_format of connect_json_decode, or create the column yourself")
}

// Connect's sinks put the fields of the value first, then the rest of the key by name.
func TestTheOrderOfConfluentsColumns(t *testing.T) {
	target := &table.Target{KeyFrom: table.FromKey, Key: []string{"z", "k", "b"}, Columns: []string{"z", "k", "b", "a", "c"}}
	number := &schema.Schema{Type: schema.Int32}
	all, err := Columns(Confluent, target, Schemas{Value: structOf("a", number, "b", number, "c", number), Key: structOf("z", number, "k", number, "b", number)})
	require.NoError(t, err)
	require.Equal(t, []string{"a INT", "b INT", "c INT", "k INT", "z INT"}, types(all))
}

func TestLiterals(t *testing.T) {
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_900_000, time.UTC)
	for _, c := range []struct {
		value any
		kind  string
		want  string
	}{
		{nil, "INT", ""},
		{int64(-5), "INT", "-5"},
		{1e100, "DOUBLE", "1e+100"},
		{true, "BOOLEAN", "1"},
		{"it's \\ \n\x00", "LONGTEXT", `'it''s \\ \n\0'`},
		{"\xff", "LONGTEXT", ""},
		{[]byte{0, 255}, "LONGBLOB", "X'00ff'"},
		{at, "DATE", "'2026-01-02'"},
		{at, "DATETIME(6)", "'2026-01-02 03:04:05.678900'"},
		{at, "DATETIME(3)", ""}, // which would cut it
		{at.Truncate(time.Second), "DATETIME(3)", "'2026-01-02 03:04:05.000'"},
		{map[string]any{"<": "'"}, "JSON", `'{"<":"''"}'`},
	} {
		require.Equal(t, c.want, defaultOf(&schema.Schema{Default: c.value}, c.kind))
	}
}

func TestTheMembersOfAnEnum(t *testing.T) {
	require.Equal(t, []string{"a", "b,c", ""}, allowed(`a,b\,c,`))
	require.Empty(t, allowed(""))
	for list, want := range map[string]string{
		"a,b": "ENUM('a','b')", `it's`: "ENUM('it''s')", "a,a": "LONGTEXT" + anyText, "a ,b": "LONGTEXT" + anyText, "": "LONGTEXT" + anyText,
	} {
		s := text("allowed", list)
		s.Name = "io.debezium.data.Enum"
		require.Equal(t, want, strings.TrimSuffix(native(field{Schema: s}), exactText))
	}
}
