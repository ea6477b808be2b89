package translate

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/order-sink/order-sink/internal/connect/group"
	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
	"github.com/order-sink/order-sink/internal/connect/translate/yamltext"
)

// refusals says what happens to a record that can never be stored.
func (t *translator) refusals() []any {
	if t.v.String("errors.tolerance") != "all" {
		return []any{"on_refusal", "stop"}
	}
	topic := t.v.String("errors.deadletterqueue.topic.name")
	if topic == "" {
		t.differs("errors.tolerance", "order-sink skips each record that can never be stored, and logs it. The connector also skips a record that a converter or a transform refuses, and fails at some that MariaDB refuses")
		return []any{"dead_letter", skipped()}
	}
	if strings.Contains(topic, "${!") {
		t.refuse("errors.deadletterqueue.topic.name", "no topic can have this name")
	}
	t.pipeline.DeadLetters = &DeadLetters{Topic: topic, Replication: t.v.Int("errors.deadletterqueue.topic.replication.factor")}
	return []any{"dead_letter", yamltext.Component("dead_letters", "dead_letter_send", yamltext.Fields("output", t.letters(topic)))}
}

// skipped is an output that logs what it gets.
func skipped() *yaml.Node {
	log := yamltext.Fields("log", yamltext.Fields("level", "WARN", "message", yamltext.Raw(`Skipping the record ${! @kafka_topic }/${! @kafka_partition }/${! @kafka_offset }: ${! error() }`)))
	return yamltext.Fields("label", "skipped", "drop", yamltext.Empty(), "processors", yamltext.List(log))
}

// letters is the topic of the dead letters.
func (t *translator) letters(topic string) *yaml.Node {
	s := t.settings(kafkaconf.Producer)
	clientID := s.ClientID
	if clientID == "" {
		clientID = "connector-dlq-producer-" + group.Short(t.Name) + "-0"
	}
	compression := s.Compression
	if compression == "" {
		compression = "zstd" // a compressed letter is nearly always smaller than its record
	}
	metadata := yamltext.Fields("include_patterns", []string{`(?s)^([^ ].*|..+)?$`})
	yamltext.Comment(metadata, "All names except the name that is one space.")
	size := bytesOf(s.MaxRequestBytes)
	if size == "" {
		size = "100MiB" // only the limit of the broker counts
	}
	return yamltext.Fields("redpanda", yamltext.Fields(append(t.connection("DEAD_LETTER_KAFKA", s),
		"client_id", clientID,
		"topic", topic,
		"key", yamltext.Raw(`${! @." ".key }`),
		"metadata", metadata,
		"acks", "all",
		"compression", compression,
		"max_message_bytes", size,
	)...))
}
