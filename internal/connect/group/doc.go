// Package group has the workers of a cluster. A worker is a member of the consumer group
// group.id of its properties file, so Kafka finds out which workers live, and [Place] decides
// which worker runs a task. The package also keeps the workers apart from Kafka Connect's
// own workers (JVM), which use the same groups.
package group
