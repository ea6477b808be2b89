// Package dlq is `order-sink dlq`: the dead letter queue for people. It counts
// the letters, shows one, and sends them back to where they came from.
//
// # Vocabulary
//
// A letter is a record of the dead letter topic that carries an order which was
// refused: the producer's key, value and headers, and headers of our own
// (order_sink.*, __connect.errors.*) that say why and where it stood. It is
// named by its own place, "partition:offset" of the dead letter topic.
//
// The origin of a letter is the record that was refused: topic, partition,
// offset and timestamp in the log.
//
// A mark is a record of the dead letter topic that says that a letter was
// replayed. It carries no order:
//
//	key                      order_sink.replayed:0:5, unlike any letter's
//	value                    empty
//	order_sink.replayed      0:5, the letter
//	order_sink.replayed_at   2026-11-23T04:54:44.516Z
//	order_sink.replayed_to   orders/2/1042, the record that was sent
//
// A mark stands in its letter's own partition, hence behind it: no retention
// can take the mark and leave the letter. Its key keeps it out of the way of
// the letters should the topic be compacted. A reader that knows no marks tells
// them by their lack of order_sink.code and __connect.errors.topic.
//
// A letter that has a mark is replayed, any other is open.
//
// # The replay's promise
//
// The replayed record has the letter's key, value and producer's headers, the
// timestamp of its origin, and order_sink.replayed_from with the letter's place.
// The mark is written once every in-sync replica has the record. Whatever
// interrupts a replay, a letter stays open until its record is safe; one that
// was sent and not yet marked, at most [inFlight] of them, is sent once more by
// the next run. The sink stores it once all the same.
//
// By default a record returns to the partition of its origin, since that is
// where the other records of the same order are: what the producer sends after
// the replay is read after it. It can nevertheless stand behind a newer record
// of the same order, which a sink without a version column would overwrite; a
// guard on the Kafka timestamp holds, because the timestamp is the old one.
package dlq
