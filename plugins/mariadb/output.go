package mariadb

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/retry"
	"github.com/order-sink/order-sink/plugins/mariadb/breaker"
	"github.com/order-sink/order-sink/plugins/mariadb/report"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/store"
	"github.com/order-sink/order-sink/plugins/mariadb/ticket"
)

func init() {
	service.MustRegisterBatchOutput("mariadb_upsert", spec(),
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

// output is the mariadb_upsert output: a [store] for the framework.
type output struct {
	store       *store.Store
	table       *service.InterpolatedString // the name of a message's table
	stop        *stopper                    // nil: a refusal does not stop the output
	breaker     *breaker.Breaker            // nil for none
	forget      func()                      // ends the handling of SIGUSR1
	held        sync.Map                    // the tallies of batches that dead_letter_limit holds back, by [rows.Identity]
	parents     *parents
	state       *retry.State
	deadLetters *deadLetters // nil: a refusal is an error
	notices     *report.Notices
	metrics     *report.Metrics
	traced      *report.Traced // nil for none
}

func newOutput(parsed *service.ParsedConfig, resources *service.Resources) (*output, error) {
	c, err := parseConfig(parsed)
	if err != nil {
		return nil, err
	}
	logger, m := resources.Logger(), metricsOf(resources)
	c.Evolution.Log = logger.Info
	store, err := store.New(&c.Config, driverLog{logger}, logger.Warn, m.Observer())
	if err != nil {
		return nil, err
	}
	var child *deadLetters
	if parsed.Contains(fieldDeadLetter) {
		owned, err := parsed.FieldOutput(fieldDeadLetter)
		if err != nil {
			return nil, err
		}
		child = newDeadLetters(owned)
	}
	m.Commit(time.Now().Unix()) // until the first, the time since the start counts
	m.State(retry.Waiting)
	m.Build(1, parsed.EngineVersion())
	if _, isFixed := c.table.Static(); isFixed {
		m.Table = c.Target.PlainName()
	}
	b := breaker.New(c.limit)
	return &output{
		store:       store,
		table:       c.table,
		stop:        c.stopper(resources),
		breaker:     b,
		forget:      breaker.ResumeOnSignal(b),
		parents:     &parents{longest: c.parentWait},
		state:       &retry.State{Longest: 5 * time.Second, Show: m.State, Warn: logger.Warnf, Info: logger.Infof},
		deadLetters: child,
		notices:     report.NewNotices(logger.Infof),
		metrics:     m,
		traced:      report.NewTraced(resources.OtelTracer()),
	}, nil
}

func metricsOf(resources *service.Resources) *report.Metrics {
	own := resources.Metrics()
	return report.NewMetrics(
		func(name string, labels ...string) report.Metric { return own.NewCounter(name, labels...).Incr },
		func(name string, labels ...string) report.Metric { return own.NewTimer(name, labels...).Timing },
		func(name string, labels ...string) report.Metric { return own.NewGauge(name, labels...).Set },
	)
}

// Connect implements service.BatchOutput. It returns nil when the server answers, the table
// fits, and the output is not stopped. It returns an error once a wait, see [retry.State].
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
	if o.deadLetters.hasWaiting() {
		return nil // the rows of that batch are stored: it needs no MariaDB
	}
	if why := o.stopped(); why != nil {
		return why
	}
	err := o.store.Connect(ctx)
	if err == nil {
		return nil
	}
	why := reasonOf(store.Judge(err))
	why.Text = explain(err).Error()
	return why
}

// WriteBatch implements service.BatchOutput. It returns nil when every row is committed or
// its dead letter is acknowledged (Invariant 1). Without an output for dead letters it
// returns a BatchError with the refused rows (Invariant 2). Otherwise it returns exactly
// ErrNotConnected, which makes the framework connect and bring the same batch again
// (Invariant 3): also when ctx ends in a shutdown, since any other error would send
// good rows to the dead letters.
func (o *output) WriteBatch(ctx context.Context, batch service.MessageBatch) error {
	if len(batch) == 0 {
		return nil
	}
	if d := o.deadLetters.resume(batch); d != nil {
		return o.deliver(ctx, batch, d)
	}
	tickets := ticket.Of(batch)
	messages, withdraw := store.Messages(o.store, batch, o.tablesOf(batch))
	ahead := tickets.Await(ctx, o, len(batch))
	withdraw()
	if !ahead {
		return service.ErrNotConnected
	}
	this := rows.Identity(batch)
	for {
		result, why := o.write(ctx, this, batch, messages)
		if why == nil {
			o.state.Succeeded(this)
			tickets.Passed(o, len(batch))
			if result.DeadLetters() > 0 {
				tickets.Behind(ctx)
			}
			return o.finish(ctx, batch, result)
		}
		o.metrics.Waits(1, why.Cause)
		if why.unproven {
			tickets.Stuck()
		}
		if why.parent > 0 { // MariaDB stores rows, so the state shows no wait
			o.state.Succeeded(this)
			if retry.Sleep(ctx, why.parent) != nil {
				return service.ErrNotConnected
			}
			continue
		}
		if !o.state.Wait(ctx, this, why.Reason) {
			return service.ErrNotConnected
		}
	}
}

// tablesOf returns the function that [store.Messages] takes. It is not the batch's own
// TryInterpolatedString, which makes a copy of the batch for each message: an executor makes
// one for all.
func (o *output) tablesOf(batch service.MessageBatch) func(message int) (string, error) {
	if _, isFixed := o.table.Static(); isFixed {
		return nil
	}
	return batch.InterpolationExecutor(o.table).TryString
}

// write stores a batch, or says why it cannot be stored now.
func (o *output) write(ctx context.Context, this uint64, batch service.MessageBatch, messages []rows.Message) (*store.Result, *reason) {
	if why := o.stopped(); why != nil {
		return nil, why
	}
	began := time.Now()
	result, f := o.put(ctx, messages)
	now := time.Now()
	first, again := o.held.Load(this)
	if again && result != nil { // its rows are unchanged now, but a message counts once
		result.Credit(first.(store.Tallies))
	}
	if f != nil {
		if result != nil && result.Stored() > 0 { // in other tables
			o.held.Store(this, result.Tallies())
		}
		return nil, reasonOf(f)
	}
	if result.Stored() > 0 {
		o.metrics.Commit(now.Unix())
		if sent, known := rows.SentAt(batch[0]); known && !again {
			o.metrics.Lag(max(0, now.Sub(sent)).Nanoseconds())
		}
	}
	if pause := o.parents.pause(this, result.Orphans, now); pause > 0 {
		o.held.Store(this, result.Tallies())
		return nil, &reason{Reason: retry.Reason{Work: storing, Cause: causeParent}, parent: pause}
	}
	o.fail(result, messages, func(message int) error { return batch[message].GetError() })
	if o.breaker != nil && !o.breaker.Allow(now, len(batch), result.Codes()) {
		if why := o.stopped(); why != nil {
			o.held.Store(this, result.Tallies())
			return nil, why
		}
	}
	o.held.Delete(this)
	if at := result.First(); at >= 0 && o.stop != nil {
		o.report(batch[:at+1], result, began, now)
		o.stopAt(batch, at, result.Err(at))
		return nil, o.stopped()
	}
	o.report(batch, result, began, now)
	o.notices.Add(result)
	return result, nil
}

// stopAt stops the output at a message, behind which nothing is written. The messages in front
// of it are stored.
func (o *output) stopAt(batch service.MessageBatch, at int, why error) {
	if o.stop.isOnly && areRecords(batch) {
		ticket.Of(batch).Stored(o, at)
	}
	o.stop.stop(stopOf(batch[at], why))
}

// report tells the metrics and the traces the outcome of a batch.
func (o *output) report(batch service.MessageBatch, result *store.Result, began, ended time.Time) {
	o.metrics.Outcomes(result)
	for i, m := range batch {
		// A dead letter that was sent again says so in a header.
		if _, replayed := m.MetaGetMut(record.ReplayedFrom); replayed {
			o.metrics.Replays(1)
		}
		if o.traced != nil {
			o.traced.End(m, began, ended, result.Err(i))
		}
	}
}

// ConnectionTest implements service.ConnectionTestable.
func (o *output) ConnectionTest(ctx context.Context) service.ConnectionTestResults {
	results := service.ConnectionTestSucceeded().AsList()
	if err := o.store.Inspect(ctx); err != nil {
		results = service.ConnectionTestFailed(explain(err)).AsList()
	}
	if o.deadLetters != nil {
		results = append(results, o.deadLetters.child.ConnectionTest(ctx)...)
	}
	return results
}

// Close implements service.BatchOutput. The framework has stopped writing.
func (o *output) Close(ctx context.Context) error {
	o.forget()
	o.notices.End()
	if o.deadLetters != nil {
		o.deadLetters.end(ctx)
	}
	return o.store.Close(ctx)
}

// driverLog logs what the driver says about connections that it gives up.
type driverLog struct{ logger *service.Logger }

// Print implements mysql.Logger.
func (l driverLog) Print(v ...any) { l.logger.Debug("MariaDB driver: " + fmt.Sprint(v...)) }
