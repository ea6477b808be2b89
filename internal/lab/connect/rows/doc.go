// Package rows runs many connectors in a real worker of Kafka Connect with Debezium's JDBC sink
// and in order-sink's own worker, with the same records, and compares the tables, the rows, the
// dead letters and the states.
//
// The folder cases has the connectors. A case whose two sides differ has the difference, line
// by line, and what connect-import prints about it. ROWS_RUN=upsert_key,changes runs some of
// the cases, and ROWS_LOG=worker.log keeps the log of the real worker after a failure.
package rows
