// Package connecttransform is the processor connect_transform: a chain of Kafka Connect's
// transforms. processor.go, config.go and message.go face the framework. The chain and its
// transforms know nothing of a pipeline:
//
//	door ─> chain ─> field, topic, header, debezium ─> transform
//	                    └──> javatime, javavalue, javaregex
//
// [github.com/order-sink/order-sink/plugins/connecttransform/transform] says how to add a
// transform.
package connecttransform
