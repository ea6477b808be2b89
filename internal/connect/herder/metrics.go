package herder

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/order-sink/order-sink/internal/connect"
)

// The metrics have the names that Strimzi's rules for the JMX exporter produce, so that the
// dashboards and alerts of Kafka Connect's users find them. The states are in lower case, as
// Kafka Connect's JMX attributes have them.
var (
	connectorStatus = prometheus.NewDesc("kafka_connect_connector_status",
		"1 for the state of a connector that this worker owns.", []string{"connector", "status"}, nil)
	taskStatus = prometheus.NewDesc("kafka_connect_connector_task_status",
		"1 for the state of a task of this worker.", []string{"connector", "task", "status"}, nil)
	connectorCount = prometheus.NewDesc("kafka_connect_worker_connector_count",
		"The connectors that this worker owns.", nil, nil)
	taskCount = prometheus.NewDesc("kafka_connect_worker_task_count",
		"The tasks of this worker.", nil, nil)
	assignedConnectors = prometheus.NewDesc("kafka_connect_coordinator_assigned_connectors",
		"The connectors that this worker owns.", nil, nil)
	assignedTasks = prometheus.NewDesc("kafka_connect_coordinator_assigned_tasks",
		"The tasks of this worker.", nil, nil)
	rebalancing = prometheus.NewDesc("kafka_connect_worker_rebalance_rebalancing",
		"Always 0: the workers do not stop for a rebalance.", nil, nil)
	waiting = prometheus.NewDesc("order_sink_connector_waiting",
		"1 while a connector that should run on this worker stores nothing, because a server cannot be reached or refuses it.",
		[]string{"connector"}, nil)
)

// countsOf has the metric that counts the tasks of a connector in each state.
var countsOf = map[connect.State]*prometheus.Desc{
	connect.Running:    countOf("running"),
	connect.Failed:     countOf("failed"),
	connect.Paused:     countOf("paused"),
	connect.Unassigned: countOf("unassigned"),
	connect.Restarting: countOf("restarting"),
	"DESTROYED":        countOf("destroyed"),
}

func countOf(state string) *prometheus.Desc {
	return prometheus.NewDesc("kafka_connect_worker_connector_"+state+"_task_count",
		"The tasks of a connector on this worker that are "+state+".", []string{"connector"}, nil)
}

// totals has the counters of a stream that Kafka Connect's sink tasks have, too. The tasks of
// a connector on a worker share a stream: the first of them has the figures.
var totals = map[string]*prometheus.Desc{
	"input_received": prometheus.NewDesc("kafka_connect_sink_task_sink_record_read_total",
		"The records that the tasks of a connector on this worker have read.", []string{"connector", "task"}, nil),
	"output_sent": prometheus.NewDesc("kafka_connect_sink_task_sink_record_send_total",
		"The records that the tasks of a connector on this worker have stored or made dead letters.", []string{"connector", "task"}, nil),
	"dead_letter_send_total": prometheus.NewDesc("kafka_connect_task_error_deadletterqueue_produce_requests",
		"The dead letters of the tasks of a connector on this worker.", []string{"connector", "task"}, nil),
}

// words has the states as the metrics name them.
var words = map[connect.State]string{
	connect.Unassigned: "unassigned", connect.Running: "running", connect.Paused: "paused",
	connect.Stopped: "stopped", connect.Failed: "failed", connect.Restarting: "restarting",
}

// Describe implements prometheus.Collector. It describes nothing, because the metrics of a
// collector without descriptions may change from one collection to the next.
func (h *Herder) Describe(chan<- *prometheus.Desc) {}

// Collect implements prometheus.Collector.
func (h *Herder) Collect(metrics chan<- prometheus.Metric) {
	if h.starting() != nil {
		return
	}
	gauge := func(desc *prometheus.Desc, value int, labels ...string) {
		metrics <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(value), labels...)
	}
	self, connectors, tasks := h.Members.Self(), 0, 0
	for name := range h.Configs.Connectors() {
		status, err := h.Status(name)
		if err != nil { // deleted a moment ago
			continue
		}
		if status.Connector.WorkerID == self {
			connectors++
			gauge(connectorStatus, 1, name, words[status.Connector.State])
		}
		tasks += h.collectTasks(gauge, name, status.Tasks)
		if i := h.get(name); i != nil {
			waits := 0
			if len(i.waits()) > 0 {
				waits = 1
			}
			gauge(waiting, waits, name)
			i.collectTotals(metrics)
		}
	}
	gauge(connectorCount, connectors)
	gauge(taskCount, tasks)
	gauge(assignedConnectors, connectors)
	gauge(assignedTasks, tasks)
	gauge(rebalancing, 0)
}

// collectTotals collects the counters of the stream.
func (i *instance) collectTotals(metrics chan<- prometheus.Metric) {
	i.mutex.Lock()
	s, task := i.stream, 0
	if i.want != nil {
		task = i.want.tasks[0]
	}
	i.mutex.Unlock()
	if s == nil {
		return
	}
	figures := s.Totals()
	for name, desc := range totals {
		metrics <- prometheus.MustNewConstMetric(desc, prometheus.CounterValue, figures[name], i.name, itoa(task))
	}
}

// collectTasks collects the states of the tasks on this worker, and returns their number.
func (h *Herder) collectTasks(gauge func(*prometheus.Desc, int, ...string), name string, all []connect.TaskState) (n int) {
	counts := map[connect.State]int{}
	for _, t := range all {
		if t.WorkerID != h.Members.Self() {
			continue
		}
		n++
		counts[t.State]++
		gauge(taskStatus, 1, name, itoa(t.ID), words[t.State])
	}
	if n > 0 {
		for state, desc := range countsOf {
			gauge(desc, counts[state], name)
		}
	}
	return n
}
