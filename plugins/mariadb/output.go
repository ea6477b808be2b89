package mariadb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/mariadb/fault"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/session"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
	"github.com/order-sink/order-sink/plugins/mariadb/writer"
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
	breaker *breaker // nil for none
	forget  func()   // the signal that ends its stop
	held    held
	state   *retry.State
	letters *letters // nil: what is refused is an error
	notices *notices
	metrics *metrics
	traced  *traced // nil for none
}

func newOutput(parsed *service.ParsedConfig, resources *service.Resources) (*output, error) {
	c, err := parseConfig(parsed)
	if err != nil {
		return nil, err
	}
	logger := resources.Logger()
	dsn, err := session.ParseDSN(c.dsn, c.tls, driverLog{logger})
	if err != nil {
		return nil, err
	}
	if dsn.DBName == "" && c.target.Database == "" {
		return nil, fmt.Errorf("%s names no database, so %s must: database.table", session.FieldDSN, table.FieldTable)
	}
	connector, err := session.NewConnector(dsn, c.initStatement)
	if err != nil {
		return nil, err
	}
	own := resources.Metrics()
	m := newMetrics(
		func(name string, labels ...string) metric { return own.NewCounter(name, labels...).Incr },
		func(name string, labels ...string) metric { return own.NewTimer(name, labels...).Timing },
		func(name string, labels ...string) metric { return own.NewGauge(name, labels...).Set },
	)
	m.commit(time.Now().Unix()) // until the first, the time since the start counts
	m.state(retry.Waiting)
	m.build(1, parsed.EngineVersion())
	// No connection is made here: that is for Connect to try.
	db := sql.OpenDB(connector)
	db.SetMaxOpenConns(c.connections + 1) // one to look at the table
	db.SetMaxIdleConns(1)                 // and it stays: opening one takes longer than the look
	b := newBreaker(c.limit)
	var l *letters
	if parsed.Contains(fieldDeadLetter) {
		child, err := parsed.FieldOutput(fieldDeadLetter)
		if err != nil {
			return nil, err
		}
		l = newLetters(child)
	}
	return &output{
		letters: l,
		notices: &notices{info: logger.Infof, every: noticeEvery},
		breaker: b,
		forget:  resumeOnSignal(b),
		store: &store{
			db:     db,
			target: &c.target,
			warn:   logger.Warn,
			writer: writer.New(db, c.maxRows, c.connections, m.observer()),
		},
		state:   &retry.State{Longest: 5 * time.Second, Show: m.state, Warn: logger.Warnf, Info: logger.Infof},
		metrics: m,
		traced:  newTraced(resources.OtelTracer()),
	}, nil
}

// Connect implements service.BatchOutput: the server answers, the table fits, and
// the output is not stopped. It returns an error once a wait, see [retry.State].
func (o *output) Connect(ctx context.Context) error {
	for {
		why := o.connect(ctx)
		if why == nil {
			o.state.Succeeded(connecting)
			// A batch may wait although there is a connection.
			if err := o.state.Announce(); err != nil {
				return service.NewErrBackOff(err, 0)
			}
			return nil
		}
		pause := o.state.Begin(connecting, why.Reason)
		if err := o.state.Announce(); err != nil {
			return service.NewErrBackOff(err, pause)
		}
		if err := retry.Sleep(ctx, pause); err != nil {
			return err
		}
	}
}

func (o *output) connect(ctx context.Context) *reason {
	if o.letters.waiting() {
		return nil // its rows are stored: the batch needs no MariaDB
	}
	if why := o.stopped(); why != nil {
		return why
	}
	err := o.store.connect(ctx)
	if err == nil {
		return nil
	}
	why := reasonOf(judgeLook(err))
	why.Text = explain(err).Error()
	return &why
}

// explain gives an error of the server the text that is safe to show.
func explain(err error) error {
	var hidden *fault.InitError
	if f := judgeLook(err); f.OfServer() && !errors.As(err, &hidden) {
		var opening *writer.OpenError
		if errors.As(err, &opening) {
			return &writer.OpenError{Nth: opening.Nth, Of: opening.Of, Err: f}
		}
		return f
	}
	return err
}

