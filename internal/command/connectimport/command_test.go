package connectimport

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/urfave/cli/v2"
)

// importing runs the command with files of these texts.
func importing(t *testing.T, connector, worker string) (out, errOut string, err error) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "orders.json")
	require.NoError(t, os.WriteFile(path, []byte(connector), 0o600))
	args := []string{"order-sink", "connect-import"}
	if worker != "" {
		file := filepath.Join(dir, "connect-distributed.properties")
		require.NoError(t, os.WriteFile(file, []byte(worker), 0o600))
		args = append(args, "--worker", file)
	}
	var stdout, stderr bytes.Buffer
	app := &cli.App{Name: "order-sink", Commands: []*cli.Command{Command()}, Writer: &stdout, ErrWriter: &stderr, ExitErrHandler: func(*cli.Context, error) {}}
	err = app.Run(append(args, path))
	return stdout.String(), stderr.String(), err
}

const orders = `{"name":"orders-sink","config":{
	"connector.class":"io.debezium.connector.jdbc.JdbcSinkConnector","tasks.max":"2","topics":"orders",
	"connection.url":"jdbc:mariadb://127.0.0.1:3306/shop","connection.username":"sink","connection.password":"${file:PATH:password}",
	"insert.mode":"upsert","primary.key.mode":"record_value","primary.key.fields":"order_id","linger.ms":"5"}}`

func TestTheCommandPrintsThePipelineAndItsDifferences(t *testing.T) {
	out, errOut, err := importing(t, orders, "")
	require.NoError(t, err)
	require.Contains(t, out, "    seed_brokers: ['localhost:9092']\n")
	require.Contains(t, out, "    consumer_group: connect-orders-sink\n")
	require.Contains(t, out, "    dsn: 'sink:${CONNECTION_PASSWORD:}@tcp(127.0.0.1:3306)/shop'\n")
	require.Contains(t, errOut, "Set these environment variables for the pipeline:\n  CONNECTION_PASSWORD: the value of connection.password\n")
	require.Contains(t, errOut, "The connector orders-sink differs from a worker of Kafka Connect:\n")
	require.Contains(t, errOut, "  linger.ms=5: no effect")
	require.Contains(t, errOut, "  tasks.max=2: ")
}

func TestTheWorkersFileCounts(t *testing.T) {
	out, errOut, err := importing(t, orders, "bootstrap.servers=kafka:9092\nkey.converter=org.apache.kafka.connect.storage.StringConverter\nvalue.converter=org.apache.kafka.connect.json.JsonConverter\nvalue.converter.schemas.enable=false\n"+
		"consumer.security.protocol=SASL_PLAINTEXT\nconsumer.sasl.mechanism=PLAIN\nconsumer.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required username=\"u\" password=\"s3cret\";\n")
	require.NoError(t, err)
	for _, want := range []string{"    seed_brokers: ['kafka:9092']\n", "        key_format: string\n", "        schemas_enable: false\n", "        password: '${KAFKA_PASSWORD:}'\n"} {
		require.Contains(t, out, want)
	}
	require.Contains(t, errOut, "  KAFKA_PASSWORD: the value of sasl.jaas.config\n")
	require.NotContains(t, out+errOut, "s3cret")
}

func TestAnInvalidConnectorHasAListOfErrors(t *testing.T) {
	out, errOut, err := importing(t, `{"name":"orders","connector.class":"JdbcSinkConnector","connection.url":"jdbc:postgresql://db/shop","tasks.max":"many"}`, "")
	require.ErrorContains(t, err, "connect-import: the connector orders cannot run:\n  ")
	for _, want := range []string{"Not a number of type INT", "Must configure one of topics or topics.regex", "order-sink writes to MariaDB only"} {
		require.ErrorContains(t, err, want)
	}
	exit, isExit := err.(cli.ExitCoder) //nolint:errorlint // what the command returns
	require.True(t, isExit)
	require.Equal(t, 1, exit.ExitCode())
	require.Empty(t, out+errOut)
}

func TestUsageErrors(t *testing.T) {
	app := &cli.App{Commands: []*cli.Command{Command()}, Writer: &bytes.Buffer{}, ErrWriter: &bytes.Buffer{}, ExitErrHandler: func(*cli.Context, error) {}}
	for _, args := range [][]string{{"order-sink", "connect-import"}, {"order-sink", "connect-import", "a", "b"}, {"order-sink", "connect-import", "--nonsense"}} {
		err := app.Run(args)
		exit, isExit := err.(cli.ExitCoder) //nolint:errorlint // what the command returns
		require.True(t, isExit, "%v", err)
		require.Equal(t, 2, exit.ExitCode())
	}
}
