// Package store keeps the connectors and their states: in the config topic and the status
// topic of a Kafka Connect cluster, with the records of Kafka Connect, or in memory for
// standalone mode. Kafka Connect's own workers read what this package writes, and the other
// way round.
package store
