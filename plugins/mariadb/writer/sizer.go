package writer

import (
	"math"
	"sync"
)

const (
	// How many rows cost the server as much as a statement of its own does.
	rowsOfStatement = 6
	// How many rows count as "lately".
	lately = 5000
	// Fewer refusals than this, of all rows, are none.
	seldom = 1e-6
	// No statement need be smaller than this.
	leastRows = 16
)

// sizer makes statements smaller while the server refuses rows. A refusal undoes
// its whole statement, whose other rows are then written again; the size at which
// that and the statements themselves cost least falls with the square root of the
// rate of refusals.
type sizer struct {
	mutex sync.Mutex
	rate  float64 // of rows that the server has refused lately
}

func (s *sizer) learn(rows, refused int) {
	if rows == 0 {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.rate += (float64(refused)/float64(rows) - s.rate) * min(1, float64(rows)/lately)
	if s.rate < seldom {
		s.rate = 0
	}
}

// limit is how many rows a statement should have at most.
func (s *sizer) limit() int {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.rate == 0 {
		return math.MaxInt
	}
	return max(leastRows, floorPowerOfTwo(int(math.Sqrt(rowsOfStatement/s.rate))))
}
