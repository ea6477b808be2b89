package faults

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/lab/connect/connecttest"
	"github.com/order-sink/order-sink/internal/servers/eventuallytest"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// change changes the configuration every second, and pauses, stops and restarts the connector
// between two changes, each time on another worker.
func change(w *world) {
	path := "/connectors/" + w.connector
	w.strike(times(4, 60), func() {
		config := w.config()
		config["batch.size"] = fmt.Sprint(50 + w.random.IntN(500))
		w.any().Do(http.MethodPut, path+"/config", config)
		w.pass(time.Second)
		switch w.times % 4 {
		case 0:
			w.any().Do(http.MethodPut, path+"/pause", nil)
			w.any().AwaitState(w.connector, connect.Paused, slices.Repeat([]connect.State{connect.Paused}, tasks))
		case 1:
			w.any().Do(http.MethodPut, path+"/stop", nil)
			w.any().AwaitState(w.connector, connect.Stopped, nil)
		default:
			w.any().Do(http.MethodPost, path+"/restart?includeTasks=true", nil)
		}
		w.any().Do(http.MethodPut, path+"/resume", nil)
		w.placed()
		config["name"] = w.connector
		require.Equal(w, config, w.any().Config(w.connector))
	})
}

// createMany creates 50 connectors at once on all workers, and deletes them.
func createMany(w *world) {
	const connectors = 50
	topic := kafkatest.Topic(w, w.broker, 1)
	w.Produce(topic, 0, 10)
	for n := range connectors {
		w.Table(fmt.Sprintf("t%d", n))
	}
	own := func(n int) string { return fmt.Sprintf("c%d-%s", n, w.Group) }
	w.strike(times(1, 5), func() {
		began := time.Now()
		w.atOnce(connectors, func(ctx context.Context, n int) error {
			body := map[string]any{"name": own(n), "config": w.Sink(topic, fmt.Sprintf("t%d", n), 1+n%2)}
			return w.patient(ctx, http.StatusCreated, w.workers[n%3], http.MethodPost, "/connectors", body)
		})
		slowest := time.Since(began)
		for n := range connectors {
			w.workers[(n+1)%3].AwaitState(own(n), connect.Running, connecttest.Running(1+n%2), w.ids()...)
			w.AwaitRows(fmt.Sprintf("t%d", n), 10)
		}
		w.Logf("the slowest answer to a creation took %s; %d connections to MariaDB", slowest.Round(time.Millisecond), w.connections())
		w.atOnce(connectors, func(ctx context.Context, n int) error {
			return w.patient(ctx, http.StatusNoContent, w.workers[(n+2)%3], http.MethodDelete, "/connectors/"+own(n), nil)
		})
		for _, worker := range w.workers {
			worker.Await("/connectors", http.StatusOK, `["`+w.connector+`"]`)
		}
	})
}

func (w *world) connections() (n int) {
	w.Helper()
	require.NoError(w, w.DB.QueryRowContext(w.Context(), "SELECT COUNT(*) FROM information_schema.PROCESSLIST").Scan(&n))
	return n
}

// atOnce calls f n times at once.
func (w *world) atOnce(n int, f func(ctx context.Context, n int) error) {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), connecttest.Patience)
	defer cancel()
	errs := make([]error, n)
	var running sync.WaitGroup
	for i := range n {
		running.Go(func() { errs[i] = f(ctx, i) })
	}
	running.Wait()
	for i, err := range errs {
		require.NoError(w, err, "call %d", i)
	}
}

// patient sends a request until a worker that is too busy takes it, as clients do. Such a
// worker says whether it has changed something. If it cannot know, the first request may have
// taken effect.
func (w *world) patient(ctx context.Context, status int, worker *connecttest.Worker, method, path string, body any) error {
	unknown := false
	for {
		got, answer, err := worker.Try(ctx, method, path, body)
		switch {
		case err != nil:
			return err
		case got == status, unknown && (got == http.StatusConflict || got == http.StatusNotFound):
			return nil
		case got != http.StatusInternalServerError || !strings.Contains(answer, "Writing to Kafka failed"):
			return fmt.Errorf("%d %s", got, answer)
		}
		w.Logf("a worker was too busy: %s", answer)
		unknown = unknown || !strings.Contains(answer, "nothing was changed")
	}
}

// compact lets the log cleaner remove most records of the config topic, and restarts a worker,
// which then reads what is left.
func compact(w *world) {
	w.strike(times(1, 5), func() {
		config := w.config()
		for n := range 60 {
			config["custom"] = fmt.Sprint(n)
			w.any().Do(http.MethodPut, "/connectors/"+w.connector+"/config", config)
		}
		w.any().Create("stopped", w.config(), connect.Stopped)
		w.any().Create("deleted", w.config(), connect.Paused)
		w.any().Do(http.MethodDelete, "/connectors/deleted", nil)
		eventuallytest.Succeeds(w, connecttest.Patience, "the log cleaner has run", func(context.Context) error {
			if n := len(kafkatest.Records(w, w.broker, w.Group+"-configs")); n > 40 {
				return fmt.Errorf("the config topic has %d records", n)
			}
			return nil
		})
		require.NoError(w, w.workers[0].Stop(30*time.Second))
		w.workers[0] = w.Start().Healthy()
		config["name"] = w.connector
		for _, worker := range w.workers {
			require.Equal(w, config, worker.Config(w.connector))
			worker.AwaitState("stopped", connect.Stopped, nil, w.ids()...)
			worker.Await("/connectors", http.StatusOK, `["`+w.connector+`","stopped"]`)
		}
		w.placed()
		w.any().Do(http.MethodDelete, "/connectors/stopped", nil)
	})
}

// createTwice sends two workers a POST with the same name at the same time. One wins, and the
// other has changed nothing.
func createTwice(w *world) {
	topic := kafkatest.Topic(w, w.broker, 1)
	w.Produce(topic, 0, 5)
	w.strike(times(8, 200), func() {
		created, tables := fmt.Sprintf("twice%d-%s", w.times, w.Group), [2]string{fmt.Sprintf("a%d", w.times), fmt.Sprintf("b%d", w.times)}
		states := [2]connect.State{connect.Running, connect.Paused}
		var answers [2]int
		first := w.random.IntN(3)
		for _, table := range tables {
			w.Table(table)
		}
		w.atOnce(2, func(ctx context.Context, n int) (err error) {
			body := map[string]any{"name": created, "config": w.Sink(topic, tables[n], 1+n), "initial_state": states[n]}
			var answer string
			answers[n], answer, err = w.workers[(first+n)%3].Try(ctx, http.MethodPost, "/connectors", body)
			if err == nil && answers[n] == http.StatusConflict && !strings.Contains(answer, "already exists") {
				err = fmt.Errorf("409 %s", answer)
			}
			return err
		})
		winner := slices.Index(answers[:], http.StatusCreated)
		require.ElementsMatch(w, []int{http.StatusCreated, http.StatusConflict}, answers[:])
		config := maps.Clone(w.Sink(topic, tables[winner], 1+winner))
		config["name"] = created
		for _, worker := range w.workers {
			worker.AwaitState(created, states[winner], slices.Repeat([]connect.State{states[winner]}, 1+winner), w.ids()...)
			require.Equal(w, config, worker.Config(created))
		}
		w.any().Do(http.MethodPut, "/connectors/"+created+"/resume", nil)
		w.AwaitRows(tables[winner], 5)
		require.Zero(w, w.Writes(tables[1-winner]))
		w.any().Do(http.MethodDelete, "/connectors/"+created, nil)
	})
}
