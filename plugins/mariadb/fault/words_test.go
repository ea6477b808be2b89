package fault

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Each error that refuses a row has a sentence of its own, beside its rule.
func TestEveryRefusalHasASentence(t *testing.T) {
	for number, rule := range rules {
		if rule.kind == Refused {
			require.NotEmpty(t, sentences[number], "error %d", number)
		}
	}
	for number, sentence := range sentences {
		require.Equal(t, Refused, rules[number].kind, "error %d", number)
		require.NotContains(t, sentence, "%", "error %d", number)
	}
}
