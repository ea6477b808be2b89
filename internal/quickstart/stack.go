package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/loopback"
	"github.com/order-sink/order-sink/internal/servers/mariadb"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
)

// The ports of the private servers. The quick start uses another port if one is taken.
const (
	mariadbPort = 13306
	kafkaPort   = 19092
	httpPort    = 4195
	intakePort  = 4196
)

// patience is how long one step may take on a slow or busy machine.
const patience = time.Minute

// The topics and the table. The sink reads the same variables, with the same defaults.
var (
	topic           = env("KAFKA_TOPIC", "orders")
	deadLetterTopic = env("DEAD_LETTER_TOPIC", "orders.dead-letter")
	table           = env("MARIADB_TABLE", "orders")
	group           = env("KAFKA_GROUP", "order-sink")
)

// stack has the servers of the quick start. It never stops a server that belongs to the
// user.
type stack struct {
	dir    string // of the private servers' data and the logs
	binary string // the order-sink to run

	dsn     string // in the form of go-sql-driver
	private bool   // the quick start has started MariaDB
	memory  bool   // the quick start has started Kafka
	seeds   []string
	http    string // "127.0.0.1:port" for health and metrics
	intake  string // "127.0.0.1:port" for orders over HTTP

	sink        *ordersink.Sink
	logName     string          // of the sink's log; empty: order-sink
	mariadbDone <-chan struct{} // nil for the server of the user
	sent        int
	stops       []func() error
	lockFile    *os.File
}

