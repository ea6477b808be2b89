package properties

import (
	"cmp"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
)

// Report says what happens to each property of a worker, sorted by key.
type Report []kafkaconf.Note

// Log logs a line for the properties that are honoured, one for each reason why others are
// ignored, one for each that is refused, and one for those that order-sink does not know. A
// warning names those with a placeholder that has no value.
func (r Report) Log(log *slog.Logger) {
	byReason := map[kafkaconf.Note][]string{}
	for _, note := range r {
		group := kafkaconf.Note{Verdict: note.Verdict, Reason: note.Reason}
		if note.Verdict == kafkaconf.Unknown {
			group.Reason = "neither Kafka Connect nor order-sink has it"
		}
		byReason[group] = append(byReason[group], note.Key)
	}
	groups := slices.SortedFunc(maps.Keys(byReason), func(a, b kafkaconf.Note) int {
		return cmp.Or(cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(a.Reason, b.Reason))
	})
	for _, group := range groups {
		keys := slog.String("keys", strings.Join(byReason[group], ", "))
		switch {
		case group.Verdict == kafkaconf.Honoured && group.Reason != "":
			log.Warn("worker properties with a placeholder", keys, slog.String("reason", group.Reason))
		case group.Verdict == kafkaconf.Honoured:
			log.Info("worker properties honoured", keys)
		case group.Verdict == kafkaconf.Ignored:
			log.Info("worker properties ignored", keys, slog.String("reason", group.Reason))
		case group.Verdict == kafkaconf.Unknown:
			log.Warn("worker properties unknown", keys, slog.String("reason", group.Reason))
		default:
			log.Error("worker properties refused", keys, slog.String("reason", group.Reason))
		}
	}
}

// ignored has the known properties of a worker that mean nothing here. A name that ends in a
// dot stands for all properties that begin so.
var ignored = map[string]string{
	"plugin.": builtIn, "offset.storage.": onlySources, "exactly.once.": onlySources, "topic.creation.": onlySources,
	"offset.flush.timeout.ms": onlySources, "internal.key.converter": fixedFormat, "internal.key.converter.": fixedFormat,
	"internal.value.converter": fixedFormat, "internal.value.converter.": fixedFormat,
	"worker.": ownGroup, "connect.protocol": ownGroup, "scheduled.rebalance.max.delay.ms": ownGroup, "inter.worker.": ownGroup,
	"session.timeout.ms": ownGroup, "heartbeat.interval.ms": ownGroup, "rebalance.timeout.ms": ownGroup,
	"metric.": ownMetrics, "metrics.": ownMetrics, "telemetry.": ownMetrics, "auto.include.jmx.reporter": ownMetrics,
	"confluent.": "it concerns Confluent's programs", "log4j.": "it concerns the log of a JVM",
	"listeners.https.": noHTTPS, "admin.listeners.https.": noHTTPS,
}

const (
	builtIn     = "the connectors, converters and transforms are built in"
	onlySources = "only source connectors use it"
	fixedFormat = "the internal topics always have the format of Kafka Connect"
	ownGroup    = "the workers of order-sink find each other through Kafka"
	noHTTPS     = "no listener begins with https://"
	needsPrefix = "only the clients of connectors use it: write consumer. or producer. in front of it"
	ownMetrics  = "order-sink has Prometheus metrics"
)

// onlyDistributed has the properties that connect-standalone does not use.
var onlyDistributed = []string{keyGroup, configStorage, statusStorage}

// reader reads properties and keeps what happened to each.
type reader struct {
	values map[string]string // resolved
	mode   Mode
	errs   []error
	notes  map[string]kafkaconf.Note
	// unresolved has a reason for each property with a placeholder that has no value.
	unresolved []kafkaconf.Note
}

