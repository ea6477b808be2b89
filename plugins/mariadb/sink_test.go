package mariadb

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
)

// sink is an output as the framework has it: a test can do what the framework can do,
// and reads the log, the metrics and the rows.
type sink struct {
	service.BatchOutput
	log     *logLines
	metrics *exporter
	told    error // the last error of Connect
}

// output is connected.
func (d *database) output(config string) *sink {
	d.t.Helper()
	o := d.unconnected(config)
	require.NoError(d.t, o.Connect(context.Background()))
	return o
}

func (d *database) unconnected(config string) *sink {
	d.t.Helper()
	return d.outputOf(d.server.DSN(d.name), config)
}

// outputOf is an output of a DSN, as YAML has it, that is not connected.
func (d *database) outputOf(dsn, config string) *sink {
	d.t.Helper()
	env, e := observed(d.t)
	return d.outputIn(env, e, dsn, config)
}

func (d *database) outputIn(env *service.Environment, e *exporter, dsn, config string) *sink {
	d.t.Helper()
	lines := &logLines{}
	builder := env.NewResourceBuilder()
	builder.SetLogger(slog.New(lines))
	require.NoError(d.t, builder.SetMetricsYAML("kept: {}"))
	resources, stop, err := builder.Build()
	require.NoError(d.t, err)
	parsed, err := spec().ParseYAML("dsn: "+dsn+"\n"+strings.TrimSpace(config)+"\n", env)
	require.NoError(d.t, err)
	o, err := newOutput(parsed, resources)
	require.NoError(d.t, err)
	d.t.Cleanup(func() {
		require.NoError(d.t, o.Close(context.Background()))
		require.NoError(d.t, stop(context.Background()))
	})
	return &sink{BatchOutput: o, log: lines, metrics: e}
}

// as is an output of an account that has these rights and no others: its own, or by
// a role, as config/grants.sql gives them.
func (d *database) as(account string, byRole bool, rights, config string) *sink {
	d.t.Helper()
	name := account + "_" + d.name
	user := name + "@'127.0.0.1'"
	d.exec("CREATE USER " + user + " IDENTIFIED BY 'pass'")
	if byRole {
		d.exec("CREATE ROLE " + name + "_role")
		d.exec("GRANT " + rights + " TO " + name + "_role")
		d.exec("GRANT " + name + "_role TO " + user)
		d.exec("SET DEFAULT ROLE " + name + "_role FOR " + user)
	} else {
		d.exec("GRANT " + rights + " TO " + user)
	}
	return d.outputOf(name+":pass@tcp("+d.server.Addr()+")/"+d.name, config)
}

func (o *sink) Connect(ctx context.Context) error {
	err := o.BatchOutput.Connect(ctx)
	if err != nil {
		o.told = err
	}
	return err
}

func (o *sink) ConnectionTest(ctx context.Context) service.ConnectionTestResults {
	return o.BatchOutput.(service.ConnectionTestable).ConnectionTest(ctx)
}

// says is why the output waits now. Connect returns the reason as an error once a
// wait, and the text of that error is always that of now.
func (o *sink) says() string {
	if o.told == nil && o.Connect(context.Background()) == nil {
		return "nothing"
	}
	return o.told.Error()
}

func batchOf(records ...any) service.MessageBatch {
	batch := make(service.MessageBatch, len(records))
	for i, record := range records {
		batch[i] = service.NewMessage(nil)
		batch[i].SetStructured(record)
	}
	return batch
}

// sent is a batch of messages with the metadata that a Kafka input sets.
func sent(records []any, metadata ...map[string]any) service.MessageBatch {
	batch := batchOf(records...)
	for i, m := range batch {
		for name, value := range metadata[i] {
			m.MetaSetMut(name, value)
		}
	}
	return batch
}

// tombstone is a message without content.
func tombstone(key any, metadata map[string]any) *service.Message {
	m := service.NewMessage(nil)
	m.MetaSetMut("kafka_key", key)
	for name, value := range metadata {
		m.MetaSetMut(name, value)
	}
	return m
}

// write writes records and returns the text of the refusals by index.
func (d *database) write(o *sink, records ...any) map[int]string {
	d.t.Helper()
	return d.put(o, batchOf(records...)).refused
}

// counts writes records and returns their outcomes.
func (d *database) counts(o *sink, records ...any) string {
	d.t.Helper()
	return d.put(o, batchOf(records...)).String()
}

// effect has the outcomes of the messages of a batch: how many by outcome, as the
// metrics have it, and the text of the refusals by index.
type effect struct {
	counts  map[string]int64
	refused map[int]string
}

// put writes a batch.
func (d *database) put(o *sink, batch service.MessageBatch) effect {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	before, index := o.counts("mariadb_upsert_rows_total"), batch.Index()
	err := o.WriteBatch(ctx, batch)
	if errors.Is(err, service.ErrNotConnected) {
		d.t.Fatal("the batch waits: ", o.says())
	}
	counts := o.counts("mariadb_upsert_rows_total")
	for outcome, n := range before {
		counts[outcome] -= n
	}
	return effect{counts, refusalsOf(d.t, index, err)}
}

// String names the rarer outcomes only where there are any.
func (e effect) String() string {
	var text []string
	for i, outcome := range []string{"inserted", "updated", "unchanged", "compacted", "refused", "stale", "deleted", "missing", "truncated", "ignored", "failed"} {
		if n := e.counts[outcome]; n > 0 || i < 5 {
			text = append(text, fmt.Sprintf("%s %d", outcome, n))
		}
	}
	return strings.Join(text, ", ")
}

func refusalsOf(t testing.TB, index *service.Indexer, err error) map[int]string {
	t.Helper()
	refusals := map[int]string{}
	if err == nil {
		return refusals
	}
	var batchError *service.BatchError
	require.ErrorAs(t, err, &batchError)
	batchError.WalkMessagesIndexedBy(index, func(i int, _ *service.Message, err error) bool {
		if err != nil {
			refusals[i] = err.Error()
		}
		return true
	})
	return refusals
}

// settled brings a batch again, as the framework does, until every message is stored
// or refused, and returns the refusals.
func (d *database) settled(o *sink, batch service.MessageBatch) map[int]string {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	index := batch.Index()
	for {
		err := o.WriteBatch(ctx, batch)
		if !errors.Is(err, service.ErrNotConnected) {
			return refusalsOf(d.t, index, err)
		}
		require.NoError(d.t, ctx.Err(), "the batch still waits: %v", o.told)
	}
}

// waits asserts that a batch waits after several tries, and returns what the output
// says.
func (d *database) waits(o *sink, batch service.MessageBatch) string {
	d.t.Helper()
	said := ""
	for range 4 {
		require.Same(d.t, service.ErrNotConnected, o.WriteBatch(context.Background(), batch))
		said = o.says()
	}
	return said
}

// requireWait requires an error that says when the next try is, which may be at once,
// and goes on with want.
func requireWait(t *testing.T, err error, want string) {
	t.Helper()
	require.Error(t, err)
	require.Regexp(t, `, next try in [\d.]+m?s: `+regexp.QuoteMeta(want), err.Error())
}

// counts is a metric by its label.
func (o *sink) counts(name string) map[string]int64 { return o.metrics.of(name) }

// count is the sum of a metric over its labels.
func (o *sink) count(name string) (sum int64) {
	for _, n := range o.counts(name) {
		sum += n
	}
	return sum
}
