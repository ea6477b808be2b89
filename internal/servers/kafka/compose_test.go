package kafka_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kgo"
	"gopkg.in/yaml.v3"

	"github.com/order-sink/order-sink/internal/servers/javatest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/loopback"
)

// The Kafka of config/compose starts: the test gives the settings, which the image reads
// from the environment, to the same version of the broker.
func TestComposesKafkaStarts(t *testing.T) {
	text, err := os.ReadFile("../../../config/compose/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services map[string]struct {
			Image       string
			Environment map[string]string
		}
	}
	if err := yaml.Unmarshal(text, &compose); err != nil {
		t.Fatal(err)
	}
	service := compose.Services["kafka"]
	b, err := kafka.NewJava(t.Context(), t.TempDir(), nil)
	javatest.Require(t, err)
	version := b.Version()
	if service.Image != "apache/kafka:"+version {
		t.Errorf("the image is %s, the test uses %s", service.Image, version)
	}
	// The default of the image is -Xmx1G.
	if options := service.Environment["KAFKA_HEAP_OPTS"]; options != "" {
		t.Fatalf("KAFKA_HEAP_OPTS is %s: this test must use the same heap", options)
	}
	b.SetHeapMB(1024)
	if err := os.WriteFile(b.Config(), []byte(properties(t, b, service.Environment)), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := b.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = b.Close() })

	checkMemory(t, b)
	topic := kafkatest.Topic(t, b, 6)
	send(t, b, &kgo.Record{Topic: topic, Value: []byte("an order")})
	if got := receive(t, b, topic); string(got.Value) != "an order" {
		t.Errorf("got %q", got.Value)
	}
}

// properties returns the settings that the image makes of its environment, for the
// broker b.
func properties(t *testing.T, b *kafka.Java, environment map[string]string) string {
	t.Helper()
	// The test replaces the names and ports of the container with ports of this machine.
	ports := map[string]string{"9092": fmt.Sprint(b.Port())}
	for _, port := range []string{"9093", "29092"} {
		free, err := loopback.Port(0)
		if err != nil {
			t.Fatal(err)
		}
		ports[port] = fmt.Sprint(free)
	}
	here := strings.NewReplacer(
		"kafka:9092", "127.0.0.1:"+ports["9092"], "//:9092", "//127.0.0.1:"+ports["9092"],
		"kafka:9093", "127.0.0.1:"+ports["9093"], "//:9093", "//127.0.0.1:"+ports["9093"],
		"127.0.0.1:29092", "127.0.0.1:"+ports["29092"], "//:29092", "//127.0.0.1:"+ports["29092"],
		"/var/lib/kafka/data", b.Dir()+"/data",
	)
	var text strings.Builder
	for name, value := range environment {
		// The image translates KAFKA_NODE_ID to node.id.
		name = strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, "KAFKA_")), "_", ".")
		fmt.Fprintf(&text, "%s=%s\n", name, here.Replace(value))
	}
	return text.String()
}
