package workload

import (
	"github.com/order-sink/order-sink/internal/orders"
)

// refusable is which kind of orders a topic has among the good ones.
type refusable int

const (
	// byTheServer obeys the contract and fits every column: only MariaDB knows,
	// from a CHECK constraint, that it is refused.
	byTheServer refusable = iota + 1
	// byTheSink is all kinds that are known before a statement is sent.
	byTheSink
)

// Limits that only the tables of such workloads have.
const (
	tooMany   = 1_000_000 // a quantity that the constraint refuses
	userIDMax = 100       // characters
)

// Message is the n-th refusable order.
func (r refusable) message(g *orders.Generator, n int) orders.Message {
	if r == byTheServer {
		o := g.Order()
		o.Quantity, o.UnitPrice, o.TotalPrice = tooMany, 1, tooMany
		return orders.Message{Value: o.Envelope(), Code: "row_check"}
	}
	switch n % 5 {
	case 0:
		return g.NotJSON()
	case 1:
		return g.NoSchema()
	case 2:
		return g.WrongType()
	case 3:
		return g.BrokenRule()
	default:
		return g.TooLong(userIDMax)
	}
}
