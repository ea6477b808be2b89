package translate

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/order-sink/order-sink/internal/connect/configdef"
	"github.com/order-sink/order-sink/internal/connect/translate/yamltext"
)

// OrderPrice is the class by which a connector uses the processor order_price as a transform.
const OrderPrice = "com.order-sink.transforms.OrderPrice"

const (
	kafkaTransforms = "org.apache.kafka.connect.transforms."
	unwrapClass     = "io.debezium.transforms.ExtractNewRecordState"
	unwrapOldClass  = "io.debezium.transforms.UnwrapFromEnvelope"
	hasHeaderKey    = kafkaTransforms + "predicates.HasHeaderKey"
	topicMatches    = kafkaTransforms + "predicates.TopicNameMatches"
	isTombstone     = kafkaTransforms + "predicates.RecordIsTombstone"
)

// step is a transform of the pipeline. The connector has it, or does the same itself.
type step struct {
	configdef.Step
	comment string
	topic   string // it works on the records of this topic only
}

// processors returns the processors of the pipeline.
func (t *translator) processors() []*yaml.Node {
	all := t.decoders()
	var chain []step
	predicates := t.v.Predicates()
	number := 0
	flush := func() {
		if len(chain) == 0 {
			return
		}
		label := "transform"
		if number++; number > 1 {
			label = fmt.Sprintf("transform_%d", number)
		}
		all = append(all, t.chain(label, chain, predicates))
		chain = nil
	}
	steps := slices.Concat(t.transforms(), t.own())
	for i, s := range steps {
		if s.Class != OrderPrice {
			chain = append(chain, s)
			continue
		}
		flush()
		label := "price"
		if i > 0 && slices.ContainsFunc(steps[:i], func(s step) bool { return s.Class == OrderPrice }) {
			label = fmt.Sprintf("price_%d", i+1)
		}
		all = append(all, t.orderPrice(label, s))
	}
	flush()
	return all
}

func (t *translator) transforms() (steps []step) {
	for _, s := range t.v.Transforms() {
		steps = append(steps, step{Step: s})
	}
	return steps
}

// chain is one connect_transform.
func (t *translator) chain(label string, steps []step, predicates []configdef.Step) *yaml.Node {
	used := map[string]bool{}
	var transforms, conditions []*yaml.Node
	for _, s := range steps {
		used[s.Predicate] = true
		item := t.item("transforms", s.Step)
		if s.Predicate != "" {
			item.Content = append(item.Content, yamltext.Fields("predicate", s.Predicate).Content...)
			if s.Negate {
				item.Content = append(item.Content, yamltext.Fields("negate", true).Content...)
			}
		}
		if s.comment != "" {
			item.HeadComment = "# " + s.comment
		}
		transforms = append(transforms, item)
	}
	for _, p := range slices.Concat(predicates, ownPredicates(steps)) {
		if !used[p.Alias] {
			continue
		}
		if name, has := p.Options["name"]; p.Class == hasHeaderKey && has {
			p.Options = maps.Clone(p.Options)
			delete(p.Options, "name")
			p.Options["header"] = name
		}
		conditions = append(conditions, t.item("predicates", p))
	}
	pairs := []any{"schema_metadata", schemaMetadata, "transforms", yamltext.List(transforms...)}
	if len(conditions) > 0 {
		pairs = append(pairs, "predicates", yamltext.List(conditions...))
	}
	return yamltext.Component(label, "connect_transform", yamltext.Fields(pairs...))
}

// item is a transform or a predicate with its options.
func (t *translator) item(kind string, s configdef.Step) *yaml.Node {
	item := yamltext.Fields("name", s.Alias, "type", s.Class)
	for _, name := range slices.Sorted(maps.Keys(s.Options)) {
		key := kind + "." + s.Alias + "." + name
		value := yamltext.Text(s.Options[name])
		if t.isHidden(key) {
			value = t.leaf(key, s.Options[name])
		}
		if value.Value == "" {
			value.Style = yaml.SingleQuotedStyle
		}
		item.Content = append(item.Content, yamltext.Text(name), value)
	}
	return item
}

