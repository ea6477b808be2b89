package reference

import (
	"encoding/json"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/connect/configdef"
)

// randomTexts are values that are right for some keys and wrong for others.
var randomTexts = []string{
	"", " ", ",", "a", "a,b", "a,a", "p", "true", "FALSE", "0", "-1", "x:y", "(", "Cast$Value", "RegexRouter", kafka + "Cast$Key", kafka + "ReplaceField", "TopicNameMatches",
	"HasHeaderKey", "upsert", "record_key", "all", "int8", "f:int8", "move", "Date", "JsonConverter", "StringConverter", "4.3.1", "99999999999",
}

// randomly compares the answers to random configurations: order-sink has the same keys and all
// errors of Kafka Connect, and may have further errors.
func randomly(t *testing.T, url string) {
	const configurations = 300
	definitions, err := configdef.Keys(string(configdef.Debezium))
	require.NoError(t, err)
	var all []string
	for _, d := range definitions {
		// The worker takes any class as a naming strategy, and has no rows for a wrong version.
		if !strings.HasSuffix(d.Name, ".naming.strategy") && d.Name != "connector.class" && d.Name != "connector.plugin.version" {
			all = append(all, d.Name)
		}
	}
	for _, option := range []string{"type", "regex", "replacement", "fields", "spec", "field", "predicate", "negate", "exclude", "renames", "operation", "headers"} {
		all = append(all, "transforms.a."+option)
	}
	all = append(all, "predicates.p.type", "predicates.p.pattern", "predicates.p.name", "key.converter.schemas.enable", "consumer.override.client.id", "zzz")
	compared := 0
	r := rand.New(rand.NewPCG(1, 2))
	for range configurations {
		config := maps.Clone(base)
		for range r.IntN(3) {
			maps.Copy(config, cases[r.IntN(len(cases))].set)
		}
		for range r.IntN(5) {
			config[all[r.IntN(len(all))]] = randomTexts[r.IntN(len(randomTexts))]
		}
		maps.DeleteFunc(config, func(key string, value any) bool { return key == "connector.plugin.version" || value == nil })
		status, body := ask(t, http.MethodPut, url, config)
		if status != http.StatusOK { // a number of a client that cannot be read
			continue
		}
		compared++
		var want connect.Validation
		require.NoError(t, json.Unmarshal(body, &want))
		got, _ := configdef.Validate(configdef.Debezium, texts(config), workerConverters)
		want, got = allow(want), allow(got)
		require.Equal(t, names(want), names(got), "%v", config)
		for i := range got.Configs {
			kept := &got.Configs[i].Value
			kept.Errors = slices.DeleteFunc(kept.Errors, func(problem string) bool { return !slices.Contains(want.Configs[i].Value.Errors, problem) })
		}
		got.ErrorCount = want.ErrorCount
		assert.Equal(t, lines(t, want), lines(t, got), "%v", config)
	}
	assert.Greater(t, compared, configurations/2)
}
