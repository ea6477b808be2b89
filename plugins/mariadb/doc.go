// Package mariadb is the mariadb_upsert output: it stores records in MariaDB tables so
// that writing any of them again changes nothing. Its behaviour is in description.md.
//
// # How a batch is written
//
// Rows are compacted to one row of each key: that of the newest version, else the last.
// They are sorted by key (first by the columns of lock_order, if there are any), divided
// over the connections in contiguous ranges, and written by multi-row INSERT ... ON
// DUPLICATE KEY UPDATE, as prepared statements that are kept. A range that takes more than
// one statement is one transaction. The statement counts the rows that were there before
// it, so that inserted, updated and unchanged rows are known exactly.
//
// When the table has an AUTO_INCREMENT column smaller than BIGINT that is not configured,
// a stored row must not take a value of it. So the transaction first asks for the numbers
// of the stored rows, and locks them, and writes the stored rows with their numbers, in
// other statements than the new ones.
//
// With on_refusal: stop, a batch is written over one connection in one transaction. When a row
// is refused, the transaction is rolled back, the messages in front of the row are written in
// the same way, and then the output writes nothing more. See the store's PutUntilRefused.
//
// # What a fault means
//
// The package fault judges every error, by the server's number:
//
//   - Refused: MariaDB can never accept this row. The server names the row, or halving finds
//     it. Its neighbours are stored, and its message alone fails (Invariant 2) with a text
//     of the form "code: column: reason" that has no value (Invariant 7). An older row of
//     the same key that had been compacted away is then written.
//   - RetryNow: a deadlock or a lock wait is tried again at once, with jitter.
//   - Wait and Misconfigured: MariaDB cannot take any row now. The batch waits until it can
//     be written (Invariant 3).
//
// Some errors do not tell whether the row or MariaDB is at fault. Such a row is refused only
// after evidence that other rows can be stored: see the package probe.
//
// # The packages
//
// Each imports only packages above it, and only this one imports Benthos:
//
//	refusal     the codes of refused rows
//	fault       what an error of MariaDB means
//	column      what a column can hold
//	table       the target, its inspection, mismatches, the text of statements
//	ddl         the columns that a schema needs, and the statements that create them
//	change      what a change event does to which row
//	key         which row the key of a record names
//	rows        rows from messages, one of each key
//	session     the DSN, a connection, and the statements on it
//	probe       evidence about doubtful errors
//	writer      a batch over several connections, retries, refused rows
//	breaker     dead_letter_limit
//	store       the tables of an output, and the layouts of their records
//	report      metrics, notices and traces
//	ticket      the order of batches
package mariadb
