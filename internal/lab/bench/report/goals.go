package report

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/order-sink/order-sink/internal/lab/bench/contestant"
	"github.com/order-sink/order-sink/internal/lab/bench/measure"
	"github.com/order-sink/order-sink/internal/lab/bench/workload"
)

// goal is a figure that order-sink is to reach in the same run: what it must, and
// what it is after (NaN for nothing more).
type goal struct {
	name        string
	must, after float64
	atMost      bool // else at least
	unit        string
	// measure gives the figure, and whether all that it needs was run.
	measure func(s summary) (float64, bool)
}

// The names that the goals look for.
const (
	own        = "order-sink"
	ofInsert   = "insert"
	ofUpdate   = "update"
	ofShared   = "12 partitions shared"
	theCeiling = "ceiling"
)

var (
	tunedPeers   = []string{contestant.StockTuned.Name, contestant.ConnectTunedName}
	defaultPeers = []string{contestant.StockDefault.Name, contestant.ConnectDefaultName}
)

var ofSharedFar = workload.SharedFar(1).Name

var none = math.NaN()

func goals() []goal {
	one := workload.Insert(1, 1).Name
	twelve := workload.Insert(1, 12).Name
	wide, changes := workload.Wide(1).Name, workload.Changes(1).Name
	avro, unwrapped := workload.AvroOrders(1).Name, workload.Unwrapped(1).Name
	idle := workload.Idle(50).Name
	tables, many := workload.Tables(1, 12).Name, workload.Tables(1, 50).Name
	return []goal{
		{"rows/s, empty table, against the fastest tuned peer", 2, 3, false, "x", against(measure.Rate, ofInsert, tunedPeers...)},
		{"rows/s, empty table, against the faster of the peers' defaults", 4, 6, false, "x", against(measure.Rate, ofInsert, defaultPeers...)},
		{"rows/s, empty table, against the ceiling", 0.45, 0.65, false, "x", against(measure.Rate, ofInsert, theCeiling)},
		{"the same with 1 partition", 0.30, 0.55, false, "x", against(measure.Rate, one, theCeiling)},
		{"rows/s, update-heavy, against the fastest tuned peer", 2, 3, false, "x", against(measure.Rate, ofUpdate, tunedPeers...)},
		{"rows/s, redelivery, against update-heavy", 1.2, 2, false, "x", quotient(of("redelivery", own, measure.Rate), of(ofUpdate, own, measure.Rate))},
		{"sink CPU / MariaDB CPU a row, empty table", 1.3, 0.8, true, "", of(ofInsert, own, measure.Ratio)},
		{"MariaDB CPU a row, empty table, against the ceiling's", 1.2, 1, true, "x", against(measure.MariaDBCPU, ofInsert, theCeiling)},
		{"peak RSS, 1 partition", 350, 200, true, " MB", of(one, own, measure.Memory)},
		{"peak RSS, 4 partitions", 350, 200, true, " MB", of(ofInsert, own, measure.Memory)},
		{"peak RSS, 12 partitions", 350, 200, true, " MB", of(twelve, own, measure.Memory)},
		{"first row after process start", 1, 0.5, true, " s", of(ofInsert, own, measure.FirstRow)},
		{"p99 at 200 orders/s, against the lowest of the others", 1, 0.5, true, "x", lowest(measure.P99, workload.Slow(0).Name)},
		{"longest stall, empty table", 0.5, none, true, " s", of(ofInsert, own, measure.Stall)},
		{"rows/s, 0.1 % refused by MariaDB, against none", 0.6, 0.9, false, "x", quotient(of(workload.Refused(1, 1000).Name, own, measure.Rate), of(ofInsert, own, measure.Rate))},
		{"rows/s, 12 partitions against 4", 1, none, false, "x", quotient(of(twelve, own, measure.Rate), of(ofInsert, own, measure.Rate))},
		{"rows/s, orders the general way, against orders.yaml", 0.95, none, false, "x", quotient(of(ofInsert, contestant.OrderSinkGeneralName, measure.Rate), of(ofInsert, own, measure.Rate))},
		{"rows/s, 40 columns, against the fastest tuned peer", 2, none, false, "x", against(measure.Rate, wide, tunedPeers...)},
		{"rows/s, 12 topics into 12 tables, against the fastest tuned peer", 2, none, false, "x", against(measure.Rate, tables, tunedPeers...)},
		{"rows/s, change events, against Kafka Connect, tuned", 3, none, false, "x", against(measure.Rate, changes, contestant.ConnectTunedName)},
		{"sink CPU a row, change events, against Kafka Connect, tuned", 0.25, none, true, "x", against(measure.SinkCPU, changes, contestant.ConnectTunedName)},
		{"rows/s, unwrapped change events, against Kafka Connect, tuned", 2, none, false, "x", against(measure.Rate, unwrapped, contestant.ConnectTunedName)},
		{"rows/s, Avro orders, against Kafka Connect, tuned", 3, none, false, "x", against(measure.Rate, avro, contestant.ConnectTunedName)},
		{"rows/s, Avro orders, against orders in JSON", 1, none, false, "x", quotient(of(avro, own, measure.Rate), of(ofInsert, own, measure.Rate))},
		{"sink CPU a row, Avro orders, against orders in JSON", 1, none, true, "x", quotient(of(avro, own, measure.SinkCPU), of(ofInsert, own, measure.SinkCPU))},
		{"rows/s, a connector of the worker, against its pipeline", 0.95, none, false, "x", worker(measure.Rate, contestant.OrderSinkImportedName)},
		{"sink CPU a row, a connector of the worker, against its pipeline", 1.05, none, true, "x", worker(measure.SinkCPU, contestant.OrderSinkImportedName)},
		{"rows/s, a connector of the worker, against Kafka Connect, tuned", none, none, false, "x", worker(measure.Rate, contestant.ConnectTunedName)},
		{"sink CPU a row, a connector of the worker, against Kafka Connect, tuned", none, none, true, "x", worker(measure.SinkCPU, contestant.ConnectTunedName)},
		{"worker ready after process start, " + idle, 1, none, true, " s", of(idle, contestant.OrderSinkWorkerName, measure.Ready)},
		{"RSS, " + idle, 300, none, true, " MB", of(idle, contestant.OrderSinkWorkerName, measure.IdleMemory)},
		{"peak RSS, 50 topics into 50 tables", 200, none, true, " MB", of(many, own, measure.Memory)},
		{"rows/s, 10^7 rows there against 10^5", none, none, false, "x", quotient(of(workload.GrownName(workload.Large), own, measure.Rate), of(workload.GrownName(workload.Small), own, measure.Rate))},
		{"rows/s, 3 sinks against 1", 1, none, false, "x", quotient(of(ofShared, contestant.OrderSinks(3).Name, measure.Rate), of(ofShared, own, measure.Rate))},
		{"rows/s, 3 sinks against 1, MariaDB far", none, none, false, "x", quotient(of(ofSharedFar, contestant.OrderSinks(3).Name, measure.Rate), of(ofSharedFar, own, measure.Rate))},
	}
}

