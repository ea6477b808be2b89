package kafka

// What the reference says of kafka_read, before and after the names of its metadata.
const (
	descriptionOfKafkaRead = `
Reads topics as a member of a consumer group, in the order of each partition: of a partition one batch is in flight at a time, and an offset is committed once the batch is acknowledged with all before it. A batch that comes back unwritten is given out again, before what follows it. A partition that goes to another member of the group waits up to 5 seconds for its batch in flight. Records of transactions that were aborted are not read.

Where several ` + "`mariadb_upsert`" + ` outputs get the batches (` + "`broker`, `switch`, `fallback`" + `), each of them writes a partition in its order: it begins with a batch only after it has finished the one before.

What is fetched and not acknowledged yet is bounded by ` + "`buffer_bytes`" + ` for all partitions together, with up to two fetches (` + "`fetch_max_bytes`" + `, compressed as the producer sent them) of each broker on top.

== While Kafka cannot be reached

The input is not connected to the framework, so that ` + "`/ready`" + ` answers 503 and ` + "`/<stream>/ready`" + ` says since when, for what reason and when it tries again; the log says once when that begins and when it is over. So it is while the broker refuses to let it read. What is fetched already is written meanwhile.

== When Kafka no longer has the next records

The input compares the committed offset of each partition with the log when it gets the partition, and whenever the log changes under it. Kafka can lose records that the sink has not read in three ways:

- Retention, or a command, deletes them. The start of the log is behind the committed offset.
- The topic is deleted and created again. The input reads the new topic from its beginning. It ignores a committed offset of the deleted topic. If the topic is deleted while no sink runs, Kafka forgets the offsets of the group too: then the sink begins as a new group does.
- The end of the log is cut off, as after an unclean leader election. The input reads again from the first offset that may have another record: writing a record twice is safe, skipping a record is not.

In each case the input logs one warning with the topic, the partition, the first and the last lost offset and their number, and adds the number to ` + "`kafka_read_lost_total`" + `. Offsets are counted: where a log has transactions or is compacted, fewer records may be lost. Of a topic that is gone, the input knows the end as of at most a few seconds before.

With ` + "`on_offset_gone: continue`" + ` the input then reads on. With ` + "`on_offset_gone: stop`" + ` the input leaves the group, ` + "`/ready`" + ` answers 503, and ` + "`/<stream>/ready`" + ` says what is gone. An operator decides: set the offset of the group (Kafka allows that while the group has no member) and the input goes on by itself, or restart the sink with ` + "`continue`" + `.

== Metadata

`
	descriptionOfMetadata = `, as the ` + "`redpanda`" + ` input sets them, and the record's headers as text. ` + "`kafka_timestamp_ms`" + ` is the number that the record has in the log: microseconds, if that is what the producer sent. It is null for a record without a timestamp, and for a number above 4200000000000000, such as nanoseconds. A header with one of these names does not hide the record's own. Of a header that stands twice the last one is kept, and a header without a value is null.

In a mapping, ` + "`@.producer_headers()`" + ` is an object of the headers that the record's producer set, without the metadata of the input and without the headers that a dead letter has besides. It has a header of one of the names above, too.

== Metrics

- ` + "`kafka_read_lag`" + `, a gauge by ` + "`topic` and `partition`" + ` of the records behind the last that was acknowledged; 0 for partitions that another member has. While ` + "`on_offset_gone: stop`" + ` keeps the input stopped, it is what is left to read of each partition, without what is gone: every stopped sink of the group shows it, so take the maximum of the sinks, and not their sum. Each assigned partition has it at once. The ends of the logs are asked for every 2 seconds, also while the buffer is full. Records of a transaction count when the transaction is committed; its markers, and records that were aborted or compacted, do not count.
- ` + "`kafka_read_lost_total`" + `, a counter by ` + "`topic` and `partition`" + ` of the offsets that Kafka lost: see above. With ` + "`on_offset_gone: stop`" + ` every stopped sink of the group counts the loss: take the maximum of the sinks, and not their sum.
- ` + "`kafka_read_waits_total`" + `, a counter of tries that ended in waiting.
- ` + "`kafka_read_state`" + `, a gauge by ` + "`state`: `running` or `waiting`" + ` is 1, the other is 0.
`
)
