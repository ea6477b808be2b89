package table

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// The parts of a column's definition that change, and those that do not.
func TestADefinitionKeepsWhatIsNotChanged(t *testing.T) {
	for _, c := range []struct{ definition, collated, notNull, widened string }{
		{
			"varchar(9) /*M!100301 COMPRESSED*/ COLLATE utf8mb4_uca1400_ai_ci DEFAULT NULL COMMENT 'CHARACTER SET x, \\' COLLATE y'",
			"varchar(9) /*M!100301 COMPRESSED*/ CHARACTER SET c COLLATE b DEFAULT NULL COMMENT 'CHARACTER SET x, \\' COLLATE y'",
			"varchar(9) /*M!100301 COMPRESSED*/ COLLATE utf8mb4_uca1400_ai_ci NOT NULL COMMENT 'CHARACTER SET x, \\' COLLATE y'", "",
		},
		{
			"set('a b','c''d') CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'a b,c''d' WITHOUT SYSTEM VERSIONING",
			"set('a b','c''d') CHARACTER SET c COLLATE b NOT NULL DEFAULT 'a b,c''d' WITHOUT SYSTEM VERSIONING",
			"set('a b','c''d') CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'a b,c''d' WITHOUT SYSTEM VERSIONING", "",
		},
		{
			"varchar(9) INVISIBLE DEFAULT (concat('a b',`NULL DEFAULT`)) CHECK (`x` <> 'DEFAULT NULL')",
			"varchar(9) CHARACTER SET c COLLATE b INVISIBLE DEFAULT (concat('a b',`NULL DEFAULT`)) CHECK (`x` <> 'DEFAULT NULL')",
			"varchar(9) NOT NULL INVISIBLE DEFAULT (concat('a b',`NULL DEFAULT`)) CHECK (`x` <> 'DEFAULT NULL')", "",
		},
		{"int(10) unsigned zerofill DEFAULT NULL", "", "int(10) unsigned zerofill NOT NULL", "bigint unsigned DEFAULT NULL"},
		{"mediumint(8) NOT NULL AUTO_INCREMENT COMMENT 'n'", "", "mediumint(8) NOT NULL AUTO_INCREMENT COMMENT 'n'", "bigint unsigned NOT NULL AUTO_INCREMENT COMMENT 'n'"},
		{"timestamp NULL DEFAULT NULL", "", "", ""},
		{"timestamp(3) NULL DEFAULT '2000-01-01 00:00:00.000'", "", "timestamp(3) NOT NULL DEFAULT '2000-01-01 00:00:00.000'", ""},
	} {
		require.Equal(t, c.notNull, notNull(c.definition))
		if c.collated != "" {
			require.Equal(t, c.collated, collated(c.definition, "c", "b"))
		}
		if c.widened != "" {
			require.Equal(t, c.widened, widened(c.definition))
		}
	}
}
