// Package takeover moves a cluster of Kafka Connect from a JVM worker to order-sink and back:
// the connectors, their configurations and states, and the offsets of their consumer groups.
package takeover
