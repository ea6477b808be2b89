package herder

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

func TestARefusedRecordFailsTheTasks(t *testing.T) {
	w := newWorld(t)
	_, err := w.Create(ctx, "orders", w.config("errors.tolerance", "none"), "")
	require.NoError(t, err)
	w.send(0, 9)
	w.awaitRows(9)
	w.sendValue(0, "no JSON")
	status := w.awaitStates("orders", connect.Running, connect.Failed, connect.Failed)
	require.Empty(t, status.Connector.Trace)
	trace := status.Tasks[0].Trace
	require.True(t, strings.HasPrefix(trace, "org.apache.kafka.connect.errors.ConnectException: Exiting WorkerSinkTask due to unrecoverable exception.\n\tat "), trace)
	require.Contains(t, trace, "\nCaused by: org.apache.kafka.connect.errors.DataException: ")
	require.Contains(t, trace, "topic "+w.topic+", partition 0, offset 3")
	w.awaitNoMembers("orders")
	w.sendValue(0, strings.ReplaceAll(good, "ID", "100")) // behind the refused record

	// A restart reads the record again.
	_, err = w.Restart(ctx, "orders", true, true)
	require.NoError(t, err)
	w.awaitStates("orders", connect.Running, connect.Failed, connect.Failed)
	require.Equal(t, 9, w.rows())

	// Another configuration skips it.
	_, created, err := w.Put(ctx, "orders", w.config("errors.tolerance", "all"))
	require.NoError(t, err)
	require.False(t, created)
	w.awaitRows(10)
	w.awaitStates("orders", connect.Running, connect.Running, connect.Running)
}

const good = `{"schema":{"type":"struct","fields":[{"field":"id","type":"int32"},{"field":"v","type":"string"}]},"payload":{"id":ID,"v":"v"}}`

func TestForeignMembersFailTheConnectorUntilTheyLeave(t *testing.T) {
	w := newWorld(t)
	jvm := w.member("orders", "connector-consumer-orders-0")
	w.send(0, 3)
	_, err := w.Create(ctx, "orders", w.config(), "")
	require.NoError(t, err)
	status := w.awaitStates("orders", connect.Failed, connect.Failed, connect.Failed)
	require.Contains(t, status.Connector.Trace, "connector-consumer-orders-0")
	require.Equal(t, -1, w.rows(), "nothing is written")
	jvm.Close()
	w.awaitStates("orders", connect.Running, connect.Running, connect.Running)
	w.awaitRows(3)
}

// A worker of Kafka Connect has the client id of the configuration, too.
func TestAClientIDMakesNoMemberOneOfOurs(t *testing.T) {
	w := newWorld(t)
	jvm := w.member("orders", "shop")
	_, err := w.Create(ctx, "orders", w.config("consumer.override.client.id", "shop"), "")
	require.NoError(t, err)
	status := w.awaitStates("orders", connect.Failed, connect.Failed, connect.Failed)
	require.Contains(t, status.Connector.Trace, "not order-sink's: shop (")
	jvm.Close()
	w.awaitStates("orders", connect.Running, connect.Running, connect.Running)
}

func TestAnUnknownClassIsShownAndKept(t *testing.T) {
	w := newWorld(t)
	foreign := map[string]string{"connector.class": "org.example.HdfsSink", "name": "hdfs", "tasks.max": "3", "topics": w.topic}
	require.NoError(t, w.Configs.Create(ctx, "hdfs", foreign, ""))
	status := w.awaitStates("hdfs", connect.Failed)
	require.Contains(t, status.Connector.Trace, "org.example.HdfsSink")
	require.Equal(t, "unknown", status.Type)
	info, err := w.Info("hdfs")
	require.NoError(t, err)
	require.Equal(t, connect.Info{Name: "hdfs", Config: foreign, Tasks: []connect.TaskID{}, Type: "unknown"}, info)
	require.NoError(t, w.Delete(ctx, "hdfs"), "a user may delete it")
}

func TestAConfigurationThatCannotBeTranslatedFails(t *testing.T) {
	w := newWorld(t)
	// As on a config topic that a worker of Kafka Connect has written.
	require.NoError(t, w.Configs.Create(ctx, "orders", w.config("name", "orders", "connection.url", "jdbc:postgresql://h/d"), ""))
	status := w.awaitStates("orders", connect.Failed, connect.Failed, connect.Failed)
	require.Contains(t, status.Connector.Trace, "org.apache.kafka.common.config.ConfigException: ")
	require.Contains(t, status.Connector.Trace, "connection.url")
	_, err := w.Pipeline("orders")
	expectError(t, 409, "connection.url", err)

	_, _, err = w.Put(ctx, "orders", w.config("connection.url", "jdbc:postgresql://h/d"))
	expectError(t, 400, "connection.url", err)
	_, _, err = w.Put(ctx, "orders", w.config())
	require.NoError(t, err)
	w.awaitStates("orders", connect.Running, connect.Running, connect.Running)
}

