package fault

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Each error that refuses a row has a sentence of its own, beside its rule.
func TestEveryRefusalHasASentence(t *testing.T) {
	for number, rule := range rules {
		if rule.kind == Refused {
			require.NotEmpty(t, rule.sentence, "error %d", number)
			require.NotContains(t, rule.sentence, "%", "error %d", number)
		} else {
			require.Empty(t, rule.sentence, "error %d", number)
		}
	}
}

// Each form is a text that the output shows, when its variables have values.
func TestEveryFormIsShown(t *testing.T) {
	values := strings.NewReplacer("%s", "a name", "%d", "7", "%M", `28 "No space left on device"`, "%A", "INSERT, UPDATE", "%w", "word")
	for number, rule := range rules {
		for _, form := range rule.forms {
			text := values.Replace(form)
			require.NotContains(t, text, "%", "error %d", number)
			require.Equal(t, text, (&Fault{Number: number}).messageText(text))
			require.NotEqual(t, text+" more", (&Fault{Number: number}).messageText(text+" more"))
		}
	}
}
