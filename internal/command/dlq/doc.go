// Package dlq implements the command `order-sink dlq`. It counts dead letters, shows one,
// and sends them back to the topics that they came from.
//
// # Vocabulary
//
// A dead letter is a record of the dead letter topic with an order that the sink refused:
// the producer's key, value and headers, and headers of the sink (order_sink.*,
// __connect.errors.*) that give the reason and the origin. Its name is its own position in
// the dead letter topic, "partition:offset".
//
// The origin of a dead letter is the record that the sink refused: topic, partition, offset
// and timestamp in the log.
//
// A mark is a record of the dead letter topic. It means that a dead letter was replayed, and
// it has no order. A dead letter with a mark is replayed, any other is open.
//
//	key                      order_sink.replayed:0:5, unlike the key of any dead letter
//	value                    empty
//	order_sink.replayed      0:5, the dead letter
//	order_sink.replayed_at   2026-11-23T04:54:44.516Z
//	order_sink.replayed_to   orders/2/1042, the record that was sent
//
// A mark is in the partition of its dead letter, after the dead letter. So retention cannot
// delete the mark and keep the dead letter. If the topic is compacted, the key of the mark
// replaces no dead letter. A program that does not know marks recognises them by the missing
// headers order_sink.code and __connect.errors.topic.
//
// # What a replay guarantees
//
// The replay writes the mark when every in-sync replica has the record. When anything
// interrupts the replay, a dead letter without a mark remains open. The next run sends again
// the records that were sent but not marked, at most [inFlight]. The sink stores each of
// them once nevertheless. `order-sink dlq replay --help` says what the record has, and why
// it returns to the partition of its origin.
package dlq
