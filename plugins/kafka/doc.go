// Package kafka has kafka_read, an input that reads topics as a member of a consumer group,
// and producer_headers, a method for mappings.
//
// The framework's redpanda input does not report a wait: when it has lost its broker, it
// stays connected, and /ready stays green. It also stops fetching a partition whose buffer
// is full, and may resume up to a second after the buffer has space. It has a buffer for
// each partition, so its memory grows with their number. It copies each message, in case
// the message comes back. kafka_read keeps the records within one bound until they are
// acknowledged, and makes their messages anew.
//
// Behind this package are consumer (the member of the group), buffer (the records that are
// not acknowledged), offsets (the group's offsets compared with the logs) and client (the
// connection, which `order-sink dlq` uses too). Each imports only those after it.
package kafka
