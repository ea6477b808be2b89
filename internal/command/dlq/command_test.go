package dlq

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/eventually"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersink"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

// As part of the framework's command line, in a process of its own: streams,
// exit codes, and nobody who could answer.
func TestTheProcess(t *testing.T) {
	w := newWorld(t, kafkatest.InMemory(t))
	w.some(2)
	const file = "../../../config/resources.yaml"
	for _, test := range []struct {
		args      string
		code      int
		out, says string
	}{
		{"dlq", 0, "list", ""},
		{"dlq --help", 0, "Exit codes:", ""},
		{"dlq list --help", 0, "--order-id ID", ""},
		{"dlq replay --help", 0, "--yes COUNT", ""},
		{"dlq purge", exitUsage, "", "there is no command dlq purge"},
		{"dlq list -r " + file, 0, "2 open in topic", ""},
		{"dlq list --code no -r " + file, exitNothing, "", "no dead letter matches\n"},
		{"dlq list -r nowhere.yaml", exitError, "", "nowhere.yaml"},
		{"dlq list --cod e -r " + file, exitUsage, "", "cod"},
		{"dlq list -o xml -r " + file, exitUsage, "", "expected text or json"},
		{"dlq list --since yesterday -r " + file, exitUsage, "", "--since: yesterday is no time"},
		{"dlq list 0:0 -r " + file, exitUsage, "", "0:0"},
		{"dlq show 0:1 -r " + file, 0, "Letter            0:1", ""},
		{"dlq show 0:2 -r " + file, exitNothing, "", "there is no letter 0:2"},
		{"dlq show x -r " + file, exitUsage, "", "PARTITION:OFFSET"},
		{"dlq replay --all -r " + file, exitUsage, "", "use --yes 2"},
		{"dlq replay -r " + file, exitUsage, "", "--all"},
		{"dlq replay --all --yes 2 -r " + file, 0, "2 of 2 letters replayed\n", ""},
	} {
		var out, diagnostics bytes.Buffer
		cmd := w.process(strings.Fields(test.args)...)
		cmd.Stdout, cmd.Stderr = &out, &diagnostics
		err := cmd.Run()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		if cmd.ProcessState.ExitCode() != test.code || !strings.Contains(out.String(), test.out) || !strings.Contains(diagnostics.String(), test.says) ||
			test.says == "" && diagnostics.Len() > 0 || strings.Count(diagnostics.String(), "\n") > 1 {
			t.Errorf("%s: exit code %d, expected %d\n%s\n%s", test.args, cmd.ProcessState.ExitCode(), test.code, out.String(), diagnostics.String())
		}
	}
}

