package dlq

// The descriptions in `--help`.
const (
	description = `A dead letter is an order that the sink can never store, with the reason in its
headers. Its name is PARTITION:OFFSET, its position in the dead letter topic.

The command takes the topic and the connection to it (brokers, TLS, SASL) from the
output labelled dead_letter in config/resources.yaml, environment variables included.

Exit codes:
  0  found, or done
  1  error
  2  usage error
  3  no dead letter matches`

	descriptionOfList = `Counts the open dead letters, those that were not replayed yet, by code and field,
and prints when the first and the last of them failed.

JSON (--output json) is one document,
  topic, open, replayed, groups: [ code, field, open, replayed, first_seen, last_seen ]
and with --letters one object a line, one for each dead letter:
  letter, partition, offset, failed_at, code, field, replayed,
  source: topic, partition, offset (null if unknown)`

	descriptionOfShow = `Shows a dead letter without data that may be private. Of the key, of headers and of
a value that is not JSON it shows the length. Of a JSON value it shows the schema
and the type of each member, such as "string(36)". --values shows everything.

JSON (--output json) is one document: the fields of list --letters, and stage,
message, source_timestamp, replayed_from, replays: [ at, to ],
key: bytes; headers: [ name, value: bytes ]; value: bytes, json.
With --values each has text as well, or base64 if it is not UTF-8. Any of them
is null if the record has none.`

	descriptionOfReplay = `Sends the chosen dead letters, or --all, back to the topics that they came from. Each
record has what the producer sent (key, value and headers) and the timestamp of the
record that was refused, so that a version guard on the Kafka timestamp never takes
a replayed order for a newer one. The header order_sink.replayed_from has the
position of the dead letter. Without a version guard, the sink stores a replayed
order over a newer row of the same order.

The command refuses a dead letter whose record has no timestamp in milliseconds,
because no client can send such a record. --through accepts it.

Each record goes to the partition that it came from, where the other records of its
order are: the sink reads later records of the order after the replayed one.
--by-key chooses the partition by the hash of the key instead, as --to-topic does.
Use --by-key if the topic got more partitions since.

--through PIPELINE writes nothing to a topic. It sends the dead letters straight
into the processors and the output of a pipeline's file, with the partition, the
offset and the timestamp that their records had in the log. An order that is refused
again becomes a new dead letter, whatever the pipeline's dead_letter_limit is.
--through needs what the sink needs, such as MARIADB_DSN.

The command marks a sent dead letter with a record in the dead letter topic: the dead
letter is no longer open, and another replay does not send it again. An interrupted
replay loses nothing: run it again for the rest. It may send again what was in
flight, at most 1000 dead letters; the sink stores each of them once.

JSON (--output json) is one document,
  topic, matched, replayed, unmarked, refused, gone, error
and with --dry-run one object a line as of list --letters, with
  to: topic, partition (absent with --through)`
)
