// Package reference compares the processors connect_json_decode and connect_transform with
// the originals: the converter and the transforms of Kafka Connect and of Debezium. Its
// tests only need the golden answers of testdata, not Java.
package reference
