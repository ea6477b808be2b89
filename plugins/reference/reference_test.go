package reference

import (
	"flag"
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

var corpusFile = flag.String("reference.corpus", "", "write the cases to this file instead of comparing the answers")

func TestReference(t *testing.T) {
	questions, lines := corpus()
	t.Log(len(questions))
	if *corpusFile != "" {
		require.NoError(t, os.WriteFile(*corpusFile, lines, 0o644))
		return
	}
}
