package mariadb

import "github.com/order-sink/order-sink/plugins/mariadb/refusal"

type rule struct {
	kind kind
	code string
	lone bool // see [failure.lone]
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

// rules is the verdict for each number, grouped by verdict, with the reason.
var rules = map[uint16]rule{
	// The value does not fit its column.
	badNull:             {kind: refused, code: refusal.Null},
	dataOutOfRange:      {kind: refused, code: refusal.OutOfRange},
	numericOutOfRange:   {kind: refused, code: refusal.OutOfRange},
	datetimeOverflow:    {kind: refused, code: refusal.OutOfRange},
	dataTruncated:       {kind: refused, code: refusal.BadValue}, // not a member of the ENUM, text behind a number
	truncatedWrongValue: {kind: refused, code: refusal.BadValue},
	wrongValueForField:  {kind: refused, code: refusal.BadValue}, // also: a letter that the column's character set lacks
	illegalValueForType: {kind: refused, code: refusal.BadValue},
	wrongValueForType:   {kind: refused, code: refusal.BadValue},
	wrongValue:          {kind: refused, code: refusal.BadValue},
	cantCreateGeometry:  {kind: refused, code: refusal.BadValue},
	invalidTimestamp:    {kind: refused, code: refusal.BadValue},
	divisionByZero:      {kind: refused, code: refusal.BadValue}, // in a generated column
	jsonBadChr:          {kind: refused, code: refusal.BadValue}, // in a generated column or a CHECK
	jsonNotJSONChr:      {kind: refused, code: refusal.BadValue},
	jsonEOS:             {kind: refused, code: refusal.BadValue},
	jsonSyntax:          {kind: refused, code: refusal.BadValue},
	jsonEscaping:        {kind: refused, code: refusal.BadValue},
	jsonDepth:           {kind: refused, code: refusal.BadValue},
	invalidCharString:   {kind: refused, code: refusal.BadText},
	dataTooLong:         {kind: refused, code: refusal.TooLong},
	tooBigRowsize:       {kind: refused, code: refusal.TooLarge}, // more than a page holds, known only for the values at hand
	undoRecordTooBig:    {kind: refused, code: refusal.TooLarge},

	// The row breaks a rule of the table.
	dupKey:               {kind: refused, code: refusal.Duplicate},
	dupEntry:             {kind: refused, code: refusal.Duplicate}, // of another unique index, or the key would have been updated
	dupUnique:            {kind: refused, code: refusal.Duplicate},
	dupEntryWithKeyName:  {kind: refused, code: refusal.Duplicate},
	foreignDupWithChild:  {kind: refused, code: refusal.Duplicate},
	foreignDupNoChild:    {kind: refused, code: refusal.Duplicate},
	noReferencedRow:      {kind: refused, code: refusal.ForeignKey},
	noReferencedRow2:     {kind: refused, code: refusal.ForeignKey},
	rowIsReferenced:      {kind: refused, code: refusal.ForeignKey},
	rowIsReferenced2:     {kind: refused, code: refusal.ForeignKey},
	constraintFailed:     {kind: refused, code: refusal.Check},
	viewCheckFailed:      {kind: refused, code: refusal.Check},
	signalException:      {kind: refused, code: refusal.Trigger},
	signalNotFound:       {kind: refused, code: refusal.Trigger}, // SIGNAL with class 02
	noPartitionForValue:  {kind: refused, code: refusal.Partition},
	noPartitionSilent:    {kind: refused, code: refusal.Partition},
	rowNotInPartitionSet: {kind: refused, code: refusal.Partition},
	rowInWrongPartition:  {kind: refused, code: refusal.Partition},

	// Concurrency: the other side has won, the next try goes through.
	lockDeadlock:    {kind: retryNow},
	lockWaitTimeout: {kind: retryNow},
	checkRead:       {kind: retryNow}, // the snapshot is older than the row
	lockAborted:     {kind: retryNow}, // Galera applied somebody else's write first
	tableDefChanged: {kind: retryNow}, // ALTER TABLE came between
	needReprepare:   {kind: retryNow},
	xaRBRollback:    {kind: retryNow},
	xaRBTimeout:     {kind: retryNow},
	xaRBDeadlock:    {kind: retryNow},

	// Full, or short of something.
	diskFull:         {kind: wait},
	recordFileFull:   {kind: wait}, // InnoDB's word for a full disk
	errorOnWrite:     {kind: wait},
	errorOnRead:      {kind: wait},
	errorOnClose:     {kind: wait},
	cantLock:         {kind: wait},
	fileNotFound:     {kind: wait},
	tempFileWrite:    {kind: wait},
	internalError:    {kind: wait},
	cantOpenFile:     {kind: wait}, // out of file handles
	outOfMemory:      {kind: wait},
	outOfSortMemory:  {kind: wait},
	outOfResources:   {kind: wait},
	cantCreateThread: {kind: wait},
	tooManyTrx:       {kind: wait},
	lockTableFull:    {kind: wait},
	transCacheFull:   {kind: wait},
	stmtCacheFull:    {kind: wait},
	conCountError:    {kind: wait},
	tooManyUserConns: {kind: wait},
	userLimitReached: {kind: wait}, // of an hour

	// Read-only. Of one row: a trigger writes to a table that is read-only, or signals
	// such a number with a class other than 45.
	optionPreventsStmt:  {kind: wait, code: refusal.Refused, lone: onEvidence}, // --read-only
	readOnlyTransaction: {kind: wait, code: refusal.Refused, lone: onEvidence},
	readOnlyMode:        {kind: wait, code: refusal.Refused, lone: onEvidence},
	innodbReadOnly:      {kind: wait, code: refusal.Refused, lone: onEvidence},
	openAsReadonly:      {kind: wait, code: refusal.Refused, lone: onEvidence},

	// Not now: starting, stopping, backed up, not in the cluster.
	unknownCommand:      {kind: wait}, // Galera: WSREP has not yet prepared this node
	serverShutdown:      {kind: wait},
	normalShutdown:      {kind: wait},
	shutdownComplete:    {kind: wait},
	forcingClose:        {kind: wait},
	cantUpdateReadLock:  {kind: wait}, // FLUSH TABLES WITH READ LOCK
	tableNotLockedWrite: {kind: wait},
	backupLockActive:    {kind: wait},
	errorDuringCommit:   {kind: wait}, // the log could not be written; Galera: not certified
	getTemporaryErrmsg:  {kind: wait},

	// The connection or the statement was ended from outside.
	queryInterrupted:      {kind: wait},
	statementTimeout:      {kind: wait},
	connectionKilled:      {kind: wait},
	abortingConnection:    {kind: wait},
	newAbortingConnection: {kind: wait},
	netPacketTooLarge:     {kind: wait}, // max_allowed_packet was lowered: Connect asks for it again
	foreignConnect:        {kind: wait}, // FEDERATED, Spider: of the server behind this one
	foreignQuery:          {kind: wait},
	netReadError:          {kind: wait},
	netReadInterrupted:    {kind: wait},
	netErrorOnWrite:       {kind: wait},
	netWriteInterrupted:   {kind: wait},
	handshakeError:        {kind: wait},
	badHostError:          {kind: wait},
	hostIsBlocked:         {kind: wait},
	unknownStmtHandler:    {kind: wait}, // a proxy changed servers: Connect renews the connections

	// The account lacks a privilege. Of one row: a trigger uses something else that it
	// may not use.
	dbAccessDenied:       {kind: misconfigured, code: refusal.Refused, lone: onEvidence},
	tableAccessDenied:    {kind: misconfigured, code: refusal.Refused, lone: onEvidence},
	columnAccessDenied:   {kind: misconfigured, code: refusal.Refused, lone: onEvidence},
	specificAccessDenied: {kind: misconfigured, code: refusal.Refused, lone: onEvidence},
	procAccessDenied:     {kind: misconfigured, code: refusal.Refused, lone: onEvidence},

	// The account.
	accessDenied:       {kind: misconfigured},
	accessDeniedNoPwd:  {kind: misconfigured},
	hostNotPrivileged:  {kind: misconfigured},
	mustChangePassword: {kind: misconfigured},
	mustChangePwdLogin: {kind: misconfigured},
	userIsBlocked:      {kind: misconfigured},
	accountLocked:      {kind: misconfigured},

	// Something does not exist, or has another shape. Of one row: a trigger uses it for
	// that row only (before SIGNAL, triggers did so to say no).
	noDB:                 {kind: misconfigured, code: refusal.Refused, lone: onEvidence},
	badDB:                {kind: misconfigured, code: refusal.Refused, lone: onEvidence},
	noSuchTable:          {kind: misconfigured, code: refusal.Refused, lone: onEvidence},
	badField:             {kind: misconfigured, code: refusal.Refused, lone: onEvidence},
	wrongValueCountOnRow: {kind: misconfigured, code: refusal.Refused, lone: onEvidence},
	noDefaultForField:    {kind: misconfigured, code: refusal.Refused, lone: onEvidence}, // a NOT NULL column that the configuration leaves out
	invalidDefault:       {kind: misconfigured, code: refusal.Refused, lone: onEvidence}, // a zero date, under the sql_mode of a trigger
	viewInvalid:          {kind: misconfigured, code: refusal.Refused, lone: onEvidence},
	noSuchUser:           {kind: misconfigured, code: refusal.Refused, lone: onEvidence}, // the definer of a trigger
	spDoesNotExist:       {kind: misconfigured, code: refusal.Refused, lone: onEvidence},

	// The table and what hangs on it.
	noSuchTableInEngine: {kind: misconfigured},
	autoincReadFailed:   {kind: misconfigured}, // no number is left
	autoincOutOfRange:   {kind: misconfigured}, // the same: every further row meets it
	crashedOnUsage:      {kind: misconfigured},
	crashedOnRepair:     {kind: misconfigured},
	tableCorrupt:        {kind: misconfigured},
	indexCorrupt:        {kind: misconfigured},
	notKeyfile:          {kind: misconfigured}, // also a temporary table on a full disk
	oldKeyfile:          {kind: misconfigured},
	tablespaceMissing:   {kind: misconfigured},
	tablespaceDiscarded: {kind: misconfigured},

	// The server.
	binlogImpossible:     {kind: misconfigured},
	binlogStmtModeRow:    {kind: misconfigured}, // binlog_format=STATEMENT forbids READ COMMITTED
	maxPreparedStmtCount: {kind: misconfigured},

	// Anybody's fault.
	badRegexp:    {kind: unknown, code: refusal.Refused, lone: onEvidence}, // a trigger or CHECK that stumbles over one row's value: its
	tooManyRows:  {kind: unknown, code: refusal.Refused, lone: onEvidence}, // class (42, 21) would blame the set-up for good rows too
	subqueryRows: {kind: unknown, code: refusal.Refused, lone: onEvidence},
	unknownError: {kind: unknown, code: refusal.Refused, lone: onEvidence},
	// The storage engine's own number is inside the message: a full disk as well as a
	// row that is too long.
	getErrno: {kind: unknown, code: refusal.Refused},
}
