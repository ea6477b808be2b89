package kafka

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/franz-go/pkg/kgo"

	"github.com/order-sink/order-sink/plugins/internal/record"
	"github.com/order-sink/order-sink/plugins/internal/setting"
	"github.com/order-sink/order-sink/plugins/kafka/buffer"
	"github.com/order-sink/order-sink/plugins/kafka/client"
	"github.com/order-sink/order-sink/plugins/kafka/consumer"
	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

const (
	fieldGroup            = "consumer_group"
	fieldStart            = "start_offset"
	fieldCommitPeriod     = "commit_period"
	fieldSessionTimeout   = "session_timeout"
	fieldRebalanceTimeout = "rebalance_timeout"
	fieldMetadataMaxAge   = "metadata_max_age"
	fieldBatchBytes       = "max_batch_bytes"
	fieldBatchRecords     = "max_batch_records"
	fieldBufferBytes      = "buffer_bytes"
	fieldFetchBytes       = "fetch_max_bytes"
	fieldFetchPartition   = "fetch_max_partition_bytes"
	fieldFetchWait        = "fetch_max_wait"
	fieldIdle             = "idle"
	fieldRack             = "rack"
	fieldInstanceID       = "instance_id"

	startEarliest = "earliest"
	startLatest   = "latest"

	// metadataMinAge is how old metadata are at least before the client asks again after
	// an error. The client's own value is 5 seconds.
	metadataMinAge = time.Second
)

// lintExpressions finds in YAML what [client.Matching] finds. The framework applies it to the
// list and to each item.
const lintExpressions = `root = if this.type() == "string" && "".re_match(this).catch("invalid") == "invalid" { "{field} has an invalid regular expression: " + this }`

// lintInstanceID is the rule of Kafka's own clients.
const lintInstanceID = `root = if !this.re_match("^[a-zA-Z0-9._-]{0,249}$") || this == "." || this == ".." { "` + fieldInstanceID + ` must have at most 249 letters of ASCII, digits, dots, underscores and hyphens" }`

//go:embed description.md
var description string

// spec describes kafka_read. A field that the redpanda input has too has the same name.
func spec() *service.ConfigSpec {
	return service.NewConfigSpec().
		Stable().
		Categories("Services").
		Summary("Reads Kafka topics in the order of each partition, with bounded memory, and reports not-ready while it cannot read.").
		Description(strings.Replace(description, "{metadata}", "`"+strings.Join(record.Set, "`, `")+"`", 1)).
		Fields(
			service.NewStringListField(client.FieldBrokers).Description("The addresses of the brokers that the input connects to first. One item can contain several addresses, separated by commas.").Example([]string{"kafka-1:9092,kafka-2:9092"}),
			service.NewTLSToggledField(client.FieldTLS),
			SASLField().Optional().Advanced(),
			service.NewStringListField(client.FieldTopics).Description("The topics to read. One item can contain several topics, separated by commas.").Default([]any{}),
			service.NewStringListField(client.FieldInclude).Description("Regular expressions, instead of `topics`: the input reads each topic whose whole name matches one of them, also a topic that is created later. The input never reads a topic whose name begins with `__` in this way.").Example([]string{`shop\\.public\\..*`}).Default([]any{}).LintRule(strings.ReplaceAll(lintExpressions, "{field}", client.FieldInclude)),
			service.NewStringListField(client.FieldExclude).Description("The input does not read a topic whose whole name matches one of these regular expressions, whatever `regexp_topics_include` has. Exclude the topic of the dead letters if it matches. These expressions do not concern `topics`.").Example([]string{`.*-dead-letters`}).Default([]any{}).Advanced().LintRule(strings.ReplaceAll(lintExpressions, "{field}", client.FieldExclude)),
			service.NewStringField(fieldGroup).Description("The consumer group. Its members share the partitions and commit their offsets."),
			service.NewStringField(client.FieldClientID).Description("The name of the client, like `client.id`: consumer groups, quotas and the logs of the brokers show it.").Default(client.DefaultID).Advanced(),
			service.NewStringField(fieldRack).Description("The rack of the sink, like `client.rack`. When the brokers have a rack-aware `replica.selector.class`, the input fetches from a replica in this rack.").Default("").Advanced(),
			service.NewStringField(fieldInstanceID).Description("A name that the sink keeps when it starts again, like `group.instance.id`, for static membership. Each sink of the group needs its own. When a sink stops, its partitions wait for it for `session_timeout`. When it returns within this time, no rebalance takes place, so set `session_timeout` to more than a restart takes. Without a name, the other sinks get the partitions of a sink that stops at once. Two sinks with the same name take each other's place, and `/ready` of the other one says `FENCED_INSTANCE_ID`.").Default("").Advanced().LintRule(lintInstanceID),
			service.NewStringEnumField(fieldStart, startEarliest, startLatest).Description("Where a group begins when it has committed no offset.").Default(startEarliest).Advanced(),
			service.NewStringAnnotatedEnumField(offsets.FieldOnOffsetGone, map[string]string{
				offsets.GoneContinue: "The input continues with the next record that Kafka still has.",
				offsets.GoneStop:     "The input leaves the group. It is not ready until an operator sets the offset of the group, or restarts the sink with `continue`.",
			}).Description("What the input does when Kafka no longer has the records that follow the committed offset. In both cases the input logs a warning and counts the lost offsets in `kafka_read_lost_total`.").Default(offsets.GoneContinue).Advanced(),
			service.NewDurationField(fieldCommitPeriod).Description("How often the input commits offsets. The input also commits them when a partition goes to another member, and when the input stops.").Default("1s").Advanced(),
			service.NewDurationField(fieldSessionTimeout).Description("How long the group coordinator waits for a heartbeat before it removes a member from the group.").Default("10s").Advanced(),
			service.NewDurationField(fieldRebalanceTimeout).Description("How long a member may take to join again during a rebalance.").Default("20s").Advanced(),
			service.NewDurationField(fieldMetadataMaxAge).Description("The longest time until the input finds a new topic or a new partition.").Default("10s").Advanced(),
			service.NewStringField(fieldBatchBytes).Description("The largest size of the records in a batch. A larger record is a batch of its own.").Default("1MiB").Advanced(),
			service.NewIntField(fieldBatchRecords).Description("The largest number of records in a batch. Use the number of rows that a statement of `mariadb_upsert` has (`max_rows_per_statement`). A batch is then one statement and one commit while several batches are being written.").Default(1024).LintRule("root = if this < 1 { \""+fieldBatchRecords+" must be at least 1\" }").Advanced(),
			service.NewStringField(fieldBufferBytes).Description("The size of the records of all partitions in the buffer. When the buffer has this size, the input fetches no more records until some are acknowledged.").Default("4MiB").Advanced(),
			service.NewStringField(fieldFetchBytes).Description("The largest size of a broker's answer to a fetch, as compressed by the producer. When one batch of a producer is larger, the broker still sends that batch.").Default("1MiB").Advanced(),
			service.NewStringField(fieldFetchPartition).Description("The same limit for one partition.").Default("256KiB").Advanced(),
			service.NewDurationField(fieldFetchWait).Description("How long the broker may wait for new records before it answers a fetch.").Default("200ms").Advanced(),
			service.NewDurationField(fieldIdle).Description("How long the input waits for a record before it checks that the broker answers. When a connection fails, the input checks at once.").Default("10s").Advanced(),
		).
		Example("A topic", "Every sink of the consumer group `order-sink` reads some partitions of the topic `orders`.", `
input:
  kafka_read:
    seed_brokers: [ 127.0.0.1:9092 ]
    topics: [ orders ]
    consumer_group: order-sink
`)
}

