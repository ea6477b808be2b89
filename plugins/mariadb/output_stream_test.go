package mariadb

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// A whole stream: good rows are stored, the refused ones alone reach the
// fallback, and every message is counted once.
func TestStream(t *testing.T) {
	d := shared(t, orders)
	before := goleak.IgnoreCurrent()
	env, e := observed(t)
	var errs sync.Map
	require.NoError(t, env.RegisterOutput("errors", service.NewConfigSpec(), func(*service.ParsedConfig, *service.Resources) (service.Output, int, error) {
		return errorBox{&errs}, 1, nil
	}))
	builder := env.NewStreamBuilder()
	produce, err := builder.AddBatchProducerFunc()
	require.NoError(t, err)
	require.NoError(t, builder.SetMetricsYAML("kept: {}"))
	require.NoError(t, builder.SetLoggerYAML("level: NONE"))
	require.NoError(t, builder.AddOutputYAML("fallback:\n- mariadb_upsert:\n    dsn: "+d.server.DSN(d.name)+"\n    table: orders\n    columns: [order_id, product, qty, total]\n    key: [order_id]\n- errors: {}\n"))
	stream, err := builder.Build()
	require.NoError(t, err)
	done := make(chan error)
	go func() { done <- stream.Run(context.Background()) }()
	batch := batchOf(order("a", "x", 1, "1"), order("b", "x", 1, "1.005"), order("c", "x", 1, "1"), order("c", "x", 2, "1"), []any{}, nil, order("d", "x", 1, "1"))
	batch[6].SetError(errors.New("order_range: qty: too few"))
	batch[0].MetaSetMut("kafka_timestamp_ms", time.Now().Add(-time.Second).UnixMilli())
	require.NoError(t, produce(context.Background(), batch))
	require.NoError(t, stream.StopWithin(10*time.Second))
	<-done

	require.Equal(t, []string{"a|1", "c|2"}, d.rows("SELECT order_id, qty FROM orders ORDER BY 1"))
	got := map[string]bool{}
	errs.Range(func(k, _ any) bool { got[k.(string)] = true; return true })
	require.Equal(t, map[string]bool{
		"row_too_precise: total: 3 digits behind the point, DECIMAL(10,2) keeps 2": true,
		"row_shape: value: expected an object, got an array":                       true,
		"order_range: qty: too few":                                                true,
	}, got)
	o := &sink{metrics: e}
	for name, n := range map[string]int64{
		"mariadb_upsert_rows_total": 7, "mariadb_upsert_refused_total": 2, "mariadb_upsert_statement_ns": 1, "mariadb_upsert_commit_lag_ns": 1,
	} {
		require.Equal(t, n, o.count(name), name)
	}
	goleak.VerifyNone(t, before)
}

// errorBox keeps the errors that messages arrive with.
type errorBox struct{ errs *sync.Map }

func (errorBox) Connect(context.Context) error { return nil }

func (l errorBox) Write(_ context.Context, m *service.Message) error {
	text, _ := m.MetaGet("fallback_error")
	l.errs.Store(text, true)
	return nil
}

func (errorBox) Close(context.Context) error { return nil }
