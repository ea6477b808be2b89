package mariadb

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

const (
	firstPause = 100 * time.Millisecond
	longPause  = 5 * time.Second
)

// The states, as labels.
const (
	stateRunning = "running"
	stateWaiting = "waiting"
	stateStopped = "stopped"
)

// reason is why a batch cannot be stored now.
type reason struct {
	cause   string // a short label
	text    string // for people
	mend    bool   // no patience helps: somebody must do something
	stopped bool   // by this output itself
	waits   string // for what, "" for MariaDB
	alone   bool   // nothing shows whether the batch is at fault or MariaDB
}

func (f *failure) reason() reason {
	r := reason{cause: f.cause(), text: f.Error(), mend: f.kind == misconfigured, alone: f.unproven}
	if f.unproven && (f.kind == unknown || !f.common) {
		r.text += ": no other record could be stored to compare with"
	}
	return r
}

// connecting is who waits while there is no connection, beside the batches.
const connecting = ^uint64(0)

// state is whether rows are stored, and if not, why: in a metric, in two lines
// of the log (the start of a wait and its end, not each try), and as an error
// whose text is always that of now. The framework shows it as what keeps the
// output from being ready, and asks only when somebody looks.
//
// Of several batches that wait, one does so in the framework's sight, which can
// show one error only. It is the speaker; the others are kept here.
type state struct {
	warn, info func(format string, args ...any)
	show       func(state string)

	mutex   sync.Mutex
	pauses  map[uint64]time.Duration // of all that wait
	speaker uint64
	spoke   time.Time // when the last speaker was done: the others soon are, too
	since   time.Time // the first of them began to wait
	next    time.Time // the next try
	reason  reason    // the last
	told    bool      // the framework has the error of this wait
	causes  []string  // of this wait, that the log has
}

// wait pauses before the next try of a batch. False says that the framework is
// to make that try: since the output is being stopped, or to show that it waits.
func (s *state) wait(ctx context.Context, batch uint64, r reason) bool {
	if ctx.Err() != nil {
		return false
	}
	pause := s.begin(batch, r)
	if sleep(ctx, pause) != nil {
		return false
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if _, speaking := s.pauses[s.speaker]; !speaking && time.Since(s.spoke) > 2*longPause {
		s.speaker, s.told = batch, false
	}
	return s.speaker != batch
}

// begin says how long to pause before the next try.
func (s *state) begin(batch uint64, r reason) time.Duration {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	now := time.Now()
	if len(s.pauses) == 0 {
		s.pauses, s.since, s.told, s.spoke = make(map[uint64]time.Duration), now, false, time.Time{}
		s.causes = []string{r.cause}
	} else if !slices.Contains(s.causes, r.cause) && s.told {
		s.causes = append(s.causes, r.cause)
		s.warn("Still %v", describe(r, s.since, now, now))
	}
	if len(s.pauses) == 0 || r.stopped != s.reason.stopped {
		s.show(map[bool]string{false: stateWaiting, true: stateStopped}[r.stopped])
	}
	s.reason = r
	pause := s.pauses[batch]
	if pause == 0 {
		pause = firstPause
	}
	s.pauses[batch] = min(2*pause, longPause)
	pause = pause/2 + rand.N(pause/2)
	s.next = now.Add(pause)
	return pause
}

// announce returns the state as an error, once a wait: the framework logs each
// error that it gets, and keeps the last to show.
func (s *state) announce() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.pauses) == 0 || s.told {
		return nil
	}
	s.told = true
	return s
}

// over says that the batch has its verdicts, or that there is a connection.
func (s *state) over(batch uint64) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	_, waited := s.pauses[batch]
	delete(s.pauses, batch)
	if batch == s.speaker {
		s.spoke = time.Now()
	}
	if len(s.pauses) > 0 {
		return
	}
	s.show(stateRunning)
	if waited {
		what := "Storing rows"
		if s.reason.waits != "" {
			what = "Delivering dead letters"
		}
		s.info("%s: the wait is over, after %v.", what, time.Since(s.since).Round(time.Millisecond))
	}
}

// Error implements error: what the output waits for, since when, and when it
// tries again.
func (s *state) Error() string {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if len(s.pauses) == 0 {
		return "connecting"
	}
	return describe(s.reason, s.since, s.next, time.Now())
}

func describe(r reason, since, next, now time.Time) string {
	about := fmt.Sprintf("since %s (%s)", since.UTC().Format(time.RFC3339), now.Sub(since).Round(time.Second))
	if r.stopped {
		return fmt.Sprintf("stopped %s, nothing is dropped: %s", about, r.text)
	}
	who := "it is tried again until it succeeds"
	if r.mend {
		who = "somebody must mend this; it is tried again until then"
	}
	return fmt.Sprintf("waiting %s %s, next try in %s: %s. Nothing is dropped: %s",
		cmp.Or(r.waits, "for MariaDB"), about, max(0, next.Sub(now)).Round(100*time.Millisecond), r.text, who)
}
