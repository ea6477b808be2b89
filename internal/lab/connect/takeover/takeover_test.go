package takeover

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/internal/connect"
	"github.com/order-sink/order-sink/internal/lab/connect/connecttest"
	"github.com/order-sink/order-sink/internal/servers/connectworker"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// move is a cluster that moves. Each sink has a topic and a table of its own. All workers end
// as they are told to, so that they commit their offsets and no row is written twice.
type move struct {
	*connecttest.Cluster
	t      *testing.T
	topics map[string]string // by connector
	rows   map[string]int    // that each table must have
	class  string            // of the connector foreign
}

func TestAClusterMovesToOrderSinkAndBack(t *testing.T) {
	m := &move{
		Cluster: connecttest.New(t, kafkatest.Shared(t), mariadbtest.Shared(t)), t: t,
		topics: map[string]string{}, rows: map[string]int{},
	}
	theirs := startJVM(t, m.Cluster, m.Group)
	m.create(theirs)
	ours := m.waits(theirs)
	m.takesOver(ours, theirs)
	m.keepsOut(ours)
	m.changes(ours)
	m.givesBack()
}

// add creates a sink.
func (m *move) add(w connecttest.REST, name string, partitions int32, tasks int) {
	m.t.Helper()
	m.topics[name] = kafkatest.Topic(m.t, m.Broker, partitions)
	m.Table(name)
	w.Create(name, m.Sink(m.topics[name], name, tasks), "")
	w.AwaitState(name, connect.Running, connecttest.Running(tasks))
}

// send sends more records of a connector. They must be stored when stored is true.
func (m *move) send(name string, records int, stored bool) {
	m.t.Helper()
	m.Produce(m.topics[name], m.rows[name], m.rows[name]+records)
	m.rows[name] += records
	if stored {
		m.check(name)
	}
}

// check waits for the rows of tables, and requires that each was written once.
func (m *move) check(names ...string) {
	m.t.Helper()
	for _, name := range names {
		m.AwaitRows(name, m.rows[name])
		require.Equal(m.t, m.rows[name], m.Writes(name), "rows of table %s were written again", name)
	}
}

// create creates the connectors with the JVM worker.
func (m *move) create(w jvm) {
	for _, name := range []string{"running", "paused", "stopped", "gone"} {
		m.add(w.REST, name, 1, 1)
		m.send(name, 20, true)
	}
	m.add(w.REST, "many", 3, 3)
	m.send("many", 30, true)
	w.Do(http.MethodPut, "/connectors/paused/pause", nil)
	w.Do(http.MethodPut, "/connectors/stopped/stop", nil)
	w.Do(http.MethodDelete, "/connectors/gone", nil)
	account, err := mysql.ParseDSN(mariadbtest.Shared(m.t).AdminDSN("mysql"))
	require.NoError(m.t, err)
	foreign, err := connectworker.Source{
		Prefix: "foreign-" + rand.Text(), Seeds: m.Broker.Seeds(), Partitions: 1, ServerID: 4711,
		Address: account.Addr, User: account.User, Password: account.Passwd, Database: "none",
	}.Config()
	require.NoError(m.t, err)
	m.class = foreign["connector.class"]
	w.Create("foreign", foreign, "")
	w.AwaitState("paused", connect.Paused, []connect.State{connect.Paused})
	w.AwaitState("stopped", connect.Stopped, nil)
	w.Await("/connectors/gone/status", http.StatusNotFound, "")
}

// waits starts a worker of order-sink while the JVM worker is active: it answers, and runs
// nothing.
func (m *move) waits(theirs jvm) *connecttest.Worker {
	ours := m.Start()
	reason := "JVM workers are active in group " + m.Group + ": connect-"
	ours.Await("/health", http.StatusServiceUnavailable, reason)
	ours.Await("/ready", http.StatusServiceUnavailable, reason)
	require.Contains(m.t, ours.Log.String(), reason)
	m.lists(ours.REST, "foreign", "many", "paused", "running", "stopped")
	for name := range m.topics {
		if name == "gone" {
			continue
		}
		require.Equal(m.t, theirs.Config(name), ours.Config(name), name)
		want, err := theirs.Status(m.t.Context(), name)
		require.NoError(m.t, err)
		got, err := ours.Status(m.t.Context(), name)
		require.NoError(m.t, err)
		require.Equal(m.t, want, got, "the status topic has the states of the JVM worker")
	}
	m.send("running", 5, true)
	return ours
}

