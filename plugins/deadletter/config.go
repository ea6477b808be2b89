package deadletter

import (
	"github.com/redpanda-data/benthos/v4/public/service"

	"github.com/order-sink/order-sink/plugins/internal/record"
)

const fieldOutput = "output"

func spec() *service.ConfigSpec {
	return service.NewConfigSpec().
		Stable().
		Categories("Utility").
		Summary("Gives dead letters to another output until it has taken them, and says so while it has not.").
		Description(`
A message becomes a dead letter: the record as it was read, with its producer's headers, and with the reason in headers of two vocabularies, `+"`order_sink.*`"+` and the `+"`__connect.errors.*`"+` that Kafka Connect's tools read. The reason is the error of the message, or else the `+"`fallback_error`"+` of the framework's `+"`fallback`"+`. The content is metadata `+"`order_sink_original`"+` where a message has it. The Kafka key is at `+"`${! @.\" \".key }`"+`: the metadata named by one blank is for the other output, and no header. A message whose headers a mapping has made already is sent as it is: one with metadata named by one blank, or with `+"`order_sink.code`"+` and without `+"`kafka_topic`"+`.

A topic that is missing, a broker that refuses or cannot be reached: the letters wait, and with them what lies behind them in their partitions. Meanwhile this output is not connected to the framework, so that `+"`/ready`"+` answers 503 and `+"`/<stream>/ready`"+` says since when, for what reason and when it tries again; its own log says once when that begins and when it is over (the other output may log its tries). An output that has this one as a child, as the `+"`dead_letter`"+` of `+"`mariadb_upsert`"+`, shows the same reason. One batch is sent at a time.

A batch that is not taken as a whole is sent once more letter by letter, and then only what is left of it: one letter that its topic does not take keeps no other from it, and several that fit alone but not together are taken, too. A letter may so come twice; its headers say which record it is of.

== Metrics

- `+"`dead_letter_send_total`"+`, a counter by `+"`code`"+` of letters that were taken; the code is header `+"`"+record.HeaderCode+"`"+`.
- `+"`dead_letter_send_waits_total`"+`, a counter of tries that ended in waiting.
- `+"`dead_letter_send_state`"+`, a gauge by `+"`state`: `running` or `waiting`"+` is 1, the other is 0.
`).
		Field(service.NewOutputField(fieldOutput).Description("Takes the letters.")).
		Example("A topic", "", `
output:
  dead_letter_send:
    output:
      redpanda:
        seed_brokers: [ 127.0.0.1:9092 ]
        topic: orders.dead-letter
        key: ${! @." ".key }
        metadata:
          # All names but the one that is a single blank.
          include_patterns: [ '(?s)^([^ ].*|..+)?$' ]
        acks: all
`)
}
