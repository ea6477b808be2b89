// Package mariadb is the mariadb_upsert output: it stores records in one
// MariaDB table so that writing any of them again changes nothing.
//
// # What a message becomes
//
// The content of a message is a record: an object whose members are columns.
// Every configured column takes the member of its own name; a member that is
// absent is a refusal rather than a NULL, so that a producer that does not know
// a field yet cannot wipe out a stored value. A value must fit its column
// exactly: what MariaDB would cut, round, pad or reinterpret is refused, also
// where its strict mode would only note it. What the server writes in a normal
// form of its own is the same value: a SET has its members in the order of the
// type and each once ("b,a" becomes "a,b"), the TIME "-00:00:00" loses its sign.
//
// # How a batch is written
//
// Rows are compacted to one a key (the newest version, else the last), sorted
// by key (by the columns of lock_order first, where there are any), divided over the connections in contiguous ranges and written by
// multi-row INSERT ... ON DUPLICATE KEY UPDATE, as prepared statements that are
// kept. A range that takes more than one statement is one transaction. The
// statement counts the rows that were there before it, so that inserted,
// updated and unchanged rows are known exactly.
//
// Where the table has an AUTO_INCREMENT column smaller than BIGINT that is not
// configured, a row that is there already must not take a value of it. So the
// transaction first asks for the numbers of the stored rows (serial.go), and locks
// them, and the stored rows are written with their numbers, apart from the new ones.
//
// Where rows of a key differ in a column of insert_only, the first of them that
// MariaDB takes decides it. So the first is written, then the one that stands for
// the others; a key may then count twice. If such a batch is delivered again, the
// key takes on the first row again before the last one, and its ON UPDATE columns
// move; with version it does not.
//
// # What a failure means
//
// errors.go judges every failure, by the server's number:
//
//   - refused: MariaDB will never take this row. It is found by halving, its
//     neighbours are stored, and its message alone fails (Invariant 2) with a
//     text of the form "code: column: reason" that holds no value (Invariant 7).
//     An older row of the same key that had been compacted away is then
//     written, since it lost to a row that is not there.
//   - retryNow: a deadlock or a lock wait is tried again at once, with jitter.
//   - wait: MariaDB cannot take any row now, or is set up wrongly. The batch
//     stays where it is until it can be written (Invariant 3).
//
// Some errors do not say whose fault they are: those that no list knows, and those of
// the environment that a trigger can also cause for one row (a table that is missing).
// Such a row is refused only after evidence that other rows can be stored: rows of its
// batch, rows that other batches commit meanwhile, or a probe that writes a known row,
// or a record that waits for its turn, and rolls it back. Without evidence the row
// waits. See evidence.go, probe.go and settle.go.
package mariadb
