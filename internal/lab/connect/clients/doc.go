// Package clients lets clients of Kafka Connect live with order-sink's worker: each creates a
// connector, changes, pauses, restarts and deletes it, and checks what it is used to check,
// while the tests look at the rows in MariaDB. Every test runs against a real worker, too,
// which proves that the test asks for nothing that Kafka Connect does not do.
//
// Some clients are the published libraries: one in Go, one in Python and the one in Java that
// AKHQ uses. The calls and checks of the others (Terraform's provider, kcctl, Strimzi's
// operator, Redpanda Console, Kafbat, kafka-connect-ui, health checks and exporters) are
// repeated one by one.
package clients
