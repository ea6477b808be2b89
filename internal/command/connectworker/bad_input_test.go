package connectworker

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/connect/properties"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// The worker ends with Kafka Connect's sentence.
func TestAConfigTopicWithTwoPartitionsEndsTheWorker(t *testing.T) {
	b := kafkatest.InMemory(t)
	require.NoError(t, b.CreateTopic(t.Context(), "configs", 2, map[string]string{"cleanup.policy": "compact"}))
	w := run(t, properties.Distributed, distributed(b))
	<-w.ended
	require.ErrorContains(t, w.stop(), "Topic 'configs' supplied via the 'config.storage.topic' property is required to have a single partition "+
		"in order to guarantee consistency of connector configurations, but found 2 partitions.")
}

func TestAMalformedFileEndsTheWorker(t *testing.T) {
	for text, expected := range map[string]string{
		`group.id=\u12x`:                `\u needs four hexadecimal digits`,
		"":                              `Missing required configuration "bootstrap.servers"`,
		"\x00\xff\x00":                  `Missing required configuration "bootstrap.servers"`,
		"offset.flush.interval.ms=soon": "Invalid value soon for configuration offset.flush.interval.ms",
	} {
		w := run(t, properties.Distributed, text)
		<-w.ended
		err := w.stop()
		require.ErrorContains(t, err, expected, "%q", text)
		require.ErrorContains(t, err, "worker.properties", "%q", text)
	}
}

// garbage are records that no worker writes, by key.
var garbage = [][2]string{
	{"", "{}"}, {"x", "x"}, {"connector-", "{}"}, {"connector-broken", "{"}, {"connector-list", "[]"}, {"connector-text", `"x"`},
	{"connector-number", `{"properties":5}`}, {"connector-deep", `{"properties":{"connector.class":{"a":1}}}`},
	{"connector-none", `{}`}, {"connector-null", `{"properties":null}`}, {"connector-\xff\x00", "\xff\x00"},
	{"target-state-", `{"state":"PAUSED"}`}, {"target-state-good", `{"state":"NONSENSE"}`}, {"target-state-good", "x"},
	{"task-", "x"}, {"task-good-0", `{"properties":{"task.class":"none"}}`}, {"commit-good", `{"tasks":-1}`}, {"commit-", ""},
	{"restart-connector-none", `{"include-tasks":true}`}, {"restart-connector-good", "x"}, {"tasks-fencing-good", "x"},
	{"session-key", "x"}, {"logger-cluster-", `{"level":"LOUD"}`}, {"logger-cluster-x", "[]"},
}

func writeGarbage(t *testing.T, client *kgo.Client) {
	t.Helper()
	for _, r := range garbage {
		require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: "configs", Key: []byte(r[0]), Value: []byte(r[1])}).FirstErr())
	}
	require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: "configs"}).FirstErr())
}

// The worker ignores them, at its start and later, and runs what is right.
func TestGarbageInTheConfigTopicIsIgnored(t *testing.T) {
	b, server := kafkatest.InMemory(t), mariadbtest.Shared(t)
	topic, dsn := kafkatest.Topic(t, b, 1), server.DSN(server.Database(t))
	client := kafkatest.Client(t, b)
	require.NoError(t, b.CreateTopic(t.Context(), "configs", 1, map[string]string{"cleanup.policy": "compact"}))
	writeGarbage(t, client)
	good := sink(t, dsn, topic)
	good["name"] = "good"
	store := func(name string, config map[string]string) {
		text := body(t, map[string]any{"properties": config})
		require.NoError(t, client.ProduceSync(t.Context(), &kgo.Record{Topic: "configs", Key: []byte("connector-" + name), Value: []byte(text)}).FirstErr())
	}
	store("good", good)
	store("unknown", map[string]string{"name": "unknown", "connector.class": "com.example.Sink", "tasks.max": "2"})
	store("classless", map[string]string{"name": "classless"})
	store("postgres", with(good, "name", "postgres", "connection.url", "jdbc:postgresql://localhost/db"))
	store("many", with(good, "name", "many", "tasks.max", "2147483647"))
	store("words", with(good, "name", "words", "tasks.max", "many"))
	w := run(t, properties.Distributed, distributed(b))
	w.await("/connectors/good/status", 200, `"tasks":[{"id":0,"state":"RUNNING"`)
	produce(t, b, topic, 0, 10)
	awaitRows(t, dsn, "orders", 10)
	for _, name := range []string{"unknown", "classless", "postgres", "many", "words"} {
		w.await("/connectors/"+name+"/status", 200, `"connector":{"state":"FAILED"`)
	}
	writeGarbage(t, client)
	code, answer := w.call("POST", "/connectors/good/restart?includeTasks=true", "") // reads to the end of the topic
	require.Equal(t, 202, code, answer)
	produce(t, b, topic, 10, 20)
	awaitRows(t, dsn, "orders", 20)
	w.await("/health", 200, "healthy")
	require.NoError(t, w.stop())
}

