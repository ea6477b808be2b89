// Package configdef has the configuration keys of the sink connectors: the keys of Kafka
// Connect's framework, of the three JDBC sinks, and of the converters, transforms and
// predicates. It parses and checks a configuration as a worker of Kafka Connect does, with its
// texts, and refuses what order-sink cannot do.
package configdef
