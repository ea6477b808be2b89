package chaos

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/order-sink/order-sink/internal/servers/registry"
	"github.com/order-sink/order-sink/internal/servers/registrytest"
)

var registryFaults = []fault{
	{name: "registry stopped", several: registryStopped},
	{name: "registry killed", slow: true, several: registryKilled},
}

func registryStopped(s *several) { s.without((*registry.Registry).Stop) }

func registryKilled(s *several) { s.without((*registry.Registry).Kill) }

// without ends the registry while half of the records begin to have a schema that the sink
// does not know. These records wait until the registry is there again, and so do the records
// behind them. None is lost and none is refused.
func (s *several) without(end func(*registry.Registry) error) {
	strikes := times(1, 5)
	r := registrytest.Private(s)
	s.avro = newAvro(s, r, strikes)
	s.pipeline, s.env["SCHEMA_REGISTRY_URL"] = "pipelines/avro.yaml", r.URL()
	s.begin()
	s.strike(strikes, func() {
		s.must(end(r))
		s.fields.Add(1)
		s.awaitState(`"label":"registry",.*waiting for the schema registry since .*/schemas/ids/\d+: `)
		s.pass(time.Duration(s.random.IntN(2000)) * time.Millisecond)
		s.must(s.says(s.Context(), "waiting for the schema registry since "))
		s.must(r.Start(context.Background()))
		s.ready(s.current())
	})
	s.waited("connect_avro_decode_waits_total")
}

// avro writes records in Avro. Their schemas are registered before, because a test cannot
// register a schema while the registry is down.
type avro struct {
	key    []byte   // what precedes a key: a zero byte and the id of its schema
	values [][]byte // the same for values, by the number of added fields
}

func newAvro(s *several, r *registry.Registry, fields int) *avro {
	s.Helper()
	header := func(id int) []byte { return binary.BigEndian.AppendUint32([]byte{0}, uint32(id)) }
	a := &avro{key: header(registrytest.Register(s, r, "key", `{"type":"record","name":"Key","fields":[{"name":"id","type":"long"}]}`))}
	for n := range fields + 1 {
		var more strings.Builder
		for i := range n {
			fmt.Fprintf(&more, `,{"name":"more_%d","type":["null","int"],"default":null}`, i)
		}
		a.values = append(a.values, header(registrytest.Register(s, r, "value", `{"type":"record","name":"Value","fields":[`+
			`{"name":"id","type":"long"},{"name":"n","type":"long"},{"name":"text","type":["null","string"],"default":null}`+more.String()+`]}`)))
	}
	return a
}

// keyOf returns the key of a record.
func (a *avro) keyOf(id int64) []byte { return binary.AppendVarint(a.key[:5:5], id) }

// value is [several.value] in Avro. Half of the records have the schema before the newest.
func (a *avro) value(s *several, row map[string]string) []byte {
	fields := int(s.fields.Load())
	if fields > 0 && s.records.IntN(2) == 0 {
		fields--
	}
	const notNull = 1 // the branch of the union
	value := a.values[fields][:5:5]
	for _, name := range []string{"id", "n"} {
		number, err := strconv.ParseInt(row[name], 10, 64)
		if err != nil {
			panic(err) // the row is the test's own
		}
		value = binary.AppendVarint(value, number)
	}
	value = binary.AppendVarint(binary.AppendVarint(value, notNull), int64(len(row["text"])))
	value = append(value, row["text"]...)
	for i := range fields {
		number := s.records.IntN(1000)
		row[fmt.Sprintf("more_%d", i)] = fmt.Sprint(number)
		value = binary.AppendVarint(binary.AppendVarint(value, notNull), int64(number))
	}
	return value
}
