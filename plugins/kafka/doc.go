// Package kafka has the two ends of a pipeline that are Kafka's: kafka_read, an
// input, and dead_letter_send, around an output.
//
// The framework's own components wait in silence. An input whose broker has gone
// calls itself connected; an output that fails gives its messages back to the
// input, which sends them through the whole pipeline again, for ever. Nothing is
// lost by either, but /ready stays green and nobody sees that all stands still.
//
// The redpanda input also stops fetching a partition whose buffer is full, and
// then may find out only a second later that there is room again; its buffers are
// by partition, so that its memory grows with their number; and each message is
// copied for the case that it comes back. kafka_read keeps the records until they
// are acknowledged, within one bound, and makes their messages anew.
package kafka
