package reference

import (
	"fmt"
	"maps"
	"math/rand/v2"
)

// mixed returns cases of chains and records that the table does not have together: up to
// three chains of the table in a row, with a record of the table.
func mixed(table []question, n int, seed uint64) []question {
	random := rand.New(rand.NewPCG(seed, 0))
	all := make([]question, n)
	for i := range all {
		var c configuration
		for range 1 + random.IntN(3) {
			c.append(table[random.IntN(len(table))].Chain)
		}
		all[i] = table[random.IntN(len(table))].under(c)
	}
	return all
}

// append adds a chain under aliases of its own.
func (c *configuration) append(next configuration) {
	prefix := fmt.Sprintf("c%d-", len(c.Transforms))
	for _, o := range next.Transforms {
		o = maps.Clone(o)
		o["name"] = prefix + o["name"]
		if p, found := o["predicate"]; found {
			o["predicate"] = prefix + p
		}
		c.Transforms = append(c.Transforms, o)
	}
	for _, o := range next.Predicates {
		o = maps.Clone(o)
		o["name"] = prefix + o["name"]
		c.Predicates = append(c.Predicates, o)
	}
}
