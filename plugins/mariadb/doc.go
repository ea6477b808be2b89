// Package mariadb is the mariadb_upsert output: it stores records in one MariaDB table so
// that writing any of them again changes nothing.
//
// # What a message becomes
//
// The content of a message is a record: an object whose members are columns. Every
// configured column takes the member of its own name. A record without such a member is
// refused, so that a producer that does not know a field yet cannot replace a stored value
// with NULL. A value must fit its column exactly: the output refuses what MariaDB would
// cut, round, pad or reinterpret, also where its strict mode would only note it. Where the
// server has a normal form, the value stays the same: a SET has its members in the order of
// the type and each once ("b,a" becomes "a,b"), the TIME "-00:00:00" loses its sign.
//
// # How a batch is written
//
// Rows are compacted to one row of each key: that of the newest version, else the last.
// They are sorted by key (first by the columns of lock_order, where there are any), divided
// over the connections in contiguous ranges, and written by multi-row INSERT ... ON
// DUPLICATE KEY UPDATE, as prepared statements that are kept. A range that takes more than
// one statement is one transaction. The statement counts the rows that were there before
// it, so that inserted, updated and unchanged rows are known exactly.
//
// Where the table has an AUTO_INCREMENT column smaller than BIGINT that is not configured,
// a stored row must not take a value of it. So the transaction first asks for the numbers
// of the stored rows, and locks them, and writes the stored rows with their numbers, in
// other statements than the new ones.
//
// Where rows of a key differ in a column of insert_only, the first of them that MariaDB
// takes decides it. So the first row is written, then the row that stands for the others; a
// key may then count twice. If such a batch is delivered again, the key takes on the first
// row again before the last one, and its ON UPDATE columns move; with version they do not.
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
// Some errors do not tell whether the row or MariaDB is at fault: those that no list knows,
// and those of the environment that a trigger can also cause for one row (a table that is
// missing). Such a row is refused only after evidence that other rows can be stored: rows
// of its batch, rows that other batches commit meanwhile, or a probe, which writes another
// row and rolls it back. Without evidence the row waits. See the package probe.
//
// # The packages
//
// Each imports only packages above it, and only this one imports Benthos:
//
//	refusal     the codes of refused rows
//	fault       what an error of MariaDB means
//	column      what a column can hold
//	table       the target, its inspection, mismatches, the text of statements
//	tombstone   which row the key of a tombstone names
//	rows        rows from messages, one of each key
//	session     the DSN, a connection, and the statements on it
//	probe       evidence about doubtful errors
//	writer      a batch over several connections, retries, refused rows
//	breaker     dead_letter_limit
//	ticket      the order of batches
package mariadb
