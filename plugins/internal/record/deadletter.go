package record

// The headers of a dead letter.
const (
	HeaderCode      = "order_sink.code"
	HeaderField     = "order_sink.field"
	HeaderStage     = "order_sink.stage"
	HeaderFailedAt  = "order_sink.failed_at"
	HeaderTimestamp = "order_sink.timestamp_ms"
	HeaderTopic     = "__connect.errors.topic"
	HeaderPartition = "__connect.errors.partition"
	HeaderOffset    = "__connect.errors.offset"
	HeaderMessage   = "__connect.errors.exception.message"

	// These are for Kafka Connect's tools only.
	ConnectName       = "__connect.errors.connector.name"
	ConnectTask       = "__connect.errors.task.id"
	ConnectStage      = "__connect.errors.stage"
	ConnectClass      = "__connect.errors.class.name"
	ConnectException  = "__connect.errors.exception.class.name"
	ConnectStacktrace = "__connect.errors.exception.stacktrace"

	// ReplayedFrom is the header of a record that was a dead letter: which one.
	ReplayedFrom = "order_sink.replayed_from"

	// The headers of a mark, which says that a dead letter was replayed.
	Replayed   = "order_sink.replayed"    // which dead letter
	ReplayedAt = "order_sink.replayed_at" // when
	ReplayedTo = "order_sink.replayed_to" // as which record
)

// ours are the headers of a dead letter, of a replayed record and of a mark. A producer's
// header of such a name is lost.
var ours = map[string]bool{
	HeaderCode: true, HeaderField: true, HeaderStage: true, HeaderFailedAt: true, HeaderTimestamp: true,
	ReplayedFrom: true, Replayed: true, ReplayedAt: true, ReplayedTo: true,
	HeaderTopic: true, HeaderPartition: true, HeaderOffset: true, HeaderMessage: true,
	ConnectName: true, ConnectTask: true, ConnectStage: true, ConnectClass: true, ConnectException: true, ConnectStacktrace: true,
}

// IsOurs says whether a header is the sink's own, not the producer's.
func IsOurs(name string) bool { return ours[name] }
