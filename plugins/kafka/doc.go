// Package kafka has the two ends of a pipeline that are Kafka's: kafka_read, an
// input, and dead_letter_send, around an output.
//
// The framework's own components do not report a wait. An input that has lost its
// broker stays connected. An output that fails gives its messages back to the input,
// which sends them through the whole pipeline again and again. No message is lost, but
// /ready stays green and nobody sees that the pipeline stands still.
//
// The redpanda input also stops fetching a partition whose buffer is full, and may
// resume up to a second after the buffer has space. It has a buffer for each partition,
// so its memory grows with their number. It copies each message, in case the message
// comes back. kafka_read keeps the records within one bound until they are
// acknowledged, and makes their messages anew.
package kafka
