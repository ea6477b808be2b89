package mariadb

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// fieldLimit is the setting with the limit.
const fieldLimit = "dead_letter_limit"

// limit is dead_letter_limit.
type limit struct {
	ratio    float64       // of messages that may be refused; 1 for no limit
	window   time.Duration // over which they are counted
	minCount int           // fewer refused ones never exceed it
	pause    time.Duration
}

// breaker stops the output when too much is refused: something upstream is
// broken, and a topic full of it helps nobody in the dead letters.
//
// What exceeds the limit is held back. After the pause, or when told, one batch
// with refusals passes whatever it holds, since else a batch with nothing good in it could
// never leave; then the window counts from nothing. So a topic that stays broken
// costs one batch of letters a pause, and fewer than minCount.
type breaker struct {
	limit

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

// newBreaker returns nil where there is no limit.
func newBreaker(l limit) *breaker {
	if l.ratio >= 1 {
		return nil
	}
	return &breaker{limit: l}
}

// judge is asked before the refused ones of a batch become dead letters. False:
// the batch is to be brought again when the stop is over.
func (b *breaker) judge(now time.Time, total int, codes map[string]int) bool {
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
	for _, s := range b.within(now) {
		seen, seenRefused = seen+s.total, seenRefused+s.refused
		for code, n := range s.codes {
			seenCodes[code] += n
		}
	}
	if refused > 0 && seenRefused >= b.minCount && float64(seenRefused) > b.ratio*float64(seen) {
		b.until, b.probing = now.Add(b.pause), true
		b.slices = [windowSlices]slice{}
		b.cause = fmt.Sprintf("%d of the last %d orders within %v were refused, more than %s allows (%v): %s",
			seenRefused, seen, b.window, fieldLimit, b.ratio, mostFrequent(seenCodes))
		return false
	}
	b.add(now, total, refused, codes)
	return true
}

func (b *breaker) add(now time.Time, total, refused int, codes map[string]int) {
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

// within are the slices of the window that ends now.
func (b *breaker) within(now time.Time) []slice {
	number := b.number(now)
	return slices.DeleteFunc(slices.Clone(b.slices[:]), func(s slice) bool {
		return s.total == 0 || s.number <= number-windowSlices || s.number > number
	})
}

func (b *breaker) number(now time.Time) int64 {
	return now.UnixNano() / max(1, int64(b.window)/windowSlices)
}

// stopped says why nothing may pass now, "" if it may.
func (b *breaker) stopped(now time.Time) string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if !now.Before(b.until) {
		return ""
	}
	return fmt.Sprintf("%s. They are held back; it tries again at %s, or at once when told (SIGUSR1)", b.cause, b.until.UTC().Format(time.RFC3339))
}

// resume ends a stop.
func (b *breaker) resume() {
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
