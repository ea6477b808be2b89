package kafka

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

// sameLine is for how long a line of the client's is not logged again.
const sameLine = time.Minute

// clientLog passes on what the Kafka client warns of. What the client tries again by
// itself goes to the debug level: when no broker can be reached, the input says so
// once, and the client would say so for every try.
type clientLog struct {
	warn, debug func(format string, args ...any)

	mutex  sync.Mutex
	logged map[string]time.Time
}

// Level implements kgo.Logger.
func (*clientLog) Level() kgo.LogLevel { return kgo.LogLevelWarn }

// Log implements kgo.Logger. The client's messages have addresses, names, offsets
// and errors; no content of a record, no password.
func (c *clientLog) Log(_ kgo.LogLevel, message string, pairs ...any) {
	text := strings.Builder{}
	text.WriteString(message)
	log := c.warn
	for i := 0; i+1 < len(pairs); i += 2 {
		fmt.Fprintf(&text, ", %v: %v", pairs[i], pairs[i+1])
		if err, ok := pairs[i+1].(error); ok && passes(err) {
			log = c.debug
		}
	}
	if line := text.String(); c.isNew(line) {
		log("Kafka client: %s", line)
	} else {
		c.debug("Kafka client: %s", line)
	}
}

func (c *clientLog) isNew(line string) bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	now := time.Now()
	if last, ok := c.logged[line]; ok && now.Sub(last) < sameLine {
		return false
	}
	if c.logged == nil || len(c.logged) > 100 {
		c.logged = map[string]time.Time{}
	}
	c.logged[line] = now
	return true
}

// passes says whether the client tries again by itself after an error, or is ending.
func passes(err error) bool {
	var network net.Error
	return kerr.IsRetriable(err) || kgo.IsRetryableBrokerErr(err) || errors.As(err, &network) ||
		errors.Is(err, io.EOF) || errors.Is(err, kgo.ErrClientClosed) || errors.Is(err, context.Canceled)
}
