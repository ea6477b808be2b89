package workload

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
)

// Of ten change events, so many insert a row and so many delete a row. The other events
// update a row.
const (
	insertsOfTen = 3
	deletesOfTen = 1
)

// changeLog makes the change events of a table of orders, as Debezium's MariaDB connector
// 3.4 writes them with the JSON converter of Kafka Connect (schemas.enable=true,
// tombstones.on.delete=false). All events of a row are in one partition.
type changeLog struct {
	random *rand.Rand
	stored [][]orders.Order // the rows of each partition, without the markers
	events int64
}

func newChangeLog(s Sequence) *changeLog {
	return &changeLog{random: rand.New(rand.NewPCG(s.Seed, 1)), stored: make([][]orders.Order, s.Partitions)}
}

// next returns the next event of a partition and its row. A marker is inserted, and never
// changes. Another event inserts the fresh order, or finds a row at random: it deletes the
// row, or gives it the numbers of the fresh order.
func (l *changeLog) next(partition int, fresh orders.Order, isMarker bool) (orders.Order, orders.Message) {
	rows := &l.stored[partition]
	chosen := l.random.IntN(10)
	if isMarker || chosen < insertsOfTen || len(*rows) == 0 {
		if !isMarker {
			*rows = append(*rows, fresh)
		}
		return fresh, l.event("c", fresh.OrderID, nil, rowOf(fresh))
	}
	i, last := l.random.IntN(len(*rows)), len(*rows)-1
	row := (*rows)[i]
	before := rowOf(row)
	if chosen < insertsOfTen+deletesOfTen {
		(*rows)[i] = (*rows)[last]
		*rows = (*rows)[:last]
		return row, l.event("d", row.OrderID, before, nil)
	}
	row.Quantity, row.UnitPrice, row.TotalPrice = fresh.Quantity, fresh.UnitPrice, fresh.TotalPrice
	(*rows)[i] = row
	return row, l.event("u", row.OrderID, before, rowOf(row))
}

// rowOf returns a row as JSON. The texts of generated orders need no escapes.
func rowOf(o orders.Order) []byte {
	return fmt.Appendf(nil, `{"order_id":"%s","user_id":"%s","product_id":"%s","qty":%d,"unit_price":%d,"total_price":%d}`,
		o.OrderID, o.UserID, o.ProductID, o.Quantity, o.UnitPrice, o.TotalPrice)
}

// The schemas of the events.
const (
	changeKeySchema = `{"type":"struct","fields":[{"type":"string","optional":false,"field":"order_id"}],"optional":false,"name":"lab.shop.orders.Key"}`

	changeRowSchema = `{"type":"struct","fields":[` +
		`{"type":"string","optional":false,"field":"order_id"},` +
		`{"type":"string","optional":false,"field":"user_id"},` +
		`{"type":"string","optional":false,"field":"product_id"},` +
		`{"type":"int64","optional":false,"field":"qty"},` +
		`{"type":"int64","optional":false,"field":"unit_price"},` +
		`{"type":"int64","optional":false,"field":"total_price"}],` +
		`"optional":true,"name":"lab.shop.orders.Value"`

	changeSchema = `{"type":"struct","fields":[` + changeRowSchema + `,"field":"before"},` + changeRowSchema + `,"field":"after"},` +
		`{"type":"struct","fields":[` +
		`{"type":"string","optional":false,"field":"version"},` +
		`{"type":"string","optional":false,"field":"connector"},` +
		`{"type":"string","optional":false,"field":"name"},` +
		`{"type":"int64","optional":false,"field":"ts_ms"},` +
		`{"type":"string","optional":true,"name":"io.debezium.data.Enum","version":1,"parameters":{"allowed":"true,first,first_in_data_collection,last_in_data_collection,last,false,incremental"},"default":"false","field":"snapshot"},` +
		`{"type":"string","optional":false,"field":"db"},` +
		`{"type":"string","optional":true,"field":"sequence"},` +
		`{"type":"int64","optional":true,"field":"ts_us"},` +
		`{"type":"int64","optional":true,"field":"ts_ns"},` +
		`{"type":"string","optional":true,"field":"table"},` +
		`{"type":"int64","optional":false,"field":"server_id"},` +
		`{"type":"string","optional":true,"field":"gtid"},` +
		`{"type":"string","optional":false,"field":"file"},` +
		`{"type":"int64","optional":false,"field":"pos"},` +
		`{"type":"int32","optional":false,"field":"row"},` +
		`{"type":"int64","optional":true,"field":"thread"},` +
		`{"type":"string","optional":true,"field":"query"}],` +
		`"optional":false,"name":"io.debezium.connector.mariadb.Source","version":1,"field":"source"},` +
		`{"type":"struct","fields":[` +
		`{"type":"string","optional":false,"field":"id"},` +
		`{"type":"int64","optional":false,"field":"total_order"},` +
		`{"type":"int64","optional":false,"field":"data_collection_order"}],` +
		`"optional":true,"name":"event.block","version":1,"field":"transaction"},` +
		`{"type":"string","optional":false,"field":"op"},` +
		`{"type":"int64","optional":true,"field":"ts_ms"},` +
		`{"type":"int64","optional":true,"field":"ts_us"},` +
		`{"type":"int64","optional":true,"field":"ts_ns"}],` +
		`"optional":false,"name":"lab.shop.orders.Envelope","version":2}`
)

