package properties

// FromEnvironment returns the properties that the variables CONNECT_... say, by the rules of
// the images of Confluent and Debezium: CONNECT_GROUP_ID is group.id, `__` stands for `_` and
// `___` for `-`. They override those of the worker's file. Environ has NAME=VALUE.
func FromEnvironment(environ []string) map[string]string { return nil }

// FromContainer is [FromEnvironment] for the entry point of a container, which also reads
// the variables of Debezium's image without that prefix, such as BOOTSTRAP_SERVERS, with the
// defaults of that image, and listens on all addresses unless a variable says otherwise.
func FromContainer(environ []string) map[string]string { return nil }
