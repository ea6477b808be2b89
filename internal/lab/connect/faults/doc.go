// Package faults breaks what a cluster of three workers needs, while records flow through
// its connectors, and then compares the tables with the records:
//
//	make chaos-connect                        # every fault, many times
//	cd internal/lab && go test ./connect/faults  # the short form that `make test` runs
package faults
