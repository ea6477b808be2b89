package mariadb

// The server's numbers, by their names in MariaDB's error list
// (https://mariadb.com/kb/en/mariadb-error-code-reference/).
const (
	cantOpenFile          = 1016
	checkRead             = 1020
	diskFull              = 1021
	dupKey                = 1022
	errorOnWrite          = 1026
	getErrno              = 1030
	openAsReadonly        = 1036
	outOfMemory           = 1037
	outOfSortMemory       = 1038
	conCountError         = 1040
	outOfResources        = 1041
	badHostError          = 1042
	handshakeError        = 1043
	dbAccessDenied        = 1044
	accessDenied          = 1045
	noDB                  = 1046
	unknownCommand        = 1047
	badNull               = 1048
	badDB                 = 1049
	serverShutdown        = 1053
	badField              = 1054
	normalShutdown        = 1077
	shutdownComplete      = 1079
	forcingClose          = 1080
	tableNotLockedWrite   = 1099
	unknownError          = 1105
	recordFileFull        = 1114
	tooBigRowsize         = 1118
	hostIsBlocked         = 1129
	hostNotPrivileged     = 1130
	cantCreateThread      = 1135
	wrongValueCountOnRow  = 1136
	badRegexp             = 1139
	tableAccessDenied     = 1142
	columnAccessDenied    = 1143
	noSuchTable           = 1146
	abortingConnection    = 1152
	netPacketTooLarge     = 1153
	netReadError          = 1158
	netReadInterrupted    = 1159
	netErrorOnWrite       = 1160
	netWriteInterrupted   = 1161
	dupUnique             = 1169
	tooManyRows           = 1172
	errorDuringCommit     = 1180
	newAbortingConnection = 1184
	crashedOnUsage        = 1194
	crashedOnRepair       = 1195
	transCacheFull        = 1197
	tooManyUserConns      = 1203
	lockWaitTimeout       = 1205
	lockTableFull         = 1206
	lockDeadlock          = 1213
	noReferencedRow       = 1216
	rowIsReferenced       = 1217
	cantUpdateReadLock    = 1223
	userLimitReached      = 1226
	specificAccessDenied  = 1227
	subqueryRows          = 1242
	unknownStmtHandler    = 1243
	dataOutOfRange        = 1264
	dataTruncated         = 1265
	optionPreventsStmt    = 1290
	truncatedWrongValue   = 1292
	getTemporaryErrmsg    = 1297
	invalidTimestamp      = 1299
	invalidCharString     = 1300
	queryInterrupted      = 1317
	viewInvalid           = 1356
	noDefaultForField     = 1364
	divisionByZero        = 1365
	wrongValueForField    = 1366
	illegalValueForType   = 1367
	viewCheckFailed       = 1369
	xaRBRollback          = 1402
	dataTooLong           = 1406
	wrongValueForType     = 1411
	tableDefChanged       = 1412
	cantCreateGeometry    = 1416
	datetimeOverflow      = 1441
	noSuchUser            = 1449
	rowIsReferenced2      = 1451
	noReferencedRow2      = 1452
	maxPreparedStmtCount  = 1461
	autoincReadFailed     = 1467
	autoincOutOfRange     = 167 // the storage engine's own number
	wrongValue            = 1525
	noPartitionForValue   = 1526
	dupEntry              = 1062
	invalidDefault        = 1978
	dupEntryWithKeyName   = 1586
	noPartitionSilent     = 1591
	xaRBTimeout           = 1613
	xaRBDeadlock          = 1614
	needReprepare         = 1615
	tooManyTrx            = 1637
	signalException       = 1644
	binlogStmtModeRow     = 1665
	lockAborted           = 1689
	numericOutOfRange     = 1690
	accessDeniedNoPwd     = 1698
	stmtCacheFull         = 1705
	undoRecordTooBig      = 1713
	rowNotInPartitionSet  = 1748
	foreignDupWithChild   = 1761
	foreignDupNoChild     = 1762
	readOnlyTransaction   = 1792
	tablespaceMissing     = 1812
	tablespaceDiscarded   = 1814
	mustChangePassword    = 1820
	readOnlyMode          = 1836
	mustChangePwdLogin    = 1862
	rowInWrongPartition   = 1863
	innodbReadOnly        = 1874
	tableCorrupt          = 1877
	connectionKilled      = 1927
	noSuchTableInEngine   = 1932
	statementTimeout      = 1969
	constraintFailed      = 4025
	jsonBadChr            = 4035
	jsonNotJSONChr        = 4036
	jsonEOS               = 4037
	jsonSyntax            = 4038
	jsonEscaping          = 4039
	jsonDepth             = 4040
	backupLockActive      = 4145
	userIsBlocked         = 4150
	accountLocked         = 4151
)

