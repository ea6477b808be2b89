package kafka

import (
	"context"
	"crypto/rand"
	_ "embed" // pom.xml
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/java"
	"github.com/order-sink/order-sink/internal/servers/loopback"
	"github.com/order-sink/order-sink/internal/servers/process"
)

// kafkaVersion is the version in pom.xml: 46 jars, 44 MB.
const kafkaVersion = "4.3.1"

// heapMB is the heap of the broker. It must be at least four times the memory that the
// broker reserves for the log cleaner's map and for queued requests (see properties). A
// machine with 2 GB can run two of these brokers and the tests.
const heapMB = 512

//go:embed pom.xml
var pom []byte

// The broker and the controller run in one process. There is one copy of each internal
// topic, and a group forms without the usual wait for more members. A killed broker may
// start again only after its session has expired, by default after 9 seconds.
//
// Kafka's defaults are for a heap of 1 GB or more. The log cleaner allocates its map of
// keys when the broker starts: 128 MB by default, 32 MB here, which holds 1.2 million
// keys. By default there is no limit on queued requests. Without these two settings, a
// few large messages end the broker with an OutOfMemoryError.
var properties = template.Must(template.New("server.properties").Parse(`process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{{.ControllerPort}}
listeners=BROKER://127.0.0.1:{{.Port}},CONTROLLER://127.0.0.1:{{.ControllerPort}}{{with .Secure}},SECURE://127.0.0.1:{{.Port}}{{end}}
advertised.listeners=BROKER://127.0.0.1:{{.Port}}{{with .Secure}},SECURE://127.0.0.1:{{.Port}}{{end}}
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,SECURE:SASL_SSL
controller.listener.names=CONTROLLER
inter.broker.listener.name=BROKER
log.dirs={{.Data}}
auto.create.topics.enable=false
default.replication.factor=1
min.insync.replicas=1
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.threads=1
log.cleaner.dedupe.buffer.size=33554432
queued.max.request.bytes=104857600
{{with .Secure}}{{.Properties}}{{end}}broker.heartbeat.interval.ms=500
broker.session.timeout.ms=3000
`))

// Java is the real broker: a single KRaft node with its own data directory and its own
// ports on 127.0.0.1. Its methods are not for concurrent use.
type Java struct {
	dir     string
	port    int
	java    string
	jars    string
	heapMB  int
	secure  *Secure // nil for none
	process *process.Process
}

// NewJava prepares a real broker in dir, which should be empty. It does not start the
// broker. secure, which may be nil, is a second listener. The error is
// [java.ErrNotInstalled] when Java or Maven is missing.
func NewJava(ctx context.Context, dir string, secure *Secure) (*Java, error) {
	var err error
	b := &Java{secure: secure, heapMB: heapMB}
	if b.dir, err = filepath.Abs(dir); err != nil {
		return nil, fmt.Errorf("preparing Kafka: %w", err)
	}
	if b.java, err = java.Find(ctx); err != nil {
		return nil, err
	}
	if b.jars, err = java.Jars(ctx, "kafka-"+kafkaVersion, pom); err != nil {
		return nil, err
	}
	return b, b.format(ctx)
}

// format writes server.properties and formats the storage.
func (b *Java) format(ctx context.Context) error {
	var errs [3]error
	var controller int
	b.port, errs[0] = loopback.Port(0)
	controller, errs[1] = loopback.Port(0)
	if b.secure != nil {
		b.secure.Port, errs[2] = loopback.Port(0)
	}
	if err := errors.Join(errs[:]...); err != nil {
		return fmt.Errorf("preparing Kafka: %w", err)
	}
	if err := os.MkdirAll(b.dir, 0o755); err != nil {
		return fmt.Errorf("preparing Kafka: %w", err)
	}
	var text strings.Builder
	if err := properties.Execute(&text, map[string]any{
		"Port": b.port, "ControllerPort": controller, "Data": filepath.Join(b.dir, "data"), "Secure": b.secure,
	}); err != nil {
		return fmt.Errorf("preparing Kafka: %w", err)
	}
	if err := os.WriteFile(b.config(), []byte(text.String()), 0o644); err != nil {
		return fmt.Errorf("preparing Kafka: %w", err)
	}
	cmd := b.command("kafka.tools.StorageTool", "format", "--ignore-formatted",
		"-t", clusterID(), "-c", b.config())
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("formatting Kafka's storage: %w\n%s", err, out)
	}
	return ctx.Err()
}

