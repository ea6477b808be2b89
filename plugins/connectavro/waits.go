package connectavro

import (
	"slices"
	"sync"

	"github.com/order-sink/order-sink/plugins/internal/retry"
)

// waits are the waits of all decoders of a stream. As an error, they have the text of the
// first decoder that waits.
type waits struct {
	mutex   sync.Mutex
	states  []*retry.State
	changed chan struct{} // closed, and made anew, by each change
	shown   bool          // an input shows the waits in /ready, and the framework logs them
}

func newWaits() *waits { return &waits{changed: make(chan struct{})} }

// add adds the state of a decoder.
func (w *waits) add(s *retry.State) {
	show := s.Show
	s.Show = func(state string) {
		show(state)
		w.wake()
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.states = append(w.states, s)
}

// remove removes the state of a decoder that ends.
func (w *waits) remove(s *retry.State) {
	w.mutex.Lock()
	w.states = slices.DeleteFunc(w.states, func(other *retry.State) bool { return other == s })
	w.mutex.Unlock()
	w.wake()
}

// wake calls no method of a state: a state calls it while it is locked.
func (w *waits) wake() {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	close(w.changed)
	w.changed = make(chan struct{})
}

// snapshot returns the states, and a channel that the next change closes.
func (w *waits) snapshot() ([]*retry.State, <-chan struct{}) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return slices.Clone(w.states), w.changed
}

// waiting returns the state of a decoder that waits, or nil.
func waiting(states []*retry.State) error {
	for _, s := range states {
		if err := s.Err(); err != nil {
			return err
		}
	}
	return nil
}

// Error implements error. The text is always that of now.
func (w *waits) Error() string {
	states, _ := w.snapshot()
	if err := waiting(states); err != nil {
		return err.Error()
	}
	return "the wait for the schema registry is over"
}

func (w *waits) areShown() bool {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.shown
}

func (w *waits) show(shown bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.shown = shown
}
