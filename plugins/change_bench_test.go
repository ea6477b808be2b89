package plugins

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kgo"
	"gopkg.in/yaml.v3"

	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/mariadb/change"
	"github.com/order-sink/order-sink/plugins/mariadb/rows"
	"github.com/order-sink/order-sink/plugins/mariadb/store"
	"github.com/order-sink/order-sink/plugins/mariadb/table"
	"github.com/order-sink/order-sink/plugins/mariadb/writer"
)

// replica returns the decoder of pipelines/replica.yaml and the name of its table.
func replica(b *testing.B) (decode func(service.MessageBatch) ([]service.MessageBatch, error), name *service.InterpolatedString) {
	b.Helper()
	var shipped struct {
		Pipeline struct{ Processors []yaml.Node }
		Output   struct {
			Upsert struct{ Table string } `yaml:"mariadb_upsert"`
		}
	}
	content, err := os.ReadFile("../pipelines/replica.yaml")
	require.NoError(b, err)
	require.NoError(b, yaml.Unmarshal(content, &shipped))
	name, err = service.NewInterpolatedString(shipped.Output.Upsert.Table)
	require.NoError(b, err)
	decoder, err := yaml.Marshal(&shipped.Pipeline.Processors[0])
	require.NoError(b, err)
	builder := service.NewResourceBuilder()
	require.NoError(b, builder.AddProcessorYAML(string(decoder)))
	resources, stop, err := builder.Build()
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, stop(context.Background())) })
	return func(batch service.MessageBatch) (decoded []service.MessageBatch, err error) {
		missing := resources.AccessProcessor(b.Context(), "decode", func(p *service.ResourceProcessor) { decoded, err = p.ProcessBatch(b.Context(), batch) })
		return decoded, errors.Join(err, missing)
	}, name
}

// BenchmarkChangeEvents is a batch of 1,000 change events of Debezium on its way to a
// statement as far as MariaDB is asked: 300 inserts, 600 updates and 100 deletes of orders,
// with their schemas. The decoder and the name of the table are those of
// pipelines/replica.yaml. The figures are of one batch.
//
//	go test ./plugins -run '^$' -bench ChangeEvents -count 3
func BenchmarkChangeEvents(b *testing.B) {
	decode, name := replica(b)
	server := mariadbtest.Shared(b)
	dsn := server.DSN(server.Database(b))
	db := mariadbtest.Script(b, dsn, nil)
	_, err := db.ExecContext(b.Context(), `CREATE TABLE orders (order_id VARCHAR(255) COLLATE utf8mb4_nopad_bin PRIMARY KEY, user_id VARCHAR(255) NOT NULL, product_id VARCHAR(255) NOT NULL,
		qty BIGINT NOT NULL, unit_price BIGINT NOT NULL, total_price BIGINT NOT NULL, source_position BIGINT)`)
	require.NoError(b, err)
	target := table.Target{
		Columns: []string{change.SourcePosition}, Metadata: []string{change.SourcePosition}, Version: change.SourcePosition,
		KeyFrom: table.FromKey, Deletes: true, Replica: true,
	}
	s, err := store.New(&store.Config{
		DSN: dsn, Connections: 1, MaxRows: 1000, Target: target, AnyTable: true, Schema: "order_sink_schema", Events: change.Debezium,
	}, nil, func(string) {}, writer.Observer{Statement: func(time.Duration) {}, Retry: func(string) {}})
	require.NoError(b, err)
	defer s.Close(b.Context())
	described, err := table.Describe(b.Context(), db, "", "orders")
	require.NoError(b, err)
	its, refused := target.Derive([]string{"order_id", "user_id", "product_id", "qty", "unit_price", "total_price"}, []string{"order_id"})
	require.Nil(b, refused)
	its.Table = "orders"
	inspected, err := described.Fit(b.Context(), db, its)
	require.NoError(b, err)

	records := changes(1000)
	log := record.From("lab.shop.orders", 0)
	b.ReportAllocs()
	for b.Loop() {
		batch := make(service.MessageBatch, len(records))
		for i, r := range records {
			batch[i] = service.NewMessage(r.Value)
			log.Describe(batch[i], r, int64(1_795_822_000_000+i))
		}
		decoded, err := decode(batch)
		if err != nil {
			b.Fatal(err)
		}
		messages, withdraw := store.Messages(s, decoded[0], decoded[0].InterpolationExecutor(name).TryString)
		buffer := rows.NewBuffer()
		built, refusals := rows.Build(inspected, messages, buffer)
		if kept := rows.Compact(inspected, built, buffer); len(kept) != len(records) || len(refusals) > 0 || messages[0].Table != "orders" {
			b.Fatalf("%d rows and %d refusals of %d events of %s", len(kept), len(refusals), len(records), messages[0].Table)
		}
		buffer.Free()
		withdraw()
	}
}

