package workload

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
)

// AvroSchema is the schema of an order in Avro. It has the fields and the types of the JSON
// schema of an order, all optional.
const AvroSchema = `{"type":"record","name":"orders","fields":[` +
	`{"name":"order_id","type":["null","string"],"default":null},` +
	`{"name":"user_id","type":["null","string"],"default":null},` +
	`{"name":"product_id","type":["null","string"],"default":null},` +
	`{"name":"qty","type":["null","int"],"default":null},` +
	`{"name":"unit_price","type":["null","int"],"default":null},` +
	`{"name":"total_price","type":["null","int"],"default":null}]}`

// AvroOrders are the orders of [Insert] in Avro with a schema registry.
func AvroOrders(n int) Workload {
	w := Insert(n, 4)
	w.Name, w.Sequence.Avro = "Avro orders", true
	return w
}

// WireHeader returns what precedes the Avro of a record: a zero byte and the schema id.
func WireHeader(id int) []byte { return binary.BigEndian.AppendUint32([]byte{0}, uint32(id)) }

const lengthOfWireHeader = 5

// notNull is the second branch of a union.
const notNull = 1

// avroOrder returns an order in Avro, without the schema id.
func avroOrder(o orders.Order) []byte {
	b := make([]byte, 0, 160)
	for _, text := range []string{o.OrderID, o.UserID, o.ProductID} {
		b = binary.AppendVarint(b, notNull)
		b = append(binary.AppendVarint(b, int64(len(text))), text...)
	}
	for _, number := range []int64{o.Quantity, o.UnitPrice, o.TotalPrice} {
		b = binary.AppendVarint(binary.AppendVarint(b, notNull), number)
	}
	return b
}

// judgeAvro reads the row from the record's bytes. The orders are all good, so their totals
// too.
func judgeAvro(record *kgo.Record) checker.Outcome {
	rest, failed := record.Value[min(len(record.Value), lengthOfWireHeader):], false
	next := func() int64 {
		value, n := binary.Varint(rest)
		if n <= 0 {
			failed = true
			return 0
		}
		rest = rest[n:]
		return value
	}
	var row checker.Row
	for i := range OrderColumns {
		if next() != notNull {
			return checker.Outcome{Err: fmt.Errorf("column %d is null", i)}
		}
		value := next()
		if i >= 3 {
			row = append(row, strconv.FormatInt(value, 10))
			continue
		}
		if value < 0 || value > int64(len(rest)) {
			return checker.Outcome{Err: errors.New("a text is longer than the record")}
		}
		row, rest = append(row, string(rest[:value])), rest[value:]
	}
	if failed || len(rest) > 0 {
		return checker.Outcome{Err: errors.New("not the Avro of an order")}
	}
	return checker.Outcome{Row: row}
}
