// Package interop sends orders with the client that the order services use,
// Kafka's own producer and Jackson in Java, to the shipped pipeline. It has
// tests only.
package interop
