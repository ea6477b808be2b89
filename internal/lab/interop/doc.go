// Package interop sends records to the shipped pipelines with clients that know nothing of
// order-sink: Kafka's own producer and Jackson, in Java; Confluent's Python client with its
// AvroSerializer; Debezium's MariaDB connector with Apicurio's Avro converter. The registry is
// a real one. The package also compares the tables that order-sink creates with those of
// Debezium's JDBC sink. It has tests only.
package interop
