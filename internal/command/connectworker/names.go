package connectworker

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// strimziFile is the worker's file in a pod of Strimzi's KafkaConnect resources.
const strimziFile = "/opt/kafka/custom-config/kafka-connect.properties"

// scripts has the commands of order-sink for the names that users of Kafka, of its images and
// of Strimzi type.
var scripts = map[string][]string{
	"connect-distributed":    {"connect-distributed"},
	"connect-distributed.sh": {"connect-distributed"},
	"connect-standalone":     {"connect-standalone"},
	"connect-standalone.sh":  {"connect-standalone"},
	"kafka_connect_run.sh":   {"connect-distributed", strimziFile},
}

// Arguments returns the command line of order-sink for a command line that names one of the
// scripts: as the program, which is a link to order-sink then, or as its first argument.
func Arguments(args []string) []string {
	for i, arg := range args[:min(len(args), 2)] {
		if command, ok := scripts[filepath.Base(arg)]; ok {
			return slices.Concat(args[:1], command, args[i+1:])
		}
	}
	return args
}

// strimzi adds what Strimzi's own script adds: the variable with the name of the pod, which the
// worker's file refers to. It also lets the kubelet reach the REST API.
func strimzi(raw map[string]string, environ []string) []string {
	raw["rest.host.name"] = cmp.Or(raw["rest.host.name"], "0.0.0.0")
	const variable = "ADVERTISED_HOSTNAME="
	if slices.ContainsFunc(environ, func(v string) bool { return strings.HasPrefix(v, variable) }) {
		return environ
	}
	host, err := os.Hostname()
	if err != nil {
		return environ // the placeholder stays, and the worker says so
	}
	return append(environ, variable+host)
}
