package record

// The headers of a dead letter.
const (
	HeaderCode      = "order_sink.code"
	HeaderField     = "order_sink.field"
	HeaderStage     = "order_sink.stage"
	HeaderTable     = "order_sink.table" // only if each record has its own table
	HeaderFailedAt  = "order_sink.failed_at"
	HeaderTimestamp = "order_sink.timestamp_ms"
	HeaderTopic     = "__connect.errors.topic"
	HeaderPartition = "__connect.errors.partition"
	HeaderOffset    = "__connect.errors.offset"
	HeaderMessage   = "__connect.errors.exception.message"

	// Only the tools of Kafka Connect read these.
	ConnectName       = "__connect.errors.connector.name"
	ConnectTask       = "__connect.errors.task.id"
	ConnectStage      = "__connect.errors.stage"
	ConnectClass      = "__connect.errors.class.name"
	ConnectException  = "__connect.errors.exception.class.name"
	ConnectStacktrace = "__connect.errors.exception.stacktrace"

	// ReplayedFrom is the header of a replayed record. It names the dead letter.
	ReplayedFrom = "order_sink.replayed_from"

	// The headers of a mark. A mark means that a dead letter was replayed.
	Replayed   = "order_sink.replayed"    // the dead letter
	ReplayedAt = "order_sink.replayed_at" // the time of the replay
	ReplayedTo = "order_sink.replayed_to" // the replayed record
)

// ours has the headers of a dead letter, of a replayed record and of a mark. A header of
// a producer with such a name is lost.
var ours = map[string]bool{
	HeaderCode: true, HeaderField: true, HeaderStage: true, HeaderTable: true, HeaderFailedAt: true, HeaderTimestamp: true,
	ReplayedFrom: true, Replayed: true, ReplayedAt: true, ReplayedTo: true,
	HeaderTopic: true, HeaderPartition: true, HeaderOffset: true, HeaderMessage: true,
	ConnectName: true, ConnectTask: true, ConnectStage: true, ConnectClass: true, ConnectException: true, ConnectStacktrace: true,
}

// TableMetadata returns the value of the metadata [Table].
func TableMetadata(name string) any { return map[string]any{"name": name} }

// TableOf returns the name in the metadata of a dead letter, "" for none.
func TableOf(metadata map[string]any) string {
	table, _ := metadata[Table].(map[string]any)
	name, _ := table["name"].(string)
	return name
}

// IsOurs reports whether the sink sets a header, not the producer.
func IsOurs(name string) bool { return ours[name] }
