package table

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParseName(t *testing.T) {
	for name, want := range map[string][2]string{
		"orders":                  {"", "orders"},
		"shop.orders":             {"shop", "orders"},
		"`orders`":                {"", "orders"},
		"`shop.inventory.orders`": {"", "shop.inventory.orders"},
		"shop.`eu.orders`":        {"shop", "eu.orders"},
		"`my.shop`.orders":        {"my.shop", "orders"},
		"`my.shop`.`eu.orders`":   {"my.shop", "eu.orders"},
		"`a``b`":                  {"", "a`b"},
		"주문":                      {"", "주문"},
		"a`b":                     {"", "a`b"},
		"":                        {"", ""},
	} {
		database, table, err := ParseName(name)
		require.NoError(t, err, name)
		require.Equal(t, want, [2]string{database, table}, name)
		database, table, err = ParseName(PlainName(name))
		require.NoError(t, err, name)
		require.Equal(t, want, [2]string{database, table}, "the plain form of %s is the same table", name)
	}
	for _, name := range []string{"a.b.c", ".b", "a.", "`a", "`a`b", "``", "a.``", "`a`.b.c", "`a`.", ".", "a.`b", "`a`.`b`c"} {
		_, _, err := ParseName(name)
		require.ErrorContains(t, err, "is neither a table nor database.table (a name with dots stands in backticks)", name)
	}
}

// A table has one name in the metrics, the log and the dead letters, however it is written.
func TestPlainName(t *testing.T) {
	for name, want := range map[string]string{
		"orders": "orders", "`orders`": "orders", "shop.orders": "shop.orders", "`shop`.`orders`": "shop.orders", "shop.`orders`": "shop.orders",
		"`shop.orders`": "`shop.orders`", "`shop`.`eu.orders`": "shop.`eu.orders`", "`my.shop`.`orders`": "`my.shop`.orders",
		"`two words`": "two words", "`a``b`": "`a``b`", "a`b": "`a``b`", "`주문`": "주문", "": "",
		"a.b.c": "a.b.c", "`a": "`a", // neither is a name
	} {
		require.Equal(t, want, PlainName(name), name)
	}
}
