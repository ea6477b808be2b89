package group

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
)

// Place returns the worker of each task of a connector, or nothing if there is no worker.
// All workers compute the same. Each connector ranks the workers in an order of its own
// (rendezvous hashing), and task i has rank i modulo the number of workers. So the tasks of
// a connector are spread evenly, and connectors with one task, too.
func Place(workers []string, connector string, tasks int) []string {
	if len(workers) == 0 {
		return nil
	}
	ranked := slices.Clone(workers)
	slices.SortFunc(ranked, func(a, b string) int {
		return cmp.Or(cmp.Compare(weight(b, connector), weight(a, connector)), cmp.Compare(a, b))
	})
	placed := make([]string, tasks)
	for i := range placed {
		placed[i] = ranked[i%len(ranked)]
	}
	return placed
}

func weight(worker, connector string) uint64 {
	sum := sha256.Sum256([]byte(worker + "\x00" + connector))
	return binary.BigEndian.Uint64(sum[:])
}