// lock prevents a second quick start from using the data of the private servers.
func (s *stack) lock() (err error) {
	if err := os.MkdirAll(s.dir, 0o755); err != nil {
		return fmt.Errorf("creating %s: %w", s.dir, err)
	}
	if s.lockFile, err = os.Create(filepath.Join(s.dir, "lock")); err != nil {
		return fmt.Errorf("locking %s: %w", s.dir, err)
	}
	if err := syscall.Flock(int(s.lockFile.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return fmt.Errorf("another quick start uses %s: stop that one first", s.dir)
	}
	return nil
}

// log is the log of the process that stores the orders.
func (s *stack) log() string { return filepath.Join(s.dir, cmp.Or(s.logName, "order-sink")+".log") }

func (s *stack) startMariaDB(ctx context.Context) error {
	if s.dsn = os.Getenv("MARIADB_DSN"); s.dsn == "" {
		return s.startOwnMariaDB(ctx)
	}
	step("MariaDB", "yours, from MARIADB_DSN")
	return mariadb.RunFile(ctx, s.dsn, "config/schema.sql")
}

// startOwnMariaDB starts a private MariaDB with the table of orders.
func (s *stack) startOwnMariaDB(ctx context.Context) error {
	server, err := s.startPrivate(ctx)
	if err != nil {
		return err
	}
	s.dsn = server.DSN("orders")
	return mariadb.RunFile(ctx, s.dsn, "config/schema.sql")
}

// startPrivate starts a private MariaDB.
func (s *stack) startPrivate(ctx context.Context) (*mariadb.Server, error) {
	s.private = true
	port, err := port("MariaDB", mariadbPort)
	if err != nil {
		return nil, err
	}
	server, err := mariadb.New(ctx, filepath.Join(s.dir, "mariadb"), port)
	if err != nil {
		return nil, err
	}
	if err := server.Start(ctx); err != nil {
		return nil, err
	}
	s.stops = append(s.stops, server.Stop)
	s.mariadbDone = server.Process().Done()
	step("MariaDB", "private, on %s, data in %s", server.Addr(), filepath.Join(s.dir, "mariadb"))
	return server, nil
}

func (s *stack) startKafka(ctx context.Context) error {
	given := os.Getenv("KAFKA_BROKERS")
	if given == "" {
		return s.startMemory(ctx)
	}
	for _, seed := range strings.Split(given, ",") {
		s.seeds = append(s.seeds, strings.TrimSpace(seed))
	}
	step("Kafka", "yours, from KAFKA_BROKERS")
	return s.createTopics(ctx)
}

// startMemory starts Kafka in memory.
func (s *stack) startMemory(ctx context.Context) error {
	port, err := port("Kafka", kafkaPort)
	if err != nil {
		return err
	}
	memory, err := kafka.NewMemory(port)
	if err != nil {
		return err
	}
	s.stops = append(s.stops, memory.Close)
	s.memory = true
	s.seeds = memory.Seeds()
	step("Kafka", "in memory, on %s", s.seeds[0])
	return s.createTopics(ctx)
}

func (s *stack) createTopics(ctx context.Context) error {
	client, err := kgo.NewClient(kgo.SeedBrokers(s.seeds...))
	if err != nil {
		return fmt.Errorf("connecting to Kafka: %w", err)
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for name, configs := range map[string]map[string]*string{
		topic: nil, // the broker's defaults
		// A dead letter is larger than its record by some headers.
		deadLetterTopic: {"max.message.bytes": kadm.StringPtr("2097152")},
	} {
		_, err := kadm.NewClient(client).CreateTopic(ctx, -1, -1, configs, name)
		if err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
			return fmt.Errorf("creating topic %s: %w", name, err)
		}
	}
	return nil
}

func (s *stack) startSink(ctx context.Context) error {
	httpPort, err := port("Health", httpPort)
	if err != nil {
		return err
	}
	intakePort, err := port("Intake", intakePort)
	if err != nil {
		return err
	}
	s.http, s.intake = loopback.Address(httpPort), loopback.Address(intakePort)
	s.sink, err = s.launch(ctx, "order-sink", s.http, []string{"pipelines/orders.yaml", "pipelines/shop/order_service.yaml"},
		map[string]string{"ORDER_SERVICE_ADDRESS": s.intake}, s.intake)
	if err != nil {
		return err
	}
	step("order-sink", "pipelines/orders.yaml and pipelines/shop/order_service.yaml, log in %s", s.log())
	return nil
}

// launch runs the binary with some of the shipped pipelines: see [stack.launchArgs].
func (s *stack) launch(ctx context.Context, name, http string, pipelines []string, env map[string]string, addresses ...string) (*ordersink.Sink, error) {
	args := append([]string{
		"streams", "--no-api",
		"-o", "config/service.yaml", "-r", "config/resources.yaml", "-r", "config/shop.yaml", "-r", "config/gateway.yaml",
	}, pipelines...)
	return s.launchArgs(ctx, name, http, args, env, addresses...)
}

// launchArgs runs the binary. It waits until all is connected and the addresses answer. name
// is the name of the log too.
func (s *stack) launchArgs(ctx context.Context, name, http string, args []string, env map[string]string, addresses ...string) (*ordersink.Sink, error) {
	path := filepath.Join(s.dir, name+".log")
	log, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("opening the log of %s: %w", name, err)
	}
	s.stops = append(s.stops, log.Close)
	all := map[string]string{"KAFKA_BROKERS": strings.Join(s.seeds, ","), "MARIADB_DSN": s.dsn}
	// The environment may have settings for servers of the user.
	if s.private {
		all["MARIADB_TLS"] = "false"
	}
	if s.memory {
		all["KAFKA_TLS"], all["KAFKA_SASL"] = "false", "none"
	}
	maps.Copy(all, env)
	started, err := ordersink.Start(ordersink.Config{
		Binary: s.binary,
		Args:   args,
		Env:    all,
		HTTP:   http,
		Log:    log,
	})
	if err != nil {
		return nil, err
	}
	s.stops = append(s.stops, func() error { return started.Stop(30 * time.Second) })
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := started.AwaitReady(ctx, addresses...); err != nil {
		return nil, fmt.Errorf("%w; its log is %s", err, path)
	}
	return started, nil
}

func (s *stack) sendOrders(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	messages := func(yield func(orders.Message) bool) {
		for _, order := range orders.Seed() {
			if !yield(orders.Good(order)) {
				return
			}
		}
	}
	var err error
	s.sent, err = orders.Produce(ctx, s.seeds, topic, messages, nil)
	if err != nil {
		return err
	}
	step("Orders", "%d sent to topic %s", s.sent, topic)
	return nil
}

// stop ends the processes, in the reverse order of their start.
func (s *stack) stop() error {
	var errs []error
	for i := len(s.stops) - 1; i >= 0; i-- {
		errs = append(errs, s.stops[i]())
	}
	if s.lockFile != nil {
		errs = append(errs, s.lockFile.Close())
	}
	return errors.Join(errs...)
}

func port(who string, preferred int) (int, error) {
	port, err := loopback.Port(preferred)
	if err == nil && port != preferred {
		step(who, "port %d is taken: using %d", preferred, port)
	}
	return port, err
}

func step(who, format string, args ...any) {
	fmt.Printf("%-12s %s\n", who, fmt.Sprintf(format, args...))
}

func env(name, byDefault string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return byDefault
}

// address returns the host and the port of the DSN for the command that show prints.
func address(config *mysql.Config) (host, port string) {
	host, port, err := net.SplitHostPort(config.Addr)
	if err != nil {
		return config.Addr, "3306"
	}
	return host, port
}
