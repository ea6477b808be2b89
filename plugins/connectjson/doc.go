// Package connectjson decodes Kafka Connect JSON.
package connectjson