func (m *move) lists(w connecttest.REST, names ...string) {
	m.t.Helper()
	status, answer := w.Call(http.MethodGet, "/connectors", nil)
	require.Equal(m.t, http.StatusOK, status, answer)
	var got []string
	require.NoError(m.t, json.Unmarshal([]byte(answer), &got))
	slices.Sort(got)
	require.Equal(m.t, names, got)
}

// takesOver ends the JVM worker. The worker of order-sink continues by itself.
func (m *move) takesOver(ours *connecttest.Worker, theirs jvm) {
	require.NoError(m.t, theirs.worker.Stop())
	for _, name := range []string{"running", "paused", "stopped", "many"} {
		m.send(name, 20, false)
	}
	ours.Healthy()
	ours.AwaitState("running", connect.Running, connecttest.Running(1), ours.ID)
	ours.AwaitState("many", connect.Running, connecttest.Running(3), ours.ID)
	ours.AwaitState("paused", connect.Paused, []connect.State{connect.Paused}, ours.ID)
	ours.AwaitState("stopped", connect.Stopped, nil, ours.ID)
	foreign := ours.AwaitState("foreign", connect.Failed, nil, ours.ID)
	require.Contains(m.t, foreign.Connector.Trace, m.class)
	m.check("running", "many")
	for _, name := range []string{"paused", "stopped"} {
		m.AwaitRows(name, 20)
		ours.Await("/connectors/"+name+"/offsets", http.StatusOK, `"kafka_offset":20`)
		ours.Do(http.MethodPut, "/connectors/"+name+"/resume", nil)
		ours.AwaitState(name, connect.Running, connecttest.Running(1), ours.ID)
		m.check(name)
	}
	m.lists(ours.REST, "foreign", "many", "paused", "running", "stopped")
}

// keepsOut starts a JVM worker beside that of order-sink.
func (m *move) keepsOut(ours *connecttest.Worker) {
	refuseJVM(m.t, m.Cluster)
	ours.Healthy()
	ours.AwaitState("many", connect.Running, connecttest.Running(3), ours.ID)
	m.send("running", 10, true)
	m.send("many", 10, true)
}

// changes changes connectors with order-sink, and ends its worker.
func (m *move) changes(ours *connecttest.Worker) {
	m.add(ours.REST, "added", 1, 1)
	m.send("added", 10, true)
	ours.Do(http.MethodPut, "/connectors/running/pause", nil)
	config := m.Sink(m.topics["many"], "many", 2)
	config["custom"] = "${file:/none:x}"
	ours.Do(http.MethodPut, "/connectors/many/config", config)
	ours.AwaitState("many", connect.Running, connecttest.Running(2), ours.ID)
	m.send("many", 10, true)
	ours.Do(http.MethodPut, "/connectors/paused/stop", nil)
	ours.Do(http.MethodDelete, "/connectors/stopped", nil)
	require.NoError(m.t, ours.Stop(30*time.Second))
}

// givesBack starts a JVM worker, which continues.
func (m *move) givesBack() {
	for _, name := range []string{"running", "paused", "many", "added"} {
		m.send(name, 10, false)
	}
	theirs := startJVM(m.t, m.Cluster, m.Group)
	m.lists(theirs.REST, "added", "foreign", "many", "paused", "running")
	config := theirs.Config("many")
	require.Equal(m.t, "${file:/none:x}", config["custom"])
	require.Equal(m.t, "2", config["tasks.max"])
	theirs.AwaitState("added", connect.Running, connecttest.Running(1), theirs.ID)
	theirs.AwaitState("many", connect.Running, connecttest.Running(2), theirs.ID)
	theirs.AwaitState("running", connect.Paused, []connect.State{connect.Paused}, theirs.ID)
	// order-sink removes no task from the config topic, so that the JVM worker shows the task
	// that it has created itself. It does not run.
	theirs.AwaitState("paused", connect.Stopped, []connect.State{connect.Unassigned}, theirs.ID)
	theirs.Do(http.MethodPut, "/connectors/paused/stop", nil)
	theirs.AwaitState("paused", connect.Stopped, nil, theirs.ID)
	require.Equal(m.t, m.class, theirs.Config("foreign")["connector.class"])
	m.check("added", "many")
	for _, name := range []string{"running", "paused"} {
		m.AwaitRows(name, m.rows[name]-10)
		theirs.Do(http.MethodPut, "/connectors/"+name+"/resume", nil)
		m.check(name)
	}
}
