package table

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

func TestMain(m *testing.M) { mariadbtest.Main(m) }

func TestStatementText(t *testing.T) {
	t.Parallel()
	name := mariadbtest.Shared(t).Database(t)
	db, err := sql.Open("mysql", mariadbtest.Shared(t).DSN(name))
	require.NoError(t, err)
	t.Cleanup(func() { db.Close() })
	for _, table := range []string{
		"CREATE TABLE t (a VARCHAR(9), k VARCHAR(9) COLLATE utf8mb4_nopad_bin PRIMARY KEY)",
		"CREATE TABLE `t``` (v INT, k VARCHAR(9) COLLATE utf8mb4_nopad_bin NOT NULL UNIQUE, a VARCHAR(9), i INT, n BIGINT AUTO_INCREMENT PRIMARY KEY, seen TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3))",
		"CREATE TABLE u (k VARCHAR(9) COLLATE utf8mb4_nopad_bin, l VARCHAR(9) COLLATE utf8mb4_nopad_bin, PRIMARY KEY (k, l))",
	} {
		_, err := db.ExecContext(t.Context(), table)
		require.NoError(t, err, table)
	}
	for _, c := range []struct {
		target Target
		rows   int
		want   string
	}{
		{
			Target{Table: "t", Columns: []string{"a", "k"}, Key: []string{"k"}}, 2,
			"INSERT INTO `t` (`a`, `k`) VALUES (?, IF(LAST_INSERT_ID(4611686018427387904), ?, NULL)), (?, ?) ON DUPLICATE KEY UPDATE " +
				"`k` = IF(LAST_INSERT_ID(LAST_INSERT_ID() + 1), `k`, `k`), `a` = VALUES(`a`)",
		},
		{ // its insert id is taken by the table's own numbers
			Target{Database: name, Table: "t`", Columns: []string{"v", "k", "a", "i"}, Key: []string{"k"}, Version: "v"}, 1,
			"INSERT INTO `" + name + "`.`t``` (`v`, `k`, `a`, `i`) VALUES (?, IF((@order_sink_matched := 4611686018427387904), ?, NULL), ?, ?) ON DUPLICATE KEY UPDATE " +
				"`k` = IF((@order_sink_matched := CAST(@order_sink_matched AS SIGNED) + (@order_sink_fate := " +
				"IF(VALUES(`v`) >= `v` OR `v` IS NULL, IF(FALSE OR NOT (BINARY `a` <=> BINARY VALUES(`a`)) OR NOT (`i` <=> VALUES(`i`)), 65537, 1), 4294967297))), `k`, `k`), " +
				"`seen` = IF(@order_sink_fate = 65537, CURRENT_TIMESTAMP(3), `seen`), " +
				"`a` = IF(@order_sink_fate = 65537, VALUES(`a`), `a`), " +
				"`i` = IF(@order_sink_fate = 65537, VALUES(`i`), `i`), " +
				"`v` = IF(@order_sink_fate = 4294967297, `v`, VALUES(`v`))",
		},
		{
			Target{Table: "u", Columns: []string{"k", "l"}, Key: []string{"l", "k"}}, 1,
			"INSERT INTO `u` (`k`, `l`) VALUES (?, IF(LAST_INSERT_ID(4611686018427387904), ?, NULL)) ON DUPLICATE KEY UPDATE `l` = IF(LAST_INSERT_ID(LAST_INSERT_ID() + 1), `l`, `l`)",
		},
	} {
		described, err := Describe(t.Context(), db, c.target.Database, c.target.Table)
		require.NoError(t, err)
		found, err := described.Fit(t.Context(), db, &c.target)
		require.NoError(t, err)
		require.Equal(t, c.want, found.UpsertText(c.rows, false))
	}
}
