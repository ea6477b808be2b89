package kafka

import (
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
	"github.com/order-sink/order-sink/plugins/kafka/buffer"
	"github.com/order-sink/order-sink/plugins/kafka/client"
	"github.com/order-sink/order-sink/plugins/kafka/consumer"
	"github.com/order-sink/order-sink/plugins/kafka/offsets"
)

const (
	fieldTopics           = "topics"
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

	startEarliest = "earliest"
	startLatest   = "latest"

	// metadataMinAge is how old metadata are at least before the client asks again after
	// an error. The client's own value is 5 seconds.
	metadataMinAge = time.Second
)

//go:embed description.md
var description string

// spec describes the kafka_read input. The fields that the redpanda input has too have the
// same names.
func spec() *service.ConfigSpec {
	return service.NewConfigSpec().
		Stable().
		Categories("Services").
		Summary("Reads topics of Kafka in the order of each partition, within a bound of memory, and says so while it cannot.").
		Description(strings.Replace(description, "{metadata}", "`"+strings.Join(record.Set, "`, `")+"`", 1)).
		Fields(
			service.NewStringListField(client.FieldBrokers).Description("Addresses to begin with. An item may be several, with commas between them.").Example([]string{"kafka-1:9092,kafka-2:9092"}),
			service.NewTLSToggledField(client.FieldTLS),
			SASLField().Optional().Advanced(),
			service.NewStringListField(fieldTopics).Description("What to read. An item may be several, with commas between them."),
			service.NewStringField(fieldGroup).Description("The group whose members share the partitions and commit their offsets."),
			service.NewStringEnumField(fieldStart, startEarliest, startLatest).Description("Where a group begins that has committed nothing.").Default(startEarliest).Advanced(),
			service.NewStringAnnotatedEnumField(offsets.FieldOnOffsetGone, map[string]string{
				offsets.GoneContinue: "Reads on with the next record that Kafka still has.",
				offsets.GoneStop:     "Leaves the group and is not ready until an operator sets the offset of the group, or restarts the sink with `continue`.",
			}).Description("What the input does when Kafka no longer has the records that follow the committed offset. It logs a warning and counts them in `kafka_read_lost_total` either way.").Default(offsets.GoneContinue).Advanced(),
			service.NewDurationField(fieldCommitPeriod).Description("How often offsets are committed; also when a partition leaves and at the end.").Default("1s").Advanced(),
			service.NewDurationField(fieldSessionTimeout).Description("After how long without a sign of life a member is taken for dead.").Default("10s").Advanced(),
			service.NewDurationField(fieldRebalanceTimeout).Description("How long a member may take to join when the partitions are shared out anew.").Default("20s").Advanced(),
			service.NewDurationField(fieldMetadataMaxAge).Description("After how long topics and partitions that are new are found at the latest.").Default("10s").Advanced(),
			service.NewStringField(fieldBatchBytes).Description("Bytes of records that a batch may have; a record that is larger is a batch of its own.").Default("1MiB").Advanced(),
			service.NewIntField(fieldBatchRecords).Description("Records that a batch may have. As many as a statement of `mariadb_upsert` has rows (`max_rows_per_statement`): then a batch is one statement and one commit while several are being written.").Default(1024).LintRule("root = if this < 1 { \""+fieldBatchRecords+" must be at least 1\" }").Advanced(),
			service.NewStringField(fieldBufferBytes).Description("Bytes of records, of all partitions, after which no more are fetched until some are acknowledged.").Default("4MiB").Advanced(),
			service.NewStringField(fieldFetchBytes).Description("Bytes of an answer of the broker, as compressed by the producer; a batch of the producer's that is larger comes all the same.").Default("1MiB").Advanced(),
			service.NewStringField(fieldFetchPartition).Description("The same, of one partition.").Default("256KiB").Advanced(),
			service.NewDurationField(fieldFetchWait).Description("How long the broker keeps a question for which it has no records.").Default("200ms").Advanced(),
			service.NewDurationField(fieldIdle).Description("After how long without a record the broker is asked whether it is there; at once when a connection fails.").Default("10s").Advanced(),
		).
		Example("A topic", "", `
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
			client.MechanismNone: "No account.", client.MechanismPlain: "A password in clear: with TLS only.",
			client.MechanismScram256: "A password that is proven, not sent.", client.MechanismScram512: "The same with SHA-512.",
			client.MechanismOAuth: "A token.",
		}).Description("How the account is proven."),
		service.NewStringField(client.FieldUsername).Description("For PLAIN and SCRAM.").Default(""),
		service.NewStringField(client.FieldPassword).Description("For PLAIN and SCRAM.").Default("").Secret(),
		service.NewStringField(client.FieldToken).Description("For OAUTHBEARER.").Default("").Secret(),
		service.NewStringMapField(client.FieldExtensions).Description("For OAUTHBEARER: what the broker wants to know besides the token.").Default(map[string]any{}),
	).Description("Accounts, of which the first is used whose mechanism the broker knows.")
}

// listField reads a list whose items may be several, with commas between them.
func listField(parsed *service.ParsedConfig, name string) ([]string, error) {
	items, err := parsed.FieldStringList(name)
	return client.Split(items), err
}

// bytesField reads a size such as 1MiB.
func bytesField(parsed *service.ParsedConfig, name string) (int, error) {
	text, err := parsed.FieldString(name)
	if err != nil {
		return 0, err
	}
	n, err := humanize.ParseBytes(text)
	if err != nil || n < 1 || n > 1<<30 {
		return 0, fmt.Errorf("reading %s: expected a size from 1B to 1GiB, as in 256KiB", name)
	}
	return int(n), nil
}

// parseConfig reads the configuration of a consumer, and its topics.
func parseConfig(parsed *service.ParsedConfig) (c consumer.Config, topics []string, err error) {
	var group, start, gone string
	for name, value := range map[string]*string{fieldGroup: &group, fieldStart: &start, offsets.FieldOnOffsetGone: &gone} {
		if *value, err = parsed.FieldString(name); err != nil {
			return c, nil, err
		}
	}
	if topics, err = listField(parsed, fieldTopics); err != nil {
		return c, nil, err
	}
	if len(topics) == 0 || group == "" {
		return c, nil, fmt.Errorf("reading the configuration: %s and %s must not be empty", fieldTopics, fieldGroup)
	}
	connection, err := connectionOptions(parsed)
	if err != nil {
		return c, nil, err
	}
	c.Checker = &offsets.Checker{
		Options: connection, Group: group, FromEnd: start == startLatest, Stop: gone == offsets.GoneStop, Memory: offsets.NewMemory(),
	}
	begin := kgo.NewOffset().AtStart()
	if c.Checker.FromEnd {
		begin = kgo.NewOffset().AtEnd()
	}
	c.Options = append(slices.Clip(connection), kgo.ConsumeTopics(topics...), kgo.ConsumerGroup(group), kgo.ConsumeStartOffset(begin))
	if c.Options, err = appendLimits(c.Options, parsed); err != nil {
		return c, nil, err
	}
	if err := kgo.ValidateOpts(c.Options...); err != nil {
		return c, nil, fmt.Errorf("checking the configuration: %w", err)
	}
	c.Limits, err = parseLimits(parsed)
	return c, topics, err
}

// parseLimits reads the limits of the buffer.
func parseLimits(parsed *service.ParsedConfig) (l buffer.Limits, err error) {
	if l.Bytes, err = bytesField(parsed, fieldBufferBytes); err != nil {
		return l, err
	}
	if l.BatchBytes, err = bytesField(parsed, fieldBatchBytes); err != nil {
		return l, err
	}
	if l.BatchRecords, err = parsed.FieldInt(fieldBatchRecords); err == nil && l.BatchRecords < 1 {
		err = errors.New(fieldBatchRecords + " must be at least 1")
	}
	return l, err
}

// appendLimits adds the options that are durations and sizes.
func appendLimits(options []kgo.Opt, parsed *service.ParsedConfig) ([]kgo.Opt, error) {
	for _, duration := range []struct {
		name string
		opt  func(d time.Duration) kgo.Opt
	}{
		{fieldCommitPeriod, func(d time.Duration) kgo.Opt { return kgo.AutoCommitInterval(d) }},
		{fieldSessionTimeout, func(d time.Duration) kgo.Opt { return kgo.SessionTimeout(d) }},
		{fieldRebalanceTimeout, func(d time.Duration) kgo.Opt { return kgo.RebalanceTimeout(d) }},
		{fieldFetchWait, func(d time.Duration) kgo.Opt { return kgo.FetchMaxWait(d) }},
	} {
		d, err := parsed.FieldDuration(duration.name)
		if err != nil {
			return nil, err
		}
		options = append(options, duration.opt(d))
	}
	for _, limit := range []struct {
		name string
		opt  func(int32) kgo.ConsumerOpt
	}{{fieldFetchBytes, kgo.FetchMaxBytes}, {fieldFetchPartition, kgo.FetchMaxPartitionBytes}} {
		n, err := bytesField(parsed, limit.name)
		if err != nil {
			return nil, err
		}
		options = append(options, limit.opt(int32(n)))
	}
	return options, nil
}

// connectionOptions are those that reach the brokers.
func connectionOptions(parsed *service.ParsedConfig) ([]kgo.Opt, error) {
	config, err := ClientConfig(parsed)
	if err != nil {
		return nil, err
	}
	age, err := parsed.FieldDuration(fieldMetadataMaxAge)
	if err != nil {
		return nil, err
	}
	options, err := config.Options()
	return append(options, kgo.MetadataMaxAge(age), kgo.MetadataMinAge(min(age, metadataMinAge))), err
}

// ClientConfig reads how to reach the brokers: the fields seed_brokers, tls, sasl
// ([SASLField]) and, if parsed has it, client_id.
func ClientConfig(parsed *service.ParsedConfig) (c client.Config, err error) {
	if c.Brokers, err = parsed.FieldStringList(client.FieldBrokers); err != nil {
		return c, err
	}
	c.ID, _ = parsed.FieldString(client.FieldClientID) // kafka_read lacks the field
	secure, enabled, err := parsed.FieldTLSToggled(client.FieldTLS)
	if err != nil {
		return c, err
	}
	if enabled {
		c.TLS = secure
	}
	if !parsed.Contains(client.FieldSASL) {
		return c, nil
	}
	accounts, err := parsed.FieldObjectList(client.FieldSASL)
	if err != nil {
		return c, err
	}
	for _, account := range accounts {
		a, err := accountOf(account)
		if err != nil {
			return c, err
		}
		c.Accounts = append(c.Accounts, a)
	}
	return c, nil
}

func accountOf(parsed *service.ParsedConfig) (a client.Account, err error) {
	for name, value := range map[string]*string{
		client.FieldMechanism: &a.Mechanism, client.FieldUsername: &a.Username,
		client.FieldPassword: &a.Password, client.FieldToken: &a.Token,
	} {
		if *value, err = parsed.FieldString(name); err != nil {
			return a, err
		}
	}
	a.Extensions, err = parsed.FieldStringMap(client.FieldExtensions)
	return a, err
}
