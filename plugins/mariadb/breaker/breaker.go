// Package breaker stops an output when it refuses too many messages.
package breaker

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// FieldLimit is the setting with the limit.
const FieldLimit = "dead_letter_limit"

// Limit is how many messages may be refused.
type Limit struct {
	Ratio    float64       // of messages that may be refused; 1 for no limit
	Window   time.Duration // over which they are counted
	MinCount int           // fewer refused ones never exceed it
	Pause    time.Duration
}

// Breaker stops the output when too many messages are refused. Then something upstream is
// broken, and it does not help to write the whole topic to the dead letters.
//
// The breaker holds back the batch that exceeds the limit. After the pause, or after
// Resume, it lets one batch with refusals pass, since a batch without any good message
// could never pass otherwise. Then the window starts empty. So a topic that stays broken
// costs one batch of dead letters a pause, and fewer than MinCount.
type Breaker struct {
	Limit

	mutex   sync.Mutex
	slices  [windowSlices]slice // a ring by time
	until   time.Time           // the output is stopped until then
	probing bool                // the next batch passes
	cause   string              // of the last stop
}

// windowSlices is in how many steps the window slides.
const windowSlices = 20

// slice counts a piece of the window.
type slice struct {
	number         int64 // since the epoch, in lengths of a slice
	total, refused int
	codes          map[string]int
}

// New returns a breaker, or nil when every message may be refused.
func New(l Limit) *Breaker {
	if l.Ratio >= 1 {
		return nil
	}
	return &Breaker{Limit: l}
}

// Allow says whether the refused messages of a batch may become dead letters. When they
// may not, the batch must come again when the stop is over.
func (b *Breaker) Allow(now time.Time, total int, codes map[string]int) bool {
	refused := 0
	for _, n := range codes {
		refused += n
	}
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if now.Before(b.until) {
		return refused == 0 // it had begun before the stop
	}
	if b.probing && refused > 0 {
		b.probing = false
		return true
	}
	seen, seenRefused, seenCodes := total, refused, maps.Clone(codes)
	number := b.number(now)
	for _, s := range b.slices {
		if s.number <= number-windowSlices || s.number > number {
			continue // of another window
		}
		seen, seenRefused = seen+s.total, seenRefused+s.refused
		for code, n := range s.codes {
			seenCodes[code] += n
		}
	}
	if refused > 0 && seenRefused >= b.MinCount && float64(seenRefused) > b.Ratio*float64(seen) {
		b.until, b.probing = now.Add(b.Pause), true
		b.slices = [windowSlices]slice{}
		b.cause = fmt.Sprintf("%d of the last %d orders within %v were refused, more than %s allows (%v): %s",
			seenRefused, seen, b.Window, FieldLimit, b.Ratio, mostFrequent(seenCodes))
		return false
	}
	b.add(now, total, refused, codes)
	return true
}

func (b *Breaker) add(now time.Time, total, refused int, codes map[string]int) {
	number := b.number(now)
	s := &b.slices[number%windowSlices]
	if s.number != number {
		*s = slice{number: number, codes: make(map[string]int)}
	}
	s.total, s.refused = s.total+total, s.refused+refused
	for code, n := range codes {
		s.codes[code] += n
	}
}

func (b *Breaker) number(now time.Time) int64 {
	return now.UnixNano() / max(1, int64(b.Window)/windowSlices)
}

// Stopped says why no batch may pass now, "" when batches may pass.
func (b *Breaker) Stopped(now time.Time) string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if !now.Before(b.until) {
		return ""
	}
	return fmt.Sprintf("%s. The output holds back these orders. It tries again at %s, or at once when the process gets SIGUSR1", b.cause, b.until.UTC().Format(time.RFC3339))
}

// Resume ends a stop.
func (b *Breaker) Resume() {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.until = time.Time{}
}

// mostFrequent names up to five codes.
func mostFrequent(codes map[string]int) string {
	names := slices.SortedFunc(maps.Keys(codes), func(a, b string) int {
		return cmp.Or(cmp.Compare(codes[b], codes[a]), cmp.Compare(a, b))
	})
	texts := make([]string, 0, 5)
	for _, name := range names[:min(5, len(names))] {
		texts = append(texts, fmt.Sprintf("%s %d", name, codes[name]))
	}
	return strings.Join(texts, ", ")
}