type rule struct {
	kind kind
	code string
}

// rules is the verdict for each number, grouped by verdict, with the reason.
// Not listed on purpose: 1030 (a storage engine's own number is inside the
// message: a full disk as well as a row that is too long) and 1105 (anything):
// both stay unknown, so that a row is blamed only if it fails alone.
var rules = map[uint16]rule{
	// The value does not fit its column.
	badNull:             {refused, CodeNull},
	dataOutOfRange:      {refused, CodeOutOfRange},
	numericOutOfRange:   {refused, CodeOutOfRange},
	datetimeOverflow:    {refused, CodeOutOfRange},
	dataTruncated:       {refused, CodeBadValue}, // not a member of the ENUM, text behind a number
	truncatedWrongValue: {refused, CodeBadValue},
	wrongValueForField:  {refused, CodeBadValue}, // also: a letter that the column's character set lacks
	illegalValueForType: {refused, CodeBadValue},
	wrongValueForType:   {refused, CodeBadValue},
	wrongValue:          {refused, CodeBadValue},
	cantCreateGeometry:  {refused, CodeBadValue},
	invalidTimestamp:    {refused, CodeBadValue},
	divisionByZero:      {refused, CodeBadValue}, // in a generated column
	jsonBadChr:          {refused, CodeBadValue}, // in a generated column or a CHECK
	jsonNotJSONChr:      {refused, CodeBadValue},
	jsonEOS:             {refused, CodeBadValue},
	jsonSyntax:          {refused, CodeBadValue},
	jsonEscaping:        {refused, CodeBadValue},
	jsonDepth:           {refused, CodeBadValue},
	invalidCharString:   {refused, CodeBadText},
	dataTooLong:         {refused, CodeTooLong},
	tooBigRowsize:       {refused, CodeTooLarge}, // more than a page holds, known only for the values at hand
	undoRecordTooBig:    {refused, CodeTooLarge},

	// The row breaks a rule of the table.
	dupKey:               {refused, CodeDuplicate},
	dupEntry:             {refused, CodeDuplicate}, // of another unique index, or the key would have been updated
	dupUnique:            {refused, CodeDuplicate},
	dupEntryWithKeyName:  {refused, CodeDuplicate},
	foreignDupWithChild:  {refused, CodeDuplicate},
	foreignDupNoChild:    {refused, CodeDuplicate},
	noReferencedRow:      {refused, CodeForeignKey},
	noReferencedRow2:     {refused, CodeForeignKey},
	rowIsReferenced:      {refused, CodeForeignKey},
	rowIsReferenced2:     {refused, CodeForeignKey},
	constraintFailed:     {refused, CodeCheck},
	viewCheckFailed:      {refused, CodeCheck},
	signalException:      {refused, CodeTrigger},
	noPartitionForValue:  {refused, CodePartition},
	noPartitionSilent:    {refused, CodePartition},
	rowNotInPartitionSet: {refused, CodePartition},
	rowInWrongPartition:  {refused, CodePartition},

	// Concurrency: the other side has won, the next try goes through.
	lockDeadlock:    {kind: retry},
	lockWaitTimeout: {kind: retry},
	checkRead:       {kind: retry}, // the snapshot is older than the row
	lockAborted:     {kind: retry}, // Galera applied somebody else's write first
	tableDefChanged: {kind: retry}, // ALTER TABLE came between
	needReprepare:   {kind: retry},
	xaRBRollback:    {kind: retry},
	xaRBTimeout:     {kind: retry},
	xaRBDeadlock:    {kind: retry},

	// Full, or short of something.
	diskFull:         {kind: wait},
	recordFileFull:   {kind: wait}, // InnoDB's word for a full disk
	errorOnWrite:     {kind: wait},
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

	// Not now: starting, stopping, read-only, backed up, not in the cluster.
	unknownCommand:      {kind: wait}, // Galera: WSREP has not yet prepared this node
	serverShutdown:      {kind: wait},
	normalShutdown:      {kind: wait},
	shutdownComplete:    {kind: wait},
	forcingClose:        {kind: wait},
	optionPreventsStmt:  {kind: wait}, // --read-only
	readOnlyTransaction: {kind: wait},
	readOnlyMode:        {kind: wait},
	innodbReadOnly:      {kind: wait},
	openAsReadonly:      {kind: wait},
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
	netReadError:          {kind: wait},
	netReadInterrupted:    {kind: wait},
	netErrorOnWrite:       {kind: wait},
	netWriteInterrupted:   {kind: wait},
	handshakeError:        {kind: wait},
	badHostError:          {kind: wait},
	hostIsBlocked:         {kind: wait},
	unknownStmtHandler:    {kind: wait}, // a proxy changed servers: Connect renews the connections

	// The account.
	dbAccessDenied:       {kind: misconfigured},
	accessDenied:         {kind: misconfigured},
	accessDeniedNoPwd:    {kind: misconfigured},
	tableAccessDenied:    {kind: misconfigured},
	columnAccessDenied:   {kind: misconfigured},
	specificAccessDenied: {kind: misconfigured},
	hostNotPrivileged:    {kind: misconfigured},
	mustChangePassword:   {kind: misconfigured},
	mustChangePwdLogin:   {kind: misconfigured},
	userIsBlocked:        {kind: misconfigured},
	accountLocked:        {kind: misconfigured},

	// The table and what hangs on it.
	noDB:                 {kind: misconfigured},
	badDB:                {kind: misconfigured},
	noSuchTable:          {kind: misconfigured},
	noSuchTableInEngine:  {kind: misconfigured},
	badField:             {kind: misconfigured}, // also inside a trigger
	wrongValueCountOnRow: {kind: misconfigured},
	noDefaultForField:    {kind: misconfigured}, // a NOT NULL column that the configuration leaves out
	invalidDefault:       {kind: misconfigured}, // a zero date, under the sql_mode of a trigger
	viewInvalid:          {kind: misconfigured},
	noSuchUser:           {kind: misconfigured}, // the definer of a trigger
	autoincReadFailed:    {kind: misconfigured}, // no number is left
	autoincOutOfRange:    {kind: misconfigured}, // the same: every further row meets it
	crashedOnUsage:       {kind: misconfigured},
	crashedOnRepair:      {kind: misconfigured},
	tableCorrupt:         {kind: misconfigured},
	tablespaceMissing:    {kind: misconfigured},
	tablespaceDiscarded:  {kind: misconfigured},

	// The server.
	binlogStmtModeRow:    {kind: misconfigured}, // binlog_format=STATEMENT forbids READ COMMITTED
	maxPreparedStmtCount: {kind: misconfigured},

	// Anybody's fault; see above.
	getErrno:     {unknown, CodeRefused},
	badRegexp:    {unknown, CodeRefused}, // a trigger or CHECK that stumbles over one row's value: its
	tooManyRows:  {unknown, CodeRefused}, // class (42, 21) would blame the set-up for good rows too
	subqueryRows: {unknown, CodeRefused},
	unknownError: {unknown, CodeRefused},
}