// of is a median as it is.
func of(workload, contestant string, f measure.Figure) func(summary) (float64, bool) {
	return func(s summary) (float64, bool) { return s.median(workload, contestant, f) }
}

func quotient(a, b func(summary) (float64, bool)) func(summary) (float64, bool) {
	return func(s summary) (float64, bool) {
		x, there := a(s)
		y, thereToo := b(s)
		return x / y, there && thereToo && y != 0
	}
}

// worker is the figure of a connector of the worker by that of another way to run it.
func worker(f measure.Figure, other string) func(summary) (float64, bool) {
	name := workload.Connector(1).Name
	return quotient(of(name, contestant.OrderSinkWorkerName, f), of(name, other, f))
}

// against is order-sink's figure by the highest of the peers', all of which must
// have run: the fastest of a few would be an easier goal.
func against(f measure.Figure, workload string, peers ...string) func(summary) (float64, bool) {
	return func(s summary) (float64, bool) {
		mine, there := s.median(workload, own, f)
		var most float64
		for _, peer := range peers {
			value, ran := s.median(workload, peer, f)
			there = there && ran
			most = max(most, value)
		}
		return mine / most, there && most > 0
	}
}

// lowest is order-sink's figure by the lowest of all others of the workload.
func lowest(f measure.Figure, workload string) func(summary) (float64, bool) {
	return func(s summary) (float64, bool) {
		mine, there := s.median(workload, own, f)
		least := math.Inf(1)
		for _, r := range s {
			if value, has := r.figures[f]; has && r.workload == workload && r.contestant != own {
				least = min(least, value.median)
			}
		}
		return mine / least, there && !math.IsInf(least, 1)
	}
}

// answer says whether the value reaches the goal.
func (g goal) answer(value float64) string {
	reached := func(wanted float64) bool { return g.atMost && value <= wanted || !g.atMost && value >= wanted }
	switch {
	case math.IsNaN(g.must):
		return "reported"
	case !reached(g.must):
		return "**no**"
	case !math.IsNaN(g.after) && reached(g.after):
		return "yes, and what is after"
	default:
		return "yes"
	}
}

func (g goal) wanted(value float64) string {
	if math.IsNaN(value) {
		return ""
	}
	if g.atMost {
		return fmt.Sprintf("at most %g%s", value, g.unit)
	}
	return fmt.Sprintf("%g%s", value, g.unit)
}

// judge writes the goals that were measured, as Markdown, and how many were not.
func (s summary) judge(w io.Writer) {
	var text strings.Builder
	missing := 0
	for _, g := range goals() {
		value, there := g.measure(s)
		if !there {
			missing++
			continue
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %.2f%s | %s |\n", g.name, g.wanted(g.must), g.wanted(g.after), value, g.unit, g.answer(value))
	}
	if text.Len() > 0 {
		fmt.Fprintf(w, "| goal | must | after | measured | met |\n|---|---|---|---|---|\n%s", text.String())
	}
	if missing > 0 {
		fmt.Fprintf(w, "\n%d of %d goals were not measured: what they compare was not run, or has failed.\n", missing, len(goals()))
	}
}
