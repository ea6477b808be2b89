package e2e

import (
	"slices"
	"strings"
	"testing"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
)

// Plain JSON has no schema that gives a number its type: each digit is the
// producer's, in a DECIMAL column, in the total and in a JSON column. A value
// that is no JSON at all is a dead letter that says what the value is.
func TestPlainJSONKeepsEveryDigit(t *testing.T) {
	t.Parallel()
	w := newWorld(t, kafkatest.InMemory(t), mariadbtest.Shared(t))
	w.exec(`CREATE TABLE plain (order_id VARCHAR(64) COLLATE utf8mb4_nopad_bin PRIMARY KEY, user_id VARCHAR(255), product_id VARCHAR(255),
		qty INT, unit_price DECIMAL(30,2), total_price DECIMAL(38,2), extra JSON) CHARACTER SET utf8mb4`)
	w.grant("plain")
	w.startReady("internal/lab/e2e/testdata/plain.yaml")

	plain := func(id, price, extra string) string {
		return `{"order_id":"` + id + `","user_id":"u","product_id":"p","qty":3,"unit_price":` + price + `,"extra":` + extra + `}`
	}
	for _, value := range []string{
		plain("a", "12.50", `null`),
		plain("b", "12345678901234567.89", `{"total":12345678901234567.89,"rate":1.50,"id":18446744073709551615}`),
		plain("c", "7", `[1E-7,-0.0,1.0]`),
		plain("d", "0.001", `null`),
		"\x00\x00\x00\x00\x07" + plain("e", "12.50", `null`),
	} {
		w.produce(orders.Message{Value: []byte(value)})
	}
	w.awaitCommitted()
	got := w.rows("SELECT order_id, unit_price, total_price, extra FROM plain ORDER BY order_id")
	want := []string{
		"a 12.50 37.50 NULL",
		`b 12345678901234567.89 37037036703703703.67 {"id":18446744073709551615,"rate":1.50,"total":12345678901234567.89}`,
		"c 7.00 21.00 [1E-7,-0.0,1.0]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the table has %q, expected %q", got, want)
	}
	var reasons []string
	for _, letter := range w.letters() {
		reasons = append(reasons, header(letter, "__connect.errors.exception.message"))
	}
	slices.Sort(reasons)
	if len(reasons) != 2 || !strings.HasPrefix(reasons[0], "bad_json: value: the value begins with Schema Registry's wire format ") ||
		reasons[1] != "row_too_precise: unit_price: 3 digits behind the point, DECIMAL(30,2) keeps 2" {
		t.Errorf("the dead letters say %q", reasons)
	}
}