func TestAnOutageOfMariaDBIsAWait(t *testing.T) {
	server := privateMariaDB(t)
	w := newWorldAt(t, server.DSN(server.Database(t)))
	_, err := w.Create(ctx, "orders", w.config(), "")
	require.NoError(t, err)
	w.send(0, 9)
	w.awaitRows(9)
	require.NoError(t, server.Kill())
	w.send(9, 18)
	w.awaitWait("orders", "table", "waiting for MariaDB")
	w.awaitStates("orders", connect.Running, connect.Running, connect.Running)

	// The connector can be stopped and created meanwhile, and answers at once.
	began := time.Now()
	_, err = w.Create(ctx, "second", w.config("topics", "other"), "")
	require.NoError(t, err)
	require.NoError(t, w.SetTarget(ctx, "orders", connect.TargetStopped))
	require.Less(t, time.Since(began), time.Second)
	w.awaitNoMembers("orders")
	require.NoError(t, w.SetTarget(ctx, "orders", connect.TargetStarted))
	require.NoError(t, server.Start(ctx))
	w.awaitRows(18)
	w.awaitStates("orders", connect.Running, connect.Running, connect.Running)
}

func TestAConnectorThatWaitsStopsInTime(t *testing.T) {
	w := newWorld(t)
	_, err := w.Create(ctx, "orders", w.config("auto.create", "false"), "")
	require.NoError(t, err)
	w.send(0, 9)
	w.awaitWait("orders", "table", "does not exist")
	began := time.Now()
	w.stop()
	require.Less(t, time.Since(began), 4*time.Second)
	require.Zero(t, w.members("orders"), "it has left its group")
}

func TestTheTopicOfTheDeadLettersIsCreated(t *testing.T) {
	w := newWorld(t)
	_, err := w.Create(ctx, "orders", w.config("errors.deadletterqueue.topic.name", "letters"), "")
	require.NoError(t, err)
	w.sendValue(0, "no JSON")
	w.send(1, 4)
	w.awaitRows(3)
	var letters []*kgo.Record
	eventuallytest.Succeeds(t, patience, "there is a dead letter", func(context.Context) error {
		if letters = kafkatest.Records(t, w.broker, "letters"); len(letters) != 1 {
			return fmt.Errorf("%d", len(letters))
		}
		return nil
	})
	require.Equal(t, "no JSON", string(letters[0].Value))
	topics, err := w.admin.ListTopics(ctx, "letters")
	require.NoError(t, err)
	require.Len(t, topics["letters"].Partitions, 1)
}

func TestAPanicFailsOneConnectorOnly(t *testing.T) {
	w := newWorld(t)
	logger := w.Logger
	w.Logger = func(name string) *slog.Logger {
		if strings.HasPrefix(name, "io.debezium.") {
			panic("broken")
		}
		return logger(name)
	}
	broken := map[string]string{
		"connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector", "topics": w.topic, "connection.url": "jdbc:mariadb://127.0.0.1:1/d",
		"connection.username": "u", "connection.password": "p", "insert.mode": "upsert", "primary.key.mode": "record_key",
	}
	_, err := w.Create(ctx, "broken", broken, "")
	require.NoError(t, err)
	status := w.awaitStates("broken", connect.Failed, connect.Failed)
	require.Contains(t, status.Connector.Trace, "Starting the connector caused a panic: broken\n\tat ")
	_, err = w.Create(ctx, "orders", w.config(), "")
	require.NoError(t, err)
	w.send(0, 3)
	w.awaitRows(3)
	w.awaitStates("broken", connect.Failed, connect.Failed)
}

func TestAConnectorWhosePipelineEndedRunsAgain(t *testing.T) {
	w := newWorld(t)
	_, err := w.Create(ctx, "orders", w.config(), "")
	require.NoError(t, err)
	w.send(0, 3)
	w.awaitRows(3)
	before := w.current("orders")
	require.NoError(t, before.Stop(patience, false))
	w.awaitStates("orders", connect.Running, connect.Failed, connect.Failed)
	w.awaitOther("orders", before)
	w.awaitStates("orders", connect.Running, connect.Running, connect.Running)
	w.send(3, 6)
	w.awaitRows(6)
}

func TestAnAbsurdNumberOfTasksIsLimited(t *testing.T) {
	w := newWorld(t)
	// As on a config topic that a worker of Kafka Connect has written.
	require.NoError(t, w.Configs.Create(ctx, "orders", w.config("tasks.max", "2000000000"), connect.TargetPaused))
	info, err := w.Info("orders")
	require.NoError(t, err)
	require.Len(t, info.Tasks, 1000)
}
