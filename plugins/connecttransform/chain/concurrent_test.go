package chain

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
)

// Several threads of a pipeline send records of several schemas and topics through one chain.
// Each schema has one result.
func TestAChainIsSafeForConcurrentUse(t *testing.T) {
	c, err := New(Config{
		Transforms: []Step{
			{Named: Named{Name: "a", Type: kafka + "ReplaceField$Value", Options: options{"renames": "x:y"}}, Predicate: "p"},
			{Named: Named{Name: "b", Type: kafka + "RegexRouter", Options: options{"regex": "(.*)", "replacement": "new-$1"}}},
		},
		Predicates: []Named{{Name: "p", Type: kafka + "predicates.TopicNameMatches", Options: options{"pattern": ".*[0-5]"}}},
	})
	require.NoError(t, err)
	const schemas, threads = 1500, 4 // more schemas than a cache remembers
	all := make([]*schema.Schema, schemas)
	for i := range all {
		all[i] = structOf(of("x", schema.Int32), of(fmt.Sprint("f", i), schema.Int32))
	}
	var wait sync.WaitGroup
	for range threads {
		wait.Go(func() {
			for i, s := range all {
				r := incoming(map[string]any{"x": int64(i), fmt.Sprint("f", i): int64(0)}, s)
				r.Topic = fmt.Sprint("topic", i%10)
				outcome := c.Apply(r)
				name := map[bool]string{true: "y", false: "x"}[i%10 <= 5]
				if outcome.Refusal != nil || r.Topic != fmt.Sprint("new-topic", i%10) || r.Value.Value.(map[string]any)[name] != int64(i) || r.Value.Schema.Fields[0].Name != name {
					t.Errorf("record %d became %v of topic %s: %v", i, r.Value.Value, r.Topic, outcome)
				}
			}
		})
	}
	wait.Wait()
}
