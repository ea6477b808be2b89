package differential

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect/rest/resttest"
)

// Both workers answer alike, but for the differences that are listed. Each entry of the list
// is needed.
func TestBothWorkersAnswerAlike(t *testing.T) {
	theirs := askReal(t)
	mine := askOurs(t)
	require.Len(t, mine, len(theirs))
	require.Greater(t, len(theirs), 170)
	used := map[string]int{}
	for i, e := range theirs {
		for _, d := range resttest.Unexpected(resttest.Compare(e, mine[i]), used) {
			t.Errorf("%v", d)
		}
	}
	for _, allowed := range resttest.Differences {
		if used[allowed.Reason] == 0 {
			t.Errorf("no answer needs this difference: %s", allowed.Reason)
		}
	}
	t.Logf("%d requests", len(theirs))
}
