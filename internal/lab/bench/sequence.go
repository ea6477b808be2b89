package main

import (
	"fmt"
	"iter"

	"github.com/order-sink/order-sink/internal/orders"
)

// steps is how many equal parts a partition is cut into by its markers.
const steps = 50

// isMarker chooses the markers of all partitions: a range of the primary key.
const isMarker = "order_id LIKE 'mark-%'"

// marker is the id of an order that stands at a known place of its partition: the
// first has number 0, the last has the number of steps. How far a contestant has
// come is seen from them without counting the table.
func marker(partition, number int) string { return fmt.Sprintf("mark-%02d-%02d", partition, number) }

// sequence is the orders of a topic. The same sequence is the same orders in the
// same places, in this process and in the loader's.
type sequence struct {
	seed       uint64
	orders     int // a multiple of partitions
	partitions int
	refusable  refusable
	every      int // of so many orders one is refusable; 0 for none
	wide       bool
}

// entry is one order and its place.
type entry struct {
	partition int
	orders.Order
	message orders.Message
}

// newSequence has at most so many orders, as many in each partition.
func newSequence(seed uint64, n, partitions int) sequence {
	return sequence{seed: seed, orders: n / partitions * partitions, partitions: partitions}
}

// length is of each partition.
func (s sequence) length() int { return s.orders / s.partitions }

// position of a marker in its partition.
func (s sequence) position(number int) int { return number * (s.length() - 1) / steps }

// number of the marker at a position, if there is one.
func (s sequence) number(position int) (number int, is bool) {
	last := s.length() - 1
	number = (position*steps + last - 1) / last
	return number, s.position(number) == position
}

// entries go around the partitions.
func (s sequence) entries() iter.Seq[entry] {
	return func(yield func(entry) bool) {
		g := orders.NewGenerator(s.seed)
		for i := range s.orders {
			e := entry{partition: i % s.partitions, Order: g.Order()}
			number, is := s.number(i / s.partitions)
			switch {
			case is:
				e.OrderID = marker(e.partition, number)
			case s.every > 0 && i%s.every == s.every/2:
				e.message = s.refusable.message(g, i/s.every)
			}
			switch {
			case e.message.Value != nil:
			case s.wide:
				e.message.Value = wideEnvelope(e.Order)
			default:
				e.message = orders.Good(e.Order)
			}
			if !yield(e) {
				return
			}
		}
	}
}
