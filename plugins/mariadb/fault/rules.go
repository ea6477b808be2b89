package fault

import "github.com/order-sink/order-sink/plugins/mariadb/refusal"

// The numbers that the code asks for; see [rules] for all others. The numbers are those of
// MariaDB's error list (https://mariadb.com/kb/en/mariadb-error-code-reference/).
const (
	tooManyConnections   = 1040
	DBAccessDenied       = 1044
	accessDenied         = 1045
	TableAccessDenied    = 1142
	ColumnAccessDenied   = 1143
	transCacheFull       = 1197
	tooManyOfAccount     = 1203
	lockWaitTimeout      = 1205
	lockDeadlock         = 1213
	exceedsResource      = 1226
	SpecificAccessDenied = 1227
	TruncatedWrongValue  = 1292
	InvalidTimestamp     = 1299
	NoDefaultForField    = 1364
	WrongValueForField   = 1366
	viewCheckFailed      = 1369
	DatetimeOverflow     = 1441
	noReferencedRow      = 1216
	NoReferencedRow2     = 1452
	AutoincReadFailed    = 1467
	accessDeniedNoPwd    = 1698
	stmtCacheFull        = 1705
	InvalidDefault       = 1978
	AutoincOutOfRange    = 167 // the storage engine's own number
)

// Sentences that more than one number needs.
const (
	wordsType      = "a value does not have the type of the column: correct the value at its producer, or in the trigger or generated column that computes it"
	wordsDuplicate = "another row has the same value in a unique index: correct the value, or drop the index if the table may have such rows"
	wordsParent    = "the parent row of a foreign key is missing: store the parent row first, then replay this record"
	wordsChild     = "rows of a child table reference this row by a foreign key: delete them first, then replay this record"
	wordsPartition = "no partition takes the row: add a partition for its value with ALTER TABLE ... ADD PARTITION"
	wordsJSON      = "a CHECK or a generated column reads a text as JSON, but the text is not JSON: correct the text at its producer"
	wordsTrigger   = "a trigger refused the row (SIGNAL); its message is not shown, because it may quote the row: see SHOW TRIGGERS"
	wordsDate      = "a value is not a date or time, or is beyond the range of the column: correct the value, or the trigger or generated column that computes it"
	wordsChildKeys = "the change would give a child table two rows with one key: correct the value, or the child rows"
)

// rowLoggingOnly is the beginning of both forms of error 1665.
const rowLoggingOnly = "Cannot execute statement: impossible to write to binary log since BINLOG_FORMAT = STATEMENT and at least one table uses a storage engine limited to row-based logging."

// rule is what an error of one number means.
type rule struct {
	kind     Kind
	code     string
	lone     bool     // see [Fault.Lone]
	sentence string   // for [Refused]: what is the matter and what to do, without a value of the row
	forms    []string // for the other kinds: the server's own texts, see [Fault.messageText]
}

// refused is the rule of an error that one row causes.
func refused(code, sentence string) rule { return rule{kind: Refused, code: code, sentence: sentence} }

// every is the rule of an error that every row may meet.
func every(kind Kind, forms ...string) rule { return rule{kind: kind, forms: forms} }

// onEvidence is the rule of an error that the environment causes for every row, and that a
// trigger, a generated column or a foreign key can cause for one row. The output waits, and
// refuses the row only after evidence that other rows can be stored.
//
// An error that can hit one row while another row is stored has the rule [every] instead,
// or the environment would send good rows to the dead letters: a disk, a file or a table
// that is full (a larger row needs more room), locks and deadlocks (of that row), memory,
// timeouts, connections, a cluster's states, damaged files.
func onEvidence(kind Kind, forms ...string) rule {
	return rule{kind: kind, code: refusal.Refused, lone: true, forms: forms}
}

