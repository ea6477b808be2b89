package scale

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/broker"
	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/mariadbd"
	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/sink"
	"github.com/order-sink/order-sink/internal/wire"
)

const (
	rows     = 180_000
	patience = 3 * time.Minute
	// A sink that is frozen for longer leaves its group.
	sessionTimeout = 10 * time.Second
)

func TestMain(m *testing.M) {
	code := m.Run()
	broker.Close()
	mariadbd.Close()
	sink.Close()
	os.Exit(code)
}

// BenchmarkSinks is one, two and three sinks of a group that share a topic on the
// Java broker, from the moment that they may go to the last row:
//
//	go test -run '^$' -bench Sinks -benchtime 1x ./internal/scale
//
// near: everything is on this machine, and so are its cores. far: each statement
// travels 25 ms each way to MariaDB, as to another region, so that a sink waits
// for the network more than it computes.
func BenchmarkSinks(b *testing.B) {
	for _, c := range []struct {
		name       string
		partitions int
		latency    time.Duration
	}{{"near/6", 6, 0}, {"far/6", 6, 25 * time.Millisecond}, {"far/12", 12, 25 * time.Millisecond}} {
		for sinks := 1; sinks <= 3; sinks++ {
			b.Run(fmt.Sprintf("%s/%d", c.name, sinks), func(b *testing.B) {
				for b.Loop() {
					run(b, sinks, c.partitions, c.latency)
				}
			})
		}
	}
}

func run(b *testing.B, sinks, partitions int, latency time.Duration) {
	kafka, server := broker.Shared(b), mariadbd.Shared(b)
	topic, letters := broker.Topic(b, kafka, int32(partitions)), broker.Topic(b, kafka, 1)
	dsn := server.DSN(server.Database(b))
	if err := mariadbd.RunFile(b.Context(), dsn, filepath.Join(sink.Root(b), "config", "schema.sql")); err != nil {
		b.Fatal(err)
	}
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	there := dsn
	if latency > 0 {
		proxy, err := wire.NewProxy(server.Addr())
		if err != nil {
			b.Fatal(err)
		}
		defer proxy.Close()
		if err := proxy.Latency(latency); err != nil {
			b.Fatal(err)
		}
		there = strings.Replace(dsn, server.Addr(), proxy.Addr(), 1)
	}

	group := make([]*sink.Sink, sinks)
	for i := range group {
		s, err := sink.Start(sink.Config{
			Binary: sink.Binary(b), Dir: sink.Root(b), HTTP: sink.FreeAddress(b), Log: sink.NewLog(b),
			Args: []string{"streams", "--no-api", "-o", "config/service.yaml", "-r", "config/resources.yaml", "pipelines/orders.yaml"},
			Env: map[string]string{
				"KAFKA_BROKERS": kafka.Seeds()[0], "KAFKA_TOPIC": topic, "KAFKA_GROUP": topic,
				"DEAD_LETTER_TOPIC": letters, "MARIADB_DSN": there,
			},
		})
		if err != nil {
			b.Fatal(err)
		}
		defer s.Kill()
		group[i] = s
	}
	awaitShares(b, kafka, topic, sinks, partitions)

	// Nobody reads while the topic is filled, and all begin at once.
	signal(b, group, syscall.SIGSTOP)
	frozen, g := time.Now(), orders.NewGenerator(uint64(sinks))
	messages := func(yield func(orders.Message) bool) {
		for i := range rows {
			// A key of its own spreads the orders evenly: without one, the fullest
			// partition would keep one sink busy while the others are done.
			message := g.Good()
			message.Key = []byte(strconv.Itoa(i))
			if !yield(message) {
				return
			}
		}
	}
	if _, err := orders.Produce(b.Context(), kafka.Seeds(), topic, messages, nil); err != nil {
		b.Fatal(err)
	}
	if filled := time.Since(frozen); filled > sessionTimeout/2 {
		b.Fatalf("filling the topic took %s: the sinks have left their group, or nearly so", filled)
	}
	signal(b, group, syscall.SIGCONT)
	begin := time.Now()
	awaitRows(b, db)
	b.ReportMetric(rows/time.Since(begin).Seconds(), "rows/s")

	var memory float64
	for _, s := range group {
		memory = max(memory, peak(b, s.PID()))
	}
	b.ReportMetric(memory, "MB/sink")
	awaitShares(b, kafka, topic, sinks, partitions) // nobody has left
	report := checker.Eventually(b, patience, checker.Config{Seeds: kafka.Seeds(), Topic: topic, DeadLetters: letters, DB: db, Exactly: true})
	if report.Rows != rows {
		b.Fatalf("%d rows of %d orders", report.Rows, rows)
	}
}

// awaitShares waits until every sink has an equal share of the partitions.
func awaitShares(b *testing.B, kafka broker.Broker, group string, sinks, partitions int) {
	client, err := kgo.NewClient(kgo.SeedBrokers(kafka.Seeds()...))
	if err != nil {
		b.Fatal(err)
	}
	defer client.Close()
	eventually(b, fmt.Sprintf("%d sinks share the partitions", sinks), func(ctx context.Context) error {
		described, err := kadm.NewClient(client).DescribeGroups(ctx, group)
		if err != nil {
			return err
		}
		var shares []int
		for _, member := range described[group].Members {
			share := 0
			if assigned, ok := member.Assigned.AsConsumer(); ok {
				for _, topic := range assigned.Topics {
					share += len(topic.Partitions)
				}
			}
			if share == partitions/sinks {
				shares = append(shares, share)
			}
		}
		if len(shares) != sinks || len(described[group].Members) != sinks {
			return fmt.Errorf("%s: %v", described[group].State, shares)
		}
		return nil
	})
}

func awaitRows(b *testing.B, db *sql.DB) {
	eventually(b, "every row is stored", func(ctx context.Context) error {
		var count int
		if err := db.QueryRowContext(ctx, "SELECT COUNT(*) FROM orders").Scan(&count); err != nil {
			return err
		}
		if count < rows {
			return fmt.Errorf("there are %d", count)
		}
		return nil
	})
}

func eventually(b *testing.B, what string, condition func(context.Context) error) {
	b.Helper()
	ctx, cancel := context.WithTimeout(b.Context(), patience)
	defer cancel()
	for {
		err := condition(ctx)
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			b.Fatalf("waiting until %s: %v", what, err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func signal(b *testing.B, group []*sink.Sink, what os.Signal) {
	for _, s := range group {
		if err := s.Signal(what); err != nil {
			b.Fatal(err)
		}
	}
}

// peak is the most memory that a process has had, in MB (Linux; else 0).
func peak(b *testing.B, pid int) float64 {
	file, err := os.Open(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		if text, found := strings.CutPrefix(lines.Text(), "VmHWM:"); found {
			kilobytes, err := strconv.ParseFloat(strings.Fields(text)[0], 64)
			if err != nil {
				b.Fatal(err)
			}
			return kilobytes / 1000
		}
	}
	return 0
}
