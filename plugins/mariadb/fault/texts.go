package fault

import (
	"fmt"
	"regexp"
	"strings"
)

// A trigger can SIGNAL with any number and class, and with a row value as its text. So
// the output shows the server's message only where the message has exactly the text that
// MariaDB itself gives the number (Invariant 7). Numbers whose text ends in words of
// another program are not in this list: the message of a FEDERATED table may quote a row.
// Numbers that only a new connection meets are not either, see [Fault.connectText].
//
// The texts are those of MariaDB's error list, with names for %s, digits for %d, the
// error of the operating system for %M, privileges for %A and one word for %w. The
// session asks for English, see the package session.
var serverTexts = map[uint16][]string{
	lockDeadlock:    {"Deadlock found when trying to get lock; try restarting transaction"},
	lockWaitTimeout: {"Lock wait timeout exceeded; try restarting transaction"},
	checkRead:       {"Record has changed since last read in table '%s'", "Record has changed since last read in table '%s'; try restarting transaction"},
	lockAborted:     {"Wait on a lock was aborted due to a pending exclusive lock"},
	tableDefChanged: {"Table definition has changed, please retry transaction"},
	needReprepare:   {"Prepared statement needs to be re-prepared"},
	xaRBRollback:    {"XA_RBROLLBACK: Transaction branch was rolled back"},
	xaRBTimeout:     {"XA_RBTIMEOUT: Transaction branch was rolled back: took too long"},
	xaRBDeadlock:    {"XA_RBDEADLOCK: Transaction branch was rolled back: deadlock was detected"},

	diskFull:        {"Disk full (%s); waiting for someone to free some space... (errno: %M)"},
	recordFileFull:  {"The table '%s' is full"},
	errorOnWrite:    {"Error writing file '%s' (errno: %M)"},
	errorOnRead:     {"Error reading file '%s' (errno: %M)"},
	errorOnClose:    {"Error on close of '%s' (errno: %M)"},
	cantLock:        {"Can't lock file (errno: %M)"},
	fileNotFound:    {"Can't find file: '%s' (errno: %M)"},
	cantOpenFile:    {"Can't open file: '%s' (errno: %M)"},
	tempFileWrite:   {"Temporary file write failure"},
	outOfMemory:     {"Out of memory; restart server and try again (needed %d bytes)"},
	outOfSortMemory: {"Out of sort memory, consider increasing server sort buffer size"},
	outOfResources:  {"Out of memory."},
	tooManyTrx:      {"Too many active concurrent transactions"},
	lockTableFull:   {"The total number of locks exceeds the lock table size"},
	transCacheFull: {
		"Multi-statement transaction required more than 'max_binlog_cache_size' bytes of storage; increase this mariadbd variable and try again",
		"Multi-statement transaction required more than 'max_binlog_cache_size' bytes of storage; increase this mysqld variable and try again",
	},
	stmtCacheFull:    {"Multi-row statements required more than 'max_binlog_stmt_cache_size' bytes of storage."},
	userLimitReached: {"User '%s' has exceeded the '%s' resource (current value: %d)"},

	optionPreventsStmt:  {"The MariaDB server is running with the --%w option so it cannot execute this statement"},
	readOnlyTransaction: {"Cannot execute statement in a READ ONLY transaction"},
	readOnlyMode:        {"Running in read-only mode"},
	innodbReadOnly:      {"InnoDB is in read only mode"},
	openAsReadonly:      {"Table '%s' is read only"},

	unknownCommand:      {"Unknown command", "WSREP has not yet prepared node for application use"},
	serverShutdown:      {"Server shutdown in progress"},
	cantUpdateReadLock:  {"Can't execute the query because you have a conflicting read lock"},
	tableNotLockedWrite: {"Table '%s' was locked with a READ lock and can't be updated"},
	backupLockActive:    {"Can't execute the command as you have a BACKUP STAGE active"},
	errorDuringCommit:   {"Got error %M during COMMIT"},

	queryInterrupted:    {"Query execution was interrupted"},
	statementTimeout:    {"Query execution was interrupted (max_statement_time exceeded)"},
	connectionKilled:    {"Connection was killed"},
	netPacketTooLarge:   {"Got a packet bigger than 'max_allowed_packet' bytes"},
	netReadError:        {"Got an error reading communication packets"},
	netReadInterrupted:  {"Got timeout reading communication packets"},
	netErrorOnWrite:     {"Got an error writing communication packets"},
	netWriteInterrupted: {"Got timeout writing communication packets"},
	unknownStmtHandler:  {"Unknown prepared statement handler (%w) given to %w"},

	DBAccessDenied:       {"Access denied for user '%s'@'%s' to database '%s'"},
	TableAccessDenied:    {"%A command denied to user '%s'@'%s' for table `%s`.`%s`", "%A command denied to user '%s'@'%s' for table '%s'"},
	ColumnAccessDenied:   {"%A command denied to user '%s'@'%s' for column '%s' in table '%s'"},
	SpecificAccessDenied: {"Access denied; you need (at least one of) the %A privilege(s) for this operation"},
	procAccessDenied:     {"%A command denied to user '%s'@'%s' for routine '%s'"},
	mustChangePassword:   {"You must SET PASSWORD before executing this statement"},

	noDB:                 {"No database selected"},
	badDB:                {"Unknown database '%s'"},
	noSuchTable:          {"Table '%s' doesn't exist"},
	badField:             {"Unknown column '%s' in '%s'"},
	wrongValueCountOnRow: {"Column count doesn't match value count at row %d"},
	NoDefaultForField:    {"Field '%s' doesn't have a default value"},
	viewInvalid:          {"View '%s' references invalid table(s) or column(s) or function(s) or definer/invoker of view lack rights to use them"},
	noSuchUser:           {"The user specified as a definer ('%s'@'%s') does not exist"},
	spDoesNotExist:       {"PROCEDURE %s does not exist", "FUNCTION %s does not exist"},

	noSuchTableInEngine: {"Table '%s' doesn't exist in engine"},
	AutoincReadFailed:   {"Failed to read auto-increment value from storage engine"},
	crashedOnUsage:      {"Table '%s' is marked as crashed and should be repaired"},
	crashedOnRepair:     {"Table '%s' is marked as crashed and last (automatic?) repair failed"},
	tableCorrupt:        {"Operation cannot be performed. The table '%s' is missing, corrupt or contains bad data"},
	indexCorrupt:        {"Index %w is corrupted"},
	notKeyfile:          {"Index for table '%s' is corrupt; try to repair it"},
	oldKeyfile:          {"Old key file for table '%s'; repair it!"},
	tablespaceMissing:   {"Tablespace is missing for table '%s'"},
	tablespaceDiscarded: {"Tablespace has been discarded for table `%s`", "Tablespace has been discarded for table '%s'"},

	binlogStmtModeRow: {
		"Cannot execute statement: impossible to write to binary log since BINLOG_FORMAT = STATEMENT and at least one table uses a storage engine limited to row-based logging.",
		"Cannot execute statement: impossible to write to binary log since BINLOG_FORMAT = STATEMENT and at least one table uses a storage engine limited to row-based logging. InnoDB is limited to row-logging when transaction isolation level is READ COMMITTED or READ UNCOMMITTED.",
	},
	maxPreparedStmtCount: {"Can't create more than max_prepared_stmt_count statements (current value: %d)"},
}

var serverForms = formsOf(serverTexts)

func formsOf(texts map[uint16][]string) map[uint16]*regexp.Regexp {
	variables := strings.NewReplacer(
		"%s", "[^'\"`]*",
		"%d", `\d+`,
		"%M", `\d+ "[^"]*"`,
		"%A", `[A-Z, ]+`,
		"%w", "[^ '\"]+",
	)
	forms := make(map[uint16]*regexp.Regexp, len(texts))
	for number, all := range texts {
		var alternatives []string
		for _, text := range all {
			alternatives = append(alternatives, variables.Replace(regexp.QuoteMeta(text)))
		}
		forms[number] = regexp.MustCompile("^(?:" + strings.Join(alternatives, "|") + ")$")
	}
	return forms
}

// messageText is the server's message if it cannot hold a row value, else what to do
// without it.
func (f *Fault) messageText(message string) string {
	if form := serverForms[f.Number]; form != nil && form.MatchString(message) {
		return visible(message)
	}
	return fmt.Sprintf("the sink does not show the server's message, because the message may contain a row value: run perror %d to read what the number means, and SHOW TRIGGERS to find a SIGNAL with the number", f.Number)
}