// SASLField is a list of accounts: the field of the redpanda components, without the
// mechanisms of cloud providers. [ClientConfig] reads it.
func SASLField() *service.ConfigField {
	return service.NewObjectListField(client.FieldSASL,
		service.NewStringAnnotatedEnumField(client.FieldMechanism, map[string]string{
			client.MechanismNone:     "No account.",
			client.MechanismPlain:    "The client sends the password in clear text: use it only with TLS.",
			client.MechanismScram256: "The client proves that it has the password, and does not send it.",
			client.MechanismScram512: "Like SCRAM-SHA-256, with SHA-512.",
			client.MechanismOAuth:    "A token.",
		}).Description("The SASL mechanism."),
		service.NewStringField(client.FieldUsername).Description("For PLAIN and SCRAM.").Default(""),
		service.NewStringField(client.FieldPassword).Description("For PLAIN and SCRAM.").Default("").Secret(),
		service.NewStringField(client.FieldToken).Description("For OAUTHBEARER.").Default("").Secret(),
		service.NewStringMapField(client.FieldExtensions).Description("For OAUTHBEARER: values that the broker requires in addition to the token.").Default(map[string]any{}),
	).Description("The accounts. The client uses the first account whose mechanism the broker supports.")
}

// getSize reads a size such as 1MiB.
func getSize(err *error, parsed *service.ParsedConfig, name string) int {
	n, failed := humanize.ParseBytes(setting.Read(err, parsed.FieldString, name))
	if *err == nil && (failed != nil || n < 1 || n > 1<<30) {
		*err = fmt.Errorf("reading %s: expected a size from 1B to 1GiB, as in 256KiB", name)
	}
	return int(n)
}

