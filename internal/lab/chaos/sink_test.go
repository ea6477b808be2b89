package chaos

import (
	"strings"
	"syscall"
	"time"

	"github.com/order-sink/order-sink/internal/servers/ordersink"
)

var sinkFaults = []fault{
	{name: "sink killed", run: sinkKilled},
	{name: "sink stopped under load", run: sinkStopped, options: options{partitions: 16}},
	{name: "sink frozen longer than its session", slow: true, run: sinkFrozen},
	{name: "three sinks killed and added", slow: true, run: threeSinks, options: options{partitions: 6}},
}

// sinkKilled: kill -9 at random moments, and another one is started.
func sinkKilled(tr *trial) {
	tr.begin()
	tr.strike(times(2, 22), func() {
		tr.must(tr.current().Kill())
		tr.startSink()
	})
}

// sinkStopped: SIGTERM ends the work in flight, within shutdown_timeout, and the exit
// status is 0. The sink sends no acknowledged record again, so no dead letter comes twice.
func sinkStopped(tr *trial) {
	tr.config.Exactly = true
	tr.begin()
	tr.strike(times(2, 10), func() {
		s := tr.current()
		began := time.Now()
		tr.must(s.Signal(syscall.SIGTERM))
		select {
		case <-s.Done():
		case <-time.After(25 * time.Second): // shutdown_timeout is 20s
			tr.Fatal("the sink did not end within its shutdown_timeout")
		}
		if err := s.Err(); err != nil {
			tr.Errorf("a stopped sink ended with %v after %v", err, time.Since(began))
		}
		tr.startSink()
	})
	if strings.Contains(tr.log.String(), "forced termination") {
		tr.Error("a sink was ended by force after its shutdown_timeout")
	}
}

// sinkFrozen: a zombie, SIGSTOP until another sink has its partitions, that wakes
// up with old orders in its hands.
func sinkFrozen(tr *trial) {
	tr.begin()
	tr.strike(3, func() {
		zombie := tr.current()
		tr.must(zombie.Signal(syscall.SIGSTOP))
		tr.startSink()
		tr.awaitProgress(5000) // the session is over: orders.yaml says 10s
		tr.must(zombie.Signal(syscall.SIGCONT))
		tr.awaitProgress(5000)
		tr.must(zombie.Kill())
	})
}

// threeSinks: a group of three that changes all the time.
func threeSinks(tr *trial) {
	tr.begin()
	group := []*ordersink.Sink{tr.current(), tr.startSink(), tr.startSink()}
	tr.strike(8, func() {
		victim := tr.random.IntN(len(group))
		tr.must(group[victim].Kill())
		group[victim] = tr.startSink()
	})
	for _, what := range []string{"1213", "eadlock"} {
		for line := range strings.Lines(tr.log.String()) {
			if strings.Contains(line, what) {
				tr.Errorf("a deadlock reached the outside: %s", line)
			}
		}
	}
}

// current is the sink that was started last.
func (tr *trial) current() *ordersink.Sink { return tr.sinks[len(tr.sinks)-1] }