// changes returns change events of a table of orders, as Debezium's MariaDB connector 3.4
// writes them with their schemas. Each event is of another row.
func changes(n int) []*kgo.Record {
	field := func(kind, name string) string {
		return `{"type":"` + kind + `","optional":true,"field":"` + name + `"}`
	}
	structure := func(name string, fields ...string) string {
		return `{"type":"struct","optional":true,"name":"` + name + `","fields":[` + strings.Join(fields, ",") + `]}`
	}
	named := func(schema, name string) string { return strings.TrimSuffix(schema, "}") + `,"field":"` + name + `"}` }
	row := structure("lab.shop.orders.Value", field("string", "order_id"), field("string", "user_id"), field("string", "product_id"),
		field("int64", "qty"), field("int64", "unit_price"), field("int64", "total_price"))
	source := structure("io.debezium.connector.mariadb.Source", field("string", "version"), field("string", "connector"), field("string", "name"),
		field("int64", "ts_ms"), field("string", "snapshot"), field("string", "db"), field("string", "sequence"), field("int64", "ts_us"),
		field("int64", "ts_ns"), field("string", "table"), field("int64", "server_id"), field("string", "gtid"), field("string", "file"),
		field("int64", "pos"), field("int32", "row"), field("int64", "thread"), field("string", "query"))
	envelope := structure("lab.shop.orders.Envelope", named(row, "before"), named(row, "after"), named(source, "source"),
		named(structure("event.block", field("string", "id"), field("int64", "total_order"), field("int64", "data_collection_order")), "transaction"),
		field("string", "op"), field("int64", "ts_ms"), field("int64", "ts_us"), field("int64", "ts_ns"))
	key := structure("lab.shop.orders.Key", field("string", "order_id"))
	all := make([]*kgo.Record, n)
	for i := range all {
		id := fmt.Sprintf("%032x", uint64(i)*0x9e3779b97f4a7c15)
		state := func(qty int) string {
			return fmt.Sprintf(`{"order_id":%q,"user_id":"7f2c1c52-8a34-4a2b-9f0e-3d7c5e1b6a90","product_id":"CATALOG-001","qty":%d,"unit_price":11000,"total_price":%d}`, id, qty, 11000*qty)
		}
		op, before, after := "u", state(2), state(3)
		switch {
		case i%10 < 3:
			op, before = "c", "null"
		case i%10 == 3:
			op, after = "d", "null"
		}
		at := 1_795_822_000_000 + i
		value := fmt.Sprintf(`{"schema":%[1]s,"payload":{"before":%[2]s,"after":%[3]s,"source":{"version":"3.4.0.Final","connector":"mariadb","name":"lab","ts_ms":%[4]d,`+
			`"snapshot":"false","db":"shop","sequence":null,"ts_us":%[4]d000,"ts_ns":%[4]d000000,"table":"orders","server_id":7,"gtid":"0-7-%[5]d",`+
			`"file":"binlog.000001","pos":%[6]d,"row":0,"thread":null,"query":null},"transaction":null,"op":"%[7]s","ts_ms":%[4]d,"ts_us":%[4]d000,"ts_ns":%[4]d000000}}`,
			envelope, before, after, at, i, 1000+300*i, op)
		all[i] = &kgo.Record{Key: fmt.Appendf(nil, `{"schema":%s,"payload":{"order_id":%q}}`, key, id), Value: []byte(value)}
	}
	return all
}
