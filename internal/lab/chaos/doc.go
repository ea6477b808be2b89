// Package chaos breaks the servers, the network or the sink while orders flow, and then
// compares the table and the dead letters with the log. Its tests prove the delivery
// promise:
//
//	make chaos                             # every fault, many times: about half an hour
//	cd internal/lab && go test -v ./chaos  # the short cut that `make test` runs
//	CHAOS_SEED=7 go test -v ./chaos -run TestFaults/sink_killed
//
// The orders, the moments of the faults and their victims come from a seed, which
// is printed and can be given again. The timing of the machine cannot be repeated.
package chaos
