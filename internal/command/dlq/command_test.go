package dlq

import (
	"bytes"
	"errors"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/internal/orders"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/plugins/deadletter"
)

// The command runs in a process of its own, as part of the framework's command line. No
// user can answer there.
func TestTheProcess(t *testing.T) {
	u := newUser(t, kafkatest.InMemory(t))
	u.some(2)
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
		{"dlq list --since yesterday -r " + file, exitUsage, "", "--since: yesterday is not a time"},
		{"dlq list 0:0 -r " + file, exitUsage, "", "0:0"},
		{"dlq show 0:1 -r " + file, 0, "Letter            0:1", ""},
		{"dlq show 0:2 -r " + file, exitNothing, "", "there is no dead letter 0:2"},
		{"dlq show x -r " + file, exitUsage, "", "PARTITION:OFFSET"},
		{"dlq replay --all -r " + file, exitUsage, "", "use --yes 2"},
		{"dlq replay -r " + file, exitUsage, "", "--all"},
		{"dlq replay --all --yes 2 -r " + file, 0, "2 of 2 dead letters replayed\n", ""},
	} {
		var out, diagnostics bytes.Buffer
		cmd := u.process(strings.Fields(test.args)...)
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

// No dead letter can control the terminal.
func TestNothingUnprintableIsPrinted(t *testing.T) {
	u := newUser(t, kafkatest.InMemory(t))
	m := orders.Message{
		Key: []byte("\x1b[2J"), Value: []byte(`{"a` + "\u009b" + `b":"` + "\u202e" + `"}`),
		Headers: []kgo.RecordHeader{{Key: "\x1b[3J", Value: []byte("\a")}},
	}
	u.refuse(refusal{Message: m, code: "\x1b[4J", field: "a\tb\n"})
	for _, args := range []string{"list", "list --letters", "list -o json", "show 0:0", "show 0:0 --values", "replay --all --dry-run"} {
		got := u.expect(0, strings.Fields(args)...).out
		if i := strings.IndexFunc(got, func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }); i >= 0 {
			t.Errorf("%s: %q", args, got[i:])
		}
	}
}

// The command reads a hundred thousand dead letters in seconds, and keeps only their
// positions in memory.
func TestManyDeadLetters(t *testing.T) {
	const n = 100_000
	u := newUser(t, kafkatest.InMemory(t))
	u.some(n)
	for _, args := range [][]string{
		{"list", "-r", "../../../config/resources.yaml"},
		{"replay", "-r", "../../../config/resources.yaml", "--all", "--yes", strconv.Itoa(n)},
	} {
		begin := time.Now()
		cmd := u.process(append([]string{"dlq"}, args...)...)
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), strconv.Itoa(n)) {
			t.Fatalf("%v\n%s", err, out)
		}
		t.Logf("%s: %s", args[0], time.Since(begin).Round(time.Millisecond))
	}
	if u.count(u.log) != n || u.count(u.deadLetters) != 2*n {
		t.Errorf("%d records were sent, %d marks", u.count(u.log), u.count(u.deadLetters)-n)
	}
	all := &catalogue{}
	l := deadletter.Parse(u.deadLetter(refusal{Message: orders.NewGenerator(1).NotJSON(), code: "bad_json"}))
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range n {
		all.entries = append(all.entries, newEntry(l))
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := (after.HeapAlloc - before.HeapAlloc) / n; each > 100 {
		t.Errorf("%d bytes for each dead letter", each)
	}
	runtime.KeepAlive(all)
}
