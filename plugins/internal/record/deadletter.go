package record

// The headers of a dead letter that its readers look at.
const (
	LetterCode      = "order_sink.code"
	LetterField     = "order_sink.field"
	LetterStage     = "order_sink.stage"
	LetterFailedAt  = "order_sink.failed_at"
	LetterTimestamp = "order_sink.timestamp_ms"
	LetterTopic     = "__connect.errors.topic"
	LetterPartition = "__connect.errors.partition"
	LetterOffset    = "__connect.errors.offset"
	LetterMessage   = "__connect.errors.exception.message"

	// ReplayedFrom is the header of a record that was a dead letter: which one.
	ReplayedFrom = "order_sink.replayed_from"

	// The headers of a mark, which says that a dead letter was replayed.
	Replayed   = "order_sink.replayed"    // which letter
	ReplayedAt = "order_sink.replayed_at" // when
	ReplayedTo = "order_sink.replayed_to" // as which record
)

// letters are the headers that config/resources.yaml gives to a dead letter, and those
// of a replayed record and of a mark. A producer's header of such a name is lost.
var letters = map[string]bool{
	LetterCode: true, LetterField: true, LetterStage: true, LetterFailedAt: true, LetterTimestamp: true,
	ReplayedFrom: true, Replayed: true, ReplayedAt: true, ReplayedTo: true,
	LetterTopic: true, LetterPartition: true, LetterOffset: true, LetterMessage: true,
	"__connect.errors.connector.name":       true,
	"__connect.errors.task.id":              true,
	"__connect.errors.stage":                true,
	"__connect.errors.class.name":           true,
	"__connect.errors.exception.class.name": true,
	"__connect.errors.exception.stacktrace": true,
}

// IsLetters says whether a header is the sink's own, not the producer's.
func IsLetters(name string) bool { return letters[name] }
