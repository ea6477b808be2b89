package interop

import (
	"encoding/binary"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
)

// A sink that must stop while a batch waits for the registry does not drop the records of
// the batch, makes no dead letters of them, and commits no offset behind them. The next run
// stores them.
func TestAStopWhileARecordWaitsForTheRegistry(t *testing.T) {
	b := kafkatest.InMemory(t)
	var isDown atomic.Bool
	registry := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if isDown.Load() {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = w.Write([]byte(`{"schema":"{\"type\":\"record\",\"name\":\"r\",\"fields\":[{\"name\":\"id\",\"type\":\"int\"}]}"}`))
	}))
	t.Cleanup(registry.Close)
	s := startAvro(t, b, registry.URL, map[string]string{"KEY_FORMAT": "int32", "KEY_COLUMN": "id"})
	ids := "SELECT id FROM `" + s.topic + "` ORDER BY id"
	s.send(0, numbered(s.topic, 1, 10))
	s.awaitRows(ids, "10")
	kafkatest.AwaitGroup(t, b, s.topic, s.topic)

	isDown.Store(true)
	s.send(0, numbered(s.topic, 2, 20), numbered(s.topic, 1, 21), numbered(s.topic, 2, 22))
	s.awaitState("waiting")
	s.awaitReady("/avro/ready", http.StatusServiceUnavailable, "waiting for the schema registry since ")
	for range 2 { // a second signal changes nothing
		if err := s.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-s.Done():
	case <-time.After(patience):
		t.Fatal("the sink does not stop")
	}
	offsets, err := kadm.NewClient(kafkatest.Client(t, b)).FetchOffsets(t.Context(), s.topic)
	if err != nil {
		t.Fatal(err)
	}
	if offset, _ := offsets.Lookup(s.topic, 0); offset.At != 1 {
		t.Errorf("the committed offset is %d, expected 1", offset.At)
	}
	s.awaitRows(ids, "10")

	isDown.Store(false)
	startWith(t, b, "pipelines/avro.yaml", s.log, s.env)
	s.awaitRows(ids, "10", "20", "21", "22")
	kafkatest.AwaitGroup(t, b, s.topic, s.topic)
	if letters := kafkatest.Records(t, b, s.deadLetters); len(letters) > 0 {
		t.Errorf("%d dead letters, the first %v", len(letters), letters[0].Headers)
	}
}

// numbered is a record whose key and value have one number. The value has this schema.
func numbered(topic string, schema uint32, id int32) *kgo.Record {
	value := binary.AppendVarint(binary.BigEndian.AppendUint32([]byte{0}, schema), int64(id))
	return &kgo.Record{Topic: topic, Key: binary.BigEndian.AppendUint32(nil, uint32(id)), Value: value}
}
