package properties

import (
	"log/slog"

	"github.com/order-sink/order-sink/internal/connect/kafkaconf"
)

// Report says what happens to each property of a worker, sorted by key.
type Report []kafkaconf.Note

// Log logs one line for each verdict. Properties that are ignored have their reason.
func (r Report) Log(log *slog.Logger) {}
