// Package scale measures what several sinks of one consumer group do together.
// It has a benchmark only; config/kubernetes/README.md has its figures.
package scale
