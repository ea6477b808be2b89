package herder

// The classes of Kafka Connect's exceptions that the traces have.
const (
	connectException = "org.apache.kafka.connect.errors.ConnectException"
	dataException    = "org.apache.kafka.connect.errors.DataException"
	configException  = "org.apache.kafka.common.config.ConfigException"
)

// trace returns a text in the form of a Java stack trace, because consoles look for its
// parts: they show the text after the first colon of the first line, or of the first
// "Caused by" line. cause may be "".
func trace(class, message, place, cause, causeMessage string) string {
	text := class + ": " + message + "\n\tat order_sink." + place + "(order-sink)\n"
	if cause != "" {
		text += "Caused by: " + cause + ": " + causeMessage + "\n\tat order_sink." + place + "(order-sink)\n"
	}
	return text
}
