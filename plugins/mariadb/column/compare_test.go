package column

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/order-sink/order-sink/plugins/mariadb/internal/tabletest"
)

// The order of the beginnings of two values is that of the values, as far as it goes.
func TestPropertyTheBeginningOfAKeyAgreesWithTheKey(t *testing.T) {
	values := map[Family]*rapid.Generator[any]{
		Integers: tabletest.Integers(), Texts: tabletest.Texts(), Binaries: tabletest.Binaries(), Decimals: tabletest.Decimals(),
	}
	families := slices.Sorted(maps.Keys(values))
	rapid.Check(t, func(t *rapid.T) {
		c := Column{Family: rapid.SampledFrom(families).Draw(t, "family")}
		a, b := values[c.Family].Draw(t, "a"), values[c.Family].Draw(t, "b")
		order := c.Compare(a, b)
		if x, y := c.Beginning(a), c.Beginning(b); x < y && order >= 0 || x > y && order <= 0 {
			t.Fatalf("%v and %v: %d and %d, compared as %d", a, b, x, y, order)
		}
	})
}
