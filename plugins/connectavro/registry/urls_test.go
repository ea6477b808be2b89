package registry

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestSeveralURLs: any of them can have the schema, and one that is down is no answer.
func TestSeveralURLs(t *testing.T) {
	t.Parallel()
	a, b := newFront(t), newFront(t)
	b.seed(1, `"int"`)
	o := observe(t, Config{URLs: []string{a.url(), b.url()}}, 10)
	got, err := o.Get(t.Context(), id(1))
	require.NoError(t, err)
	require.Equal(t, `[]"int"`, got, "the first one does not have it yet")
	b.seed(2, `"long"`)
	a.close()
	got, err = o.Get(t.Context(), id(2))
	require.NoError(t, err)
	require.Equal(t, `[]"long"`, got)
	got, err = o.Get(t.Context(), id(3))
	require.NoError(t, err)
	require.Equal(t, "unknown 3", got)
	require.Empty(t, o.lines)
}

// TestTheURLThatAnswered is asked first from then on: a URL that does not answer costs its
// timeout once, and not for each new schema.
func TestTheURLThatAnswered(t *testing.T) {
	t.Parallel()
	a, b := newFront(t), newFront(t)
	asked := 0
	a.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		asked++
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	})
	o := observe(t, Config{URLs: []string{a.url(), b.url()}}, 10)
	for n := range 5 {
		b.seed(n+1, `"int"`)
		_, err := o.Get(t.Context(), id(n+1))
		require.NoError(t, err)
	}
	require.Equal(t, 1, asked)
	b.close()
	a.ClearInterceptors()
	a.seed(9, `"long"`)
	got, err := o.Get(t.Context(), id(9))
	require.NoError(t, err)
	require.Equal(t, `[]"long"`, got)
	require.Empty(t, o.lines)
}
