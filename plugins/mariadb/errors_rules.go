package mariadb

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
	badNull:             {kind: refused, code: CodeNull},
	dataOutOfRange:      {kind: refused, code: CodeOutOfRange},
	numericOutOfRange:   {kind: refused, code: CodeOutOfRange},
	datetimeOverflow:    {kind: refused, code: CodeOutOfRange},
	dataTruncated:       {kind: refused, code: CodeBadValue}, // not a member of the ENUM, text behind a number
	truncatedWrongValue: {kind: refused, code: CodeBadValue},
	wrongValueForField:  {kind: refused, code: CodeBadValue}, // also: a letter that the column's character set lacks
	illegalValueForType: {kind: refused, code: CodeBadValue},
	wrongValueForType:   {kind: refused, code: CodeBadValue},
	wrongValue:          {kind: refused, code: CodeBadValue},
	cantCreateGeometry:  {kind: refused, code: CodeBadValue},
	invalidTimestamp:    {kind: refused, code: CodeBadValue},
	divisionByZero:      {kind: refused, code: CodeBadValue}, // in a generated column
	jsonBadChr:          {kind: refused, code: CodeBadValue}, // in a generated column or a CHECK
	jsonNotJSONChr:      {kind: refused, code: CodeBadValue},
	jsonEOS:             {kind: refused, code: CodeBadValue},
	jsonSyntax:          {kind: refused, code: CodeBadValue},
	jsonEscaping:        {kind: refused, code: CodeBadValue},
	jsonDepth:           {kind: refused, code: CodeBadValue},
	invalidCharString:   {kind: refused, code: CodeBadText},
	dataTooLong:         {kind: refused, code: CodeTooLong},
	tooBigRowsize:       {kind: refused, code: CodeTooLarge}, // more than a page holds, known only for the values at hand
	undoRecordTooBig:    {kind: refused, code: CodeTooLarge},

	// The row breaks a rule of the table.
	dupKey:               {kind: refused, code: CodeDuplicate},
	dupEntry:             {kind: refused, code: CodeDuplicate}, // of another unique index, or the key would have been updated
	dupUnique:            {kind: refused, code: CodeDuplicate},
	dupEntryWithKeyName:  {kind: refused, code: CodeDuplicate},
	foreignDupWithChild:  {kind: refused, code: CodeDuplicate},
	foreignDupNoChild:    {kind: refused, code: CodeDuplicate},
	noReferencedRow:      {kind: refused, code: CodeForeignKey},
	noReferencedRow2:     {kind: refused, code: CodeForeignKey},
	rowIsReferenced:      {kind: refused, code: CodeForeignKey},
	rowIsReferenced2:     {kind: refused, code: CodeForeignKey},
	constraintFailed:     {kind: refused, code: CodeCheck},
	viewCheckFailed:      {kind: refused, code: CodeCheck},
	signalException:      {kind: refused, code: CodeTrigger},
	signalNotFound:       {kind: refused, code: CodeTrigger}, // SIGNAL with class 02
	noPartitionForValue:  {kind: refused, code: CodePartition},
	noPartitionSilent:    {kind: refused, code: CodePartition},
	rowNotInPartitionSet: {kind: refused, code: CodePartition},
	rowInWrongPartition:  {kind: refused, code: CodePartition},

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
	optionPreventsStmt:  {kind: wait, code: CodeRefused, lone: onEvidence}, // --read-only
	readOnlyTransaction: {kind: wait, code: CodeRefused, lone: onEvidence},
	readOnlyMode:        {kind: wait, code: CodeRefused, lone: onEvidence},
	innodbReadOnly:      {kind: wait, code: CodeRefused, lone: onEvidence},
	openAsReadonly:      {kind: wait, code: CodeRefused, lone: onEvidence},

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
	dbAccessDenied:       {kind: misconfigured, code: CodeRefused, lone: onEvidence},
	tableAccessDenied:    {kind: misconfigured, code: CodeRefused, lone: onEvidence},
	columnAccessDenied:   {kind: misconfigured, code: CodeRefused, lone: onEvidence},
	specificAccessDenied: {kind: misconfigured, code: CodeRefused, lone: onEvidence},
	procAccessDenied:     {kind: misconfigured, code: CodeRefused, lone: onEvidence},

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
	noDB:                 {kind: misconfigured, code: CodeRefused, lone: onEvidence},
	badDB:                {kind: misconfigured, code: CodeRefused, lone: onEvidence},
	noSuchTable:          {kind: misconfigured, code: CodeRefused, lone: onEvidence},
	badField:             {kind: misconfigured, code: CodeRefused, lone: onEvidence},
	wrongValueCountOnRow: {kind: misconfigured, code: CodeRefused, lone: onEvidence},
	noDefaultForField:    {kind: misconfigured, code: CodeRefused, lone: onEvidence}, // a NOT NULL column that the configuration leaves out
	invalidDefault:       {kind: misconfigured, code: CodeRefused, lone: onEvidence}, // a zero date, under the sql_mode of a trigger
	viewInvalid:          {kind: misconfigured, code: CodeRefused, lone: onEvidence},
	noSuchUser:           {kind: misconfigured, code: CodeRefused, lone: onEvidence}, // the definer of a trigger
	spDoesNotExist:       {kind: misconfigured, code: CodeRefused, lone: onEvidence},

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
	badRegexp:    {kind: unknown, code: CodeRefused, lone: onEvidence}, // a trigger or CHECK that stumbles over one row's value: its
	tooManyRows:  {kind: unknown, code: CodeRefused, lone: onEvidence}, // class (42, 21) would blame the set-up for good rows too
	subqueryRows: {kind: unknown, code: CodeRefused, lone: onEvidence},
	unknownError: {kind: unknown, code: CodeRefused, lone: onEvidence},
	// The storage engine's own number is inside the message: a full disk as well as a
	// row that is too long.
	getErrno: {kind: unknown, code: CodeRefused},
}
