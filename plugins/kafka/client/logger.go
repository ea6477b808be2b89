package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// repeatPeriod is how long the logger waits before it logs the same line again.
const repeatPeriod = time.Minute

// Logger is a [kgo.Logger] that forwards the warnings of a client. An error that the
// client retries by itself goes to Debug. When no broker is reachable, the input logs that
// once, but the client would log it for every try.
type Logger struct {
	Warn, Debug func(format string, args ...any)

	mutex  sync.Mutex
	logged map[string]time.Time
}

// Level implements kgo.Logger.
func (*Logger) Level() kgo.LogLevel { return kgo.LogLevelWarn }

// Log implements kgo.Logger. The messages of the client have addresses, names, offsets
// and errors, but no content of a record and no password.
func (l *Logger) Log(_ kgo.LogLevel, message string, pairs ...any) {
	line, log := message, l.Warn
	for i := 0; i+1 < len(pairs); i += 2 {
		line += fmt.Sprintf(", %v: %v", pairs[i], pairs[i+1])
		if err, ok := pairs[i+1].(error); ok && retries(err) {
			log = l.Debug
		}
	}
	if !l.isNew(line) {
		log = l.Debug
	}
	log("Kafka client: %s", line)
}

func (l *Logger) isNew(line string) bool {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	if last, ok := l.logged[line]; ok && time.Since(last) < repeatPeriod {
		return false
	}
	if l.logged == nil || len(l.logged) > 100 {
		l.logged = map[string]time.Time{}
	}
	l.logged[line] = time.Now()
	return true
}

// retries reports whether the client retries after the error, or is closing.
func retries(err error) bool {
	var network net.Error
	return kerr.IsRetriable(err) || kgo.IsRetryableBrokerErr(err) || errors.As(err, &network) ||
		errors.Is(err, io.EOF) || errors.Is(err, kgo.ErrClientClosed) || errors.Is(err, context.Canceled)
}
