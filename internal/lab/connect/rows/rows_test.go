package rows

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/servers/eventually"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
	"github.com/order-sink/order-sink/internal/servers/registrytest"
)

// patience is how long both workers may take for all connectors, on a busy machine.
const patience = 4 * time.Minute

// run is a case on one side.
type run struct {
	side    *side
	db      *sql.DB
	config  map[string]string
	refusal string
}

// A real worker with Debezium's JDBC sink and order-sink's worker write the same tables. What
// may differ is in the cases, with what connect-import prints about it.
func TestBothWorkersWriteTheSameRows(t *testing.T) {
	cases, err := read()
	require.NoError(t, err)
	if names := os.Getenv("ROWS_RUN"); names != "" {
		cases = chosen(cases, strings.Split(names, ","))
	}
	unique(t, cases)
	w := newWorld(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	runs := map[*side][]*run{}
	for i := range cases {
		c := &cases[i]
		w.produce(t, c)
		for _, s := range []*side{w.theirs, w.mine} {
			db, settings := w.database(t, s, c)
			runs[s] = append(runs[s], &run{side: s, db: db, config: w.configure(s, c, settings)})
		}
	}
	var working sync.WaitGroup
	failed := make(chan error, 2)
	for _, s := range []*side{w.theirs, w.mine} {
		working.Go(func() { failed <- s.work(ctx, cases, runs[s]) })
	}
	working.Wait()
	require.NoError(t, <-failed)
	require.NoError(t, <-failed)
	for i := range cases {
		t.Run(cases[i].Name, func(t *testing.T) { w.check(t, &cases[i], runs[w.theirs][i], runs[w.mine][i]) })
	}
}

// chosen returns the cases with these names.
func chosen(cases []testCase, names []string) []testCase {
	return slices.DeleteFunc(cases, func(c testCase) bool { return !slices.Contains(names, c.Name) })
}

// unique requires that each case has a name, and thereby topics, of its own.
func unique(t *testing.T, cases []testCase) {
	t.Helper()
	seen := map[string]bool{}
	for _, c := range cases {
		require.False(t, c.Name == "" || seen[c.Name], "a second case %q", c.Name)
		seen[c.Name] = true
	}
}

// configure is the configuration of a case for a side.
func (w *world) configure(s *side, c *testCase, settings map[string]string) map[string]string {
	for _, part := range []string{"key", "value"} {
		if c.Config[part+".converter"] == "AVRO" {
			maps.Copy(settings, w.converters(s, part))
		}
	}
	return c.config(settings)
}

func (w *world) produce(t *testing.T, c *testCase) {
	t.Helper()
	for topic, partitions := range c.topics() {
		// The records are years old. By default the broker deletes them after a minute.
		require.NoError(t, w.broker.CreateTopic(t.Context(), topic, partitions, map[string]string{"retention.ms": "-1"}))
	}
	records, err := c.records(func(subject, schema string) int { return registrytest.Register(t, w.registry, subject, schema) })
	require.NoError(t, err)
	require.NotEmpty(t, records, c.Name)
	require.NoError(t, kafkatest.Client(t, w.broker).ProduceSync(t.Context(), records...).FirstErr())
}

// work creates all connectors and waits until each has come to its end.
func (s *side) work(ctx context.Context, cases []testCase, runs []*run) (err error) {
	for i := range cases {
		if runs[i].refusal, err = s.create(ctx, &cases[i], runs[i].config); err != nil {
			return err
		}
	}
	for i := range cases {
		if runs[i].refusal != "" {
			continue
		}
		if err := eventually.Until(ctx, s.connector(&cases[i])+" has come to its end", func(ctx context.Context) error {
			return s.finished(ctx, &cases[i])
		}); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

func (w *world) check(t *testing.T, c *testCase, theirs, mine *run) {
	expected := ""
	if c.Differs != nil {
		expected = strings.TrimSpace(c.text(c.Differs.Lines))
	}
	before, after := w.describe(t, c, theirs), w.describe(t, c, mine)
	if got := strings.TrimSpace(compare(before, after)); got != expected {
		t.Errorf("the workers differ:\n%s\nexpected:\n%s\nall of the real worker:\n%s", got, expected, strings.Join(before, "\n"))
		for _, r := range []*run{theirs, mine} {
			_, trace, _ := r.side.status(t.Context(), c)
			t.Logf("%s: %s %s", r.side.name, r.refusal, causes(trace))
		}
	}
	if c.Differs == nil {
		require.Greater(t, len(before), 1, "the case has no table")
		require.Equal(t, c.Fails, before[0] == "state: FAILED", "the task fails or not: %s", before)
	} else {
		require.Contains(t, w.imported(t, c, mine), c.Differs.Says)
	}
}

// describe returns what a connector has come to: its state, its dead letters and the tables.
func (w *world) describe(t *testing.T, c *testCase, r *run) (lines []string) {
	t.Helper()
	if r.refusal != "" {
		return []string{"state: refused"}
	}
	state, _, err := r.side.status(t.Context(), c)
	require.NoError(t, err)
	if state != "FAILED" {
		if err := r.side.finished(t.Context(), c); err != nil {
			t.Errorf("%s has not come to its end: %v", r.side.connector(c), err)
			if r.side.name == mine {
				_, answer, err := r.side.ask(t.Context(), http.MethodGet, "/order-sink/connectors/"+r.side.connector(c), nil)
				t.Logf("%s %v", answer, err)
			}
		}
	}
	lines = append(lines, "state: "+state)
	if topic := r.config["errors.deadletterqueue.topic.name"]; topic != "" {
		lines = append(lines, letters(kafkatest.Records(t, w.broker, topic))...)
	}
	found, err := tables(t.Context(), r.db)
	require.NoError(t, err)
	return append(lines, found...)
}

// imported returns what connect-import prints about a connector: the differences, or why it
// refuses the connector.
func (w *world) imported(t *testing.T, c *testCase, r *run) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), c.Name+".json")
	text, err := json.Marshal(map[string]any{"name": c.Name, "config": r.config})
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(file, text, 0o600))
	cmd := exec.CommandContext(t.Context(), ordersinktest.Binary(t), "connect-import", "--worker", w.properties, file)
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	if err := cmd.Run(); (err != nil) != (r.refusal != "") {
		t.Error(fmt.Errorf("connect-import: %w\n%s", err, errOut.String()))
	}
	return errOut.String()
}
