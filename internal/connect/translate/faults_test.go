package translate_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect/translate"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/plugins/mariadb"
)

const number = `{"schema":{"type":"struct","fields":[{"type":"int32","field":"id"},{"type":"int32","field":"n"}]},"payload":{"id":%d,"n":%d}}`

// three records, of which the second cannot be decoded.
func three(t *testing.T, b kafka.Broker, topic string) {
	t.Helper()
	require.NoError(t, b.CreateTopic(t.Context(), topic, 1, nil))
	client := kafkatest.Client(t, b)
	for _, value := range []string{fmt.Sprintf(number, 1, 10), "not json", fmt.Sprintf(number, 3, 30)} {
		require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: topic, Key: []byte("5"), Value: []byte(value), Headers: []kgo.RecordHeader{{Key: "h", Value: []byte("v")}}}).FirstErr())
	}
}

func TestARefusedRecordBecomesADeadLetter(t *testing.T) {
	broker, server := kafkatest.InMemory(t), mariadbtest.Shared(t)
	dsn := server.DSN(server.Database(t))
	db := mariadbtest.Script(t, dsn, nil)
	three(t, broker, "orders")
	require.NoError(t, broker.CreateTopic(t.Context(), "letters", 1, nil))
	c := with(confluent, map[string]string{"auto.create": "true", "errors.tolerance": "all", "errors.deadletterqueue.topic.name": "letters", "errors.deadletterqueue.topic.replication.factor": "1"})
	p, err := translate.Translate(there(t, c, dsn, broker))
	require.NoError(t, err)
	require.Equal(t, &translate.DeadLetters{Topic: "letters", Replication: 1}, p.DeadLetters)
	start(t, p)
	kafkatest.AwaitGroup(t, broker, "connect-orders", "orders")
	require.Equal(t, []string{"1 | 10", "3 | 30"}, rows(t, db, "SELECT * FROM orders ORDER BY id"))
	letters := kafkatest.Records(t, broker, "letters")
	require.Len(t, letters, 1)
	require.Equal(t, "not json", string(letters[0].Value))
	headers := map[string]string{}
	for _, h := range letters[0].Headers {
		headers[h.Key] = string(h.Value)
	}
	require.Equal(t, "v", headers["h"])
	require.Equal(t, "orders", headers["__connect.errors.topic"])
	require.Equal(t, "1", headers["__connect.errors.offset"])
	require.Equal(t, "bad_json", headers["order_sink.code"])
}

// With errors.tolerance=none, nothing behind the first refused record is written.
func TestThePipelineStopsAtARefusedRecord(t *testing.T) {
	broker, server := kafkatest.InMemory(t), mariadbtest.Shared(t)
	dsn := server.DSN(server.Database(t))
	db := mariadbtest.Script(t, dsn, nil)
	three(t, broker, "orders")
	p, err := translate.Translate(there(t, with(aiven, map[string]string{"auto.create": "true"}), dsn, broker))
	require.NoError(t, err)
	stops := make(chan mariadb.Stop, 1)
	stream := build(t, p)
	stream.Resources().SetGeneric(mariadb.StopKey{}, func(s mariadb.Stop) { stops <- s })
	run(t, stream, 2*time.Second)
	select {
	case stop := <-stops:
		require.Equal(t, "orders", stop.Topic)
		require.Equal(t, int64(1), stop.Offset)
		require.Equal(t, "bad_json", stop.Code)
	case <-time.After(30 * time.Second):
		t.Fatal("the output has not stopped")
	}
	require.Equal(t, []string{"1 | 10"}, rows(t, db, "SELECT * FROM orders"))
}

// A secret is no part of the YAML text, and any secret reaches the server unchanged.
func TestSecretsAreVariables(t *testing.T) {
	const secret = `it's "a" \ ${A} %41 @/:?#`
	broker, server := kafkatest.InMemory(t), mariadbtest.Shared(t)
	database := server.Database(t)
	admin := mariadbtest.Script(t, server.AdminDSN(database), nil)
	user := "u_" + database
	_, err := admin.ExecContext(t.Context(), fmt.Sprintf("CREATE USER '%s'@'%%' IDENTIFIED BY '%s'; GRANT ALL ON %s.* TO '%[1]s'@'%%'", user, `it''s "a" \\ ${A} %41 @/:?#`, database))
	require.NoError(t, err)
	three(t, broker, "orders")
	for name, config := range map[string]map[string]string{
		"hidden": {"connection.user": "${file:/s:user}", "connection.password": "${file:/s:password}"},
		"clear":  {"connection.user": user, "connection.password": secret},
	} {
		t.Run(name, func(t *testing.T) {
			c := there(t, with(confluent, map[string]string{"auto.create": "true", "errors.tolerance": "all", "consumer.override.group.id": name, "table.name.format": name}), server.DSN(database), broker)
			maps.Copy(c.Config, config)
			c.Resolved = maps.Clone(c.Config)
			c.Resolved["connection.user"], c.Resolved["connection.password"] = user, secret
			p, err := translate.Translate(c)
			require.NoError(t, err)
			if name == "hidden" {
				require.NotContains(t, p.YAML, "it'")
				shown, err := json.Marshal(p.Differences)
				require.NoError(t, err)
				require.NotContains(t, string(shown)+fmt.Sprint(p), "it'")
			}
			start(t, p)
			kafkatest.AwaitGroup(t, broker, name, "orders")
			require.Equal(t, []string{"1 | 10", "3 | 30"}, rows(t, admin, "SELECT * FROM "+name+" ORDER BY id"))
		})
	}
}
