package connectworker

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheNamesOfKafkasScriptsAreCommands(t *testing.T) {
	for line, want := range map[string]string{
		"order-sink":                                                                          "order-sink",
		"order-sink streams connect-distributed":                                              "order-sink streams connect-distributed",
		"order-sink connect-distributed w.properties":                                         "order-sink connect-distributed w.properties",
		"order-sink connect-distributed.sh -daemon w.properties":                              "order-sink connect-distributed -daemon w.properties",
		"/usr/bin/connect-distributed":                                                        "/usr/bin/connect-distributed connect-distributed",
		"/opt/kafka/bin/connect-distributed.sh config/connect-distributed.properties":         "/opt/kafka/bin/connect-distributed.sh connect-distributed config/connect-distributed.properties",
		"connect-standalone w.properties connect-distributed":                                 "connect-standalone connect-standalone w.properties connect-distributed",
		"/opt/kafka/kafka_connect_run.sh":                                                     "/opt/kafka/kafka_connect_run.sh connect-distributed " + strimziFile,
		"/usr/bin/order-sink /opt/kafka/kafka_connect_run.sh":                                 "/usr/bin/order-sink connect-distributed " + strimziFile,
		"/usr/bin/order-sink /opt/kafka/bin/connect-standalone.sh w.properties s1.properties": "/usr/bin/order-sink connect-standalone w.properties s1.properties",
	} {
		require.Equal(t, want, strings.Join(Arguments(strings.Fields(line)), " "), line)
	}
	require.Empty(t, Arguments(nil))
}

func TestAPodOfStrimziIsReached(t *testing.T) {
	host, err := os.Hostname()
	require.NoError(t, err)
	raw := map[string]string{}
	require.Equal(t, []string{"A=b", "ADVERTISED_HOSTNAME=" + host}, strimzi(raw, []string{"A=b"}))
	require.Equal(t, map[string]string{"rest.host.name": "0.0.0.0"}, raw)
	require.Equal(t, []string{"ADVERTISED_HOSTNAME=pod-0"}, strimzi(raw, []string{"ADVERTISED_HOSTNAME=pod-0"}))
}

// Without a file, the worker has the properties of the variables and listens on all addresses.
func TestTheVariablesOfAContainerAreEnough(t *testing.T) {
	raw, _, err := command{}.properties([]string{"CONNECT_BOOTSTRAP_SERVERS=kafka:9092", "CONNECT_GROUP_ID=g"})
	require.NoError(t, err)
	require.Equal(t, map[string]string{"bootstrap.servers": "kafka:9092", "group.id": "g", "rest.host.name": "0.0.0.0"}, raw)
}