// rules has the rule of each number, grouped by kind.
var rules = map[uint16]rule{
	// The value does not fit its column.
	1048:                refused(refusal.Null, "a NOT NULL column got NULL from a trigger or a default: change the trigger or the default"),
	1264:                refused(refusal.OutOfRange, "a number is beyond the range of the column: widen the column, or correct the value"),
	1690:                refused(refusal.OutOfRange, "a computed number is beyond the range of its type: correct the value, or the trigger or generated column that computes it"),
	DatetimeOverflow:    refused(refusal.OutOfRange, wordsDate),
	1265:                refused(refusal.BadValue, "a value does not fit the column's type, as a text that is not a member of an ENUM: correct the value, or add the member"), // also: text behind a number
	TruncatedWrongValue: refused(refusal.BadValue, wordsDate),
	WrongValueForField:  refused(refusal.BadValue, wordsType), // also: a letter that the column's character set lacks
	1367:                refused(refusal.BadValue, wordsType),
	1411:                refused(refusal.BadValue, wordsType),
	1525:                refused(refusal.BadValue, wordsType),
	1416:                refused(refusal.BadValue, "a value is not a geometry: correct the value at its producer"),
	InvalidTimestamp:    refused(refusal.BadValue, wordsDate),
	1365:                refused(refusal.BadValue, "a generated column, a default or a trigger divides by zero: correct the value, or the expression"),
	4035:                refused(refusal.BadValue, wordsJSON), // in a generated column or a CHECK
	4036:                refused(refusal.BadValue, wordsJSON),
	4037:                refused(refusal.BadValue, wordsJSON),
	4038:                refused(refusal.BadValue, wordsJSON),
	4039:                refused(refusal.BadValue, wordsJSON),
	4040:                refused(refusal.BadValue, wordsJSON),
	1300:                refused(refusal.BadText, "a text is not valid in its character set: correct the text at its producer"),
	1406:                refused(refusal.TooLong, "a value is longer than the column: widen the column, or shorten the value"),
	1118:                refused(refusal.TooLarge, "the row is larger than a page of the table holds: use TEXT or BLOB columns, or ROW_FORMAT=DYNAMIC"), // known only for the values at hand
	1713:                refused(refusal.TooLarge, "the row is larger than an undo page holds: shorten its values"),

	// The row breaks a rule of the table.
	1022:             refused(refusal.Duplicate, wordsDuplicate),
	1062:             refused(refusal.Duplicate, wordsDuplicate), // of another unique index, or the key would have been updated
	1169:             refused(refusal.Duplicate, wordsDuplicate),
	1586:             refused(refusal.Duplicate, wordsDuplicate),
	1761:             refused(refusal.Duplicate, wordsChildKeys),
	1762:             refused(refusal.Duplicate, wordsChildKeys),
	noReferencedRow:  refused(refusal.ForeignKey, wordsParent),
	NoReferencedRow2: refused(refusal.ForeignKey, wordsParent),
	1217:             refused(refusal.ForeignKey, wordsChild),
	1451:             refused(refusal.ForeignKey, wordsChild),
	4025:             refused(refusal.Check, "a CHECK constraint does not hold for the row: correct the value, or change the constraint"),
	viewCheckFailed:  refused(refusal.Check, "the row is outside the view's WITH CHECK OPTION: correct the value, or change the view"),
	1644:             refused(refusal.Trigger, wordsTrigger),
	1643:             refused(refusal.Trigger, wordsTrigger), // SIGNAL with class 02
	1526:             refused(refusal.Partition, wordsPartition),
	1591:             refused(refusal.Partition, wordsPartition),
	1748:             refused(refusal.Partition, wordsPartition),
	1863:             refused(refusal.Partition, wordsPartition),

	// Concurrency: the other side has won, the next try goes through.
	lockDeadlock:    every(RetryNow, "Deadlock found when trying to get lock; try restarting transaction"),
	lockWaitTimeout: every(RetryNow, "Lock wait timeout exceeded; try restarting transaction"),
	1020: every(RetryNow, // the snapshot is older than the row
		"Record has changed since last read in table '%s'",
		"Record has changed since last read in table '%s'; try restarting transaction"),
	1689: every(RetryNow, "Wait on a lock was aborted due to a pending exclusive lock"), // Galera applied the write of another node first
	1412: every(RetryNow, "Table definition has changed, please retry transaction"),     // ALTER TABLE came between
	1615: every(RetryNow, "Prepared statement needs to be re-prepared"),
	1402: every(RetryNow, "XA_RBROLLBACK: Transaction branch was rolled back"),
	1613: every(RetryNow, "XA_RBTIMEOUT: Transaction branch was rolled back: took too long"),
	1614: every(RetryNow, "XA_RBDEADLOCK: Transaction branch was rolled back: deadlock was detected"),

	// Full, or short of something.
	1815:               every(Wait), // internal error
	1135:               every(Wait), // no thread can be created
	tooManyConnections: every(Wait),
	tooManyOfAccount:   every(Wait),
	1021:               every(Wait, "Disk full (%s); waiting for someone to free some space... (errno: %M)"),
	1114:               every(Wait, "The table '%s' is full"), // InnoDB's word for a full disk
	1026:               every(Wait, "Error writing file '%s' (errno: %M)"),
	1024:               every(Wait, "Error reading file '%s' (errno: %M)"),
	1023:               every(Wait, "Error on close of '%s' (errno: %M)"),
	1015:               every(Wait, "Can't lock file (errno: %M)"),
	1017:               every(Wait, "Can't find file: '%s' (errno: %M)"),
	1878:               every(Wait, "Temporary file write failure"),
	1016:               every(Wait, "Can't open file: '%s' (errno: %M)"), // out of file handles
	1037:               every(Wait, "Out of memory; restart server and try again (needed %d bytes)"),
	1038:               every(Wait, "Out of sort memory, consider increasing server sort buffer size"),
	1041:               every(Wait, "Out of memory."),
	1637:               every(Wait, "Too many active concurrent transactions"),
	1206:               every(Wait, "The total number of locks exceeds the lock table size"),
	transCacheFull: every(Wait,
		"Multi-statement transaction required more than 'max_binlog_cache_size' bytes of storage; increase this mariadbd variable and try again",
		"Multi-statement transaction required more than 'max_binlog_cache_size' bytes of storage; increase this mysqld variable and try again"),
	stmtCacheFull:   every(Wait, "Multi-row statements required more than 'max_binlog_stmt_cache_size' bytes of storage."),
	exceedsResource: every(Wait, "User '%s' has exceeded the '%s' resource (current value: %d)"),

	// Read-only. Of one row: a trigger writes to a table that is read-only, or signals
	// such a number with a class other than 45.
	1290: onEvidence(Wait, "The MariaDB server is running with the --%w option so it cannot execute this statement"), // --read-only
	1792: onEvidence(Wait, "Cannot execute statement in a READ ONLY transaction"),
	1836: onEvidence(Wait, "Running in read-only mode"),
	1874: onEvidence(Wait, "InnoDB is in read only mode"),
	1036: onEvidence(Wait, "Table '%s' is read only"),

	// Not now: starting, stopping, backed up, not in the cluster.
	1077: every(Wait), // normal shutdown
	1079: every(Wait), // shutdown complete
	1080: every(Wait), // forcing close
	1297: every(Wait), // a temporary error of the storage engine
	1053: every(Wait, "Server shutdown in progress"),
	1047: every(Wait, "Unknown command", "WSREP has not yet prepared node for application use"), // the second form is Galera's
	1223: every(Wait, "Can't execute the query because you have a conflicting read lock"),       // FLUSH TABLES WITH READ LOCK
	1099: every(Wait, "Table '%s' was locked with a READ lock and can't be updated"),
	4145: every(Wait, "Can't execute the command as you have a BACKUP STAGE active"),
	1180: every(Wait, "Got error %M during COMMIT"), // the log could not be written; Galera: not certified

	// The connection or the statement was ended from outside.
	1152: every(Wait), // aborting connection
	1184: every(Wait), // the same
	1429: every(Wait), // FEDERATED, Spider: of the server behind this one
	1430: every(Wait), // the same
	1043: every(Wait), // handshake error
	1042: every(Wait), // the server cannot find the client's host
	1129: every(Wait), // host is blocked
	1317: every(Wait, "Query execution was interrupted"),
	1969: every(Wait, "Query execution was interrupted (max_statement_time exceeded)"),
	1927: every(Wait, "Connection was killed"),
	1153: every(Wait, "Got a packet bigger than 'max_allowed_packet' bytes"), // max_allowed_packet was lowered: Connect asks for it again
	1158: every(Wait, "Got an error reading communication packets"),
	1159: every(Wait, "Got timeout reading communication packets"),
	1160: every(Wait, "Got an error writing communication packets"),
	1161: every(Wait, "Got timeout writing communication packets"),
	1243: every(Wait, "Unknown prepared statement handler (%w) given to %w"), // a proxy changed servers: Connect renews the connections

	// The account lacks a privilege. Of one row: a trigger uses something else that it
	// may not use.
	DBAccessDenied: onEvidence(Misconfigured, "Access denied for user '%s'@'%s' to database '%s'"),
	TableAccessDenied: onEvidence(Misconfigured,
		"%A command denied to user '%s'@'%s' for table `%s`.`%s`",
		"%A command denied to user '%s'@'%s' for table '%s'"),
	ColumnAccessDenied:   onEvidence(Misconfigured, "%A command denied to user '%s'@'%s' for column '%s' in table '%s'"),
	SpecificAccessDenied: onEvidence(Misconfigured, "Access denied; you need (at least one of) the %A privilege(s) for this operation"),
	1370:                 onEvidence(Misconfigured, "%A command denied to user '%s'@'%s' for routine '%s'"),

	// The account.
	accessDenied:      every(Misconfigured),
	accessDeniedNoPwd: every(Misconfigured),
	1130:              every(Misconfigured), // the host may not connect
	1820:              every(Misconfigured, "You must SET PASSWORD before executing this statement"),
	1862:              every(Misconfigured), // the password has expired
	4150:              every(Misconfigured), // user is blocked
	4151:              every(Misconfigured), // account locked

	// Something does not exist, or has another shape. Of one row: a trigger uses it for
	// that row only (before SIGNAL, triggers did so to say no).
	InvalidDefault:    onEvidence(Misconfigured), // a zero date, under the sql_mode of a trigger
	1046:              onEvidence(Misconfigured, "No database selected"),
	1049:              onEvidence(Misconfigured, "Unknown database '%s'"),
	1146:              onEvidence(Misconfigured, "Table '%s' doesn't exist"),
	1054:              onEvidence(Misconfigured, "Unknown column '%s' in '%s'"),
	1136:              onEvidence(Misconfigured, "Column count doesn't match value count at row %d"),
	NoDefaultForField: onEvidence(Misconfigured, "Field '%s' doesn't have a default value"), // a NOT NULL column that the configuration leaves out
	1356:              onEvidence(Misconfigured, "View '%s' references invalid table(s) or column(s) or function(s) or definer/invoker of view lack rights to use them"),
	1449:              onEvidence(Misconfigured, "The user specified as a definer ('%s'@'%s') does not exist"), // the definer of a trigger
	1305:              onEvidence(Misconfigured, "PROCEDURE %s does not exist", "FUNCTION %s does not exist"),

	// The table and what hangs on it.
	AutoincOutOfRange: every(Misconfigured), // no number is left: every further row meets it
	1932:              every(Misconfigured, "Table '%s' doesn't exist in engine"),
	AutoincReadFailed: every(Misconfigured, "Failed to read auto-increment value from storage engine"), // the same
	1194:              every(Misconfigured, "Table '%s' is marked as crashed and should be repaired"),
	1195:              every(Misconfigured, "Table '%s' is marked as crashed and last (automatic?) repair failed"),
	1877:              every(Misconfigured, "Operation cannot be performed. The table '%s' is missing, corrupt or contains bad data"),
	1712:              every(Misconfigured, "Index %w is corrupted"),
	1034:              every(Misconfigured, "Index for table '%s' is corrupt; try to repair it"), // also a temporary table on a full disk
	1035:              every(Misconfigured, "Old key file for table '%s'; repair it!"),
	1812:              every(Misconfigured, "Tablespace is missing for table '%s'"),
	1814:              every(Misconfigured, "Tablespace has been discarded for table `%s`", "Tablespace has been discarded for table '%s'"),

	// The server.
	1598: every(Misconfigured), // the binary log cannot be written
	1665: every(Misconfigured, rowLoggingOnly, // binlog_format=STATEMENT forbids READ COMMITTED
		rowLoggingOnly+" InnoDB is limited to row-logging when transaction isolation level is READ COMMITTED or READ UNCOMMITTED."),
	1461: every(Misconfigured, "Can't create more than max_prepared_stmt_count statements (current value: %d)"),

	// The row or MariaDB may be at fault. A trigger or CHECK may fail for the value of one row:
	// the class of the error (42, 21) would blame the set-up for good rows too.
	1139: onEvidence(Unknown), // a regular expression
	1172: onEvidence(Unknown), // too many rows
	1242: onEvidence(Unknown), // a subquery with more than one row
	1105: onEvidence(Unknown), // unknown error
	// The storage engine's own number is inside the message: a full disk as well as a
	// row that is too long.
	1030: {kind: Unknown, code: refusal.Refused}, // any error of the storage engine
}
