package plugins

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"

	"github.com/order-sink/order-sink/plugins/internal/schema"
	"github.com/order-sink/order-sink/plugins/mariadb/change"
)

// decoder returns connect_json_decode with these settings. It gives the decoded content of
// a value, and its schema.
func decoder(t *testing.T, settings string) func(value string) *change.Record {
	t.Helper()
	builder := service.NewStreamBuilder()
	require.NoError(t, builder.SetLoggerYAML("level: off"))
	require.NoError(t, builder.AddProcessorYAML("connect_json_decode: "+settings))
	decoded := make(chan *change.Record, 1)
	require.NoError(t, builder.AddConsumerFunc(func(_ context.Context, m *service.Message) error {
		require.NoError(t, m.GetError())
		content, err := m.AsStructured()
		its, _ := m.MetaGetImmut("its_schema")
		s, _ := its.(*schema.Schema)
		decoded <- &change.Record{Content: content, Schema: s}
		return err
	}))
	produce, err := builder.AddProducerFunc()
	require.NoError(t, err)
	stream, err := builder.Build()
	require.NoError(t, err)
	ended := make(chan error, 1)
	go func() { ended <- stream.Run(context.Background()) }()
	t.Cleanup(func() {
		require.NoError(t, stream.StopWithin(time.Minute))
		require.NoError(t, <-ended)
	})
	return func(value string) *change.Record {
		require.NoError(t, produce(t.Context(), service.NewMessage([]byte(value))))
		return <-decoded
	}
}

// A connector sends a record with its schema or without it (schemas.enable=false). Decoded,
// both are the same event, but only with the schema a DECIMAL is a number and a BLOB bytes.
func TestARecordOfDebeziumIsOneEventWithAndWithoutItsSchema(t *testing.T) {
	file, err := os.Open("mariadb/change/testdata/debezium.jsonl")
	require.NoError(t, err)
	defer file.Close()
	enveloped := decoder(t, "{ store_schema_metadata: its_schema }")
	bare := decoder(t, "{ store_schema_metadata: its_schema, schemas_enable: false }")
	eventOf := func(topic string, r *change.Record) (string, change.Event) {
		r.Topic = topic
		e, refused := change.Debezium(r)
		require.Nil(t, refused)
		position, _ := e.Position(change.SourcePosition)
		gtid, _ := e.Position(change.SourceGTID)
		return fmt.Sprint(e.Op, position, gtid, e.Before["id"], e.After["id"], e.After["extra"]), e
	}
	var rows []string
	shapes := make(map[*schema.Schema]bool)
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var one struct{ Topic, Value, Enveloped string }
		require.NoError(t, json.Unmarshal(lines.Bytes(), &one))
		if one.Enveloped == "" {
			continue
		}
		without, _ := eventOf(one.Topic, bare(one.Value))
		with, e := eventOf(one.Topic, enveloped(one.Enveloped))
		require.Equal(t, without, with)
		if e.Op != change.None {
			shapes[e.Schema] = true
		}
		if e.After != nil {
			rows = append(rows, fmt.Sprintf("%v %v %v %v", e.After["id"], e.After["total"], e.After["note"], e.After["made"]))
		}
	}
	require.NoError(t, lines.Err())
	require.Equal(t, []string{
		"1 19.99 [0 255] 2024-01-02 03:04:05.678901 +0000 UTC",
		"1 20.99 [0 255] 2024-01-02 03:04:05.678901 +0000 UTC",
		"30 4.00 [120] 2024-05-06 07:08:09 +0000 UTC",
		"5 5.00 <nil> <nil>",
	}, rows)
	require.Len(t, shapes, 2, "the table has one schema before ALTER TABLE, and another one after it")
}
