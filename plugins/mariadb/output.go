package mariadb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
)

func init() {
	service.MustRegisterBatchOutput("mariadb_upsert", Spec(),
		func(parsed *service.ParsedConfig, resources *service.Resources) (service.BatchOutput, service.BatchPolicy, int, error) {
			policy, err := parsed.FieldBatchPolicy(fieldBatching)
			if err != nil {
				return nil, policy, 0, err
			}
			inFlight, err := parsed.FieldMaxInFlight()
			if err != nil {
				return nil, policy, 0, err
			}
			o, err := newOutput(parsed, resources)
			return o, policy, inFlight, err
		})
}

// output is the mariadb_upsert output: what the framework asks of a [store].
type output struct {
	store   *store
	waiting *waiting
	metrics *metrics
	logger  *service.Logger
	failing failing
}

// failing is the last failure to connect that was reported.
type failing struct {
	mutex    sync.Mutex
	text     string
	reported time.Time
}

func newOutput(parsed *service.ParsedConfig, resources *service.Resources) (*output, error) {
	c, err := parseConfig(parsed)
	if err != nil {
		return nil, err
	}
	logger := resources.Logger()
	dsn, err := parseDSN(c.dsn, c.tls, driverLog{logger})
	if err != nil {
		return nil, err
	}
	if dsn.DBName == "" && c.target.database == "" {
		return nil, fmt.Errorf("%s names no database, so %s must: database.table", fieldDSN, fieldTable)
	}
	connector, err := newConnector(dsn, c.initStatement)
	if err != nil {
		return nil, err
	}
	counters := resources.Metrics()
	m := newMetrics(
		func(name string, labels ...string) metric { return counters.NewCounter(name, labels...).Incr },
		func(name string, labels ...string) metric { return counters.NewTimer(name, labels...).Timing },
	)
	// No connection is made here: that is for Connect to try.
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(c.connections + 1) // one to look at the table
	db.SetMaxIdleConns(0)                 // the sessions keep theirs; a look wants a new one, to the server of now
	return &output{
		store: &store{
			db:     db,
			target: &c.target,
			warn:   logger.Warn,
			writer: newWriter(db, &c.target, c.maxRows, c.connections, m.observer()),
		},
		waiting: &waiting{warn: logger.Warnf, info: logger.Infof},
		metrics: m,
		logger:  logger,
	}, nil
}

// Connect implements service.BatchOutput: the server answers, and the table
// fits. The framework logs each error that comes back, so the same error is held
// back for a minute while the server is asked again.
func (o *output) Connect(ctx context.Context) error {
	pause := firstPause
	for {
		err := o.store.connect(ctx)
		if err == nil {
			o.failing.clear()
			return nil
		}
		err = fmt.Errorf("connecting to MariaDB: %w", explain(err))
		if ctx.Err() != nil || o.failing.isNews(err) {
			return err
		}
		if sleep(ctx, pause) != nil {
			return err
		}
		pause = min(2*pause, longPause)
	}
}

// explain gives an error of the server the text that is safe to show.
func explain(err error) error {
	var hidden *initError
	if f := judgeLook(err); f.number != 0 && !errors.As(err, &hidden) {
		var opening *openError
		if errors.As(err, &opening) {
			return &openError{opening.nth, opening.of, f}
		}
		return f
	}
	return err
}

func (f *failing) isNews(err error) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	if f.text == err.Error() && time.Since(f.reported) < time.Minute {
		return false
	}
	f.text, f.reported = err.Error(), time.Now()
	return true
}

func (f *failing) clear() {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	f.text = ""
}

// WriteBatch implements service.BatchOutput. It returns nil when every row is
// committed (Invariant 1), a BatchError that names the refused rows (Invariant
// 2), or exactly ErrNotConnected, which makes the framework connect and bring
// the same batch again (Invariant 3): also when ctx ends in a shutdown, since
// any other error would send good rows to the dead letters.
func (o *output) WriteBatch(ctx context.Context, batch service.MessageBatch) error {
	if len(batch) == 0 {
		return nil
	}
	records := make([]any, len(batch))
	for i, message := range batch {
		record, err := message.AsStructured()
		if err != nil {
			record = []byte(nil) // no JSON, so no object: refused like any other shape
		}
		records[i] = record
	}
	result, f := o.store.put(ctx, records)
	if f != nil {
		o.metrics.waits(1, f.cause())
		o.waiting.on(ctx, identity(records), f)
		return service.ErrNotConnected
	}
	o.waiting.over(identity(records))
	if result.stored() > 0 {
		if lag, known := lagOf(batch[0]); known {
			o.metrics.lag(lag.Nanoseconds())
		}
	}
	o.metrics.count(result)
	if len(result.refused) == 0 {
		return nil
	}
	return refusedError(batch, result.refused)
}

// lagOf is the time from the Kafka timestamp of a message until now.
func lagOf(m *service.Message) (time.Duration, bool) {
	v, found := m.MetaGetMut("kafka_timestamp_ms")
	if ms, ok := v.(int64); found && ok {
		return max(0, time.Since(time.UnixMilli(ms))), true
	}
	return 0, false
}

func refusedError(batch service.MessageBatch, refused map[int]*Refusal) error {
	first := len(batch)
	for i := range refused {
		first = min(first, i)
	}
	err := service.NewBatchError(batch, fmt.Errorf("refusing %d of %d rows, the first: %w", len(refused), len(batch), refused[first]))
	for i, refusal := range refused {
		err = err.Failed(i, refusal)
	}
	return err
}

// ConnectionTest implements service.ConnectionTestable.
func (o *output) ConnectionTest(ctx context.Context) service.ConnectionTestResults {
	if _, err := o.store.look(ctx, time.Now()); err != nil {
		return service.ConnectionTestFailed(explain(err)).AsList()
	}
	return service.ConnectionTestSucceeded().AsList()
}

// Close implements service.BatchOutput. The framework has stopped writing.
func (o *output) Close(ctx context.Context) error {
	o.store.writer.close(ctx)
	return o.store.db.Close()
}

// driverLog takes what the driver has to say about connections that it gives up.
type driverLog struct{ logger *service.Logger }

// Print implements mysql.Logger.
func (l driverLog) Print(v ...any) { l.logger.Debug("MariaDB driver: " + fmt.Sprint(v...)) }
