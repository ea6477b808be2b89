package replica

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kadm"

	"github.com/order-sink/order-sink/internal/lab/replica/changes"
	"github.com/order-sink/order-sink/internal/lab/replica/compare"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// replica is a source, its connector, and a target that a sink fills.
type replica struct {
	*source
	generator *changes.Generator
	connector string

	target      *mariadbtest.Server
	dsn         string
	replica     *sql.DB // the target's database
	sink        *ordersink.Sink
	log         *ordersinktest.Log
	deadLetters string
	markers     int
}

func newReplica(t *testing.T, name string) *replica {
	t.Helper()
	r := &replica{source: newSource(t, name), generator: changes.NewGenerator(seed), log: ordersinktest.NewLog(t)}
	r.target = mariadbtest.Private(t)
	database := r.target.Database(t)
	r.dsn = r.target.DSN(database)
	r.replica = mariadbtest.Script(t, r.target.AdminDSN(database), nil)
	r.deadLetters = kafkatest.Topic(t, r.broker, 1)
	return r
}

// begin makes rows, and starts the connector, whose snapshot has them, and the sink, which
// creates the tables.
func (r *replica) begin() {
	r.Helper()
	r.create()
	r.change(r.generator, times(20, 200))
	r.connector = r.follow()
	r.startSink()
	r.generator.RowsOnly = true
	r.change(r.generator, times(20, 200))
	r.awaitSnapshot(r.database, 1, r.connector)
	r.generator.RowsOnly = false
	r.awaitMarker()
}

// follow starts a connector with the settings of docs/replica.md.
func (r *replica) follow() (connector string) {
	r.Helper()
	set := maps.Clone(onePartition)
	set["column.propagate.source.type"] = ".*"
	return r.capture(r.database, 3, set)
}

// startSink runs the shipped pipeline.
func (r *replica) startSink() {
	r.Helper()
	s, err := ordersink.Start(ordersink.Config{
		Binary: ordersinktest.Binary(r), Dir: ordersinktest.Root(r), HTTP: ordersinktest.FreeAddress(r), Log: r.log,
		Args: []string{"streams", "--no-api", "-o", "config/service.yaml", "-r", "config/resources.yaml", "pipelines/replica.yaml"},
		Env: map[string]string{
			"KAFKA_BROKERS": strings.Join(r.broker.Seeds(), ","), "KAFKA_GROUP": r.database,
			"KAFKA_TOPICS_PATTERN": r.database + "[.]" + r.database + "[.].*",
			"DEAD_LETTER_TOPIC":    r.deadLetters, "MARIADB_DSN": r.dsn,
		},
	})
	r.must(err)
	r.Cleanup(func() { r.must(s.Kill()) })
	r.sink = s
}

// awaitMarker writes a row to the source and waits until the target has it.
func (r *replica) awaitMarker() {
	r.Helper()
	r.markers++
	r.exec(fmt.Sprintf("INSERT INTO %s VALUES (%d)", changes.Marker, r.markers))
	r.awaitRow(r.markers)
}

func (r *replica) awaitRow(marker int) {
	r.Helper()
	r.eventually(fmt.Sprintf("marker %d is in the target", marker), func(ctx context.Context) error {
		var n int
		err := r.replica.QueryRowContext(ctx, "SELECT COUNT(*) FROM "+changes.Marker+" WHERE id = ?", marker).Scan(&n)
		if err == nil && n != 1 {
			err = errors.New("the target does not have it")
		}
		return err
	}, r.connector)
}

// finish makes the last changes, waits until the sink has committed all of them, and
// compares the databases.
func (r *replica) finish() {
	r.Helper()
	r.markers++
	r.exec(r.generator.Finish(r.markers))
	r.awaitRow(r.markers)
	admin := kadm.NewClient(kafkatest.Client(r, r.broker))
	r.eventually("the sink has committed every offset", func(ctx context.Context) error {
		topics, err := r.topics(ctx, r.database)
		if err != nil {
			return err
		}
		for _, topic := range topics {
			if err := kafka.Behind(ctx, admin, r.database, topic); err != nil {
				return fmt.Errorf("topic %s: %w", topic, err)
			}
		}
		return nil
	}, r.connector)
	for _, letter := range kafkatest.Records(r, r.broker, r.deadLetters) {
		r.Errorf("a dead letter, of headers %q", letter.Headers)
	}
	eventuallytest.Succeeds(r, patience, "the databases are equal", r.equal)
	r.release(r.connector)
}

// equal returns an error with the differences of the databases.
func (r *replica) equal(ctx context.Context) error {
	found, err := compare.Databases(ctx, r.db, r.replica)
	if err != nil || len(found) == 0 {
		return err
	}
	var all []string
	for _, difference := range found[:min(30, len(found))] {
		all = append(all, difference.String())
	}
	return fmt.Errorf("%d differences:\n%s", len(found), strings.Join(all, "\n"))
}