// WriteBatch implements service.BatchOutput. It returns nil when every row is
// committed or its dead letter acknowledged (Invariant 1), without a child for the
// letters a BatchError that names the refused rows (Invariant 2), or exactly
// ErrNotConnected, which makes the framework connect and bring the same batch again
// (Invariant 3): also when ctx ends in a shutdown, since any other error would send
// good rows to the dead letters.
func (o *output) WriteBatch(ctx context.Context, batch service.MessageBatch) error {
	if len(batch) == 0 {
		return nil
	}
	if d := o.letters.resume(batch); d != nil {
		return o.deliver(ctx, batch, d)
	}
	messages := o.messages(batch)
	var tickets tickets
	for _, m := range batch {
		metadata, _ := m.MetaGetImmut(record.Batch)
		tickets = tickets.with(metadata)
	}
	withdraw := o.store.writer.Offer(messages)
	ahead := tickets.await(ctx, o, len(batch))
	withdraw()
	if !ahead {
		return service.ErrNotConnected
	}
	this := rows.Identity(batch)
	for {
		result, why := o.write(ctx, this, batch, messages)
		if why == nil {
			o.state.Succeeded(this)
			tickets.passed(o, len(batch))
			if len(result.refused)+len(result.failed) > 0 {
				tickets.behind(ctx)
			}
			return o.refuse(ctx, batch, result)
		}
		o.metrics.waits(1, why.Cause)
		if why.alone {
			tickets.stuck()
		}
		if !o.state.Wait(ctx, this, why.Reason) {
			return service.ErrNotConnected
		}
	}
}

func (o *output) messages(batch service.MessageBatch) []rows.Message {
	return rows.Messages(o.store.target, batch)
}

// write stores a batch, or says why it cannot be stored now.
func (o *output) write(ctx context.Context, this uint64, batch service.MessageBatch, messages []rows.Message) (*result, *reason) {
	if why := o.stopped(); why != nil {
		return nil, why
	}
	began := time.Now()
	result, f := o.store.put(ctx, messages)
	if f != nil {
		why := reasonOf(f)
		return nil, &why
	}
	now := time.Now()
	again := o.held.credit(this, result)
	if result.Stored() > 0 {
		o.metrics.commit(now.Unix())
		if sent, known := rows.SentAt(batch[0]); known && !again {
			o.metrics.lag(max(0, now.Sub(sent)).Nanoseconds())
		}
	}
	for i, m := range batch {
		if messages[i].Failed {
			result.fail(i, m.GetError())
		}
	}
	if o.breaker != nil && !o.breaker.judge(now, len(batch), result.codes()) {
		if why := o.stopped(); why != nil {
			o.held.keep(this, result)
			return nil, why
		}
	}
	o.held.release(this)
	o.metrics.verdicts(result)
	o.notices.add(result)
	o.trace(batch, result, began, now)
	for _, m := range batch {
		// A dead letter that was sent again says so in a header.
		if _, replayed := m.MetaGetMut(record.ReplayedFrom); replayed {
			o.metrics.replays(1)
		}
	}
	return result, nil
}

// trace ends the traces of a batch that has its verdicts.
func (o *output) trace(batch service.MessageBatch, result *result, began, ended time.Time) {
	if o.traced == nil {
		return
	}
	for i, m := range batch {
		err := result.failed[i]
		if refusal := result.refused[i]; refusal != nil {
			err = refusal
		}
		text := func(name string) string {
			value, _ := m.MetaGet(name)
			return value
		}
		o.traced.verdict(origin{m.Context(), text}, began, ended, err)
	}
}

// ConnectionTest implements service.ConnectionTestable.
func (o *output) ConnectionTest(ctx context.Context) service.ConnectionTestResults {
	results := service.ConnectionTestSucceeded().AsList()
	if _, err := o.store.look(ctx, time.Now()); err != nil {
		results = service.ConnectionTestFailed(explain(err)).AsList()
	}
	if o.letters != nil {
		results = append(results, o.letters.child.ConnectionTest(ctx)...)
	}
	return results
}

// Close implements service.BatchOutput. The framework has stopped writing.
func (o *output) Close(ctx context.Context) error {
	o.forget()
	o.notices.end()
	if o.letters != nil {
		o.letters.end(ctx)
	}
	o.store.writer.Close(ctx)
	return o.store.db.Close()
}

// driverLog takes what the driver has to say about connections that it gives up.
type driverLog struct{ logger *service.Logger }

// Print implements mysql.Logger.
func (l driverLog) Print(v ...any) { l.logger.Debug("MariaDB driver: " + fmt.Sprint(v...)) }
