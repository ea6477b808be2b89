package chaos

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/order-sink/order-sink/internal/servers/kafkatest"
	"github.com/order-sink/order-sink/internal/servers/mariadbtest"
	"github.com/order-sink/order-sink/internal/servers/ordersinktest"
)

var (
	// full is a run of every fault, many times.
	full = os.Getenv("CHAOS") == "full"
	seed = chooseSeed()
)

func chooseSeed() uint64 {
	if seed, err := strconv.ParseUint(os.Getenv("CHAOS_SEED"), 10, 64); err == nil {
		return seed
	}
	return rand.Uint64N(1_000_000)
}

func TestMain(m *testing.M) {
	fmt.Printf("CHAOS_SEED=%d\n", seed)
	began := time.Now()
	code := m.Run()
	kafkatest.Close()
	mariadbtest.Close()
	ordersinktest.Close()
	if err := summary.print(os.Stdout, time.Since(began)); err != nil {
		fmt.Println(err)
		code = 1
	}
	if path := os.Getenv("CHAOS_RESULTS"); path != "" {
		if err := summary.write(path, time.Since(began)); err != nil {
			fmt.Println(err)
			code = 1
		}
	}
	os.Exit(code)
}

// fault is one way to break things.
type fault struct {
	name string
	slow bool // only a full run takes the time
	run  func(tr *trial)
	// several is set in place of run when the sink writes several tables.
	several func(s *several)
	options
}

// options are what a fault needs otherwise than most.
type options struct {
	partitions    int32
	privateBroker bool
	privateDB     bool
	ownDB         bool // the fault makes the server
	serverOptions []string
}

// TestFaults breaks one thing after the other. The faults share two cores, so
// that one at a time is tried.
func TestFaults(t *testing.T) {
	names := map[string]bool{}
	for _, f := range allFaults() {
		if names[f.name] {
			t.Fatalf("two faults are called %q", f.name)
		}
		names[f.name] = true
		if f.slow && !full {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			tr := newTrial(t, f)
			defer func() {
				if !tr.compared {
					summary.add(line{fault: f.name, times: tr.times, broken: true})
				}
			}()
			if f.several != nil {
				s := tr.several()
				f.several(s)
				s.finish()
				return
			}
			f.run(tr)
			tr.finish()
		})
	}
}

// times is how often a fault strikes.
func times(short, long int) int {
	if full {
		return long
	}
	return short
}

// random is a source of a fault's own, so that one can be repeated alone.
func random(name string) *rand.Rand {
	var hash uint64 = 14695981039346656037
	for _, b := range []byte(name) {
		hash = (hash ^ uint64(b)) * 1099511628211
	}
	return rand.New(rand.NewPCG(seed, hash))
}