// clusterID returns 16 random bytes in URL-safe base64. The first character is never "-",
// because the storage tool would read the ID as an option.
func clusterID() string {
	var id [16]byte
	_, _ = rand.Read(id[:]) // never fails
	id[0] &= 0x7f
	return base64.RawURLEncoding.EncodeToString(id[:])
}

func (b *Java) command(class string, args ...string) *exec.Cmd {
	// After an OutOfMemoryError in one thread, a broker would answer only some requests.
	// With this option it ends, and its log has the reason.
	cmd := exec.Command(b.java, append([]string{
		fmt.Sprintf("-Xmx%dM", b.heapMB), "-XX:+ExitOnOutOfMemoryError", "-cp", filepath.Join(b.jars, "*"), class,
	}, args...)...)
	cmd.Dir = b.dir
	return cmd
}

// Start runs the broker and waits 2 to 6 seconds until it answers. After Kill or Stop it
// has the same port and the same records.
func (b *Java) Start(ctx context.Context) error {
	log, err := os.OpenFile(b.Log(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return fmt.Errorf("starting Kafka: %w", err)
	}
	defer log.Close()
	cmd := b.command("kafka.Kafka", b.config())
	cmd.Stdout, cmd.Stderr = log, log
	if b.process, err = process.Start(cmd); err != nil {
		return fmt.Errorf("starting Kafka: %w", err)
	}
	if err := b.await(ctx); err != nil {
		return errors.Join(err, b.process.Kill())
	}
	return nil
}

func (b *Java) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	if err := b.process.Await(ctx, func(ctx context.Context) error { return ping(ctx, b.Seeds()) }); err != nil {
		return fmt.Errorf("starting Kafka: %w; its log is %s", err, b.Log())
	}
	return nil
}

// ping creates a client for each attempt: one client would make longer pauses between its
// attempts.
func ping(ctx context.Context, seeds []string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	client, err := kgo.NewClient(kgo.SeedBrokers(seeds...), kgo.RequestRetries(0))
	if err != nil {
		return err
	}
	defer client.Close()
	return client.Ping(ctx)
}

// Kill kills the broker at once (SIGKILL), like a power cut.
func (b *Java) Kill() error { return b.process.Kill() }

// Stop shuts the broker down cleanly.
func (b *Java) Stop() error { return b.process.Stop(60 * time.Second) }

// Process returns the running broker, for signals and measurements.
func (b *Java) Process() *process.Process { return b.process }

// Version returns the version of Kafka.
func (b *Java) Version() string { return kafkaVersion }

// Seeds returns the one address of the broker.
func (b *Java) Seeds() []string { return []string{loopback.Address(b.port)} }

// CreateTopic creates a topic.
func (b *Java) CreateTopic(ctx context.Context, topic string, partitions int32, configs map[string]string) error {
	return createTopic(ctx, b.Seeds(), topic, partitions, configs)
}

// Close kills the broker, if it runs, and removes its directory.
func (b *Java) Close() error {
	var err error
	if b.process != nil {
		err = b.process.Kill()
	}
	return errors.Join(err, os.RemoveAll(b.dir))
}

// HeapMB returns the size of the broker's heap in MB.
func (b *Java) HeapMB() int { return b.heapMB }

// Log returns the path of the broker's log.
func (b *Java) Log() string { return filepath.Join(b.dir, "kafka.log") }

func (b *Java) config() string { return filepath.Join(b.dir, "server.properties") }
