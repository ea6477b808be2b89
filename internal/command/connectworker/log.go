package connectworker

import (
	"cmp"
	"io"
	"log/slog"
	"strings"

	"github.com/order-sink/order-sink/internal/connect/loggers"
)

// loggerName is the logger of the worker itself.
const loggerName = "org.apache.kafka.connect.runtime.Worker"

// newLoggers returns loggers with the level and the format of the variables LOG_LEVEL and
// LOG_FORMAT, as config/service.yaml has them for pipelines. Confluent's images have
// CONNECT_LOG4J_ROOT_LOGLEVEL for the level.
func newLoggers(to io.Writer, environ []string) (*loggers.Loggers, error) {
	variables := map[string]string{}
	for _, variable := range environ {
		name, value, _ := strings.Cut(variable, "=")
		variables[name] = value
	}
	options := &slog.HandlerOptions{Level: slog.Level(-100)} // the loggers filter by themselves
	var handler slog.Handler = slog.NewTextHandler(to, options)
	if strings.EqualFold(variables["LOG_FORMAT"], "json") {
		handler = slog.NewJSONHandler(to, options)
	}
	handler = handler.WithAttrs([]slog.Attr{slog.String("@service", "order-sink")})
	return loggers.New(handler, cmp.Or(variables["LOG_LEVEL"], variables["CONNECT_LOG4J_ROOT_LOGLEVEL"], "INFO"))
}