// fail keeps the errors of an error, each once, and notes that their keys are refused.
func (r *reader) fail(err error) {
	for _, e := range kafkaconf.Errors(err) {
		if !slices.ContainsFunc(r.errs, func(other error) bool { return other.Error() == e.Error() }) {
			r.errs = append(r.errs, e)
		}
		r.note([]kafkaconf.Note{{Key: e.Key, Verdict: kafkaconf.Refused, Reason: e.Text}})
	}
}

func (r *reader) note(notes []kafkaconf.Note) {
	for _, note := range notes {
		r.notes[note.Key] = note
	}
}

func (r *reader) ignore(key, reason string) {
	r.note([]kafkaconf.Note{{Key: key, Verdict: kafkaconf.Ignored, Reason: reason}})
}

// warn gives the properties that are honoured, but have no value, the reason.
func (r *reader) warn() {
	for _, note := range r.unresolved {
		if r.notes[note.Key].Verdict == kafkaconf.Honoured {
			note.Verdict = kafkaconf.Honoured
			r.notes[note.Key] = note
		}
	}
}

// raw returns a property and notes that it is honoured.
func (r *reader) raw(key string) (string, bool) {
	value, ok := r.values[key]
	if _, noted := r.notes[key]; ok && !noted {
		r.note([]kafkaconf.Note{{Key: key, Verdict: kafkaconf.Honoured}})
	}
	return value, ok
}

// text returns a property without the spaces at its ends.
func (r *reader) text(key string) string {
	value, _ := r.raw(key)
	return kafkaconf.Trim(value)
}

func (r *reader) required(key string) string {
	value := r.text(key)
	if _, ok := r.values[key]; !ok {
		r.fail(kafkaconf.Missing(key))
	} else if value == "" {
		r.fail(kafkaconf.Empty(key))
	}
	return value
}

func (r *reader) millis(key string, standard time.Duration) time.Duration {
	value, ok := r.raw(key)
	if !ok {
		return standard
	}
	d, err := kafkaconf.ParseMillis(key, value, kafkaconf.TypeLong)
	r.fail(err)
	return d
}

func (r *reader) bool(key string, standard bool) bool {
	value, ok := r.raw(key)
	if !ok {
		return standard
	}
	b, err := kafkaconf.ParseBool(key, value)
	r.fail(err)
	return b
}

// positive reads a number that is positive or -1.
func (r *reader) positive(key string, t kafkaconf.Type, standard int64, reason string) int64 {
	value, ok := r.raw(key)
	if !ok {
		return standard
	}
	n, err := kafkaconf.ParseNumber(key, value, t, -1<<62)
	if err == nil && n < 1 && n != -1 {
		err = kafkaconf.Invalid(key, value, reason)
	}
	r.fail(err)
	return n
}

// report returns a note for each property.
func (r *reader) report(raw map[string]string) (all Report) {
	for _, key := range slices.Sorted(maps.Keys(raw)) {
		note, ok := r.notes[key]
		if !ok {
			note = r.judge(key)
		}
		all = append(all, note)
	}
	return all
}

// judge is for a property that nothing has read.
func (r *reader) judge(key string) kafkaconf.Note {
	if r.mode == Standalone && slices.ContainsFunc(onlyDistributed, func(p string) bool { return strings.HasPrefix(key, p) }) {
		return kafkaconf.Note{Key: key, Verdict: kafkaconf.Ignored, Reason: "connect-standalone has no group and no topics of its own"}
	}
	if reason, ok := kafkaconf.Lookup(ignored, key); ok {
		return kafkaconf.Note{Key: key, Verdict: kafkaconf.Ignored, Reason: reason}
	}
	if kafkaconf.IsConnectorKey(key) {
		return kafkaconf.Note{Key: key, Verdict: kafkaconf.Ignored, Reason: needsPrefix}
	}
	if reason, ok := kafkaconf.IgnoredReason(key); ok {
		return kafkaconf.Note{Key: key, Verdict: kafkaconf.Ignored, Reason: reason}
	}
	return kafkaconf.Note{Key: key, Verdict: kafkaconf.Unknown}
}