func parseConfig(parsed *service.ParsedConfig) (c consumer.Config, topics client.Selection, err error) {
	group := setting.Read(&err, parsed.FieldString, fieldGroup)
	start := setting.Read(&err, parsed.FieldString, fieldStart)
	gone := setting.Read(&err, parsed.FieldString, offsets.FieldOnOffsetGone)
	topics, failed := parseTopics(parsed)
	if err = cmp.Or(err, failed); err == nil && group == "" {
		err = fmt.Errorf("reading the configuration: %s must not be empty", fieldGroup)
	}
	connection, failed := connectionOptions(parsed)
	if err = cmp.Or(err, failed); err != nil {
		return c, topics, err
	}
	c.Checker = &offsets.Checker{
		Options: connection, Group: group, FromEnd: start == startLatest, Stop: gone == offsets.GoneStop, Memory: offsets.NewMemory(),
	}
	c.Pattern = topics.IsPattern()
	begin := kgo.NewOffset().AtStart()
	if c.Checker.FromEnd {
		begin = kgo.NewOffset().AtEnd()
	}
	c.Options = append(slices.Concat(connection, topics.Options()),
		kgo.ConsumerGroup(group), kgo.ConsumeStartOffset(begin),
		kgo.AutoCommitInterval(setting.Read(&err, parsed.FieldDuration, fieldCommitPeriod)),
		kgo.SessionTimeout(setting.Read(&err, parsed.FieldDuration, fieldSessionTimeout)),
		kgo.RebalanceTimeout(setting.Read(&err, parsed.FieldDuration, fieldRebalanceTimeout)),
		kgo.FetchMaxWait(setting.Read(&err, parsed.FieldDuration, fieldFetchWait)),
		kgo.FetchMaxBytes(int32(getSize(&err, parsed, fieldFetchBytes))),
		kgo.FetchMaxPartitionBytes(int32(getSize(&err, parsed, fieldFetchPartition))),
		kgo.Rack(setting.Read(&err, parsed.FieldString, fieldRack)),
	)
	if id := setting.Read(&err, parsed.FieldString, fieldInstanceID); id != "" {
		c.Options = append(c.Options, kgo.InstanceID(id))
	}
	if err != nil {
		return c, topics, err
	}
	if err := kgo.ValidateOpts(c.Options...); err != nil {
		return c, topics, fmt.Errorf("checking the configuration: %w", err)
	}
	c.Limits = buffer.Limits{
		Bytes: getSize(&err, parsed, fieldBufferBytes), BatchBytes: getSize(&err, parsed, fieldBatchBytes),
		BatchRecords: setting.Read(&err, parsed.FieldInt, fieldBatchRecords),
	}
	if err == nil && c.Limits.BatchRecords < 1 {
		err = errors.New(fieldBatchRecords + " must be at least 1")
	}
	return c, topics, err
}

func parseTopics(parsed *service.ParsedConfig) (client.Selection, error) {
	var err error
	names := client.Split(setting.Read(&err, parsed.FieldStringList, client.FieldTopics))
	include := given(setting.Read(&err, parsed.FieldStringList, client.FieldInclude))
	exclude := given(setting.Read(&err, parsed.FieldStringList, client.FieldExclude))
	switch {
	case err != nil:
		return client.Selection{}, err
	case (len(names) > 0) == (len(include) > 0):
		return client.Selection{}, fmt.Errorf("reading the configuration: set either %s or %s", client.FieldTopics, client.FieldInclude)
	case len(names) > 0:
		return client.Named(names...), nil
	}
	return client.Matching(include, exclude)
}

// given returns the expressions that are not empty, so that a variable may contain one or
// none. An expression may contain commas.
func given(expressions []string) []string {
	return slices.DeleteFunc(expressions, func(expression string) bool { return expression == "" })
}

func connectionOptions(parsed *service.ParsedConfig) ([]kgo.Opt, error) {
	config, err := ClientConfig(parsed)
	age := setting.Read(&err, parsed.FieldDuration, fieldMetadataMaxAge)
	options, failed := config.Options()
	return append(options, kgo.MetadataMaxAge(age), kgo.MetadataMinAge(min(age, metadataMinAge))), cmp.Or(err, failed)
}

// ClientConfig reads how to reach the brokers: the fields seed_brokers, tls, sasl
// ([SASLField]) and client_id.
func ClientConfig(parsed *service.ParsedConfig) (c client.Config, err error) {
	c.Brokers = setting.Read(&err, parsed.FieldStringList, client.FieldBrokers)
	c.ID = setting.Read(&err, parsed.FieldString, client.FieldClientID)
	secure, enabled, failed := parsed.FieldTLSToggled(client.FieldTLS)
	err = cmp.Or(err, failed)
	if enabled {
		c.TLS = secure
	}
	if !parsed.Contains(client.FieldSASL) {
		return c, err
	}
	for _, account := range setting.Read(&err, parsed.FieldObjectList, client.FieldSASL) {
		c.Accounts = append(c.Accounts, client.Account{
			Mechanism:  setting.Read(&err, account.FieldString, client.FieldMechanism),
			Username:   setting.Read(&err, account.FieldString, client.FieldUsername),
			Password:   setting.Read(&err, account.FieldString, client.FieldPassword),
			Token:      setting.Read(&err, account.FieldString, client.FieldToken),
			Extensions: setting.Read(&err, account.FieldStringMap, client.FieldExtensions),
		})
	}
	return c, err
}
