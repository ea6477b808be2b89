package loggers

import (
	"bytes"
	"log/slog"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestALevelHoldsForTheLoggersBelow(t *testing.T) {
	var log bytes.Buffer
	all, err := New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug - 4}), "info")
	require.NoError(t, err)
	rest, other := all.Logger("org.apache.kafka.connect.rest").With("a", 1), all.Logger("org.example")
	rest.Debug("one")
	require.Empty(t, log.String())

	changed, err := all.Set("org.apache.kafka.connect", "debug")
	require.NoError(t, err)
	require.Equal(t, []string{"org.apache.kafka.connect", "org.apache.kafka.connect.rest"}, changed)
	rest.Debug("two")
	other.Debug("three")
	require.Contains(t, log.String(), "msg=two a=1")
	require.NotContains(t, log.String(), "three")

	state, exists := all.Get("org.apache.kafka.connect.rest")
	require.True(t, exists)
	require.Equal(t, "DEBUG", state.Level)
	require.NotNil(t, state.LastModified)
	state, exists = all.Get("Root")
	require.True(t, exists)
	require.Equal(t, State{Level: "INFO"}, state)
	_, exists = all.Get("org.apache")
	require.False(t, exists)
}

func TestALevelThatIsSetAlreadyChangesNothing(t *testing.T) {
	all, err := New(slog.DiscardHandler, "INFO")
	require.NoError(t, err)
	changed, err := all.Set("a", "INFO")
	require.NoError(t, err)
	require.Empty(t, changed)
	require.NotNil(t, changed)
	changed, err = all.Set("a", "OFF")
	require.NoError(t, err)
	require.Equal(t, []string{"a"}, changed)
	require.NotContains(t, all.All(), "a", "a logger that is off is not listed")
	changed, err = all.Set("ROOT", "warn")
	require.NoError(t, err)
	require.Equal(t, []string{"a", "root"}, changed)
	_, err = all.Set("a", "LOUD")
	require.EqualError(t, err, "invalid log level 'LOUD'.")
}
