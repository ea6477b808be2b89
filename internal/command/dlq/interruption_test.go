package dlq

import (
	"context"
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kmsg"

	"github.com/order-sink/order-sink/internal/servers/kafka"
	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/process"
)

// complete runs the replay again. Each of n dead letters must then be in the log, and no
// more of them twice than may have been in flight.
func (u *user) complete(n, twice int) {
	u.t.Helper()
	open := parse[summary](u.t, u.run("list", "-o", "json").out).Open
	if open > 0 {
		u.expect(0, "replay", "--all", "--yes", strconv.Itoa(open))
	}
	seen := map[string]int{}
	for _, record := range u.read(u.log) {
		seen[string(record.Value)]++
	}
	if len(seen) != n {
		u.t.Errorf("%d of %d dead letters are in the log", len(seen), n)
	}
	if extra := u.count(u.log) - n; extra > twice {
		u.t.Errorf("%d dead letters were sent twice, expected %d at most", extra, twice)
	}
	u.expect(exitNothing, "list")
}

// produced calls then at the n-th produce request for a topic. Until the test calls end,
// it answers that and each later request with the code, 0 for the broker's own answer.
func produced(b *kafka.Memory, topic string, n int32, code int16, then func()) (end func()) {
	var requests atomic.Int32
	var ended atomic.Bool
	b.Cluster.ControlKey(int16(kmsg.Produce), func(request kmsg.Request) (kmsg.Response, error, bool) {
		b.Cluster.KeepControl()
		ask := request.(*kmsg.ProduceRequest)
		ours := topic == ask.Topics[0].Topic || b.Cluster.TopicIDInfo(ask.Topics[0].TopicID) != nil && b.Cluster.TopicIDInfo(ask.Topics[0].TopicID).Topic == topic
		if !ours || ended.Load() || requests.Add(1) < n {
			return nil, nil, false
		}
		if requests.Load() == n && then != nil {
			then()
		}
		if code == 0 {
			return nil, nil, false
		}
		answer := ask.ResponseKind().(*kmsg.ProduceResponse)
		for _, topic := range ask.Topics {
			of := kmsg.NewProduceResponseTopic()
			of.Topic, of.TopicID = topic.Topic, topic.TopicID
			for _, partition := range topic.Partitions {
				refused := kmsg.NewProduceResponseTopicPartition()
				refused.Partition, refused.ErrorCode = partition.Partition, code
				of.Partitions = append(of.Partitions, refused)
			}
			answer.Topics = append(answer.Topics, of)
		}
		return answer, nil, true
	})
	return func() { ended.Store(true) }
}

func TestAnInterruptedReplayLosesNothing(t *testing.T) {
	const n = 5000
	b := kafkatest.InMemory(t)
	u := newUser(t, b)
	u.some(n)
	ctx, cancel := context.WithCancelCause(t.Context())
	produced(b, u.log, 3, 0, func() { cancel(errInterrupted) })
	got := u.runContext(ctx, "replay", "--all", "--yes", strconv.Itoa(n), "-o", "json")
	r := parse[result](t, got.out)
	if got.code != exitError || r.Replayed == 0 || r.Replayed == n || r.Unmarked+r.Refused > 0 || !strings.Contains(r.Error, "interrupted") {
		t.Errorf("exit code %d, %+v", got.code, r)
	}
	if u.count(u.log) != r.Replayed || u.count(u.deadLetters) != n+r.Replayed {
		t.Errorf("%d records were sent, %d marks written, %d counted", u.count(u.log), u.count(u.deadLetters)-n, r.Replayed)
	}
	u.complete(n, 0)
}

// SIGINT is Ctrl-C.
func TestAKilledReplayLosesNothing(t *testing.T) {
	kafkatest.Each(t, func(t *testing.T, b kafka.Broker) {
		for name, signal := range map[string]syscall.Signal{"SIGINT": syscall.SIGINT, "SIGKILL": syscall.SIGKILL} {
			t.Run(name, func(t *testing.T) {
				killReplay(t, newUser(t, b), signal)
			})
		}
	})
}

// killReplay sends the signal to a process that replays dead letters.
func killReplay(t *testing.T, u *user, signal syscall.Signal) {
	const n = 20_000
	u.some(n)
	child, err := process.Start(u.process("dlq", "replay", "-r", "../../../config/resources.yaml", "--all", "--yes", strconv.Itoa(n)))
	if err != nil {
		t.Fatal(err)
	}
	for u.count(u.log) == 0 {
		select {
		case <-child.Done():
			t.Fatalf("the replay ended unexpectedly: %v", child.Exit())
		case <-time.After(time.Millisecond):
		}
	}
	if err := child.Signal(signal); err != nil {
		t.Fatal(err)
	}
	var exit *exec.ExitError
	if err := child.Err(); !errors.As(err, &exit) {
		t.Fatalf("the replay ended before the interruption: %v", err)
	}
	sent, marks := u.count(u.log), u.count(u.deadLetters)-n
	t.Logf("%d sent, %d marked of %d", sent, marks, n)
	if signal == syscall.SIGINT && (sent != marks || exit.ExitCode() != exitError) {
		t.Errorf("%d were sent and %d marked, exit code %d", sent, marks, exit.ExitCode())
	}
	if sent-marks > inFlight {
		t.Errorf("%d were sent and not marked, expected %d at most", sent-marks, inFlight)
	}
	u.complete(n, inFlight)
}

// Without marks, the next run would send all dead letters again.
func TestTheReplayStopsWhenMarksAreRefused(t *testing.T) {
	const n = 10_000
	b := kafkatest.InMemory(t)
	u := newUser(t, b)
	u.some(n)
	end := produced(b, u.deadLetters, 1, kerr.TopicAuthorizationFailed.Code, nil)
	got := u.run("replay", "--all", "--yes", strconv.Itoa(n), "-o", "json")
	r := parse[result](t, got.out)
	if got.code != exitError || r.Unmarked == 0 || r.Unmarked > inFlight+100 || r.Replayed != 0 || !strings.Contains(r.Error, "marking it in topic "+u.deadLetters) {
		t.Errorf("exit code %d, %+v", got.code, r)
	}
	end()
	u.complete(n, r.Unmarked)
}

func TestTheReplayStopsWhenTheTopicRefuses(t *testing.T) {
	const n = 10_000
	b := kafkatest.InMemory(t)
	u := newUser(t, b)
	u.some(n)
	end := produced(b, u.log, 1, kerr.TopicAuthorizationFailed.Code, nil)
	got := u.run("replay", "--all", "--yes", strconv.Itoa(n), "-o", "json")
	r := parse[result](t, got.out)
	if got.code != exitError || r.Refused == 0 || r.Refused == n || u.count(u.deadLetters) != n || !strings.Contains(r.Error, "TOPIC_AUTHORIZATION_FAILED") {
		t.Errorf("exit code %d, %+v", got.code, r)
	}
	end()
	u.complete(n, 0)
}

// Retention deletes records while the user thinks about the question.
func TestADeletedDeadLetterIsReported(t *testing.T) {
	b := kafkatest.InMemory(t)
	u := newUser(t, b)
	u.some(3)
	u.answer = "3"
	u.thinking = func() {
		if err := b.Cluster.DeleteRecords(u.deadLetters, 0, 2); err != nil {
			t.Error(err)
		}
	}
	got := u.expect(exitError, "replay", "--all", "-o", "json")
	if r := parse[result](t, got.out); r.Gone != 2 || r.Replayed != 1 || !strings.Contains(r.Error, "no longer") {
		t.Errorf("got %+v", r)
	}
}
