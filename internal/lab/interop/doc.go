// Package interop sends orders to the shipped pipeline with the client of the order
// services: Kafka's own producer and Jackson, in Java. It compares the tables that order-sink
// creates with those of Debezium's JDBC sink. It has tests only.
package interop
