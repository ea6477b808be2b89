package group

import "github.com/order-sink/order-sink/internal/connect"

// Single returns the members of a worker that runs alone (standalone mode). The worker is
// the leader, and nothing ever changes.
func Single(self string) connect.Members { return single(self) }

type single string

func (s single) Workers() []string      { return []string{string(s)} }
func (s single) Self() string           { return string(s) }
func (single) Leader() bool             { return true }
func (single) Changed() <-chan struct{} { return nil }
func (single) Blocked() string          { return "" }
