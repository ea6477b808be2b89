package chaos

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

var outputFaults = []fault{
	{name: "two outputs", run: twoOutputs},
}

// slowTable is a copy of the table whose rows take a while now and then. Both tables
// note each row that became older than it was.
const slowTable = `CREATE TABLE orders_slow LIKE orders;
GRANT SELECT, INSERT, UPDATE ON orders_slow TO order_sink;
CREATE TABLE regressed (tab VARCHAR(20), order_id VARCHAR(64), was BIGINT, became BIGINT);
CREATE TRIGGER slow_insert BEFORE INSERT ON orders_slow FOR EACH ROW IF RAND() < 0.003 THEN DO SLEEP(RAND() * 0.2); END IF;
CREATE TRIGGER slow_update BEFORE UPDATE ON orders_slow FOR EACH ROW IF NEW.kafka_timestamp_ms < OLD.kafka_timestamp_ms THEN INSERT INTO regressed VALUES ('orders_slow', OLD.order_id, OLD.kafka_timestamp_ms, NEW.kafka_timestamp_ms); END IF;
CREATE TRIGGER quick_update BEFORE UPDATE ON orders FOR EACH ROW IF NEW.kafka_timestamp_ms < OLD.kafka_timestamp_ms THEN INSERT INTO regressed VALUES ('orders', OLD.order_id, OLD.kafka_timestamp_ms, NEW.kafka_timestamp_ms); END IF`

// twoOutputs: one pipeline writes two tables, one of them slow, without a version: only
// the order of each partition makes the last message of an order win. Connections are
// killed, and then the sink.
func twoOutputs(tr *trial) {
	for statement := range strings.SplitSeq(slowTable, ";\n") {
		tr.exec(statement)
	}
	tr.pipeline = tr.fanOut()
	tr.outputs = append(tr.outputs, "orders_slow")
	tr.flow.keyed = true
	tr.flow.rate = 500
	tr.flow.mix = mix{changed: 850, again: 110, refusable: 10}
	tr.begin()
	tr.strike(times(3, 50), func() {
		for _, id := range tr.sessions() {
			_, _ = tr.db.Exec("KILL CONNECTION " + id) // one that is going already is unknown
		}
	})
	if back := tr.value("SELECT COUNT(*) FROM regressed"); back != "0" {
		tr.Errorf("%s rows became older than they were: %s", back, tr.value("SELECT GROUP_CONCAT(CONCAT(tab, ' ', order_id, ': ', was, ' ', became) LIMIT 10) FROM regressed"))
	}
	// What a killed sink did not acknowledge is written again, so rows go back and forth.
	tr.strike(times(1, 5), func() {
		tr.must(tr.current().Kill())
		tr.startSink()
	})
	tr.must(tr.flow.end(tr.Context()))
	tr.awaitAll()
	const differ = `SELECT CONCAT(COUNT(*), ' ', COALESCE(SUM(CRC32(CONCAT_WS('|', order_id, user_id, product_id, qty, unit_price, total_price, kafka_timestamp_ms))), 0)) FROM `
	tr.eventually("both tables have the same rows", func(context.Context) error {
		if quick, slow := tr.value(differ+"orders"), tr.value(differ+"orders_slow"); quick != slow {
			return fmt.Errorf("orders has %s, orders_slow %s", quick, slow)
		}
		return nil
	})
}

// fanOut is orders.yaml with a second table beside the first, and no version.
func (tr *trial) fanOut() string {
	tr.Helper()
	text, err := os.ReadFile(filepath.Join(ordersinktest.Root(tr), "pipelines", "orders.yaml"))
	tr.must(err)
	var config struct {
		Input, Pipeline any
		Output          map[string]any
	}
	tr.must(yaml.Unmarshal(text, &config))
	upsert, ok := config.Output["mariadb_upsert"].(map[string]any)
	if !ok {
		tr.must(errors.New("the output of orders.yaml is not mariadb_upsert"))
	}
	delete(upsert, "version")
	second := maps.Clone(upsert)
	second["table"] = "orders_slow"
	second["dead_letter"] = map[string]any{"drop": map[string]any{}} // the first output sends the dead letter
	both := map[string]any{"input": config.Input, "pipeline": config.Pipeline, "output": map[string]any{"broker": map[string]any{"pattern": "fan_out", "outputs": []any{
		config.Output,
		map[string]any{"label": "orders_slow", "mariadb_upsert": second},
	}}}}
	text, err = yaml.Marshal(both)
	tr.must(err)
	path := filepath.Join(tr.TempDir(), "orders.yaml") // its name is the stream's
	tr.must(os.WriteFile(path, text, 0o600))
	return path
}
