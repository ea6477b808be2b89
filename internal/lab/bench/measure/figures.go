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
)

// The columns of the two tables: of runs at full speed, and of the trickle.
var (
	AtFullSpeed = []Figure{Rate, SinkCPU, MariaDBCPU, brokerCPU, Ratio, Memory, FirstRow, Stall, Deadlocks, Steal}
	// MariaDB's CPU is no column there: most of it is the looking.
	OfTrickle = []Figure{P50, P99, p999, SinkCPU, Memory, Steal}
)

// Format gives a figure the digits that mean something.
func (f Figure) Format(value float64) string {
	switch f {
	case Rate, Memory, Steal, Deadlocks:
		return fmt.Sprintf("%.0f", value)
	case P50, P99, p999:
		return fmt.Sprintf("%.1f", value)
	default:
		return fmt.Sprintf("%.2f", value)
	}
}