func TestParseTime(t *testing.T) {
	now := base.Add(time.Hour)
	for text, want := range map[string]time.Time{
		"": {}, "1h": base, "90m": base.Add(-30 * time.Minute), "2026-01-02T03:04:05.006+09:00": time.Date(2026, 1, 1, 18, 4, 5, 6e6, time.UTC),
	} {
		if got, err := parseTime(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%q: got %s, %v", text, got, err)
		}
	}
	for _, text := range []string{"yesterday", "-1h", "2026-01-02", "12:00"} {
		if _, err := parseTime(text, now); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

// No letter can steer the terminal.
func TestNothingUnprintableIsPrinted(t *testing.T) {
	w := newWorld(t, kafkatest.InMemory(t))
	m := orders.Message{
		Key: []byte("\x1b[2J"), Value: []byte(`{"a` + "\u009b" + `b":"` + "\u202e" + `"}`),
		Headers: []kgo.RecordHeader{{Key: "\x1b[3J", Value: []byte("\a")}},
	}
	w.refuse(refusal{Message: m, code: "\x1b[4J", field: "a\tb\n"})
	for _, args := range []string{"list", "list --letters", "list -o json", "show 0:0", "show 0:0 --values", "replay --all --dry-run"} {
		got := w.expect(0, strings.Fields(args)...).out
		if i := strings.IndexFunc(got, func(r rune) bool { return r != '\n' && notPrintable(r) }); i >= 0 {
			t.Errorf("%s: %q", args, got[i:])
		}
	}
}

// A hundred thousand letters: in seconds, and in memory the letters' places only.
func TestManyLetters(t *testing.T) {
	const n = 100_000
	w := newWorld(t, kafkatest.InMemory(t))
	w.some(n)
	for _, args := range [][]string{
		{"list", "-r", "../../../config/resources.yaml"},
		{"replay", "-r", "../../../config/resources.yaml", "--all", "--yes", strconv.Itoa(n)},
	} {
		begin := time.Now()
		cmd := w.process(append([]string{"dlq"}, args...)...)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), strconv.Itoa(n)) {
			t.Fatalf("%v\n%s", err, out)
		}
		t.Logf("%s: %s", args[0], time.Since(begin).Round(time.Millisecond))
	}
	if w.count(w.log) != n || w.count(w.letters) != 2*n {
		t.Errorf("%d records were sent, %d marks", w.count(w.log), w.count(w.letters)-n)
	}
	all := &catalogue{groupOf: map[group]int32{}, topicOf: map[string]int32{}, marked: map[position]struct{}{}}
	l := parseLetter(w.letter(refusal{Message: orders.NewGenerator(1).NotJSON(), code: "bad_json"}))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range n {
		all.add(l)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := (after.HeapAlloc - before.HeapAlloc) / n; each > 100 {
		t.Errorf("%d bytes a letter", each)
	}
	runtime.KeepAlive(all)
}

// The letters that the shipped pipeline writes, sent back to it.
func TestWithTheRealSink(t *testing.T) {
	w := newWorld(t, kafkatest.InMemory(t))
	server := mariadbtest.Shared(t)
	_, dsn := server.Orders(t, "../../../config")
	child, err := ordersink.Start(ordersink.Config{
		Binary: ordersinktest.Binary(t), Dir: ordersinktest.Root(t), HTTP: ordersinktest.FreeAddress(t), Log: ordersinktest.NewLog(t),
		Args: []string{"streams", "--no-api", "-o", "config/service.yaml", "-r", "config/resources.yaml", "pipelines/orders.yaml"},
		Env: map[string]string{
			"KAFKA_BROKERS": w.broker.Seeds()[0], "KAFKA_TOPIC": w.log, "KAFKA_GROUP": w.log,
			"DEAD_LETTER_TOPIC": w.letters, "MARIADB_DSN": dsn,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = child.Kill() })

	g := orders.NewGenerator(9)
	var sent []*kgo.Record
	for i, m := range []orders.Message{g.WrongType(), g.NotJSON(), g.BrokenRule()} {
		sent = append(sent, &kgo.Record{
			Topic: w.log, Partition: int32(i), Key: []byte{byte('a' + i)}, Value: m.Value,
			Headers:   []kgo.RecordHeader{{Key: "trace", Value: []byte("1")}},
			Timestamp: base.Add(time.Duration(i) * time.Millisecond),
		})
	}
	sent[1].Key = nil
	w.send(sent...)
	w.eventually(func() bool { return w.count(w.letters) == 3 })
	lines := parseLines[letterLine](t, w.expect(0, "list", "--letters", "-o", "json").out)
	var codes []string
	for _, line := range lines {
		codes = append(codes, line.Code+" "+line.Field)
		original := sent[line.Source.Partition]
		if line.Source.Topic != w.log || *line.Source.Offset != original.Offset || !strings.HasSuffix(line.FailedAt, "Z") {
			t.Errorf("got %+v", line)
		}
		if s := parse[shown](t, w.expect(0, "show", line.Letter, "-o", "json").out); s.Message == "" || s.Stage == "" ||
			s.SourceTimestamp != original.Timestamp.UTC().Format(timeFormat) || len(s.Headers) != 1 || (s.Key == nil) != (original.Key == nil) {
			t.Errorf("got %+v", s)
		}
	}
	slices.Sort(codes)
	if got := strings.Join(codes, ", "); got != "bad_json value, order_range qty, type_mismatch payload.qty" {
		t.Errorf("codes %s", got)
	}

	// Nothing was mended: each is refused again, as a letter of its replay.
	w.expect(0, "replay", "--all", "--yes", "3")
	w.eventually(func() bool { return w.count(w.letters) == 9 })
	if s := parse[summary](t, w.expect(0, "list", "--replayed", "-o", "json").out); s.Open != 3 || s.Replayed != 3 {
		t.Errorf("got %+v", s)
	}
	for _, record := range w.read(w.log) {
		original := sent[record.Partition]
		if !bytes.Equal(record.Key, original.Key) || !bytes.Equal(record.Value, original.Value) || !record.Timestamp.Equal(original.Timestamp) {
			t.Errorf("key %q, timestamp %s came back as %q, %s, or the value differs", original.Key, original.Timestamp.UTC(), record.Key, record.Timestamp.UTC())
		}
	}
	for _, line := range parseLines[letterLine](t, w.expect(0, "list", "--letters", "-o", "json").out) {
		if s := parse[shown](t, w.expect(0, "show", line.Letter, "-o", "json").out); !strings.HasPrefix(s.ReplayedFrom, w.letters+"/") || len(s.Headers) != 1 {
			t.Errorf("got %+v", s)
		}
	}
}

func (w *world) eventually(condition func() bool) {
	w.t.Helper()
	eventually.Succeeds(w.t, 2*time.Minute, "it comes to pass", func(context.Context) error {
		if !condition() {
			return errors.New("it has not")
		}
		return nil
	})
}