// own returns the transforms in place of what the connector does itself.
func (t *translator) own() (steps []step) {
	if t.class == configdef.Debezium && !t.appliesEvents() && !t.unwraps() {
		options := map[string]string{"drop.tombstones": "false", "delete.handling.mode": "none"}
		if parts := t.sourceParts(); len(parts) > 0 {
			options["add.headers"] = "source." + strings.Join(parts, ",source.")
			options["drop.tombstones"] = "true" // nothing names the table of a tombstone
		}
		steps = append(steps, step{
			Step:    configdef.Step{Alias: t.alias("envelope"), Class: unwrapClass, Options: options},
			comment: "The connector also takes change events of Debezium. Other records pass.",
		})
	}
	if column := t.stringColumn(); column != "" {
		steps = append(steps, step{
			Step:    configdef.Step{Alias: t.alias("column"), Class: kafkaTransforms + "HoistField$Value", Options: map[string]string{"field": column}, Predicate: tombstonePredicate, Negate: true},
			comment: "The connector stores text in one column.",
		})
	}
	steps = append(steps, t.topicFields()...)
	if t.v.String(t.keys().mode) == "kafka" {
		names := t.kafkaColumns()
		steps = append(steps, step{
			Step:    configdef.Step{Alias: t.alias("position"), Class: kafkaTransforms + "InsertField$Value", Options: map[string]string{"topic.field": names[0], "partition.field": names[1], "offset.field": names[2]}},
			comment: "The position of the record is the key of its row.",
		})
	}
	return steps
}

const tombstonePredicate = "order_sink_tombstone"

// ownPredicates returns the predicates of own transforms.
func ownPredicates(steps []step) (all []configdef.Step) {
	for _, s := range steps {
		switch {
		case s.Predicate == tombstonePredicate:
			all = append(all, configdef.Step{Alias: s.Predicate, Class: isTombstone})
		case s.topic != "":
			all = append(all, configdef.Step{Alias: s.Predicate, Class: topicMatches, Options: map[string]string{"pattern": regexp.QuoteMeta(s.topic)}})
		}
	}
	return all
}

// alias returns a name that no transform of the connector has.
func (t *translator) alias(name string) string {
	for slices.ContainsFunc(t.v.Transforms(), func(s configdef.Step) bool { return s.Alias == name }) {
		name = "order_sink_" + name
	}
	return name
}

// unwraps reports whether a transform of the connector makes rows of change events.
func (t *translator) unwraps() bool {
	return slices.ContainsFunc(t.v.Transforms(), func(s configdef.Step) bool {
		return (s.Class == unwrapClass || s.Class == unwrapOldClass) && s.Predicate == ""
	})
}

// routes reports whether a transform can change the topic of a record.
func (t *translator) routes() bool {
	return slices.ContainsFunc(t.v.Transforms(), func(s configdef.Step) bool {
		return s.Class == kafkaTransforms+"RegexRouter" || s.Class == kafkaTransforms+"TimestampRouter" || s.Options["route.by.field"] != ""
	})
}

// stringColumn returns the column in which Confluent's connector stores a value that is text,
// "" if its values are no text.
func (t *translator) stringColumn() string {
	if t.class != configdef.Confluent || t.format("value") != "string" {
		return ""
	}
	for _, s := range t.v.Transforms() {
		if s.Class == kafkaTransforms+"HoistField$Value" {
			return ""
		}
	}
	return t.v.String("string.output.value.column.name")
}

// orderFields are the fields of the order contract: the option field.NAME names another field.
var orderFields = []string{"order_id", "user_id", "product_id", "quantity", "unit_price", "total_price"}

// orderOptions are the other options of order_price. In a connector they have dots.
var orderOptions = []string{"max_quantity", "max_unit_price", "max_total_price", "total_mismatch"}

// orderPrice is the processor order_price. As a transform, it lets a tombstone pass.
func (t *translator) orderPrice(label string, s step) *yaml.Node {
	key := "transforms." + s.Alias + "."
	if s.Predicate != "" {
		t.refuse(key+"predicate", "%s works on all records: remove the predicate", OrderPrice)
	}
	var renamed []any
	pairs := []any{"schema_metadata", schemaMetadata}
	for _, name := range orderFields {
		renamed = append(renamed, name, s.Options["field."+strings.ReplaceAll(name, "_", ".")])
	}
	if node := yamltext.Fields(renamed...); len(node.Content) > 0 {
		pairs = append(pairs, "fields", node)
	}
	for _, name := range orderOptions {
		value := s.Options[strings.ReplaceAll(name, "_", ".")]
		if name == "total_mismatch" && !slices.Contains([]string{"", "correct", "refuse"}, value) {
			t.refuse(key+"total.mismatch", "expected correct or refuse")
		}
		pairs = append(pairs, name, value)
	}
	tombstone := s.Options["tombstone"]
	if tombstone == "" {
		tombstone = "pass"
	}
	if tombstone != "pass" && tombstone != "refuse" {
		t.refuse(key+"tombstone", "expected pass or refuse")
	}
	return yamltext.Component(label, "order_price", yamltext.Fields(append(pairs, "tombstone", tombstone)...))
}
