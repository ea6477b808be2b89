package workload

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/checker"
	"github.com/order-sink/order-sink/internal/orders"
)

// MoreFields is how many fields a wide order has beside those of an order: texts of 20 characters and 64-bit integers,
// in turn.
const MoreFields = 34

// OrderColumns are the columns of an order.
var OrderColumns = []string{"order_id", "user_id", "product_id", "qty", "unit_price", "total_price"}

// MoreColumns are the columns that only a wide table has.
func MoreColumns() (names []string) {
	for i := range MoreFields {
		names = append(names, fmt.Sprintf("more_%02d", i+1))
	}
	return names
}

func isText(field int) bool { return field%2 == 0 }

func wideDefinitions() (definitions []string) {
	for i, name := range MoreColumns() {
		kind := "BIGINT"
		if isText(i) {
			kind = "VARCHAR(64)"
		}
		definitions = append(definitions, "ADD COLUMN "+name+" "+kind+" NOT NULL")
	}
	return definitions
}

var wideSchema = func() string {
	var text strings.Builder
	for i, name := range MoreColumns() {
		kind := "int64"
		if isText(i) {
			kind = "string"
		}
		fmt.Fprintf(&text, `,{"type":%q,"optional":true,"field":%q}`, kind, name)
	}
	return text.String()
}()

// wideEnvelope is the envelope of an order with all 40 fields.
func wideEnvelope(o orders.Order) []byte {
	const endOfFields = `],"optional":false,"name":"orders"}`
	envelope := o.Envelope()
	at := bytes.Index(envelope, []byte(endOfFields))
	wide := make([]byte, 0, len(envelope)+len(wideSchema)+MoreFields*40)
	wide = append(append(append(wide, envelope[:at]...), wideSchema...), envelope[at:len(envelope)-2]...)
	for i, name := range MoreColumns() {
		wide = append(append(append(wide, `,"`...), name...), `":`...)
		if isText(i) {
			wide = append(append(append(append(wide, '"'), o.UserID[:18]...), byte('a'+i/26), byte('a'+i%26)), '"')
		} else {
			wide = strconv.AppendInt(wide, o.TotalPrice*int64(1+i)*1000, 10)
		}
	}
	return append(wide, "}}"...)
}

// judgeWide reads the row from the record's bytes. The orders are all good, so
// their totals too.
func judgeWide(record *kgo.Record) checker.Outcome {
	var envelope struct{ Payload map[string]any }
	decoder := json.NewDecoder(bytes.NewReader(record.Value))
	decoder.UseNumber()
	if err := decoder.Decode(&envelope); err != nil {
		return checker.Outcome{Err: err}
	}
	var row checker.Row
	for _, name := range slices.Concat(OrderColumns, MoreColumns()) {
		row = append(row, fmt.Sprint(envelope.Payload[name]))
	}
	return checker.Outcome{Row: row}
}
