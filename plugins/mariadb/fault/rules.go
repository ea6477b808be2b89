package fault

import "github.com/order-sink/order-sink/plugins/mariadb/refusal"

type rule struct {
	kind Kind
	code string
	lone bool // see [Fault.Lone]
}

// onEvidence marks an error that the environment causes for every row, and that a
// trigger, a generated column or a foreign key can cause for one row. The output
// waits, and refuses the row only after evidence that other rows can be stored.
//
// An error that can hit one row while another row is stored has no such mark, or
// the environment would send good rows to the dead letters: a disk, a file or a
// table that is full (a larger row needs more room), locks and deadlocks (of that
// row), memory, timeouts, connections, a cluster's states, damaged files.
const onEvidence = true

// rules has the kind of each number, grouped by kind, with the reason.
var rules = map[uint16]rule{
	// The value does not fit its column.
	badNull:             {kind: Refused, code: refusal.Null},
	dataOutOfRange:      {kind: Refused, code: refusal.OutOfRange},
	numericOutOfRange:   {kind: Refused, code: refusal.OutOfRange},
	DatetimeOverflow:    {kind: Refused, code: refusal.OutOfRange},
	dataTruncated:       {kind: Refused, code: refusal.BadValue}, // not a member of the ENUM, text behind a number
	TruncatedWrongValue: {kind: Refused, code: refusal.BadValue},
	WrongValueForField:  {kind: Refused, code: refusal.BadValue}, // also: a letter that the column's character set lacks
	illegalValueForType: {kind: Refused, code: refusal.BadValue},
	wrongValueForType:   {kind: Refused, code: refusal.BadValue},
	wrongValue:          {kind: Refused, code: refusal.BadValue},
	cantCreateGeometry:  {kind: Refused, code: refusal.BadValue},
	InvalidTimestamp:    {kind: Refused, code: refusal.BadValue},
	divisionByZero:      {kind: Refused, code: refusal.BadValue}, // in a generated column
	jsonBadChr:          {kind: Refused, code: refusal.BadValue}, // in a generated column or a CHECK
	jsonNotJSONChr:      {kind: Refused, code: refusal.BadValue},
	jsonEOS:             {kind: Refused, code: refusal.BadValue},
	jsonSyntax:          {kind: Refused, code: refusal.BadValue},
	jsonEscaping:        {kind: Refused, code: refusal.BadValue},
	jsonDepth:           {kind: Refused, code: refusal.BadValue},
	invalidCharString:   {kind: Refused, code: refusal.BadText},
	dataTooLong:         {kind: Refused, code: refusal.TooLong},
	tooBigRowsize:       {kind: Refused, code: refusal.TooLarge}, // more than a page holds, known only for the values at hand
	undoRecordTooBig:    {kind: Refused, code: refusal.TooLarge},

	// The row breaks a rule of the table.
	dupKey:               {kind: Refused, code: refusal.Duplicate},
	dupEntry:             {kind: Refused, code: refusal.Duplicate}, // of another unique index, or the key would have been updated
	dupUnique:            {kind: Refused, code: refusal.Duplicate},
	dupEntryWithKeyName:  {kind: Refused, code: refusal.Duplicate},
	foreignDupWithChild:  {kind: Refused, code: refusal.Duplicate},
	foreignDupNoChild:    {kind: Refused, code: refusal.Duplicate},
	noReferencedRow:      {kind: Refused, code: refusal.ForeignKey},
	NoReferencedRow2:     {kind: Refused, code: refusal.ForeignKey},
	rowIsReferenced:      {kind: Refused, code: refusal.ForeignKey},
	rowIsReferenced2:     {kind: Refused, code: refusal.ForeignKey},
	constraintFailed:     {kind: Refused, code: refusal.Check},
	viewCheckFailed:      {kind: Refused, code: refusal.Check},
	signalException:      {kind: Refused, code: refusal.Trigger},
	signalNotFound:       {kind: Refused, code: refusal.Trigger}, // SIGNAL with class 02
	noPartitionForValue:  {kind: Refused, code: refusal.Partition},
	noPartitionSilent:    {kind: Refused, code: refusal.Partition},
	rowNotInPartitionSet: {kind: Refused, code: refusal.Partition},
	rowInWrongPartition:  {kind: Refused, code: refusal.Partition},

	// Concurrency: the other side has won, the next try goes through.
	lockDeadlock:    {kind: RetryNow},
	lockWaitTimeout: {kind: RetryNow},
	checkRead:       {kind: RetryNow}, // the snapshot is older than the row
	lockAborted:     {kind: RetryNow}, // Galera applied somebody else's write first
	tableDefChanged: {kind: RetryNow}, // ALTER TABLE came between
	needReprepare:   {kind: RetryNow},
	xaRBRollback:    {kind: RetryNow},
	xaRBTimeout:     {kind: RetryNow},
	xaRBDeadlock:    {kind: RetryNow},

	// Full, or short of something.
	diskFull:         {kind: Wait},
	recordFileFull:   {kind: Wait}, // InnoDB's word for a full disk
	errorOnWrite:     {kind: Wait},
	errorOnRead:      {kind: Wait},
	errorOnClose:     {kind: Wait},
	cantLock:         {kind: Wait},
	fileNotFound:     {kind: Wait},
	tempFileWrite:    {kind: Wait},
	internalError:    {kind: Wait},
	cantOpenFile:     {kind: Wait}, // out of file handles
	outOfMemory:      {kind: Wait},
	outOfSortMemory:  {kind: Wait},
	outOfResources:   {kind: Wait},
	cantCreateThread: {kind: Wait},
	tooManyTrx:       {kind: Wait},
	lockTableFull:    {kind: Wait},
	transCacheFull:   {kind: Wait},
	stmtCacheFull:    {kind: Wait},
	conCountError:    {kind: Wait},
	tooManyUserConns: {kind: Wait},
	userLimitReached: {kind: Wait}, // of an hour

	// Read-only. Of one row: a trigger writes to a table that is read-only, or signals
	// such a number with a class other than 45.
	optionPreventsStmt:  {kind: Wait, code: refusal.Refused, lone: onEvidence}, // --read-only
	readOnlyTransaction: {kind: Wait, code: refusal.Refused, lone: onEvidence},
	readOnlyMode:        {kind: Wait, code: refusal.Refused, lone: onEvidence},
	innodbReadOnly:      {kind: Wait, code: refusal.Refused, lone: onEvidence},
	openAsReadonly:      {kind: Wait, code: refusal.Refused, lone: onEvidence},

	// Not now: starting, stopping, backed up, not in the cluster.
	unknownCommand:      {kind: Wait}, // Galera: WSREP has not yet prepared this node
	serverShutdown:      {kind: Wait},
	normalShutdown:      {kind: Wait},
	shutdownComplete:    {kind: Wait},
	forcingClose:        {kind: Wait},
	cantUpdateReadLock:  {kind: Wait}, // FLUSH TABLES WITH READ LOCK
	tableNotLockedWrite: {kind: Wait},
	backupLockActive:    {kind: Wait},
	errorDuringCommit:   {kind: Wait}, // the log could not be written; Galera: not certified
	getTemporaryErrmsg:  {kind: Wait},

	// The connection or the statement was ended from outside.
	queryInterrupted:      {kind: Wait},
	statementTimeout:      {kind: Wait},
	connectionKilled:      {kind: Wait},
	abortingConnection:    {kind: Wait},
	newAbortingConnection: {kind: Wait},
	netPacketTooLarge:     {kind: Wait}, // max_allowed_packet was lowered: Connect asks for it again
	foreignConnect:        {kind: Wait}, // FEDERATED, Spider: of the server behind this one
	foreignQuery:          {kind: Wait},
	netReadError:          {kind: Wait},
	netReadInterrupted:    {kind: Wait},
	netErrorOnWrite:       {kind: Wait},
	netWriteInterrupted:   {kind: Wait},
	handshakeError:        {kind: Wait},
	badHostError:          {kind: Wait},
	hostIsBlocked:         {kind: Wait},
	unknownStmtHandler:    {kind: Wait}, // a proxy changed servers: Connect renews the connections

	// The account lacks a privilege. Of one row: a trigger uses something else that it
	// may not use.
	DBAccessDenied:       {kind: Misconfigured, code: refusal.Refused, lone: onEvidence},
	TableAccessDenied:    {kind: Misconfigured, code: refusal.Refused, lone: onEvidence},
	ColumnAccessDenied:   {kind: Misconfigured, code: refusal.Refused, lone: onEvidence},
	SpecificAccessDenied: {kind: Misconfigured, code: refusal.Refused, lone: onEvidence},
	procAccessDenied:     {kind: Misconfigured, code: refusal.Refused, lone: onEvidence},

	// The account.
	accessDenied:       {kind: Misconfigured},
	accessDeniedNoPwd:  {kind: Misconfigured},
	hostNotPrivileged:  {kind: Misconfigured},
	mustChangePassword: {kind: Misconfigured},
	mustChangePwdLogin: {kind: Misconfigured},
	userIsBlocked:      {kind: Misconfigured},
	accountLocked:      {kind: Misconfigured},

	// Something does not exist, or has another shape. Of one row: a trigger uses it for
	// that row only (before SIGNAL, triggers did so to say no).
	noDB:                 {kind: Misconfigured, code: refusal.Refused, lone: onEvidence},
	badDB:                {kind: Misconfigured, code: refusal.Refused, lone: onEvidence},
	noSuchTable:          {kind: Misconfigured, code: refusal.Refused, lone: onEvidence},
	badField:             {kind: Misconfigured, code: refusal.Refused, lone: onEvidence},
	wrongValueCountOnRow: {kind: Misconfigured, code: refusal.Refused, lone: onEvidence},
	NoDefaultForField:    {kind: Misconfigured, code: refusal.Refused, lone: onEvidence}, // a NOT NULL column that the configuration leaves out
	InvalidDefault:       {kind: Misconfigured, code: refusal.Refused, lone: onEvidence}, // a zero date, under the sql_mode of a trigger
	viewInvalid:          {kind: Misconfigured, code: refusal.Refused, lone: onEvidence},
	noSuchUser:           {kind: Misconfigured, code: refusal.Refused, lone: onEvidence}, // the definer of a trigger
	spDoesNotExist:       {kind: Misconfigured, code: refusal.Refused, lone: onEvidence},

	// The table and what hangs on it.
	noSuchTableInEngine: {kind: Misconfigured},
	AutoincReadFailed:   {kind: Misconfigured}, // no number is left
	AutoincOutOfRange:   {kind: Misconfigured}, // the same: every further row meets it
	crashedOnUsage:      {kind: Misconfigured},
	crashedOnRepair:     {kind: Misconfigured},
	tableCorrupt:        {kind: Misconfigured},
	indexCorrupt:        {kind: Misconfigured},
	notKeyfile:          {kind: Misconfigured}, // also a temporary table on a full disk
	oldKeyfile:          {kind: Misconfigured},
	tablespaceMissing:   {kind: Misconfigured},
	tablespaceDiscarded: {kind: Misconfigured},

	// The server.
	binlogImpossible:     {kind: Misconfigured},
	binlogStmtModeRow:    {kind: Misconfigured}, // binlog_format=STATEMENT forbids READ COMMITTED
	maxPreparedStmtCount: {kind: Misconfigured},

	// Anybody's fault.
	badRegexp:    {kind: Unknown, code: refusal.Refused, lone: onEvidence}, // a trigger or CHECK that stumbles over one row's value: its
	tooManyRows:  {kind: Unknown, code: refusal.Refused, lone: onEvidence}, // class (42, 21) would blame the set-up for good rows too
	subqueryRows: {kind: Unknown, code: refusal.Refused, lone: onEvidence},
	unknownError: {kind: Unknown, code: refusal.Refused, lone: onEvidence},
	// The storage engine's own number is inside the message: a full disk as well as a
	// row that is too long.
	getErrno: {kind: Unknown, code: refusal.Refused},
}