// firstChange is the time of the first event, in milliseconds since 1970.
const firstChange = 1_795_822_000_000

// event returns the message of an event. Its source is a transaction of its own in the
// binary log.
func (l *changeLog) event(op, id string, before, after []byte) orders.Message {
	l.events++
	at := firstChange + l.events
	value := make([]byte, 0, len(changeSchema)+len(before)+len(after)+700)
	value = append(append(value, `{"schema":`...), changeSchema...)
	value = append(append(value, `,"payload":{"before":`...), orNull(before)...)
	value = append(append(value, `,"after":`...), orNull(after)...)
	value = fmt.Appendf(value, `,"source":{"version":"3.4.0.Final","connector":"mariadb","name":"lab","ts_ms":%[1]d,"snapshot":"false",`+
		`"db":"shop","sequence":null,"ts_us":%[1]d000,"ts_ns":%[1]d000000,"table":"orders","server_id":7,"gtid":"0-7-%[2]d",`+
		`"file":"binlog.000001","pos":%[3]d,"row":0,"thread":null,"query":null},"transaction":null,`+
		`"op":"%[4]s","ts_ms":%[1]d,"ts_us":%[1]d000,"ts_ns":%[1]d000000}}`, at, l.events, 1000+300*l.events, op)
	key := fmt.Appendf(nil, `{"schema":%s,"payload":{"order_id":"%s"}}`, changeKeySchema, id)
	return orders.Message{Key: key, Value: value}
}

func orNull(row []byte) []byte {
	if row == nil {
		return []byte("null")
	}
	return row
}

// judgeChange reads the row, or the deletion, from the bytes of an event.
func judgeChange(record *kgo.Record) checker.Outcome {
	type row struct {
		ID         string      `json:"order_id"`
		UserID     string      `json:"user_id"`
		ProductID  string      `json:"product_id"`
		Quantity   json.Number `json:"qty"`
		UnitPrice  json.Number `json:"unit_price"`
		TotalPrice json.Number `json:"total_price"`
	}
	var event struct {
		Payload struct {
			Op            string
			Before, After *row
		}
	}
	if err := json.Unmarshal(record.Value, &event); err != nil {
		return checker.Outcome{Err: err}
	}
	switch op, before, after := event.Payload.Op, event.Payload.Before, event.Payload.After; {
	case op == "d" && before != nil:
		return checker.Outcome{Deleted: before.ID}
	case (op == "c" || op == "u") && after != nil:
		return checker.Outcome{Row: checker.Row{
			after.ID, after.UserID, after.ProductID, after.Quantity.String(), after.UnitPrice.String(), after.TotalPrice.String(),
		}}
	}
	return checker.Outcome{Err: fmt.Errorf("no event with a row: op %q", event.Payload.Op)}
}
