package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/orders"
)

// The records for Kafka's own producer are the orders that the quick start sends.
func TestTheFileOfRecordsHasTheOrdersOfTheQuickStart(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", recordsFile))
	require.NoError(t, err)
	var want []byte
	for _, order := range orders.Seed() {
		want = append(append(want, order.Envelope()...), '\n')
	}
	require.Equal(t, string(want), string(text))
}

func TestTheVariablesOfAnotherWorkerAreForgotten(t *testing.T) {
	t.Setenv("CONNECT_SECURITY_PROTOCOL", "SASL_SSL")
	topicBefore, tableBefore := topic, table
	t.Cleanup(func() { topic, table = topicBefore, tableBefore })
	topic = "mine"
	require.NoError(t, forgetVariables())
	_, set := os.LookupEnv("CONNECT_SECURITY_PROTOCOL")
	require.False(t, set)
	require.Equal(t, "orders", topic)
}
