package measure

import (
	"fmt"
)

// Figure is one number of a run.
type Figure string

// The figures of a run. Those that were not measured are missing.
const (
	Rate       Figure = "rows/s"
	SinkCPU    Figure = "sink us/row"
	MariaDBCPU Figure = "MariaDB us/row"
	brokerCPU  Figure = "broker us/row"
	Ratio      Figure = "sink/MariaDB"
	Memory     Figure = "peak RSS MB"
	FirstRow   Figure = "first row s"
	Stall      Figure = "longest stall s"
	Steal      Figure = "steal %"
	Deadlocks  Figure = "deadlocks retried"

	P50  Figure = "p50 ms"
	P99  Figure = "p99 ms"
	p999 Figure = "p99.9 ms"

	Ready       Figure = "ready s"
	IdleMemory  Figure = "RSS MB"
	idleCPU     Figure = "CPU % of a core"
	connections Figure = "MariaDB connections"
)

// The columns of the tables: of runs at full speed, of the trickle, and of idle connectors.
var (
	AtFullSpeed = []Figure{Rate, SinkCPU, MariaDBCPU, brokerCPU, Ratio, Memory, FirstRow, Stall, Deadlocks, Steal}
	// MariaDB's CPU is no column there: most of it is the looking.
	OfTrickle = []Figure{P50, P99, p999, SinkCPU, Memory, Steal}
	OfIdle    = []Figure{Ready, IdleMemory, idleCPU, connections}
)

// Columns returns the columns of the table that the figures of a run belong to.
func Columns[V any](figures map[Figure]V) []Figure {
	for _, columns := range [][]Figure{OfTrickle, OfIdle} {
		if _, has := figures[columns[0]]; has {
			return columns
		}
	}
	return AtFullSpeed // also a failed run
}

// Format gives a figure the digits that mean something.
func (f Figure) Format(value float64) string {
	switch f {
	case Rate, Memory, Steal, Deadlocks, IdleMemory, connections:
		return fmt.Sprintf("%.0f", value)
	case P50, P99, p999, idleCPU:
		return fmt.Sprintf("%.1f", value)
	default:
		return fmt.Sprintf("%.2f", value)
	}
}
