package connectavro

import (
	"encoding/binary"
	"testing"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/stretchr/testify/require"
	"github.com/twmb/avro"
	"github.com/twmb/franz-go/pkg/sr"
	"github.com/twmb/franz-go/pkg/sr/srfake"
)

// world is a registry in this process, and a processor that asks it.
type world struct {
	testing.TB
	*srfake.Registry
	schemas map[int]*avro.Schema
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t, srfake.New(), map[int]*avro.Schema{}}
	t.Cleanup(w.Close)
	return w
}

// seed gives the registry a schema with this id.
func (w *world) seed(id int, text string, references ...sr.SchemaReference) {
	w.Helper()
	w.SeedSchema("subject", id, id, sr.Schema{Schema: text, References: references})
}

// message is the wire format of a value, which the library of twmb encodes.
func (w *world) message(id int, text string, value any) []byte {
	w.Helper()
	b, err := avro.MustParse(text).AppendEncode(framed(id), value)
	require.NoError(w, err)
	return b
}

func framed(id int, b ...byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(id)), b...)
}

func (w *world) processor(yaml string) *processor {
	w.Helper()
	return w.processorOf("urls: [ "+w.URL()+" ]\n"+yaml, service.MockResources())
}

func (w *world) processorOf(yaml string, resources *service.Resources) *processor {
	w.Helper()
	conf, err := spec().ParseYAML(yaml, nil)
	require.NoError(w, err)
	p, err := newProcessor(conf, resources)
	require.NoError(w, err)
	return p
}

// process decodes one message.
func (w *world) process(p *processor, raw []byte, metadata map[string]any) *service.Message {
	w.Helper()
	m := service.NewMessage(raw)
	for name, value := range metadata {
		m.MetaSetMut(name, value)
	}
	batches, err := p.ProcessBatch(w.Context(), service.MessageBatch{m})
	require.NoError(w, err)
	require.Len(w, batches, 1)
	require.Len(w, batches[0], 1)
	return batches[0][0]
}

// value returns the value of a message that was decoded.
func (w *world) value(m *service.Message) any {
	w.Helper()
	require.NoError(w, m.GetError())
	v, err := m.AsStructured()
	require.NoError(w, err)
	return v
}

func inRecord(name, fields string) string {
	return `{"type":"record","name":"` + name + `","fields":[` + fields + `]}`
}