// with returns a copy of a configuration with other values.
func with(config map[string]string, pairs ...string) map[string]string {
	changed := map[string]string{}
	for key, value := range config {
		changed[key] = value
	}
	for i := 0; i < len(pairs); i += 2 {
		changed[pairs[i]] = pairs[i+1]
	}
	return changed
}

// A refused request leaves nothing, and the worker stores rows for the next connector.
func TestBadConnectorsAreRefused(t *testing.T) {
	b, server := kafkatest.InMemory(t), mariadbtest.Shared(t)
	topic, dsn := kafkatest.Topic(t, b, 1), server.DSN(server.Database(t))
	w := run(t, properties.Distributed, distributed(b))
	w.await("/health", 200, "healthy")
	good := sink(t, dsn, topic)
	for expected, config := range map[string]map[string]string{
		"connection.url": with(good, "connection.url", "jdbc:postgresql://localhost/db"),
		"Failed to find any class that implements Connector and which name matches com.example.Sink": with(good, "connector.class", "com.example.Sink"),
		"tasks.max": with(good, "tasks.max", "2147483647"),
		"topics":    with(good, "topics", ""),
	} {
		code, answer := w.call("POST", "/connectors", body(t, map[string]any{"name": "bad", "config": config}))
		require.Equal(t, 400, code, answer)
		require.Contains(t, answer, expected)
	}
	w.await("/connectors", 200, "[]")
	code, answer := w.call("POST", "/connectors", body(t, map[string]any{"name": "good", "config": good}))
	require.Equal(t, 201, code, answer)
	produce(t, b, topic, 0, 10)
	awaitRows(t, dsn, "orders", 10)
	require.NoError(t, w.stop())
}

// A connector whose topic does not exist waits for it.
func TestATopicThatDoesNotExistIsAWait(t *testing.T) {
	b, server := kafkatest.InMemory(t), mariadbtest.Shared(t)
	dsn := server.DSN(server.Database(t))
	w := run(t, properties.Distributed, distributed(b))
	w.await("/health", 200, "healthy")
	code, answer := w.call("POST", "/connectors", body(t, map[string]any{"name": "orders", "config": sink(t, dsn, "later")}))
	require.Equal(t, 201, code, answer)
	w.await("/connectors/orders/status", 200, `"tasks":[{"id":0,"state":"RUNNING"`)
	require.NoError(t, b.CreateTopic(t.Context(), "later", 1, nil))
	produce(t, b, "later", 0, 10)
	awaitRows(t, dsn, "orders", 10)
	w.await("/ready", 200, `{"ready":true`)
	require.NoError(t, w.stop())
}

func TestANameOf300Characters(t *testing.T) {
	b, server := kafkatest.Shared(t), mariadbtest.Shared(t)
	name := strings.Repeat("ü", 300)
	topic, dsn := kafkatest.Topic(t, b, 2), server.DSN(server.Database(t))
	text := strings.NewReplacer("group.id=workers", "group.id=long", "=configs", "=long-configs", "=states", "=long-states").Replace(distributed(b))
	w := run(t, properties.Distributed, text)
	w.await("/health", 200, "healthy")
	config := sink(t, dsn, topic)
	config["tasks.max"] = "2"
	code, answer := w.call("POST", "/connectors", body(t, map[string]any{"name": name, "config": config}))
	require.Equal(t, 201, code, answer)
	produce(t, b, topic, 0, 10)
	awaitRows(t, dsn, "orders", 10)
	path := "/connectors/" + strings.Repeat("%C3%BC", 300)
	w.await(path+"/status", 200, `"tasks":[{"id":0,"state":"RUNNING"`)
	w.await(path+"/offsets", 200, fmt.Sprintf(`"kafka_topic":%q`, topic))
	w.await(path+"/topics", 200, topic)
	for _, request := range []string{"PUT /pause 202", "PUT /resume 202", "POST /restart?includeTasks=true 202", "PUT /stop 204", "DELETE /offsets 200", "DELETE  204"} {
		part := strings.Split(request, " ")
		eventuallytest.Succeeds(t, patience, request, func(context.Context) error { // the members leave the group first
			if code, answer := w.call(part[0], path+part[1], ""); fmt.Sprint(code) != part[2] {
				return fmt.Errorf("%d %s", code, answer)
			}
			return nil
		})
	}
	w.await("/connectors", 200, "[]")
	require.NoError(t, w.stop())
}
