package workload

import (
	"fmt"
	"iter"

	"github.com/order-sink/order-sink/internal/orders"
)

// Steps is how many equal parts a partition is cut into by its markers.
const Steps = 50

// IsMarker chooses the markers of all partitions: a range of the primary key.
const IsMarker = "order_id LIKE 'mark-%'"

// Marker is the id of an order that stands at a known place of its partition: the
// first has number 0, the last has the number of steps. How far a contestant has
// come is seen from them without counting the table.
func Marker(partition, number int) string { return fmt.Sprintf("mark-%02d-%02d", partition, number) }

// Sequence is the orders of a topic. The same sequence is the same orders in the
// same places, in this process and in the loader's.
type Sequence struct {
	Seed       uint64
	Orders     int // a multiple of partitions
	Partitions int
	refusable  refusable
	every      int // of so many orders one is refusable; 0 for none
	Wide       bool
	// OwnTables makes each partition a topic of its own, with a table of its own.
	OwnTables bool
	// Changes makes the records change events: see changeLog.
	Changes bool
	// Avro makes the records Avro, without the schema id: see WireHeader.
	Avro bool
}

// entry is one order and its place.
type entry struct {
	Partition int
	orders.Order
	Message orders.Message
}

// NewSequence has at most so many orders, as many in each partition.
func NewSequence(seed uint64, n, partitions int) Sequence {
	return Sequence{Seed: seed, Orders: n / partitions * partitions, Partitions: partitions}
}

// Tables returns the tables that a sequence is written to. With OwnTables, the topics have
// the same names.
func (s Sequence) Tables() []string {
	if !s.OwnTables {
		return []string{"orders"}
	}
	var names []string
	for i := range s.Partitions {
		names = append(names, fmt.Sprintf("orders_%d_%02d", s.Partitions, i+1))
	}
	return names
}

// length is of each partition.
func (s Sequence) length() int { return s.Orders / s.Partitions }

// Position of a marker in its partition.
func (s Sequence) Position(number int) int { return number * (s.length() - 1) / Steps }

// number of the marker at a position, if there is one.
func (s Sequence) number(position int) (number int, is bool) {
	last := s.length() - 1
	number = (position*Steps + last - 1) / last
	return number, s.Position(number) == position
}

// Entries go around the partitions.
func (s Sequence) Entries() iter.Seq[entry] {
	return func(yield func(entry) bool) {
		g, changes := orders.NewGenerator(s.Seed), newChangeLog(s)
		for i := range s.Orders {
			e := entry{Partition: i % s.Partitions, Order: g.Order()}
			number, is := s.number(i / s.Partitions)
			switch {
			case is:
				e.OrderID = Marker(e.Partition, number)
			case s.every > 0 && i%s.every == s.every/2:
				e.Message = s.refusable.message(g, i/s.every)
			}
			switch {
			case e.Message.Value != nil:
			case s.Changes:
				e.Order, e.Message = changes.next(e.Partition, e.Order, is)
			case s.Avro:
				e.Message.Value = avroOrder(e.Order)
			case s.Wide:
				e.Message.Value = wideEnvelope(e.Order)
			default:
				e.Message = orders.Good(e.Order)
			}
			if !yield(e) {
				return
			}
		}
	}
}
